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
    private val small = Block(EVENTS + EVENTS_AT_ONCE * EVENT_SIZE)
    private var large: Block? = null

    /** Where the fields of the selected event begin. */
    private var event = EVENTS

    // Two out-parameters: where they are, and what was written there.
    val firstAddress: Long get() = small.address
    val secondAddress: Long get() = small.address + 8
    val first: Long get() = small.word(0)
    val second: Long get() = small.word(8)

    // mtproto_events, one behind the other: three words (struct_size, data, length), then 32-bit fields.
    val eventsAddress: Long get() = small.address + EVENTS
    val eventData: Long get() = small.word(event + POINTER)
    val eventLength: Int get() = Math.toIntExact(small.word(event + 2 * POINTER))
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
        // Of the first one: it counts for all.
        small.setWord(EVENTS, EVENT_SIZE.toLong())
    }

    /** Says which of the events the fields above are of. */
    fun selectEvent(index: Int) {
        event = EVENTS + index * EVENT_SIZE
    }

    /** So that a call that fails before it writes there leaves no old number. */
    fun clearFirst() = small.setWord(0, 0)

    /** The address of `mtproto_send_options` that ask for a quick ack; 0 without a token. */
    fun options(token: UInt?): Long {
        if (token == null) return 0
        small.setWord(OPTIONS, POINTER + 8L)
        small.view.putInt(OPTIONS + POINTER, SEND_QUICK_ACK)
        small.view.putInt(OPTIONS + POINTER + 4, token.toInt())
        return small.address + OPTIONS
    }

    /** Runs [block] with the address of a copy of these bytes. */
    inline fun <T> copied(bytes: ByteArray, offset: Int, length: Int, block: (address: Long) -> T): T {
        if (length <= KEPT) {
            val room = room(length)
            room.moveTo(0)
            room.view.put(bytes, offset, length)
            return block(room.address)
        }
        // Not kept: a thread that once sent a large file would hold its size for ever.
        return Memory(length.toLong()).use { memory ->
            memory.write(0, bytes, offset, length)
            block(Pointer.nativeValue(memory))
        }
    }

    /** Runs [block] with the address of the bytes between position and limit, copied if need be. */
    inline fun <T> readable(buffer: ByteBuffer, block: (address: Long) -> T): T {
        val length = buffer.remaining()
        if (buffer.isDirect) return block(buffer.addressOfRemaining())
        if (buffer.hasArray()) return copied(buffer.array(), buffer.arrayOffset() + buffer.position(), length, block)
        return copied(ByteArray(length).also { buffer.duplicate().get(it) }, 0, length, block)
    }

    /**
     * Runs [block] with an array of `mtproto_bytes`, the ones of [payloads] from [from] on, as many
     * as fit into what a thread keeps, but at least one.
     */
    inline fun <T> packed(payloads: List<ByteArray>, from: Int, block: (address: Long, count: Int) -> T): T {
        val count = fitting(payloads, from)
        if (count > 0) return block(pack(payloads, from, count), count)
        val payload = payloads[from]
        return copied(payload, 0, payload.size) { address ->
            small.setPair(PAIR, address, payload.size)
            block(small.address + PAIR, 1)
        }
    }

    fun fitting(payloads: List<ByteArray>, from: Int): Int {
        var room = KEPT
        var at = from
        while (at < payloads.size) {
            room -= PAIR_SIZE + minOf(payloads[at].size, KEPT)
            if (room < 0) break
            at++
        }
        return at - from
    }

    /** The array first, then the bytes. Java's own copies: a call into JNA for each would cost more than C's work. */
    fun pack(payloads: List<ByteArray>, from: Int, count: Int): Long {
        val room = room(payloads.subList(from, from + count).sumOf { PAIR_SIZE + it.size })
        var at = count * PAIR_SIZE
        room.moveTo(at)
        for (index in 0 until count) {
            val payload = payloads[from + index]
            room.setPair(index * PAIR_SIZE, room.address + at, payload.size)
            room.view.put(payload)
            at += payload.size
        }
        return room.address
    }

    /** Memory of at least [length] bytes, which is [KEPT] at the most. */
    fun room(length: Int): Block {
        large?.let { if (it.size >= length) return it }
        // By powers of two, so that growing byte by byte does not allocate byte by byte.
        return Block(maxOf(FIRST, Integer.highestOneBit(maxOf(length - 1, 1)) * 2)).also { large = it }
    }

    private fun eventField(index: Int): Int = small.view.getInt(event + 3 * POINTER + 4 * index)

    /** Native memory, with the view of it that Java reads and writes through. JNA frees it when nobody holds either. */
    class Block(val size: Int) {
        private val memory = Memory(size.toLong())
        val address: Long = Pointer.nativeValue(memory)
        val view: ByteBuffer = memory.getByteBuffer(0, size.toLong()).order(ByteOrder.nativeOrder())

        fun moveTo(position: Int) {
            view.at(position)
        }

        fun word(offset: Int): Long =
            if (POINTER == 8) view.getLong(offset) else view.getInt(offset).toLong() and 0xffff_ffffL

        fun setWord(offset: Int, value: Long) {
            if (POINTER == 8) view.putLong(offset, value) else view.putInt(offset, value.toInt())
        }

        /** An `mtproto_bytes`. */
        fun setPair(offset: Int, data: Long, length: Int) {
            setWord(offset, data)
            setWord(offset + POINTER, length.toLong())
        }
    }

    companion object {
        private val POINTER = Native.POINTER_SIZE
        private const val OPTIONS = 16
        private const val PAIR = 32
        private const val EVENTS = 48
        private const val SEND_QUICK_ACK = 1
        private const val FIRST = 16 * 1024
        private val PAIR_SIZE = 2 * POINTER

        // The last of the ten fields is reserved.
        private val EVENT_SIZE = 3 * POINTER + 10 * 4

        /** How many events one call into C reports at the most. */
        const val EVENTS_AT_ONCE = 128

        /** The most that a thread keeps: more than this is given back after the call. */
        const val KEPT = 256 * 1024

        // Not ThreadLocal.withInitial, which Android has from API 26 on only.
        private val ofThread = object : ThreadLocal<Scratch>() {
            override fun initialValue() = Scratch()
        }

        fun get(): Scratch = ofThread.get()
    }
}

/**
 * The address of the bytes between position and limit of a direct buffer. What the JVM gives is the
 * address of byte 0, whatever the position: UniFFI's own path for buffers forgets that.
 */
internal fun ByteBuffer.addressOfRemaining(): Long =
    Pointer.nativeValue(Native.getDirectBufferPointer(this)) + position()
