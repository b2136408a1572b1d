// Many packets in one call: the same bytes and events as one by one, and what happens to a packet that is refused.
package org.libmtproto

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.LinkedList
import java.util.Random
import java.util.concurrent.CyclicBarrier
import kotlin.concurrent.thread

class BurstTest {
    private val plain = TransportConfig(envelope = Envelope.INTERMEDIATE, obfuscated = false)
    private val anything = TransportConfig(
        accept = AcceptedOpenings(plain = true, plainFull = true, obfuscated = true, obfuscatedFull = true),
    )

    /** As long as encrypted messages are, and not beginning with zeros: from others padding could not be told. */
    private fun small(count: Int): List<ByteArray> = List(count) { index -> ByteArray(72) { (index % 100 + 1).toByte() } }

    private fun data(events: List<Event>): List<ByteArray> = events.filterIsInstance<Event.Payload>().map { it.data }

    private fun assertSame(expected: List<ByteArray>, found: List<ByteArray>) {
        assertEquals(expected.size, found.size)
        for (index in expected.indices) assertArrayEquals(expected[index], found[index], "payload $index")
    }

    /** Bursts of many small ones, of more than a thread's memory holds, and with one that alone is more. */
    @Test
    fun aBurstIsWhatItsPacketsAreOneByOne() {
        val random = Random(9)
        val bursts = listOf(
            List(1000) { random.payload(200) },
            List(40) { random.payload(40_000) },
            listOf(random.payload(100), ByteArray(300_008) { 5 }, random.payload(100), ByteArray(262_136) { 6 }, random.payload(100)),
            listOf(random.payload(100)),
            emptyList(),
        )
        for (envelope in Envelope.entries) {
            for (obfuscated in listOf(false, true)) {
                val config = TransportConfig(
                    envelope = envelope,
                    obfuscated = obfuscated,
                    entropy = ByteArray(100_000) { (it * 7 + it / 256).toByte() },
                )
                val single = Transport.client(config)
                val burst = Transport.client(config)
                val server = Transport.server(anything)
                for (payloads in bursts) {
                    payloads.forEach { single.pushPayload(it) }
                    burst.pushPayloads(payloads)
                    val wire = burst.takeWire()
                    assertArrayEquals(single.takeWire(), wire)
                    assertSame(payloads, data(server.receive(wire)))
                }
            }
        }
    }

    @Test
    fun eventsOfAllKindsKeepTheirOrder() {
        val client = Transport.client()
        val server = Transport.server()
        client.pushPayloads(small(3))
        val token = 0x8000_0001u
        client.pushPayload(ByteArray(72) { 9 }, quickAck = token)
        client.pushPayloads(small(200))
        val events = ArrayList<Event>()
        val wire = client.takeWire()
        assertEquals(wire.size, server.pushWire(wire))
        events += server.pullEvents()
        assertInstanceOf(Event.Connected::class.java, events[0])
        assertEquals(205, events.size)
        assertEquals(listOf(4), events.indices.filter { (events[it] as? Event.Payload)?.quickAckWanted == true })
        assertSame(small(3) + ByteArray(72) { 9 } + small(200), data(events))
        assertEquals(emptyList<Event>(), server.pullEvents())
        server.pushPayloads(small(2))
        server.pushQuickAck(token)
        server.pushTransportError(404u)
        val answers = client.receive(server.takeWire())
        assertSame(small(2), data(answers))
        assertEquals(listOf(Event.QuickAck(token), Event.TransportError(404u)), answers.takeLast(2))
    }

    /** Whether the refused one is early, or behind what one call into the library takes. */
    @Test
    fun aRefusedPacketIsNamedAndThoseBeforeItAreQueued() {
        for ((count, size, bad) in listOf(
            Triple(5, 64, 2),
            Triple(5, 64, 0),
            Triple(300, 4096, 200),
            Triple(3, 300_000, 1),
            Triple(3, 64, 2),
        )) {
            for ((wrong, kind) in listOf(ByteArray(0) to ErrorKind.PAYLOAD_EMPTY, ByteArray(5) to ErrorKind.PAYLOAD_MISALIGNED)) {
                val client = Transport.client(plain)
                val payloads = List(count) { index -> if (index == bad) wrong else ByteArray(size) { index.toByte() } }
                val error = assertThrows(MtprotoException::class.java) { client.pushPayloads(payloads) }
                assertEquals(kind to bad, error.kind to error.refusedIndex)
                assertTrue("payload $bad of $count was refused" in error.suppressed.single().message!!)
                // The rest can follow.
                client.pushPayloads(payloads.drop(bad + 1))
                val got = data(Transport.server(anything).receive(client.takeWire()))
                assertSame(payloads.filterIndexed { index, _ -> index != bad }, got)
            }
        }
        val error = assertThrows(MtprotoException::class.java) { Transport.client(plain).pushPayload(ByteArray(5)) }
        assertNull(error.refusedIndex)
    }

    /** What came before the broken frame is returned, however many, and then the error. */
    @Test
    fun anErrorComesAfterTheEventsBeforeIt() {
        for (count in listOf(1, 127, 128, 129, 300)) {
            val sender = Transport.server(anything)
            val client = Transport.client(plain)
            client.pushPayload(ByteArray(4))
            sender.receive(client.takeWire())
            sender.pushPayloads(small(count))
            val events = client.receive(sender.takeWire() + byteArrayOf(5, 0, 0, 0))
            assertEquals(count, data(events).size)
            assertEquals(ErrorKind.LENGTH_MISALIGNED, assertThrows(MtprotoException::class.java) { client.pullEvents() }.kind)
        }
    }

    @Test
    fun afterCloseItThrows() {
        val client = Transport.client(plain)
        client.close()
        for (call in listOf({ client.pushPayloads(small(3)) }, { client.pushPayloads(emptyList()) }, {
            client.pullEvents()
            Unit
        })) {
            val error = assertThrows(MtprotoException.Usage::class.java) { call() }
            assertEquals(ErrorKind.OBJECT_CLOSED to null, error.kind to error.refusedIndex)
        }
    }

    @Test
    fun afterAPanicItThrows() {
        val native = NativeTransport.client(plain)
        val client = Transport(native, false)
        forcePanic(native)
        val error = assertThrows(MtprotoException.Panic::class.java) { client.pushPayloads(small(3)) }
        assertNull(error.refusedIndex)
        assertThrows(MtprotoException.Panic::class.java) { client.pullEvents() }
    }

    /** Counts the calls into the library. */
    private class Counting(private val capi: CApi) : CApi by capi {
        var calls = 0

        override fun pushPayload(transport: Long, data: Long, length: Long, options: Long) =
            capi.pushPayload(transport, data, length, options).also { calls++ }

        override fun pushPayloads(transport: Long, payloads: Long, count: Long, taken: Long) =
            capi.pushPayloads(transport, payloads, count, taken).also { calls++ }

        override fun pushWire(transport: Long, data: Long, length: Long, consumed: Long) =
            capi.pushWire(transport, data, length, consumed).also { calls++ }

        override fun pullEvents(transport: Long, events: Long, capacity: Long, count: Long) =
            capi.pullEvents(transport, events, capacity, count).also { calls++ }
    }

    @Test
    fun aHundredPacketsCostAFewCalls() {
        val sending = Counting(NativeCode.capi)
        val receiving = Counting(NativeCode.capi)
        val client = Transport(NativeTransport.client(TransportConfig()), false, sending)
        val server = Transport(NativeTransport.server(TransportConfig()), true, receiving)
        client.pushPayloads(LinkedList(small(100)))
        assertEquals(1, sending.calls)
        assertEquals(101, server.receive(client.takeWire()).size)
        // The bytes, the events, and that there are no more.
        assertEquals(3, receiving.calls)
    }

    /** Bursts of two threads on one transport: each stays whole and in its order. */
    @Test
    fun threadsDoNotMixTheirBursts() {
        val client = Transport.client()
        val server = Transport.server()
        val rounds = 500
        val burst = 30
        val barrier = CyclicBarrier(3)
        val failures = java.util.Collections.synchronizedList(ArrayList<Throwable>())
        fun worker(work: () -> Unit) = thread {
            barrier.await()
            runCatching(work).onFailure { failures.add(it) }
        }

        // Whose it is, which burst of theirs, and the place in it.
        fun packet(who: Int, round: Int, index: Int): ByteArray {
            val packet = ByteArray(24 + 16 * (index % 3)) { 7 }
            byteArrayOf(who.toByte(), round.toByte(), index.toByte()).copyInto(packet)
            return packet
        }
        val pushers = List(2) { who ->
            worker { repeat(rounds) { round -> client.pushPayloads(List(burst) { packet(who, round, it) }) } }
        }
        val seen = ArrayList<ByteArray>()
        val mover = worker {
            while (seen.size < 2 * rounds * burst) {
                server.receive(client.takeWire()).filterIsInstance<Event.Payload>().forEach { seen.add(it.data) }
            }
        }
        pushers.forEach { it.join() }
        mover.join(60_000)
        assertEquals(emptyList<Throwable>(), failures)
        assertEquals(2 * rounds * burst, seen.size)
        val next = intArrayOf(0, 0)
        for (group in seen.chunked(burst)) {
            val who = group[0][0].toInt()
            group.forEachIndexed { index, found -> assertArrayEquals(packet(who, next[who], index), found) }
            next[who]++
        }
        assertEquals(listOf(rounds, rounds), next.toList())
    }
}
