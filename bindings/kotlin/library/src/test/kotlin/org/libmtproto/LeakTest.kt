// Native memory: a hundred thousand transports come and go, closed or forgotten, and it stays flat.
package org.libmtproto

import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import java.io.File

class LeakTest {
    private val packet = ByteArray(1024)

    private fun use(transport: Transport) {
        transport.pushPayload(packet)
        transport.takeWire()
    }

    /** Resident memory of the process, in KiB. The heap is capped, so growth is native. */
    private fun resident(): Long {
        val status = File("/proc/self/status")
        assumeTrue(status.exists(), "memory is measured by /proc")
        return status.readLines().first { it.startsWith("VmRSS") }.filter(Char::isDigit).toLong()
    }

    /** Each transport has more than 2 KiB: what is not freed of 100,000 shows as 200 MB. */
    private fun assertFlat(count: Int, step: (Int) -> Unit) {
        repeat(20_000, step)
        System.gc()
        val before = resident()
        repeat(count, step)
        System.gc()
        val grown = resident() - before
        println("leak: $count transports, resident memory $before KiB, then ${grown.let { if (it > 0) "+$it" else it }} KiB")
        assertTrue(grown < 64 * 1024, "grown by $grown KiB")
    }

    @Test
    fun closedTransportsAreFreed() = assertFlat(100_000) { Transport.client().use(::use) }

    @Test
    fun forgottenTransportsAreReclaimed() = assertFlat(100_000) { round ->
        use(Transport.client())
        // The collector sees small objects only: nothing tells it of the memory behind them.
        if (round % 5_000 == 0) {
            System.gc()
            Thread.sleep(50)
        }
    }
}
