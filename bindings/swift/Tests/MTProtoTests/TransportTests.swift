// The transport without a socket: both roles against each other, close, threads, a panic inside, memory.
import CMTProto
import Dispatch
import Foundation
import XCTest

@testable import MTProto

final class TransportTests: XCTestCase {
  private let plain = TransportConfig(envelope: .intermediate, obfuscated: false)
  private let packet = [UInt8](0..<40)

  private func payloads(_ events: [Event]) -> [[UInt8]] {
    events.compactMap { if case .payload(let data, _) = $0 { [UInt8](data) } else { nil } }
  }

  private func error(_ body: () throws -> Void) -> MtprotoError? {
    do {
      try body()
      return nil
    } catch {
      return error as? MtprotoError
    }
  }

  func testClientAndServerUnderstandEachOther() throws {
    for envelope in [Envelope.abridged, .intermediate, .paddedIntermediate, .full] {
      for obfuscated in [false, true] {
        let client = try Transport.client(
          TransportConfig(envelope: envelope, obfuscated: obfuscated, dc: DcId(number: 2)))
        let server = try Transport.server(
          TransportConfig(
            accept: AcceptedOpenings(plain: true, plainFull: true, obfuscated: true, obfuscatedFull: true)))
        try client.pushPayload(packet)
        let events = try server.receive(try client.takeWire())
        XCTAssertEqual(payloads(events), [packet])
        guard case .connected(let found) = events[0] else { return XCTFail("\(events)") }
        XCTAssertEqual(found.envelope, envelope)
        XCTAssertEqual(found.obfuscated, obfuscated)
        XCTAssertEqual(found.dcField, obfuscated ? 2 : nil)
        try server.pushPayload(Data(packet))
        XCTAssertEqual(payloads(try client.receive(try server.takeWireData())), [packet])
      }
    }
  }

  func testViewsShowWhatEventsHold() throws {
    let client = try Transport.client(plain)
    let server = try Transport.server()
    for _ in 0..<3 { try client.pushPayload(packet) }
    var seen: [String] = []
    try client.takeWire().withUnsafeBytes { bytes in
      try server.receive(bytes) { view in
        switch view {
        case .payload(let bytes, let wanted): seen.append("\(hex(bytes)) \(wanted)")
        case .other(.connected): seen.append("connected")
        case .other(let event): XCTFail("\(event)")
        }
      }
    }
    XCTAssertEqual(seen, ["connected"] + Array(repeating: "\(hex(packet)) false", count: 3))
  }

  func testDataSlicesAndPartialPulls() throws {
    let client = try Transport.client(plain)
    try client.pushPayload(Data([9, 1, 2, 3, 4, 9])[1..<5])
    var wire = [UInt8](repeating: 0, count: 5)
    XCTAssertEqual(try wire.withUnsafeMutableBytes { try client.pullWire(into: $0) }, 5)
    XCTAssertEqual(hex(wire) + hex(try client.takeWire()), "eeeeeeee" + "04000000" + "01020304")
    XCTAssertEqual(try client.takeWire(), [])
    let server = try Transport.server()
    XCTAssertEqual(try server.pushWire(Data([0, 0xef, 1, 1, 2, 3, 4])[1...]), 6)
    _ = try server.pullEvent()
    XCTAssertEqual(try server.pullEvent(), .payload(data: Data([1, 2, 3, 4]), quickAckWanted: false))
    XCTAssertNil(try server.pullEvent())
  }

  func testAFullReceiveBufferTakesNoMore() throws {
    let sender = try Transport.client(plain)
    for _ in 0..<100 { try sender.pushPayload([UInt8](repeating: 0, count: 1024)) }
    var wire = try sender.takeWire()
    let server = try Transport.server(TransportConfig(maxPayload: 1024))
    while case let count = try server.pushWire(wire), count > 0 { wire.removeFirst(count) }
    XCTAssertGreaterThan(wire.count, 90 * 1024)
    XCTAssertEqual(payloads(try server.receive(wire)).count, 100)
  }

  func testErrorsHaveTheirFigures() throws {
    let client = try Transport.client(plain)
    let events = try client.receive([4, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0])
    XCTAssertEqual(payloads(events), [[1, 2, 3, 4]])
    let failure = try XCTUnwrap(error { _ = try client.receive([UInt8]()) })
    XCTAssertEqual(failure.kind, .lengthMisaligned)
    XCTAssertEqual(failure.status, -203)
    XCTAssertTrue(failure.localizedDescription.contains("announced 5 bytes"), failure.localizedDescription)
    XCTAssertEqual(error { try client.checkAlive() }, failure)
    XCTAssertEqual(error { _ = try Secret.parse(text: "xx", mode: .strict) }?.kind, .secretText)
    let secret = try Secret.parse(text: "dd" + key, mode: .strict)
    let config = TransportConfig(envelope: .full, dc: DcId(number: 2), secrets: [secret])
    XCTAssertEqual(error { _ = try Transport.client(config) }?.kind, .configSecretNeedsPadding)
    XCTAssertFalse("\(secret) \(config)".contains("0011"))
  }

  private func exchange(_ client: Transport, _ server: Transport) throws -> [Event] {
    var events: [Event] = []
    for _ in 0..<3 {
      events += try server.receive(try client.takeWire())
      _ = try client.receive(try server.takeWire())
    }
    return events
  }

  func testFakeTlsConnectsOnceAndOnTimeOnly() throws {
    let secret = try Secret.parse(text: "ee" + key + hex("example.com".utf8), mode: .strict)
    let cache = ReplayCache.of(capacity: 16, windowSeconds: 600)
    var config = TransportConfig(dc: DcId(number: 2), secrets: [secret])
    config.replayCache = cache
    for profile in [TlsProfile.chrome, .safari, .classic] {
      config.tlsProfile = profile
      config.unixTime = 1_700_000_003
      let client = try Transport.client(config)
      try client.pushPayload(packet)
      config.unixTime = 1_700_000_000
      let events = try exchange(client, try Transport.server(config))
      guard case .connected(let found) = events[0] else { return XCTFail("\(events)") }
      XCTAssertEqual(found.carrier, .fakeTls)
      XCTAssertEqual(found.serverName, "example.com")
      XCTAssertEqual(found.clockSkew, 3)
      XCTAssertEqual(payloads(events), [packet])
    }
    XCTAssertEqual(cache.count(), 3)
    let client = try Transport.client(config)
    try client.pushPayload(packet)
    let hello = try client.takeWire()
    _ = try Transport.server(config).receive(hello)
    XCTAssertEqual(try Transport.server(config).receive(hello), [.notOurs(reason: .replayed, data: Data(hello))])
    config.replayCache = nil
    config.unixTime = 1_700_001_000
    let late = try Transport.server(config).receive(hello)
    XCTAssertEqual(late, [.notOurs(reason: .clockBehind(seconds: 1000), data: Data(hello))])
  }

  func testWebSocketAndHttpCarryPackets() throws {
    let accept = TransportConfig(accept: AcceptedOpenings(obfuscated: true, websocket: true, http: true))
    for carrier in [Carrier.websocket, .http] {
      let config =
        carrier == .http
        ? TransportConfig(http: HttpTarget(host: "example.com"))
        : TransportConfig(websocket: WebsocketTarget(host: "example.com"))
      let client = try Transport.client(config)
      try client.pushPayload(packet)
      let server = try Transport.server(accept)
      let events = try exchange(client, server)
      guard case .connected(let found) = events[0] else { return XCTFail("\(events)") }
      XCTAssertEqual(found.carrier, carrier)
      XCTAssertEqual(found.envelope, carrier == .http ? nil : .paddedIntermediate)
      XCTAssertEqual(payloads(events), [packet])
      try server.pushPayload(packet)
      XCTAssertEqual(payloads(try client.receive(try server.takeWire())), [packet])
    }
  }

  /// What it sends before it has its answer is kept; nothing is lost, nothing hangs.
  func testAnHttpClientMaySendAhead() throws {
    let server = try Transport.server(
      TransportConfig(accept: AcceptedOpenings(http: true), maxPayload: 1024))
    let head = [UInt8]("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: \(packet.count)\r\n\r\n".utf8)
    let count = 200
    var events = try server.receive([[UInt8]](repeating: head + packet, count: count).flatMap { $0 })
    for _ in 0..<count {
      XCTAssertEqual(payloads(events), [packet])
      try server.pushPayload(packet)
      _ = try server.takeWire()
      events = try server.receive([])
    }
    XCTAssertTrue(events.isEmpty)
  }

  func testEndpointsAreKnown() throws {
    XCTAssertEqual(try endpointAddresses(dc: DcId(number: 2)).first, EndpointAddress(host: "149.154.167.51", port: 443))
    let uri = try endpointUri(dc: DcId(number: 2, media: true), service: .websocket)
    XCTAssertEqual(uri, "wss://venus-1.web.telegram.org/apiws")
    XCTAssertEqual(error { _ = try endpointUri(dc: DcId(number: 9), service: .http) }?.kind, .noEndpoint)
  }

  /// What was kept of them is not lost where the end comes before the answers.
  func testRequestsThatWereSentAheadComeBeforeTheEnd() throws {
    let count = 1000
    let body = [UInt8](repeating: 7, count: 40)
    let request = Array("POST /api HTTP/1.1\r\nContent-Length: 40\r\n\r\n".utf8) + body
    let server = try Transport.server(TransportConfig(accept: AcceptedOpenings(http: true), maxPayload: 1024))
    var events = try server.receive(Array([[UInt8]](repeating: request, count: count).joined()))
    for _ in 0..<count {
      events += try server.receiveEnd()
      try server.pushPayload(body)
    }
    events += try server.receiveEnd()
    var seen = 0
    for case .payload in events { seen += 1 }
    XCTAssertEqual(seen, count)
    guard case .closed(reason: .betweenFrames) = events.last else { return XCTFail("\(events)") }
  }

  func testUseAfterCloseThrows() throws {
    let client = try Transport.client(plain)
    client.close()
    client.close()
    let calls: [() throws -> Void] = [
      { try client.pushPayload(self.packet) }, { _ = try client.takeWire() }, { _ = try client.pushWire(self.packet) },
      { _ = try client.pullEvent() }, { _ = try client.receive(self.packet) }, { _ = try client.receiveEnd() },
      { try client.pushWireEnd() }, { try client.pushOpening() }, { _ = try client.pendingWire() },
      { _ = try client.wantsRead() }, { try client.checkAlive() },
    ]
    for call in calls { XCTAssertEqual(error(call)?.kind, .objectClosed) }
  }

  func testAPanicIsAnErrorAndTheObjectStaysUnusable() throws {
    let native = try NativeTransport.client(config: plain)
    let transport = Transport(native, server: false)
    // A call that the shipped library does not have.
    typealias Panic = @convention(c) (OpaquePointer?) -> Int32
    let symbol = try XCTUnwrap(dlsym(nil, "mtproto_test_panic"), "the library is not the one for tests")
    let status = unsafeBitCast(symbol, to: Panic.self)(OpaquePointer(bitPattern: UInt(native.rawHandle())))
    XCTAssertEqual(error { try native.check(status: status) }?.kind, .panic)
    for _ in 0..<2 {
      XCTAssertEqual(error { try transport.pushPayload(self.packet) }?.kind, .panic)
      XCTAssertEqual(error { _ = try transport.receive(self.packet) }?.kind, .panic)
      XCTAssertEqual(error { try transport.pushOpening() }?.kind, .panic)
    }
  }

  /// Two threads push, two pull, and every packet comes out whole, once.
  func testThreadsDoNotCorruptIt() throws {
    let client = try Transport.client()
    let server = try Transport.server()
    let wire = Lock()
    let counted = Lock()
    let rounds = 3000
    nonisolated(unsafe) var seen = 0
    nonisolated(unsafe) var failures: [String] = []
    let move: @Sendable () -> Void = {
      do {
        // The wire is one stream: only what is on it has to stay in order.
        let events = try wire.locked { try server.receive(try client.takeWire()) }
        for case .payload(let data, _) in events {
          let whole = data.allSatisfy { $0 == data.first }
          counted.locked {
            seen += 1
            if !whole { failures.append("a mixed packet") }
          }
        }
      } catch {
        counted.locked { failures.append("\(error)") }
      }
    }
    let done = DispatchGroup()
    for who in 0..<4 {
      done.enter()
      Thread.detachNewThread {
        for round in 0..<rounds {
          if who < 2 {
            let payload = [UInt8](repeating: UInt8(who + 1), count: 24 + 16 * (round % 50))
            do { try client.pushPayload(payload) } catch { counted.locked { failures.append("\(error)") } }
          } else {
            move()
          }
        }
        done.leave()
      }
    }
    done.wait()
    move()
    XCTAssertEqual(failures, [])
    XCTAssertEqual(seen, 2 * rounds)
  }

  /// Threads that use it while another closes it: an error at worst.
  func testClosingWhileOthersUseItIsSafe() throws {
    for _ in 0..<200 {
      let client = try Transport.client(plain)
      let packet = packet
      let done = DispatchGroup()
      for _ in 0..<2 {
        done.enter()
        // Threads of their own: a queue may have fewer than three.
        Thread.detachNewThread {
          while (try? client.pushPayload(packet)) != nil, (try? client.takeWire()) != nil {}
          done.leave()
        }
      }
      usleep(200)
      client.close()
      done.wait()
      XCTAssertEqual(error { try client.checkAlive() }?.kind, .objectClosed)
    }
  }

  /// Resident memory of the process, in KiB.
  private func resident() throws -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      throw XCTSkip("memory is measured by /proc")
    }
    let line = try XCTUnwrap(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
    return try XCTUnwrap(Int(line.filter(\.isNumber)))
  }

  /// A hundred thousand transports, closed or forgotten: what is not freed shows as 200 MB.
  func testMemoryStaysFlat() throws {
    let payload = [UInt8](repeating: 7, count: 1024)
    func use(close: Bool) throws {
      let transport = try Transport.client()
      try transport.pushPayload(payload)
      _ = try transport.takeWire()
      if close { transport.close() }
    }
    for _ in 0..<10_000 { try use(close: false) }
    let before = try resident()
    for round in 0..<100_000 { try use(close: round % 2 == 0) }
    let grown = try resident() - before
    print("leak: 100000 transports, resident memory \(before) KiB, then +\(grown) KiB")
    XCTAssertLessThan(grown, 16 * 1024)
  }
}
