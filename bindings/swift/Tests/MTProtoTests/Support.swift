// What several tests need: hex, random payloads, the responder on loopback.
import Foundation
import XCTest

@testable import MTProto

let key = "00112233445566778899aabbccddeeff"

/// The key, and example.com.
let domainSecret = "ee" + key + "6578616d706c652e636f6d"

func hex(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// As long as encrypted messages are (24 and whole blocks of 16), or padding could not be told from
/// them.
func randomPayload(longest: Int) -> [UInt8] {
  var payload = [UInt8](repeating: 0, count: 24 + 16 * Int.random(in: 0..<(longest - 8) / 16))
  payload.withUnsafeMutableBytes { arc4random_buf($0.baseAddress!, $0.count) }
  return payload
}

/// Payloads of all magnitudes up to 1 MiB, the first one the longest. Each is made from its number,
/// so that who sends and who compares need not keep them.
struct Payloads: Sendable {
  private let pool: [UInt8]

  init() {
    var bytes = [UInt8](repeating: 0, count: 2 << 20)
    bytes.withUnsafeMutableBytes { arc4random_buf($0.baseAddress!, $0.count) }
    pool = bytes
  }

  subscript(index: Int) -> [UInt8] {
    // Any sequence will do that both sides compute.
    let mixed = (UInt64(index) &+ 1) &* 0x9e37_79b9_7f4a_7c15
    let magnitude = Double(mixed >> 40) / Double(1 << 24)
    let blocks = index == 0 ? 65_534 : Int(pow(2, 16 * magnitude)) - 1
    let start = Int(mixed & 0xf_ffff)
    return Array(pool[start..<start + 24 + 16 * blocks])
  }
}

/// The C responder that echoes; it is the other side of every test over a socket.
final class Responder {
  private let process = Process()
  private let output = Pipe()
  let port: UInt16

  init() throws {
    let path = ProcessInfo.processInfo.environment["MTPROTO_RESPONDER"] ?? "../../build/bin/mtproto-responder"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw XCTSkip("\(path) is not there: run make, or set MTPROTO_RESPONDER")
    }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["--echo", "--secret", key, "--secret", domainSecret]
    process.standardOutput = output
    try process.run()
    let descriptor = output.fileHandleForReading.fileDescriptor
    var (line, byte) = ("", UInt8(0))
    while read(descriptor, &byte, 1) == 1, byte != 10 { line.append(Character(UnicodeScalar(byte))) }
    port = try XCTUnwrap(line.split(separator: ":").last.flatMap { UInt16($0) }, line)
    // Its log has to be read, or it blocks.
    Thread.detachNewThread {
      var log = [UInt8](repeating: 0, count: 4096)
      while read(descriptor, &log, log.count) > 0 {}
    }
  }

  deinit { stop() }

  /// Its connections end with it.
  func stop() {
    guard process.isRunning else { return }
    // Not waited for: that would run this thread's run loop, which a task's thread has none of.
    // Nor asked to end: a task's thread blocks signals, and its children inherit that.
    kill(process.processIdentifier, SIGKILL)
  }
}
