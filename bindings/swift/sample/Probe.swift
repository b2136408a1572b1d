// A probe: asks a data centre or a proxy for its public key fingerprints, and prints what came back.
import Foundation
import MTProto

@main
struct Probe {
  static func main() async {
    guard CommandLine.arguments.count == 2, let target = CommandLine.arguments.last else {
      fail(1, "usage: probe HOST:PORT | tg://proxy?... | https://t.me/proxy?...")
    }
    do {
      try await probe(target)
    } catch let error as MtprotoError {
      fail(4, error.reason)  // a sentence for the person who pasted the link, or about the peer
    } catch {
      fail(2, "\(target): \(error)")
    }
  }

  static func probe(_ target: String) async throws {
    // 1. Where to go, and how to talk there. A proxy needs its secret, and to be told the DC.
    var (host, port, config) = ("", UInt16(0), TransportConfig())
    if target.contains("proxy?") {
      let link = try ProxyLink.parse(text: target, mode: .lenient)
      (host, port) = (link.server(), link.port())
      config = TransportConfig(dc: DcId(number: 2), secrets: [link.secret()])
    } else {
      guard let colon = target.lastIndex(of: ":"), let number = UInt16(target[target.index(after: colon)...])
      else { fail(1, "HOST:PORT expected") }
      (host, port) = (target[..<colon].trimmingCharacters(in: ["[", "]"]), number)
    }

    // 2. The packet: req_pq_multi, in a message without encryption (auth key id 0).
    let nonce = (0..<16).map { _ in UInt8.random(in: 0...255) }
    let messageId = UInt64(Date().timeIntervalSince1970) << 32
    let words: [UInt64] = [0, messageId, 20 | 0xbe7e_8ef1 << 32]
    let packet = words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) } + nonce

    // 3. Send it, and see what happens.
    let connection = try await TransportConnection.connect(host: host, port: port, config)
    try await connection.send(packet)
    for try await event in connection.events {
      switch event {
      case .connected(let found): print("connected   by \(found.carrier), obfuscated: \(found.obfuscated)")
      case .payload(let answer, _):
        let ours = answer.count >= 56 && answer[20..<40].elementsEqual([0x63, 0x24, 0x16, 0x05] + nonce)
        guard ours else { fail(4, "the answer is not to our question") }
        return print("resPQ       with our nonce, \(answer.count) bytes")
      case .transportError(let code): fail(3, "error \(code): \(transportErrorMeaning(code: code))")
      case .closed: fail(2, "closed before the answer")
      case .quickAck, .notOurs: break  // for those who send data, and for servers
      }
    }
  }

  static func fail(_ status: Int32, _ message: String) -> Never {
    FileHandle.standardError.write(Data("probe: \(message)\n".utf8))
    exit(status)
  }
}
