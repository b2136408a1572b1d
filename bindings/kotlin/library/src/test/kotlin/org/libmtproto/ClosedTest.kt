// What was closed, or never was: an error of the kind that is announced, and nothing of what was freed.
package org.libmtproto

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.io.IOException
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketTimeoutException
import java.net.UnknownHostException
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

@Timeout(60, unit = TimeUnit.SECONDS)
class ClosedTest {
    private fun closedSecret() = Secret.parse(DOMAIN_SECRET, ParseMode.STRICT).apply { close() }

    @Test
    fun closedObjectsAreRefusedAsArguments() {
        val secret = closedSecret()
        val cache = ReplayCache().apply { close() }
        for (call in listOf<() -> Any?>(
            { Transport.client(TransportConfig(secrets = listOf(secret), dc = DcId(2u))) },
            { Transport.server(TransportConfig(secrets = listOf(secret))) },
            { Transport.server(TransportConfig(replayCache = cache)) },
            { ProxyLink.of("a", 1u, secret) },
        )) {
            repeat(10) { assertThrows(IllegalStateException::class.java) { call() } }
        }
    }

    @Test
    fun credentialsAreNotPrinted() {
        val http = HttpTarget("a", proxyAuthorization = "basic dXNlcjpwYXNz")
        val link = parseLink("tg://socks?server=a&port=1&user=me&pass=hunter2", ParseMode.STRICT)
        for (text in listOf("$http", "${TransportConfig(http = http)}", "$link")) {
            assertTrue(text.contains("..."), text)
            assertFalse(text.contains("dXNlcjpwYXNz") || text.contains("hunter2"), text)
        }
    }

    @Test
    fun anUnknownHostIsAnIoException() {
        assertThrows(UnknownHostException::class.java) { TransportSocket.connect("no-such-host.invalid", 443) }
    }

    /** A client over a Socket of the app's, and the server's end. */
    private fun pair(): Pair<Socket, TransportSocket> = ServerSocket(0).use { listener ->
        val client = Socket("127.0.0.1", listener.localPort)
        client to TransportSocket(listener.accept(), Transport.server())
    }

    /** The bytes of the read before were taken for new ones. */
    @Test
    fun aReadThatTimesOutChangesNothing() {
        val (plain, server) = pair()
        plain.soTimeout = 100
        TransportSocket(plain, Transport.client()).use { client ->
            val packet = ByteArray(40) { 7 }
            client.send(packet)
            assertInstanceOf(Event.Connected::class.java, server.receive())
            server.receive()
            server.send(packet)
            assertInstanceOf(Event.Connected::class.java, client.receive())
            assertInstanceOf(Event.Payload::class.java, client.receive())
            repeat(3) { assertThrows(SocketTimeoutException::class.java) { client.receive() } }
            server.send(packet)
            assertInstanceOf(Event.Payload::class.java, client.receive())
        }
        server.close()
    }

    @Test
    fun closingEndsAllCallsWithAnIoException() {
        repeat(20) {
            val (plain, server) = pair()
            val client = TransportSocket(plain, Transport.client())
            val failures = ConcurrentLinkedQueue<Throwable>()
            // The server never reads: the senders block.
            val callers = List(3) {
                thread { runCatching { while (true) client.send(ByteArray(100_000)) }.onFailure(failures::add) }
            } + thread { runCatching { while (client.receive() != null) continue }.onFailure(failures::add) }
            Thread.sleep(20)
            client.close()
            callers.forEach { it.join() }
            server.close()
            assertEquals(4, failures.size)
            for (failure in failures) assertInstanceOf(IOException::class.java, failure)
        }
    }
}
