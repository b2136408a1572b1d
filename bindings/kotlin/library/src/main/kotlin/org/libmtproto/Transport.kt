// The transport for Kotlin: UniFFI for what is said once, the C ABI for every byte, one lock over both.
package org.libmtproto

import com.sun.jna.Pointer
import java.nio.ByteBuffer
import java.nio.ReadOnlyBufferException

/**
 * One connection, as client or as server, without its socket.
 *
 * The app owns the socket: it hands in what it received and sends what it takes out.
 *
 * ```
 * Transport.client(TransportConfig(envelope = Envelope.INTERMEDIATE)).use { transport ->
 *     transport.pushPayload(packet)
 *     output.write(transport.takeWire())
 *     for (event in transport.receive(bytes)) { ... }
 * }
 * ```
 *
 * [TransportSocket] does this over a socket, and [TransportFlow] for coroutines.
 *
 * It may be used from any thread; calls wait for one another. Close it when the connection is over:
 * that wipes its keys. A forgotten one is reclaimed after the garbage collector has found it. After
 * [close], every other call fails with [MtprotoException.Usage] of the kind [ErrorKind.OBJECT_CLOSED].
 */
public class Transport internal constructor(
    // The lock is taken on this object, not on the transport: whose monitor a thread holds, the
    // collector does not take, so no Cleaner can free the handle during a call into C.
    private val native: NativeTransport,
    internal val isServer: Boolean,
    private val capi: CApi = NativeCode.capi,
) : AutoCloseable {
    /** What [receive] could not take yet. Under the lock. */
    private var late = NOTHING

    private var handle: Long = native.rawHandle().toLong()

    // ---- payload in, wire out ----

    /**
     * Sends one MTProto packet: queues it for the wire side.
     *
     * @param quickAck as client: the packet's token, made by [quickAckToken], to get
     * [Event.QuickAck] once the server has accepted the packet.
     */
    @JvmOverloads
    @Throws(MtprotoException::class)
    public fun pushPayload(bytes: ByteArray, offset: Int = 0, length: Int = bytes.size - offset, quickAck: UInt? = null) {
        checkRange(bytes, offset, length)
        open { scratch ->
            val options = scratch.options(quickAck)
            check(scratch.copied(bytes, offset, length) { capi.pushPayload(handle, it, length.toLong(), options) })
        }
    }

    /** Sends the bytes between position and limit, and moves the position there. */
    @JvmOverloads
    @Throws(MtprotoException::class)
    public fun pushPayload(buffer: ByteBuffer, quickAck: UInt? = null) {
        open { scratch ->
            val options = scratch.options(quickAck)
            val length = buffer.remaining().toLong()
            check(scratch.readable(buffer) { capi.pushPayload(handle, it, length, options) })
        }
        buffer.at(buffer.limit())
    }

    /**
     * Sends many MTProto packets, in order, by one call into the library: for small packets much
     * cheaper than [pushPayload] for each. Pull the wire bytes once, behind them. None of them asks for
     * a quick ack.
     *
     * Where one is refused, those before it are queued, none behind it is, and the exception's
     * [refusedIndex] says which it was.
     */
    @Throws(MtprotoException::class)
    public fun pushPayloads(payloads: List<ByteArray>) {
        open { scratch ->
            var at = 0
            while (at < payloads.size) {
                scratch.clearFirst()
                val status = scratch.packed(payloads, at) { address, count ->
                    capi.pushPayloads(handle, address, count.toLong(), scratch.firstAddress)
                }
                at += scratch.first.toInt()
                if (status < OK) refused(status, at, payloads.size)
            }
        }
    }

    /** Moves wire bytes into the array and says how many: 0 when none wait. */
    @JvmOverloads
    @Throws(MtprotoException::class)
    public fun pullWire(bytes: ByteArray, offset: Int = 0, length: Int = bytes.size - offset): Int {
        checkRange(bytes, offset, length)
        return open { scratch -> pull(scratch, bytes, offset, minOf(length, peek(scratch))) }
    }

    /** Moves wire bytes into the buffer, from its position on, and says how many. */
    @Throws(MtprotoException::class)
    public fun pullWire(buffer: ByteBuffer): Int {
        if (buffer.isReadOnly) throw ReadOnlyBufferException()
        val count = if (buffer.isDirect) {
            open { scratch ->
                val room = buffer.remaining().toLong()
                check(capi.pullWire(handle, buffer.addressOfRemaining(), room, scratch.firstAddress))
                scratch.first.toInt()
            }
        } else {
            pullWire(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining())
        }
        buffer.at(buffer.position() + count)
        return count
    }

    /** Takes all wire bytes that wait to be sent. */
    @Throws(MtprotoException::class)
    public fun takeWire(): ByteArray = open { scratch ->
        val bytes = ByteArray(peek(scratch))
        pull(scratch, bytes, 0, bytes.size)
        bytes
    }

    // ---- wire in, events out ----

    /**
     * Takes bytes that the socket received, and says how many: fewer than given where the receive
     * buffer is at its ceiling. Then pull events, and push the rest.
     */
    @JvmOverloads
    @Throws(MtprotoException::class)
    public fun pushWire(bytes: ByteArray, offset: Int = 0, length: Int = bytes.size - offset): Int {
        checkRange(bytes, offset, length)
        return open { scratch -> push(scratch, bytes, offset, length) }
    }

    /** Takes bytes between position and limit, moves the position behind them, and says how many. */
    @Throws(MtprotoException::class)
    public fun pushWire(buffer: ByteBuffer): Int {
        val count = open { scratch ->
            val length = buffer.remaining().toLong()
            pushed(scratch) { scratch.readable(buffer) { capi.pushWire(handle, it, length, scratch.firstAddress) } }
        }
        buffer.at(buffer.position() + count)
        return count
    }

    /** The peer has closed its side. Pull the last events, up to [Event.Closed]. */
    @Throws(MtprotoException::class)
    public fun pushWireEnd() {
        open { check(capi.pushWireEnd(handle)) }
    }

    /** The next event; null until more wire bytes are pushed. */
    @Throws(MtprotoException::class)
    public fun pullEvent(): Event? = open { scratch ->
        ArrayList<Event>(1).also { check(pullSome(scratch, 1, it)) }.firstOrNull()
    }

    /**
     * All events that there are, by one call into the library for many. Where the peer broke the
     * protocol after some events, these are returned, and the next call fails: see [checkAlive].
     */
    @Throws(MtprotoException::class)
    public fun pullEvents(): List<Event> = open { scratch -> ArrayList<Event>().also { pullAll(scratch, it) } }

    /**
     * Takes a burst of bytes and returns everything they led to. Where the peer broke the protocol
     * after some events, these are returned, and the next call fails: see [checkAlive].
     *
     * What an HTTP client sends before it has its answer is kept, and taken by the next call: push the
     * answer, then call this again, with no bytes if none came.
     */
    @JvmOverloads
    @Throws(MtprotoException::class)
    public fun receive(bytes: ByteArray, offset: Int = 0, length: Int = bytes.size - offset): List<Event> {
        checkRange(bytes, offset, length)
        return open { scratch ->
            val events = ArrayList<Event>()
            val joined = late.isNotEmpty()
            val all = if (joined) late + bytes.copyOfRange(offset, offset + length) else bytes
            var at = if (joined) 0 else offset
            val end = if (joined) all.size else offset + length
            try {
                do {
                    val before = at + events.size
                    at += push(scratch, all, at, end - at)
                } while (pullAll(scratch, events) && at < end && at + events.size != before)
            } finally {
                late = if (at < end) all.copyOfRange(at, end) else NOTHING
            }
            events
        }
    }

    /**
     * Takes the bytes between position and limit and returns everything they led to. What an HTTP
     * client sends before it has its answer stays in the buffer: push the answer, then call this again.
     */
    @Throws(MtprotoException::class)
    public fun receive(buffer: ByteBuffer): List<Event> = open { scratch ->
        val events = ArrayList<Event>()
        if (late.isNotEmpty()) events.addAll(receive(NOTHING))
        if (late.isEmpty()) {
            do {
                val before = buffer.position() + events.size
                pushWire(buffer)
            } while (pullAll(scratch, events) && buffer.hasRemaining() && buffer.position() + events.size != before)
        }
        events
    }

    /**
     * The peer has closed its side: returns the last events. As a server over HTTP requests that were
     * sent ahead come first: push the answer, then call this again, up to [Event.Closed].
     */
    @Throws(MtprotoException::class)
    public fun receiveEnd(): List<Event> = open { scratch ->
        val events = ArrayList<Event>()
        if (late.isNotEmpty()) events.addAll(receive(NOTHING))
        if (late.isEmpty()) {
            pushWireEnd()
            pullAll(scratch, events)
        }
        events
    }

    // ---- control and hints: not often called, so by UniFFI ----

    /** Server: tells the client that the packet with this token was received and accepted. */
    @Throws(MtprotoException::class)
    public fun pushQuickAck(token: UInt): Unit = open { native.pushQuickAck(token) }

    /** Server: tells the client why it will not be served, as 404. Then send, and close. */
    @Throws(MtprotoException::class)
    public fun pushTransportError(code: UInt): Unit = open { native.pushTransportError(code) }

    /** Client: lets the opening go now, alone, instead of with the first payload. */
    @Throws(MtprotoException::class)
    public fun pushOpening(): Unit = open { native.pushOpening() }

    /** How many wire bytes wait to be sent; 0 once the transport is dead. */
    @Throws(MtprotoException::class)
    public fun pendingWire(): Long = open { capi.pendingWire(handle) }

    /** How many bytes are missing until there can be an event; 0 when nothing can be read. */
    @Throws(MtprotoException::class)
    public fun wantsRead(): Long = open { native.wantsRead().toLong() }

    /**
     * Whether no payload can be sent any more: the transport is dead, its WebSocket was closed or
     * refused, its HTTP connection ends with the last answer, or the peer left before the
     * opening, or over HTTP with no answer owed to it. Close the connection once no event and no wire
     * byte waits.
     */
    @Throws(MtprotoException::class)
    public fun isOver(): Boolean = open { native.isOver() }

    /** Fails with the error that the transport is dead of, if it is. */
    @Throws(MtprotoException::class)
    public fun checkAlive(): Unit = open { native.checkAlive() }

    /** Frees the native object and wipes its keys. A second call does nothing. */
    override fun close() {
        synchronized(native) {
            handle = 0
            native.close()
        }
    }

    // ---- inside: all of it under the lock ----

    private inline fun <T> open(block: (Scratch) -> T): T = synchronized(native) {
        if (handle == 0L) throw MtprotoException.Usage(ErrorKind.OBJECT_CLOSED, NULL_ARGUMENT, "the transport is closed")
        block(Scratch.get())
    }

    private fun push(scratch: Scratch, bytes: ByteArray, offset: Int, length: Int): Int {
        var taken = 0
        do {
            val chunk = minOf(length - taken, Scratch.KEPT)
            val count = pushed(scratch) {
                scratch.copied(bytes, offset + taken, chunk) {
                    capi.pushWire(handle, it, chunk.toLong(), scratch.firstAddress)
                }
            }
            taken += count
        } while (count == chunk && taken < length)
        return taken
    }

    private inline fun pushed(scratch: Scratch, call: () -> Int): Int =
        if (check(call()) == EVENTS_PENDING) 0 else scratch.first.toInt()

    /** False: an error follows, and the transport keeps it for the next call. */
    private fun pullAll(scratch: Scratch, events: MutableList<Event>): Boolean {
        while (true) {
            // Up to the status that says there are no more: an error may come after the last event.
            val status = pullSome(scratch, Scratch.EVENTS_AT_ONCE, events)
            if (status > OK) return true
            if (status < OK) {
                if (events.isEmpty()) check(status)
                return false
            }
        }
    }

    private fun pullSome(scratch: Scratch, capacity: Int, events: MutableList<Event>): Int {
        val status = capi.pullEvents(handle, scratch.eventsAddress, capacity.toLong(), scratch.firstAddress)
        if (status == OK) scratch.takeEvents(scratch.first.toInt(), isServer, events)
        return status
    }

    /** How many wire bytes wait; their address is then the first out-parameter. */
    private fun peek(scratch: Scratch): Int {
        check(capi.peekWire(handle, scratch.firstAddress, scratch.secondAddress))
        return Math.toIntExact(scratch.second)
    }

    private fun pull(scratch: Scratch, bytes: ByteArray, offset: Int, count: Int): Int {
        if (count != 0) Pointer(scratch.first).read(0, bytes, offset, count)
        check(capi.consumeWire(handle, count.toLong()))
        return count
    }

    private fun refused(status: Int, index: Int, count: Int) {
        try {
            check(status)
        } catch (failure: MtprotoException) {
            // After a panic nobody knows what was queued.
            if (failure !is MtprotoException.Panic) failure.addSuppressed(RefusedPayload(index, count))
            throw failure
        }
    }

    private fun check(status: Int): Int {
        if (status < OK) native.check(status)
        return status
    }

    public companion object {
        private const val OK = 0
        private const val EVENTS_PENDING = 2
        private const val NULL_ARGUMENT = -101
        private val NOTHING = ByteArray(0)

        /** The end that connects. Its first event is [Event.Connected]. */
        @JvmStatic
        @JvmOverloads
        @Throws(MtprotoException::class)
        public fun client(config: TransportConfig = TransportConfig()): Transport =
            Transport(NativeTransport.client(config), false)

        /** The end that accepts: it recognises what it is talked to with. */
        @JvmStatic
        @JvmOverloads
        @Throws(MtprotoException::class)
        public fun server(config: TransportConfig = TransportConfig()): Transport =
            Transport(NativeTransport.server(config), true)

        private fun checkRange(bytes: ByteArray, offset: Int, length: Int) {
            if (offset < 0 || length < 0 || length > bytes.size - offset) {
                throw IndexOutOfBoundsException("offset $offset, length $length of ${bytes.size} bytes")
            }
        }
    }
}
