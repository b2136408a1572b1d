// The code that the documents quote, run against the responder: tools/quoted-parts.sh puts each block in place of its line.
package org.libmtproto.quoted

import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import okio.ByteString
import okio.ByteString.Companion.toByteString
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.libmtproto.*
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

@Timeout(60, unit = TimeUnit.SECONDS)
class QuotedTest {
    private val packet = ByteArray(40) { it.toByte() }

    @Test
    fun readme() {
        Responder.echoing().use { responder ->
            val text = "tg://proxy?server=127.0.0.1&port=${responder.port}&secret=$KEY"
            val said = ArrayList<String>()

            // The block reads until the peer closes.
            fun println(line: String) {
                said.add(line)
                responder.close()
            }
            // quoted: readme-kotlin
            assertEquals(listOf("40 bytes"), said)
        }
    }

    @Test
    fun socket() {
        Responder.echoing().use { responder ->
            val host = "127.0.0.1"
            val port = responder.port
            val secret = Secret.parse(KEY, ParseMode.STRICT)
            val seen = ArrayList<ByteArray>()
            fun handle(data: ByteArray) {
                seen.add(data)
                responder.close()
            }
            // quoted: kotlin-socket
            assertArrayEquals(packet, seen.single())
        }
    }

    @Test
    fun webSocketOfOkHttp() {
        Responder.echoing().use { responder ->
            val uri = "ws://127.0.0.1:${responder.port}/apiws"
            val seen = LinkedBlockingQueue<Event>()
            fun handle(event: Event) = seen.put(event)
            // quoted: kotlin-okhttp
            assertInstanceOf(Event.Connected::class.java, seen.take())
            assertArrayEquals(packet, (seen.take() as Event.Payload).data)
            webSocket.close(1000, null)
            assertEquals(Event.Closed(CloseReason.BETWEEN_FRAMES), seen.take())
        }
    }
}
