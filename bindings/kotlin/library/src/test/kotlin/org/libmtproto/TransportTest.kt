// The transport without a socket: both roles against each other, buffers, close, threads, a panic inside.
package org.libmtproto

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.ByteBuffer
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

class TransportTest {
    private val plain = TransportConfig(envelope = Envelope.INTERMEDIATE, obfuscated = false)
    private val packet = ByteArray(40) { it.toByte() }

    private fun payloadOf(events: List<Event>): ByteArray = (events.last() as Event.Payload).data

    @Test
    fun clientAndServerUnderstandEachOther() {
        for (envelope in Envelope.entries) {
            for (obfuscated in listOf(false, true)) {
                val accept = AcceptedOpenings(plain = true, plainFull = true, obfuscated = true, obfuscatedFull = true)
                val client = Transport.client(TransportConfig(envelope = envelope, obfuscated = obfuscated, dc = DcId(2u)))
                val server = Transport.server(TransportConfig(accept = accept))
                client.pushPayload(packet)
                val events = server.receive(client.takeWire())
                val connected = assertInstanceOf(Event.Connected::class.java, events[0]).connection
                assertEquals(envelope to obfuscated, connected.envelope to connected.obfuscated)
                assertEquals(if (obfuscated) 2.toShort() else null, connected.dcField)
                assertArrayEquals(packet, payloadOf(events))
                server.pushPayload(packet)
                assertArrayEquals(packet, payloadOf(client.receive(server.takeWire())))
                client.close()
                server.close()
            }
        }
    }

    @Test
    fun bufferPositionsAreRespected() {
        val client = Transport.client(plain)
        val wire = "eeeeeeee" + "04000000" + "08070605"
        for (buffer in listOf(ByteBuffer.allocateDirect(12), ByteBuffer.allocate(12), ByteBuffer.allocate(20).position(5).slice())) {
            val sender = Transport.client(plain)
            buffer.put(byteArrayOf(1, 2, 3, 8, 7, 6, 5, 9)).position(3).limit(7)
            sender.pushPayload(buffer)
            assertEquals(7, buffer.position())
            assertEquals(wire, sender.takeWire().hex())
        }
        val readOnly = ByteBuffer.wrap(byteArrayOf(0, 8, 7, 6, 5)).asReadOnlyBuffer().apply { position(1) }
        client.pushPayload(readOnly)
        // Out of it in pieces, at a position, into a direct buffer and one on the heap.
        val direct = ByteBuffer.allocateDirect(16).apply { position(2).limit(7) }
        assertEquals(5, client.pullWire(direct))
        assertEquals(7, direct.position())
        val heap = ByteBuffer.allocate(16).apply { position(1) }
        assertEquals(7, client.pullWire(heap))
        val pulled = ByteArray(5).also {
            direct.position(2)
            direct.get(it)
        } + heap.array().copyOfRange(1, 8)
        assertEquals(wire, pulled.hex())
        // Into it: what stands before the position is not read.
        for (buffer in listOf(ByteBuffer.allocateDirect(20), ByteBuffer.allocate(20))) {
            val receiver = Transport.client(plain)
            buffer.put(byteArrayOf(9, 9, 9, 4, 0, 0, 0, 1, 2, 3, 4, 9)).position(3).limit(11)
            assertEquals(8, receiver.pushWire(buffer))
            assertEquals(11, buffer.position())
            assertInstanceOf(Event.Connected::class.java, receiver.pullEvent())
            assertEquals("01020304", (receiver.pullEvent() as Event.Payload).data.hex())
            assertNull(receiver.pullEvent())
        }
    }

    @Test
    fun arrayRangesAreRespected() {
        val client = Transport.client(plain)
        client.pushPayload(byteArrayOf(1, 2, 3, 4, 5, 6), 1, 4)
        val out = ByteArray(14)
        assertEquals(12, client.pullWire(out, 1))
        assertEquals("00eeeeeeee040000000203040500", out.hex())
        assertThrows(IndexOutOfBoundsException::class.java) { client.pushPayload(packet, 8, 36) }
        assertThrows(IndexOutOfBoundsException::class.java) { client.pushWire(packet, -1, 4) }
        assertThrows(IndexOutOfBoundsException::class.java) { client.pullWire(packet, 41) }
    }

    @Test
    fun aFullReceiveBufferTakesNoMore() {
        val sender = Transport.client(plain)
        repeat(100) { sender.pushPayload(ByteArray(1024)) }
        val wire = sender.takeWire()
        val server = Transport.server(TransportConfig(maxPayload = 1024u))
        var taken = 0
        while (true) {
            val count = server.pushWire(wire, taken)
            if (count == 0) break
            taken += count
        }
        assertTrue(taken in 1024..4096, "$taken of ${wire.size}")
        // The batch goes on by itself.
        val events = server.receive(wire, taken)
        assertEquals(100, events.count { it is Event.Payload })
    }

    /** What was kept of them is not lost where the end comes before the answers. */
    @Test
    fun requestsThatWereSentAheadComeBeforeTheEnd() {
        val count = 1000
        val body = ByteArray(40) { 7 }
        val request = "POST /api HTTP/1.1\r\nContent-Length: 40\r\n\r\n".toByteArray() + body
        val all = ByteArray(count * request.size) { request[it % request.size] }
        val config = TransportConfig(accept = AcceptedOpenings(http = true), maxPayload = 1024u)
        Transport.server(config).use { server ->
            val events = ArrayList(server.receive(all))
            repeat(count) {
                events.addAll(server.receiveEnd())
                server.pushPayload(body)
            }
            events.addAll(server.receiveEnd())
            assertEquals(count, events.count { it is Event.Payload })
            assertEquals(Event.Closed(CloseReason.BETWEEN_FRAMES), events.last())
        }
    }

    @Test
    fun useAfterCloseThrows() {
        val client = Transport.client(plain)
        client.close()
        client.close()
        val calls = listOf<() -> Unit>(
            { client.pushPayload(packet) }, { client.pullWire(ByteArray(9)) }, { client.takeWire() },
            { client.pushWire(packet) }, { client.pullEvent() }, { client.receive(packet) }, { client.receiveEnd() },
            { client.pushWireEnd() }, { client.pushOpening() }, { client.pendingWire() }, { client.checkAlive() },
            { client.pushPayload(ByteBuffer.allocateDirect(4)) }, { client.pullWire(ByteBuffer.allocateDirect(4)) },
        )
        for (call in calls) {
            assertEquals(ErrorKind.OBJECT_CLOSED, assertThrows(MtprotoException.Usage::class.java) { call() }.kind)
        }
    }

    @Test
    fun aPanicIsAnExceptionAndTheObjectStaysUnusable() {
        val native = NativeTransport.client(plain)
        val transport = Transport(native, false)
        val status = forcePanic(native)
        assertThrows(MtprotoException.Panic::class.java) { native.check(status) }
        // By C, by UniFFI, and for ever.
        repeat(2) {
            assertThrows(MtprotoException.Panic::class.java) { transport.pushPayload(packet) }
            assertThrows(MtprotoException.Panic::class.java) { transport.receive(packet) }
            assertThrows(MtprotoException.Panic::class.java) { transport.pushOpening() }
        }
        transport.close()
    }

    @Test
    fun errorsHaveTheirFigures() {
        val client = Transport.client(plain)
        val events = client.receive(byteArrayOf(4, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0))
        assertArrayEquals(byteArrayOf(1, 2, 3, 4), payloadOf(events))
        val error = assertThrows(MtprotoException.Protocol::class.java) { client.receive(ByteArray(0)) }
        assertEquals(ErrorKind.LENGTH_MISALIGNED to -203, error.kind to error.status)
        assertTrue("announced 5 bytes" in error.reason && "announced 5 bytes" in error.message, error.message)
        assertThrows(MtprotoException.Protocol::class.java) { client.checkAlive() }
        val input = assertThrows(MtprotoException.Input::class.java) { Secret.parse("xx", ParseMode.STRICT) }
        assertEquals(ErrorKind.SECRET_TEXT to -141, input.kind to input.status)
    }

    @Test
    fun secretsShowNoKey() {
        val secret = Secret.fromRaw(ByteArray(17) { if (it == 0) 0xdd.toByte() else 7 }, ParseMode.STRICT)
        assertEquals("dd" + "07".repeat(16), secret.toHex())
        assertTrue(secret.needsPadding())
        val config = TransportConfig(secrets = listOf(secret), dc = DcId(2u))
        assertFalse("0707" in config.toString() || "0707" in secret.toString())
        val error = assertThrows(MtprotoException.Config::class.java) {
            Transport.client(config.copy(envelope = Envelope.FULL))
        }
        assertEquals(ErrorKind.CONFIG_SECRET_NEEDS_PADDING, error.kind)
    }

    private fun exchange(client: Transport, server: Transport): List<Event> {
        val events = ArrayList<Event>()
        repeat(3) {
            events += server.receive(client.takeWire())
            client.receive(server.takeWire())
        }
        return events
    }

    @Test
    fun fakeTlsConnectsOnceAndOnTimeOnly() {
        val secret = Secret.parse("ee" + KEY + "example.com".toByteArray().hex(), ParseMode.STRICT)
        val cache = ReplayCache.of(16u, 600u)
        val config = TransportConfig(secrets = listOf(secret), dc = DcId(2u), replayCache = cache, unixTime = 1_700_000_000u)
        for (profile in TlsProfile.entries) {
            val client = Transport.client(config.copy(tlsProfile = profile, unixTime = 1_700_000_003u))
            client.pushPayload(packet)
            val events = exchange(client, Transport.server(config))
            val found = assertInstanceOf(Event.Connected::class.java, events[0]).connection
            assertEquals(Carrier.FAKE_TLS to "example.com", found.carrier to found.serverName)
            assertEquals(3, found.clockSkew)
            assertArrayEquals(packet, payloadOf(events))
        }
        assertEquals(3uL, cache.count())
        val hello = Transport.client(config).apply { pushPayload(packet) }.takeWire()
        Transport.server(config).receive(hello)
        assertEquals(Event.NotOurs(NotOursReason.Replayed, hello).toString(), Transport.server(config).receive(hello).single().toString())
        val late = Transport.server(config.copy(unixTime = 1_700_001_000u, replayCache = null)).receive(hello).single()
        assertEquals(NotOursReason.ClockBehind(1000u), (late as Event.NotOurs).reason)
    }

    @Test
    fun webSocketAndHttpCarryPackets() {
        val accept = TransportConfig(accept = AcceptedOpenings(obfuscated = true, websocket = true, http = true))
        for ((carrier, config) in listOf(
            Carrier.WEBSOCKET to TransportConfig(websocket = WebsocketTarget("example.com")),
            Carrier.HTTP to TransportConfig(http = HttpTarget("example.com")),
        )) {
            val client = Transport.client(config)
            client.pushPayload(packet)
            val server = Transport.server(accept)
            val events = exchange(client, server)
            val found = assertInstanceOf(Event.Connected::class.java, events[0]).connection
            assertEquals(carrier, found.carrier)
            assertEquals(if (carrier == Carrier.HTTP) null else Envelope.PADDED_INTERMEDIATE, found.envelope)
            assertArrayEquals(packet, payloadOf(events))
            server.pushPayload(packet)
            assertArrayEquals(packet, payloadOf(client.receive(server.takeWire())))
        }
    }

    /** What it sends before it has its answer is kept, or stays in the buffer; nothing is lost, nothing hangs. */
    @Test
    fun anHttpClientMaySendAhead() {
        val config = TransportConfig(accept = AcceptedOpenings(http = true), maxPayload = 1024u)
        val head = "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: ${packet.size}\r\n\r\n".toByteArray()
        val count = 200
        val requests = ByteArray(0).let { (0 until count).fold(it) { all, _ -> all + head + packet } }
        for (buffer in listOf(null, ByteBuffer.wrap(requests))) {
            Transport.server(config).use { server ->
                var events = if (buffer == null) server.receive(requests) else server.receive(buffer)
                repeat(count) {
                    assertArrayEquals(packet, payloadOf(events))
                    server.pushPayload(packet)
                    server.takeWire()
                    events = if (buffer == null) server.receive(ByteArray(0)) else server.receive(buffer)
                }
                assertEquals(0, events.size)
            }
        }
    }

    @Test
    fun endpointsAreKnown() {
        val first = endpointAddresses(DcId(2u)).first()
        assertEquals(EndpointAddress("149.154.167.51", 443u), first)
        assertEquals("wss://venus-1.web.telegram.org/apiws", endpointUri(DcId(2u, media = true), EndpointService.WEBSOCKET))
        val error = assertThrows(MtprotoException.Usage::class.java) { endpointUri(DcId(9u), EndpointService.HTTP) }
        assertEquals(ErrorKind.NO_ENDPOINT, error.kind)
    }

    /** Two threads push, two pull, and every packet comes out whole, once. */
    @Test
    fun threadsDoNotCorruptIt() {
        val client = Transport.client()
        val server = Transport.server()
        val rounds = 3000
        val seen = AtomicInteger()
        val barrier = CyclicBarrier(4)
        val failures = java.util.Collections.synchronizedList(ArrayList<Throwable>())
        val wire = Any()
        fun worker(work: (Int) -> Unit) = thread {
            barrier.await()
            runCatching { repeat(rounds, work) }.onFailure { failures.add(it) }
        }
        val pushers = List(2) { who -> worker { round -> client.pushPayload(ByteArray(24 + 16 * (round % 50)) { (who + 1).toByte() }) } }
        val movers = List(2) {
            worker {
                // The wire is one stream: only what is on it has to stay in order.
                synchronized(wire) { server.receive(client.takeWire()) }.filterIsInstance<Event.Payload>().forEach { event ->
                    check(event.data.all { it == event.data[0] }) { "a mixed packet" }
                    seen.incrementAndGet()
                }
            }
        }
        (pushers + movers).forEach { it.join() }
        seen.addAndGet(server.receive(client.takeWire()).count { it is Event.Payload })
        assertEquals(emptyList<Throwable>(), failures)
        assertEquals(2 * rounds, seen.get())
    }

    /** Threads that use it while another closes it: an exception at worst. */
    @Test
    fun closingWhileOthersUseItIsSafe() {
        repeat(200) {
            val client = Transport.client(plain)
            val failures = java.util.Collections.synchronizedList(ArrayList<Throwable>())
            val users = List(2) {
                thread {
                    runCatching {
                        while (true) {
                            client.pushPayload(packet)
                            client.takeWire()
                        }
                    }.onFailure { failures.add(it) }
                }
            }
            Thread.sleep(0, 200_000)
            client.close()
            users.forEach { it.join() }
            assertEquals(2, failures.size)
            for (failure in failures) assertEquals(ErrorKind.OBJECT_CLOSED, (failure as MtprotoException).kind)
        }
    }
}
