// The cost of a burst in Swift, by UniFFI and by the C ABI: lines as bindings/bench/bench.c prints them.
import Dispatch
import Foundation
import MTProto

/// What a round moves, so that small and large bursts take about as long.
let bytesPerRound = 4 << 20

/// The best of many rounds of a millisecond or two, in nanoseconds for one burst: on a busy machine
/// most are interrupted, but not all.
@MainActor
func measure(_ path: String, _ size: Int, _ packets: Int, _ burst: () throws -> Int) rethrows {
  let bursts = min(bytesPerRound / (size * packets), path == "uniffi" ? 50 : 5_000)
  var best = UInt64.max
  for _ in 0..<200 {
    let start = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<bursts {
      let seen = try burst()
      precondition(seen == packets)
    }
    best = min(best, (DispatchTime.now().uptimeNanoseconds - start) / UInt64(bursts))
  }
  print("swift", path, size, packets, best)
}

func count(_ events: [Event]) -> Int {
  var packets = 0
  for case .payload in events { packets += 1 }
  return packets
}

for (size, packets) in [(64, 1), (64, 100), (1024, 1), (1024, 64), (65536, 1)] {
  let plain = ProcessInfo.processInfo.environment["BENCH_PLAIN"] != nil
  let config = TransportConfig(envelope: .intermediate, obfuscated: !plain)
  let bytes = [UInt8](repeating: 7, count: size)
  let data = Data(bytes)

  let slowClient = try NativeTransport.client(config: config)
  let slowServer = try NativeTransport.server(config: config)
  try slowClient.pushOpening()
  _ = try slowServer.receive(bytes: try slowClient.takeWire())
  try measure("uniffi", size, packets) {
    for _ in 0..<packets { try slowClient.pushPayload(payload: data) }
    return count(try slowServer.receive(bytes: try slowClient.takeWire()))
  }

  let client = try Transport.client(config)
  let server = try Transport.server(config)
  try client.pushOpening()
  _ = try server.receive(try client.takeWire())
  let wire = UnsafeMutableRawBufferPointer.allocate(byteCount: (size + 64) * packets + 128, alignment: 16)
  try measure("copy", size, packets) {
    for _ in 0..<packets { try client.pushPayload(bytes) }
    let length = try client.pullWire(into: wire)
    return count(try server.receive(UnsafeRawBufferPointer(rebasing: wire[..<length])))
  }
  try measure("view", size, packets) {
    for _ in 0..<packets { try client.pushPayload(bytes) }
    let length = try client.pullWire(into: wire)
    var seen = 0
    try server.receive(UnsafeRawBufferPointer(rebasing: wire[..<length])) { view in
      if case .payload(let bytes, _) = view, bytes.count == size { seen += 1 }
    }
    return seen
  }
}
