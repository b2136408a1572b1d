// A probe: asks a data centre or a proxy for its public key fingerprints, and prints what came back.
import org.libmtproto.*
import java.nio.ByteBuffer
import java.nio.ByteOrder.LITTLE_ENDIAN
import java.security.SecureRandom
import kotlin.system.exitProcess

fun main(arguments: Array<String>) {
    val target = arguments.singleOrNull() ?: fail(1, "usage: probe HOST:PORT | tg://proxy?... | https://t.me/proxy?...")
    try {
        probe(target)
    } catch (error: MtprotoException) {
        fail(4, error.reason) // a sentence for the person who pasted the link, or about the peer
    } catch (error: java.io.IOException) {
        fail(2, "$target: ${error.message}")
    }
}

fun probe(target: String) {
    // 1. Where to go, and how to talk there. A proxy needs its secret, and to be told the DC.
    val (host, port, config) = if ("proxy?" in target) {
        val link = ProxyLink.parse(target, ParseMode.LENIENT)
        Triple(link.server(), link.port().toInt(), TransportConfig(secrets = listOf(link.secret()), dc = DcId(2u)))
    } else {
        val (host, port) = Regex("""\[?(.+?)]?:(\d+)""").matchEntire(target)?.destructured ?: fail(1, "HOST:PORT expected")
        Triple(host, port.toInt(), TransportConfig())
    }

    // 2. The packet: req_pq_multi, in a message without encryption (auth key id 0).
    val nonce = ByteArray(16).also { SecureRandom().nextBytes(it) }
    val messageId = System.currentTimeMillis() / 1000 shl 32
    val packet = ByteBuffer.allocate(40).order(LITTLE_ENDIAN)
        .putLong(0).putLong(messageId).putInt(20).putInt(0xbe7e8ef1.toInt()).put(nonce).array()

    // 3. Send it, and see what happens.
    TransportSocket.connect(host, port, config).use { socket ->
        socket.send(packet)
        while (true) {
            when (val event = socket.receive()) {
                is Event.Connected -> println("connected   ${event.connection}")
                is Event.Payload -> return println("resPQ       ${describe(event.data, nonce)}")
                is Event.TransportError -> fail(3, "error ${event.code}: ${transportErrorMeaning(event.code)}")
                is Event.QuickAck, is Event.NotOurs -> {} // for those who send data, and for servers
                is Event.Closed, null -> fail(2, "closed before the answer")
            }
        }
    }
}

fun describe(answer: ByteArray, nonce: ByteArray): String {
    val body = ByteBuffer.wrap(answer).order(LITTLE_ENDIAN)
    val ours = answer.size >= 56 && body.getInt(20) == 0x05162463 && answer.copyOfRange(24, 40).contentEquals(nonce)
    return if (ours) "with our nonce, ${answer.size} bytes" else fail(4, "the answer is not to our question")
}

fun fail(status: Int, message: String): Nothing {
    System.err.println("probe: $message")
    exitProcess(status)
}
