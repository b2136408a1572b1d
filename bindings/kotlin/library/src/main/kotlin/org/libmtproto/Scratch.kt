// Native memory for the byte path: where C writes its results, and where Kotlin's bytes are put for C.
package org.libmtproto

import com.sun.jna.Memory
import com.sun.jna.Native
import com.sun.jna.Pointer
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * One thread's native memory. It keeps nothing from one call to the next, so a hundred thousand
 * transports need no more of it than one.
 */
internal class Scratch private constructor() {
    private val small = Memory(SMALL)
    private val base: Long = Pointer.nativeValue(small)
    private val view: ByteBuffer = small.getByteBuffer(0, SMALL).order(ByteOrder.nativeOrder())
    private var large: Memory? = null

    // Two out-parameters: where they are, and what was written there.
    val firstAddress: Long get() = base
    val secondAddress: Long get() = base + 8
    val first: Long get() = word(0)
    val second: Long get() = word(8)

    // An mtproto_event: three words (struct_size, data, length), then 32-bit fields.
    val eventAddress: Long get() = base + EVENT
    val eventData: Long get() = word(EVENT + POINTER)
    val eventLength: Int get() = Math.toIntExact(word(EVENT + 2 * POINTER))
    val eventKind: Int get() = eventField(0)
    val eventFlags: Int get() = eventField(1)
    val eventCode: Int get() = eventField(2)
    val eventToken: Int get() = eventField(3)
    val eventEnvelope: Int get() = eventField(4)
    val eventCarrier: Int get() = eventField(5)
    val eventDc: Int get() = eventField(6)
    val eventSecretIndex: Int get() = eventField(7)
    val eventClockSkew: Int get() = eventField(8)

    init {
        // The last field is reserved.
        setWord(EVENT, 3 * POINTER + 10 * 4)
    }

    /** The address of `mtproto_send_options` that ask for a quick ack; 0 without a token. */
    fun options(token: UInt?): Long {
        if (token == null) return 0
        setWord(OPTIONS, POINTER + 8)
        view.putInt(OPTIONS + POINTER, SEND_QUICK_ACK)
        view.putInt(OPTIONS + POINTER + 4, token.toInt())
        return base + OPTIONS
    }

    /** Runs [block] with the address of a copy of these bytes. */
    inline fun <T> copied(bytes: ByteArray, offset: Int, length: Int, block: (address: Long) -> T): T {
        val memory = room(length)
        try {
            memory.write(0, bytes, offset, length)
            return block(Pointer.nativeValue(memory))
        } finally {
            // Not kept: a thread that once sent a large file would hold its size for ever.
            if (memory.size() > KEPT) memory.close()
        }
    }

    /** Runs [block] with the address of the bytes between position and limit, copied if need be. */
    inline fun <T> readable(buffer: ByteBuffer, block: (address: Long) -> T): T {
        val length = buffer.remaining()
        if (buffer.isDirect) return block(buffer.addressOfRemaining())
        if (buffer.hasArray()) return copied(buffer.array(), buffer.arrayOffset() + buffer.position(), length, block)
        return copied(ByteArray(length).also { buffer.duplicate().get(it) }, 0, length, block)
    }

    fun room(length: Int): Memory {
        val kept = large
        if (kept != null && kept.size() >= length) return kept
        if (length > KEPT) return Memory(length.toLong())
        kept?.close()
        // By powers of two, so that growing byte by byte does not allocate byte by byte.
        return Memory(maxOf(FIRST, Integer.highestOneBit(maxOf(length - 1, 1)) * 2L)).also { large = it }
    }

    private fun word(offset: Int): Long =
        if (POINTER == 8) view.getLong(offset) else view.getInt(offset).toLong() and 0xffff_ffffL

    private fun setWord(offset: Int, value: Int) {
        if (POINTER == 8) view.putLong(offset, value.toLong()) else view.putInt(offset, value)
    }

    private fun eventField(index: Int): Int = view.getInt(EVENT + 3 * POINTER + 4 * index)

    companion object {
        private val POINTER = Native.POINTER_SIZE
        private const val SMALL = 128L
        private const val EVENT = 16
        private const val OPTIONS = 96
        private const val SEND_QUICK_ACK = 1
        private const val FIRST = 16L * 1024

        /** The most that a thread keeps: more than this is given back after the call. */
        const val KEPT = 256 * 1024

        private val ofThread = ThreadLocal.withInitial { Scratch() }

        fun get(): Scratch = ofThread.get()
    }
}

/**
 * The address of the bytes between position and limit of a direct buffer. What the JVM gives is the
 * address of byte 0, whatever the position: UniFFI's own path for buffers forgets that.
 */
internal fun ByteBuffer.addressOfRemaining(): Long =
    Pointer.nativeValue(Native.getDirectBufferPointer(this)) + position()
