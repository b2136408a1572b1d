// Over real sockets, against the C responder: every envelope, every obfuscation; the end, and cancellation.
import Foundation
import XCTest

@testable import MTProto

final class ConnectionTests: XCTestCase {
  /// 17 ways with 1,000 payloads each, up to 1 MiB: 1.6 GB and back.
  func testEveryEnvelopeAndObfuscation() async throws {
    let responder = try Responder()
    let secret = try Secret.parse(text: key, mode: .strict)
    let domain = try Secret.parse(text: domainSecret, mode: .strict)
    let payloads = Payloads()
    let count = 1000
    for envelope in [Envelope.abridged, .intermediate, .paddedIntermediate, .full] {
      var ways = [
        TransportConfig(envelope: envelope, obfuscated: false),
        TransportConfig(envelope: envelope),
        TransportConfig(envelope: envelope, dc: DcId(number: 2), secrets: [secret]),
        TransportConfig(envelope: envelope, websocket: WebsocketTarget(host: "localhost")),
      ]
      if envelope == .paddedIntermediate {
        ways.append(TransportConfig(dc: DcId(number: 2), secrets: [domain]))
      }
      for config in ways {
        let connection = try await TransportConnection.connect(host: "127.0.0.1", port: responder.port, config)
        async let sent: Void = {
          for index in 0..<count { try await connection.send(payloads[index]) }
        }()
        var seen = 0
        var connected = false
        for try await event in connection.events {
          switch event {
          case .connected: connected = true
          case .payload(let data, _):
            XCTAssertEqual(data, Data(payloads[seen]))
            seen += 1
          default: XCTFail("\(event)")
          }
          if seen == count { break }
        }
        try await sent
        XCTAssertTrue(connected && seen == count)
        connection.close()
      }
    }
  }

  /// Over HTTP each payload waits for the answer to the one before.
  func testHttpTakesTurns() async throws {
    let responder = try Responder()
    let config = TransportConfig(http: HttpTarget(host: "localhost"), queueTurns: true)
    let connection = try await TransportConnection.connect(host: "127.0.0.1", port: responder.port, config)
    let payloads = (0..<50).map { _ in randomPayload(longest: 200_000) }
    for payload in payloads { try await connection.send(payload) }
    var left = payloads[...]
    for try await event in connection.events {
      if case .payload(let data, _) = event { XCTAssertEqual(data, Data(left.removeFirst())) }
      if left.isEmpty { break }
    }
    XCTAssertTrue(left.isEmpty)
    connection.close()
  }

  /// A pair of sockets, ours and the peer's.
  private func pair() throws -> (TransportConnection, Int32) {
    var descriptors: [Int32] = [0, 0]
    XCTAssertEqual(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors), 0)
    let transport = try Transport.client(TransportConfig(envelope: .intermediate, obfuscated: false))
    return (TransportConnection(descriptor: descriptors[0], transport: transport), descriptors[1])
  }

  func testTheEndIsAnEvent() async throws {
    let (connection, peer) = try pair()
    let frames: [UInt8] = [4, 0, 0, 0, 1, 2, 3, 4, 4, 0, 0, 0, 5, 6, 7, 8]
    XCTAssertEqual(write(peer, frames, frames.count), frames.count)
    close(peer)
    var seen: [Event] = []
    for try await event in connection.events { seen.append(event) }
    XCTAssertEqual(seen.count, 4)
    XCTAssertEqual(seen[2], .payload(data: Data([5, 6, 7, 8]), quickAckWanted: false))
    XCTAssertEqual(seen[3], .closed(reason: .betweenFrames))
  }

  func testABrokenProtocolThrowsAfterTheLastEvent() async throws {
    let (connection, peer) = try pair()
    let frames: [UInt8] = [4, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]
    XCTAssertEqual(write(peer, frames, frames.count), frames.count)
    var payloads = 0
    do {
      for try await event in connection.events {
        if case .payload = event { payloads += 1 }
      }
      XCTFail("no error came")
    } catch let error as MtprotoError {
      XCTAssertEqual(error.kind, .lengthMisaligned)
    }
    XCTAssertEqual(payloads, 1)
    close(peer)
  }

  /// A WebSocket that fails ends in a close frame with a code, also where the app closes it at once.
  func testABrokenWebSocketIsClosedWithACode() async throws {
    var descriptors: [Int32] = [0, 0]
    XCTAssertEqual(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors), 0)
    let transport = try Transport.client(TransportConfig(websocket: WebsocketTarget(host: "localhost")))
    let connection = TransportConnection(descriptor: descriptors[0], transport: transport)
    try await connection.send([UInt8](repeating: 0, count: 40))
    let peer = descriptors[1]
    var buffer = [UInt8](repeating: 0, count: 4096)
    let server = try Transport.server(
      TransportConfig(accept: AcceptedOpenings(obfuscated: true, websocket: true)))
    _ = try server.receive([UInt8](buffer[..<read(peer, &buffer, buffer.count)]))
    // A frame with reserved bits.
    let answer = try server.takeWire() + [0xf2, 0]
    XCTAssertEqual(write(peer, answer, answer.count), answer.count)
    do {
      for try await _ in connection.events {}
      XCTFail("no error came")
    } catch let error as MtprotoError {
      XCTAssertEqual(error.kind, .websocketFrame)
    }
    connection.close()
    var last: [UInt8] = []
    while true {
      let count = read(peer, &buffer, buffer.count)
      guard count > 0 else { break }
      last = (last + buffer[..<count]).suffix(8)
    }
    XCTAssertEqual(last.prefix(2), [0x88, 0x82])
    close(peer)
  }

  private let packet = [UInt8](0..<40)

  private func request(_ field: String = "") -> [UInt8] {
    Array("POST /api HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 40\r\n\r\n".utf8) + packet
  }

  /// A server over HTTP, and its client's socket.
  private func overHttp() throws -> (TransportConnection, Int32) {
    var descriptors: [Int32] = [0, 0]
    XCTAssertEqual(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors), 0)
    let server = try Transport.server(TransportConfig(accept: AcceptedOpenings(http: true), maxPayload: 1024))
    return (TransportConnection(descriptor: descriptors[0], transport: server), descriptors[1])
  }

  /// Many requests in one write: the next is taken when the one before is answered, also where the
  /// app asks for it before. A close ends that wait.
  func testAnHttpClientMaySendAhead() async throws {
    let (connection, peer) = try overHttp()
    let (count, packet) = (100, packet)
    let all = Array([[UInt8]](repeating: request(), count: count).joined())
    XCTAssertEqual(write(peer, all, all.count), all.count)
    let allSeen = expectation(description: "all requests")
    let receiving = Task {
      var seen = 0
      for try await event in connection.events {
        guard case .payload(let data, _) = event else { continue }
        XCTAssertEqual(data, Data(packet))
        seen += 1
        // The last one stays without an answer.
        if seen == count {
          allSeen.fulfill()
        } else {
          Task {
            // So that the next one is asked for before.
            try await Task.sleep(nanoseconds: 1_000_000)
            try await connection.send(packet)
          }
        }
      }
    }
    await fulfillment(of: [allSeen], timeout: 60)
    connection.close()
    if case .success = await receiving.result { XCTFail("it went on") }
    close(peer)
  }

  /// The answer may come at any point of the receiver's way to the next request.
  func testAnAnswerFromAnotherTaskIsSeen() async throws {
    let (connection, peer) = try overHttp()
    let (rounds, packet, two) = (500, packet, request() + request())
    // A client that waits for both answers, each with a head of 103 bytes.
    let client = Thread {
      for _ in 0..<rounds {
        _ = write(peer, two, two.count)
        var (left, buffer) = (2 * (103 + packet.count), [UInt8](repeating: 0, count: 286))
        while left > 0 {
          let count = read(peer, &buffer, left)
          if count <= 0 { return }
          left -= count
        }
      }
      shutdown(peer, Int32(SHUT_RDWR))
    }
    client.start()
    var seen = 0
    for try await event in connection.events {
      guard case .payload = event else { continue }
      seen += 1
      Task {
        for _ in 0..<Int.random(in: 0..<300) { await Task.yield() }
        try await connection.send(packet)
      }
    }
    XCTAssertEqual(seen, 2 * rounds)
    connection.close()
    close(peer)
  }

  /// Behind the last answer there is only the client's end.
  func testAnHttpClientIsSeenToLeave() async throws {
    let (connection, peer) = try overHttp()
    let last = request("Connection: close\r\n")
    XCTAssertEqual(write(peer, last, last.count), last.count)
    var events: [Event] = []
    for try await event in connection.events {
      events.append(event)
      guard case .payload = event else { continue }
      try await connection.send(packet)
      var buffer = [UInt8](repeating: 0, count: 500)
      XCTAssertGreaterThan(read(peer, &buffer, buffer.count), 0)
      close(peer)
    }
    XCTAssertEqual(events.count, 3)
    guard case .closed = events.last else { return XCTFail("\(events)") }
  }

  /// The peer sees the end of the stream as soon as the task is cancelled.
  func testCancellationClosesTheSocket() async throws {
    let (connection, peer) = try pair()
    let task = Task {
      for try await _ in connection.events {}
    }
    try await Task.sleep(nanoseconds: 100_000_000)
    task.cancel()
    let result = await task.result
    if case .success = result { XCTFail("it went on") }
    var byte: UInt8 = 0
    XCTAssertEqual(recv(peer, &byte, 1, 0), 0)
    close(peer)
  }

  /// Two ends that are connected: a client and a server.
  private func clientAndServer() throws -> (TransportConnection, TransportConnection) {
    var ends: [Int32] = [0, 0]
    XCTAssertEqual(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends), 0)
    return (
      TransportConnection(descriptor: ends[0], transport: try Transport.client()),
      TransportConnection(descriptor: ends[1], transport: try Transport.server())
    )
  }

  /// The second time there is nothing, and no waiting for a second end.
  func testEventsEndOnceAndForAll() async throws {
    let (client, server) = try clientAndServer()
    try await client.send([UInt8](repeating: 7, count: 40))
    client.close()
    var seen = 0
    for try await _ in server.events { seen += 1 }
    XCTAssertEqual(seen, 3)
    for try await event in server.events { XCTFail("\(event)") }
  }

  func testCancellingThrowsThatItWasCancelled() async throws {
    // Of each pair the other end stays: its leaving would be an error, or an end, of its own.
    let (idle, receiver) = try clientAndServer()
    let (sender, deaf) = try clientAndServer()
    defer { for connection in [idle, deaf] { connection.close() } }
    let receiving = Task { for try await _ in receiver.events {} }
    let sending = Task { while true { try await sender.send([UInt8](repeating: 7, count: 1 << 20)) } }
    try await Task.sleep(nanoseconds: 50_000_000)
    for task in [receiving, sending] {
      task.cancel()
      do {
        try await task.value
        XCTFail("it went on")
      } catch is CancellationError {
      }
    }
  }

  /// Each that waited took a thread, and Dispatch has 255: nothing could be sent any more.
  func testVeryManyConnectionsWaitWithoutThreads() async throws {
    let pairs = try (0..<300).map { _ in try clientAndServer() }
    let packet = [UInt8](repeating: 7, count: 40)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for (client, server) in pairs {
        group.addTask {
          for try await event in server.events {
            if case .payload(let data, _) = event { try await server.send(data) }
          }
          return true
        }
        group.addTask {
          try await client.send(packet)
          for try await event in client.events {
            if case .payload(let data, _) = event { return data == Data(packet) }
          }
          return false
        }
      }
      var echoed = 0
      while let good = try await group.next() {
        XCTAssertTrue(good)
        echoed += 1
        if echoed == pairs.count { for (client, _) in pairs { client.close() } }
      }
      XCTAssertEqual(echoed, 2 * pairs.count)
    }
  }

  func testErrorsOfTheSystemAreDescribed() {
    let error: any Error = SocketError(call: "recv", reason: "Connection reset by peer")
    XCTAssertEqual(error.localizedDescription, "recv: Connection reset by peer")
  }

  func testCredentialsAreNotPrinted() {
    let http = HttpTarget(host: "a", proxyAuthorization: "basic dXNlcjpwYXNz")
    for text in ["\(http)", String(reflecting: http), "\(TransportConfig(http: http))"] {
      XCTAssertTrue(text.contains("...") && !text.contains("dXNlcjpwYXNz"), text)
    }
  }
}
