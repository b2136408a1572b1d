// What several tests need: the responder on loopback, hex, random bytes.
package org.libmtproto

import java.io.File
import java.util.Random
import org.junit.jupiter.api.Assumptions.assumeTrue

internal const val KEY = "00112233445566778899aabbccddeeff"

/** The key, and example.com. */
internal const val DOMAIN_SECRET = "ee" + KEY + "6578616d706c652e636f6d"

internal fun ByteArray.hex(): String = joinToString("") { (it.toInt() and 0xff or 0x100).toString(16).substring(1) }

/** As long as encrypted messages are (24 and whole blocks of 16), or padding could not be told from them. */
internal fun Random.payload(longest: Int): ByteArray =
    ByteArray(24 + 16 * nextInt((longest - 8) / 16)).also { nextBytes(it) }

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
            val process = ProcessBuilder(path, "--echo", "--secret", KEY, "--secret", DOMAIN_SECRET).redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val reader = process.inputStream.bufferedReader()
            val port = reader.readLine().substringAfterLast(':').toInt()
            // Its log has to be read, or it blocks.
            Thread { reader.forEachLine { } }.apply { isDaemon = true }.start()
            return Responder(process, port)
        }
    }
}
