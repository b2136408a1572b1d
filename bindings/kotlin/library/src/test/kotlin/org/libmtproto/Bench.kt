// The cost of a burst in Kotlin, by UniFFI and by the C ABI: lines as bindings/bench/bench.c prints them.
package org.libmtproto

import java.nio.ByteBuffer

private const val BYTES_PER_ROUND = 4 shl 20
private const val ROUNDS = 200
private val config = TransportConfig(envelope = Envelope.INTERMEDIATE, obfuscated = System.getenv("BENCH_PLAIN") == null)

/**
 * The best of many rounds of a millisecond or two, in nanoseconds for one burst: on a busy machine most are interrupted, but
 * not all. The first rounds warm the compiler up.
 */
private fun measure(path: String, size: Int, packets: Int, burst: () -> Int) {
    val bursts = minOf(BYTES_PER_ROUND / (size * packets), if (path == "uniffi") maxOf(50 / packets, 1) else 5_000)
    var best = Long.MAX_VALUE
    repeat(ROUNDS) {
        val start = System.nanoTime()
        repeat(bursts) { check(burst() == packets) }
        best = minOf(best, (System.nanoTime() - start) / bursts)
    }
    println("kotlin $path $size $packets $best")
}

private fun count(events: List<Event>): Int = events.count { it is Event.Payload }

public fun main() {
    for ((size, packets) in listOf(64 to 1, 64 to 100, 1024 to 1, 1024 to 64, 65536 to 1)) {
        val bytes = ByteArray(size) { 7 }
        val direct = ByteBuffer.allocateDirect(size).put(bytes).flip() as ByteBuffer
        val wire = ByteBuffer.allocateDirect((size + 64) * packets + 128)

        val slowClient = NativeTransport.client(config)
        val slowServer = NativeTransport.server(config)
        fun move() = slowServer.receive((wire.clear() as ByteBuffer).put(slowClient.takeWire()).flip() as ByteBuffer)
        slowClient.pushOpening()
        move()
        measure("uniffi", size, packets) {
            repeat(packets) { slowClient.pushPayload(direct) }
            count(move())
        }

        val client = Transport.client(config)
        val server = Transport.server(config)
        client.pushOpening()
        server.receive(client.takeWire())
        measure("array", size, packets) {
            repeat(packets) { client.pushPayload(bytes) }
            count(server.receive(client.takeWire()))
        }
        measure("copy", size, packets) {
            repeat(packets) { client.pushPayload(direct.duplicate()) }
            wire.clear()
            client.pullWire(wire)
            wire.flip()
            count(server.receive(wire))
        }
        val payloads = List(packets) { bytes }
        measure("burst", size, packets) {
            client.pushPayloads(payloads)
            wire.clear()
            client.pullWire(wire)
            wire.flip()
            count(server.receive(wire))
        }
    }
}
