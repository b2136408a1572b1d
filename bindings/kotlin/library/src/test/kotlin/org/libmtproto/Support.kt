// What several tests need: the responder on loopback, hex, random bytes.
package org.libmtproto

import com.sun.jna.Pointer
import org.junit.jupiter.api.Assumptions.assumeTrue
import java.io.File
import java.util.Random
import kotlin.math.pow

internal const val KEY = "00112233445566778899aabbccddeeff"

/** The key, and example.com. */
internal const val DOMAIN_SECRET = "ee" + KEY + "6578616d706c652e636f6d"

internal fun ByteArray.hex(): String = joinToString("") { (it.toInt() and 0xff or 0x100).toString(16).substring(1) }

/** As long as encrypted messages are (24 and whole blocks of 16), or padding could not be told from them. */
internal fun Random.payload(longest: Int): ByteArray =
    ByteArray(24 + 16 * nextInt((longest - 8) / 16)).also { nextBytes(it) }

/**
 * Payloads of all magnitudes up to 1 MiB, the first one the longest. Each is made from its number, so that who sends and
 * who compares need not keep them.
 */
internal class Payloads(private val seed: Long) {
    private val pool = ByteArray(2 shl 20).also { Random(seed).nextBytes(it) }

    operator fun get(index: Int): ByteArray {
        val random = Random(seed + 1_000_003L * (index + 1))
        val blocks = if (index == 0) 65_534 else 2.0.pow(16 * random.nextDouble()).toInt() - 1
        val start = random.nextInt(pool.size - (1 shl 20))
        return pool.copyOfRange(start, start + 24 + 16 * blocks)
    }
}

/** Panics inside of a call on this transport, and gives the call's status. The shipped library has no such call. */
internal fun forcePanic(native: NativeTransport): Int =
    NativeCode.library.getFunction("mtproto_test_panic").invokeInt(arrayOf(Pointer(native.rawHandle().toLong())))

/** The C responder that echoes; it is the other side of every test over a socket. */
internal class Responder private constructor(private val process: Process, val port: Int) : AutoCloseable {
    override fun close() {
        process.destroy()
        process.waitFor()
    }

    companion object {
        /** Skips the test where the program is not built. */
        fun echoing(): Responder {
            val path = System.getenv("MTPROTO_RESPONDER") ?: "../../../build/bin/mtproto-responder"
            assumeTrue(File(path).canExecute(), "$path is not there: run make, or set MTPROTO_RESPONDER")
            val process = ProcessBuilder(
                path,
                "--echo",
                "--secret",
                KEY,
                "--secret",
                DOMAIN_SECRET,
            ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val reader = process.inputStream.bufferedReader()
            val port = reader.readLine().substringAfterLast(':').toInt()
            // Its log has to be read, or it blocks.
            Thread { reader.forEachLine { } }.apply { isDaemon = true }.start()
            return Responder(process, port)
        }
    }
}
