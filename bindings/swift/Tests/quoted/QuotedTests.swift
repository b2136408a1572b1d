// The code that the documents quote, run against the responder: tools/quoted-parts.sh puts each block in place of its line.
import Foundation
import XCTest

@testable import MTProto

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

final class QuotedTests: XCTestCase {
  private let packet = [UInt8](0..<40)

  func testReadme() async throws {
    let responder = try Responder()
    let text = "tg://proxy?server=127.0.0.1&port=\(responder.port)&secret=\(key)"
    var said: [String] = []
    // The block reads until the peer closes.
    func print(_ line: String) {
      said.append(line)
      responder.stop()
    }
    // quoted: readme-swift
    XCTAssertEqual(said, ["40 bytes"])
  }

  func testConnection() async throws {
    let responder = try Responder()
    let (host, port) = ("127.0.0.1", responder.port)
    let config = TransportConfig(dc: DcId(number: 2), secrets: [try Secret.parse(text: key, mode: .strict)])
    var seen: [Data] = []
    func handle(_ data: Data) {
      seen.append(data)
      responder.stop()
    }
    // quoted: swift-connection
    XCTAssertEqual(seen, [Data(packet)])
  }

  func testWebSocketOfURLSession() async throws {
    let responder = try Responder()
    var request = URLRequest(url: try XCTUnwrap(URL(string: "ws://127.0.0.1:\(responder.port)/apiws")))
    request.setValue("binary", forHTTPHeaderField: "Sec-WebSocket-Protocol")
    #if canImport(FoundationNetworking)
      // Linux's Foundation says "keep-alive" there, which is no request for a WebSocket. Apple's says what it should.
      request.setValue("Upgrade", forHTTPHeaderField: "Connection")
    #endif
    var seen: [Event] = []
    func handle(_ event: Event) {
      seen.append(event)
      if case .payload = event { responder.stop() }
    }
    // The block reads until the peer closes, which is an error here.
    do {
      // quoted: swift-urlsession
    } catch let error as URLError {
      XCTAssertEqual(seen.count, 2, "\(error)")
    }
    XCTAssertEqual(seen.last, .payload(data: Data(packet), quickAckWanted: false))
  }
}
