// The cases that all languages share (tests/cases).
import Foundation
import XCTest

@testable import MTProto

final class CasesTests: XCTestCase {
  private struct Failure: Error, CustomStringConvertible { let description: String }

  private func cases(_ file: String) throws -> [[String: Any]] {
    let folder = ProcessInfo.processInfo.environment["MTPROTO_CASES"] ?? "../../tests/cases"
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
    let all = try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try XCTUnwrap(all["cases"] as? [[String: Any]])
  }

  private func words(_ line: String) -> [String] {
    line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
  }

  private func bytes(_ text: String) -> [UInt8] {
    text.split(separator: "+").filter { $0 != "-" }.flatMap { part -> [UInt8] in
      if part.hasPrefix("counter:") {
        return (0..<Int(part.dropFirst(8))!).map { UInt8(truncatingIfNeeded: $0) }
      }
      let digits = part.utf8.map { UInt8($0 < 0x3a ? $0 - 0x30 : $0 - 0x57) }
      return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }

  private let envelopes: [String: Envelope] = [
    "abridged": .abridged, "intermediate": .intermediate, "padded_intermediate": .paddedIntermediate, "full": .full,
  ]

  private func config(_ lines: [String]) throws -> TransportConfig {
    var config = TransportConfig()
    for line in lines {
      let words = words(line)
      let value = words[1]
      switch words[0] {
      case "envelope": config.envelope = envelopes[value]!
      case "obfuscated": config.obfuscated = value != "no"
      case "trim": config.trim = value != "no"
      case "quick_ack_form": config.quickAckForm = .raw
      case "dc": config.dc = try dcIdFromWire(number: Int16(value)!)
      case "secret": config.secrets.append(try Secret.parse(text: value, mode: .strict))
      case "accept":
        let has = Set(value.split(separator: ",").map(String.init))
        config.accept = AcceptedOpenings(
          plain: has.contains("plain"), plainFull: has.contains("plain_full"), obfuscated: has.contains("obfuscated"),
          secret: has.contains("secret"), websocket: has.contains("websocket"), http: has.contains("http"),
          obfuscatedFull: has.contains("obfuscated_full"))
      case "websocket": config.websocket = WebsocketTarget(host: value)
      case "http": config.http = HttpTarget(host: value)
      case "max_payload": config.maxPayload = UInt32(value)!
      case "max_padding": config.maxPadding = UInt32(value)!
      case "entropy": config.entropy = Data(bytes(value))
      default: throw Failure(description: "no knob is called \(line)")
      }
    }
    return config
  }

  /// `notAccepted` is `not_accepted`.
  private func snake(_ value: Any) -> String {
    "\(value)".reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  private func described(_ event: Event?) -> String {
    switch event {
    case nil: return "none"
    case .connected(let found):
      let dc = found.dcField.map { "\($0)" } ?? "-"
      let secret = found.secretIndex.map { "\($0)" } ?? "-"
      let way = found.obfuscated ? "obfuscated" : "plain"
      return "connected \(found.envelope.map(snake) ?? "-") \(way) dc=\(dc) secret=\(secret)"
    case .payload(let data, let wanted): return "payload \(hex(data)) \(wanted ? "ack" : "-")"
    case .quickAck(let token): return "quick_ack \(token)"
    case .transportError(let code): return "transport_error \(code)"
    case .notOurs(let reason, let data): return "not_ours \(snake(reason)) \(hex(data))"
    case .closed(let reason): return "closed \(snake(reason))"
    }
  }

  private func expected(_ words: [String]) -> String {
    switch words[0] {
    case "payload": "payload \(hex(bytes(words[1]))) \(words[2])"
    case "not_ours": "not_ours \(words[1]) \(hex(bytes(words[2])))"
    default: words.joined(separator: " ")
    }
  }

  private func same(_ found: String, _ expected: String) throws {
    if found != expected { throw Failure(description: "found \(found), expected \(expected)") }
  }

  private func step(_ transport: Transport, _ words: [String], _ chunk: Int) throws {
    switch words[0] {
    case "fail":
      do {
        try step(transport, Array(words.dropFirst(3)), chunk)
      } catch let error as MtprotoError {
        return try same("\(error.status)", words[2])
      }
      throw Failure(description: "\(words) did not fail")
    case "payload": try transport.pushPayload(bytes(words[1]), quickAck: words.count > 2 ? UInt32(words[2])! : nil)
    case "opening": try transport.pushOpening()
    case "quick_ack": try transport.pushQuickAck(UInt32(words[1])!)
    case "transport_error": try transport.pushTransportError(UInt32(words[1])!)
    case "wire":
      let wire = try transport.takeWire()
      if words[1] != "*" { try same(hex(wire), hex(bytes(words[1]))) }
    case "receive":
      let all = bytes(words[1])
      // A megabyte byte by byte takes long in a debug build.
      let chunk = all.count > 1 << 16 ? max(chunk, 4093) : chunk
      for start in stride(from: 0, to: all.count, by: chunk) {
        let piece = Array(all[start..<min(start + chunk, all.count)])
        try same("\(try transport.pushWire(piece))", "\(piece.count)")
      }
    case "end": try transport.pushWireEnd()
    case "event" where words.count == 1: _ = try transport.pullEvent()
    case "event" where words[1] == "skip":
      while let event = try? transport.pullEvent() { _ = event }
    case "event" where words.suffix(2) == ["closed", "*"]:
      try same(String(described(try transport.pullEvent()).prefix(6)), "closed")
    case "event": try same(described(try transport.pullEvent()), expected(Array(words.dropFirst())))
    default: throw Failure(description: "no step is called \(words)")
    }
  }

  private func run(_ test: [String: Any], _ chunk: Int) throws {
    let steps = (test["steps"] as! [String]).map(words)
    let role = test["role"] as! String
    if role == "none" {
      for step in steps {
        let token = try computeQuickAckToken(authKey: Data(bytes(step[1])), plaintext: Data(bytes(step[2])))
        try same("\(token)", step[3])
      }
      return
    }
    do {
      let config = try config(test["config"] as! [String])
      let transport = role == "client" ? try Transport.client(config) : try Transport.server(config)
      for words in steps { try step(transport, words, chunk) }
    } catch let error as MtprotoError where steps[0][0] == "refuse" {
      try same("\(error.status)", steps[0][2])
    }
  }

  private func runAll(_ chunk: Int) throws {
    let cases = try cases("transport.json")
    XCTAssertGreaterThan(cases.count, 500)
    for test in cases {
      do { try run(test, chunk) } catch { XCTFail("\(test["name"]!): \(error)") }
    }
  }

  func testTransportsInOnePiece() throws { try runAll(Int.max / 2) }

  func testTransportsByteByByte() throws { try runAll(1) }

  private func text(_ test: [String: Any]) throws -> [String: String?] {
    let text = test["text"] as! String
    let mode = test["mode"] as! String == "strict" ? ParseMode.strict : .lenient
    switch test["kind"] as! String {
    case "secret":
      let secret = try Secret.parse(text: text, mode: mode)
      let key = hex(secret.key())
      switch secret.form() {
      case .plain: return ["form": "plain", "key": key, "domain": nil, "canonical": secret.toText()]
      case .tagged: return ["form": "tagged", "key": key, "domain": nil, "canonical": secret.toText()]
      case .fakeTls(let domain):
        return ["form": "fake_tls", "key": key, "domain": domain, "canonical": secret.toText()]
      }
    case "link":
      switch try parseLink(text: text, mode: mode) {
      case .mtProxy(let proxy):
        let found = ["server": proxy.server(), "port": "\(proxy.port())", "secret": proxy.secret().toText()]
        if test["tg"] == nil { return found }
        return found.merging(["tg": proxy.toTgLink(), "https": proxy.toHttpsLink()]) { first, _ in first }
      case .socks5(let proxy):
        return ["server": proxy.server, "port": "\(proxy.port)", "user": proxy.user, "password": proxy.password]
      }
    default:
      let dc = try dcIdFromWire(number: Int16(text)!)
      try same("\(try dc.wireNumber())", text)
      return ["number": "\(dc.number)", "test": "\(dc.test)", "media": "\(dc.media)"]
    }
  }

  func testTexts() throws {
    let cases = try cases("texts.json")
    XCTAssertGreaterThan(cases.count, 20)
    for test in cases {
      let refused = test["refused"] as? String
      do {
        let found = try text(test)
        XCTAssertNil(refused, "\(test)")
        for (name, value) in found {
          let flag = name == "test" || name == "media" ? test[name] as? Bool : nil
          let expected = flag.map { "\($0)" } ?? test[name].map { "\($0)" }
          XCTAssertEqual(value, expected, "\(name) of \(test)")
        }
      } catch let error as MtprotoError {
        XCTAssertTrue(error.reason.contains(refused ?? "nothing"), "\(test): \(error.reason)")
      }
    }
  }
}
