// Over real sockets, against the C responder: every envelope, every obfuscation, blocking and in coroutines.
package org.libmtproto

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.io.DataInputStream
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.nio.channels.SocketChannel
import java.util.Random
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

@Timeout(120, unit = TimeUnit.SECONDS)
class SocketTest {
    private class Way(val name: String, val config: (Envelope) -> TransportConfig?)

    private val secret = Secret.parse(KEY, ParseMode.STRICT)
    private val domain = Secret.parse(DOMAIN_SECRET, ParseMode.STRICT)
    private val ways = listOf(
        Way("plain") { TransportConfig(envelope = it, obfuscated = false) },
        Way("obfuscated") { TransportConfig(envelope = it) },
        // Fake TLS wants Padded intermediate.
        Way("fake TLS") { if (it == Envelope.PADDED_INTERMEDIATE) TransportConfig(secrets = listOf(domain), dc = DcId(2u)) else null },
        Way("WebSocket") { TransportConfig(envelope = it, websocket = WebsocketTarget("localhost")) },
        Way("secret") { TransportConfig(envelope = it, secrets = listOf(secret), dc = DcId(2u)) },
    )

    /** Sends on one thread and compares on this one. */
    private fun echo(socket: TransportSocket, count: Int, payload: (Int) -> ByteArray) {
        val sender = thread { repeat(count) { socket.send(payload(it)) } }
        assertInstanceOf(Event.Connected::class.java, socket.receive())
        repeat(count) { assertArrayEquals(payload(it), (socket.receive() as Event.Payload).data) }
        sender.join()
    }

    /** 17 ways with 1,000 payloads each, up to 1 MiB: 1.6 GB and back. */
    @Test
    fun everyEnvelopeAndObfuscation() {
        Responder.echoing().use { responder ->
            for (way in ways) {
                for (envelope in Envelope.entries) {
                    val config = way.config(envelope) ?: continue
                    val payloads = Payloads(envelope.ordinal.toLong())
                    TransportSocket.connect("127.0.0.1", responder.port, config).use { echo(it, 1000, payloads::get) }
                }
            }
        }
    }

    @Test
    fun burstsGoThroughASocket() {
        Responder.echoing().use { responder ->
            TransportSocket.connect("127.0.0.1", responder.port).use { socket ->
                val payloads = List(100) { Random(it.toLong()).payload(100) }
                val error = assertThrows(MtprotoException::class.java) { socket.send(payloads + ByteArray(5) + payloads) }
                assertEquals(100, error.refusedIndex)
                socket.send(payloads)
                assertInstanceOf(Event.Connected::class.java, socket.receive())
                for (payload in payloads + payloads) assertArrayEquals(payload, (socket.receive() as Event.Payload).data)
            }
        }
    }

    @Test
    fun overAClassicSocket() {
        Responder.echoing().use { responder ->
            val socket = Socket("127.0.0.1", responder.port)
            TransportSocket(socket, Transport.client()).use { socket -> echo(socket, 50) { Random(it.toLong()).payload(200_000) } }
            assertEquals(true, socket.isClosed)
        }
    }

    /** Over HTTP each payload waits for the answer to the one before. */
    @Test
    fun httpTakesTurns() {
        val config = TransportConfig(http = HttpTarget("localhost"), queueTurns = true)
        Responder.echoing().use { responder ->
            TransportSocket.connect("127.0.0.1", responder.port, config).use { socket ->
                echo(socket, 50) { Random(it.toLong()).payload(200_000) }
            }
        }
    }

    @Test
    fun theEndIsAnEvent() {
        ServerSocket(0).use { listener ->
            val channel = SocketChannel.open(InetSocketAddress("127.0.0.1", listener.localPort))
            TransportSocket(channel, Transport.client()).use { socket ->
                listener.accept().close()
                assertInstanceOf(Event.Connected::class.java, socket.receive())
                assertEquals(Event.Closed(CloseReason.BETWEEN_FRAMES), socket.receive())
                assertNull(socket.receive())
            }
        }
    }

    @Test
    fun closeWakesTheReceiver() {
        ServerSocket(0).use { listener ->
            val socket = TransportSocket.connect("127.0.0.1", listener.localPort)
            assertInstanceOf(Event.Connected::class.java, socket.receive())
            var failure: Throwable? = null
            val receiver = thread { failure = runCatching { socket.receive() }.exceptionOrNull() }
            Thread.sleep(100)
            socket.close()
            receiver.join(5_000)
            assertInstanceOf(java.io.IOException::class.java, failure)
        }
    }

    @Test
    fun coroutinesCollectEvents() = runBlocking {
        Responder.echoing().use { responder ->
            TransportFlow.connect("127.0.0.1", responder.port, ways.last().config(Envelope.PADDED_INTERMEDIATE)!!).use { connection ->
                val payload = Random(7).payload(1 shl 20)
                val sending = launch {
                    repeat(5) { connection.send(payload) }
                    connection.send(List(5) { payload })
                }
                var left = 10
                connection.events.first { event ->
                    if (event is Event.Payload) assertArrayEquals(payload, event.data)
                    event is Event.Payload && --left == 0
                }
                sending.join()
            }
        }
    }

    /** A WebSocket that fails ends in a close frame with a code, also where the app closes it at once. */
    @Test
    fun aBrokenWebSocketIsClosedWithACode() {
        ServerSocket(0).use { listener ->
            val config = TransportConfig(websocket = WebsocketTarget("localhost"))
            val client = thread {
                TransportSocket.connect("127.0.0.1", listener.localPort, config).use { socket ->
                    socket.send(ByteArray(40))
                    assertThrows(MtprotoException::class.java) { while (socket.receive() != null) Unit }
                }
            }
            listener.accept().use { peer ->
                val server = Transport.server(TransportConfig(accept = AcceptedOpenings(obfuscated = true, websocket = true)))
                val buffer = ByteArray(4096)
                while (server.pendingWire() == 0L) server.receive(buffer, 0, peer.getInputStream().read(buffer))
                // A frame with reserved bits.
                peer.getOutputStream().write(server.takeWire() + byteArrayOf(0xf2.toByte(), 0))
                val last = peer.getInputStream().readBytes().takeLast(8)
                assertEquals(listOf(0x88.toByte(), 0x82.toByte()), last.take(2))
            }
            client.join()
        }
    }

    private val packet = ByteArray(40) { it.toByte() }

    private fun request(field: String = "") =
        "POST /api HTTP/1.1\r\nHost: a\r\n${field}Content-Length: 40\r\n\r\n".toByteArray() + packet

    /** Runs a server over HTTP, and its client's socket. */
    private fun overHttp(body: (TransportSocket, Socket) -> Unit) {
        ServerSocket(0).use { listener ->
            Socket("127.0.0.1", listener.localPort).use { peer ->
                val config = TransportConfig(accept = AcceptedOpenings(http = true), maxPayload = 1024u)
                val accepted = listener.accept()
                // Answers go one by one, and are waited for.
                accepted.tcpNoDelay = true
                TransportSocket(accepted, Transport.server(config)).use { body(it, peer) }
            }
        }
    }

    /** Tells [asked] of each request, until [end]. */
    private fun receiving(socket: TransportSocket, asked: Semaphore, end: (Throwable?) -> Unit) = thread {
        end(
            runCatching {
                while (true) {
                    val event = socket.receive() ?: break
                    if (event is Event.Payload) {
                        assertArrayEquals(packet, event.data)
                        asked.release()
                    }
                }
            }.exceptionOrNull(),
        )
    }

    /** Many requests in one write. A close ends the wait for an answer, which is none that spins. */
    @Test
    fun anHttpClientMaySendAhead() = overHttp { socket, peer ->
        val count = 100
        repeat(count) { peer.getOutputStream().write(request()) }
        val asked = Semaphore(0)
        var failure: Throwable? = null
        val receiver = receiving(socket, asked) { failure = it }
        repeat(count - 1) {
            asked.acquire()
            // So that the next one is asked for before.
            Thread.sleep(1)
            socket.send(packet)
        }
        asked.acquire()
        while (receiver.state != Thread.State.WAITING) Thread.sleep(1)
        socket.close()
        receiver.join()
        assertInstanceOf(java.io.IOException::class.java, failure)
    }

    /** The answer may come at any point of the receiver's way to the next request. */
    @Test
    fun anAnswerFromAnotherThreadIsSeen() = overHttp { socket, peer ->
        val asked = Semaphore(0)
        val receiver = receiving(socket, asked) {}
        val sender = thread {
            val random = Random(1)
            runCatching {
                while (true) {
                    asked.acquire()
                    repeat(random.nextInt(3000)) { Thread.onSpinWait() }
                    socket.send(packet)
                }
            }
        }
        // Each has a head of 103 bytes.
        val answers = ByteArray(2 * (103 + packet.size))
        repeat(500) {
            peer.getOutputStream().write(request() + request())
            DataInputStream(peer.getInputStream()).readFully(answers)
        }
        socket.close()
        sender.interrupt()
        receiver.join()
        sender.join()
    }

    /** Behind the last answer there is only the client's end. */
    @Test
    fun anHttpClientIsSeenToLeave() = overHttp { socket, peer ->
        peer.getOutputStream().write(request("Connection: close\r\n"))
        assertInstanceOf(Event.Connected::class.java, socket.receive())
        assertInstanceOf(Event.Payload::class.java, socket.receive())
        socket.send(packet)
        assertTrue(peer.getInputStream().read(ByteArray(500)) > 0)
        peer.close()
        assertInstanceOf(Event.Closed::class.java, socket.receive())
        assertNull(socket.receive())
    }

    @Test
    fun theFlowEndsWithTheStream() = runBlocking {
        ServerSocket(0).use { listener ->
            val connection = TransportFlow.connect("127.0.0.1", listener.localPort)
            listener.accept().close()
            val events = connection.use { it.events.toList() }
            assertEquals(Event.Closed(CloseReason.BETWEEN_FRAMES), events.last())
            assertEquals(2, events.size)
        }
    }

    /** The peer sees the end of the stream as soon as the collector is cancelled. */
    @Test
    fun cancellationClosesTheSocket() = runBlocking {
        ServerSocket(0).use { listener ->
            val connection = TransportFlow.connect("127.0.0.1", listener.localPort)
            val peer = listener.accept()
            val waiting = CompletableDeferred<Unit>()
            val collector = launch(Dispatchers.Default) { connection.events.collect { waiting.complete(Unit) } }
            waiting.await()
            Thread.sleep(100)
            collector.cancelAndJoin()
            peer.soTimeout = 5_000
            assertEquals(-1, peer.getInputStream().read())
        }
    }
}
