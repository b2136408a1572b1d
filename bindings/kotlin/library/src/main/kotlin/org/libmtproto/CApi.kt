// The byte path: the functions of the C ABI that move packets, bound by JNA's direct mapping.
package org.libmtproto

import com.sun.jna.Native
import com.sun.jna.NativeLibrary

/**
 * The C functions, with every pointer and `size_t` as a [Long].
 *
 * Direct mapping passes a Kotlin `Long` as 64 bits whatever the machine, so there are two
 * bindings: [WideCApi] where a pointer has 64 bits, [NarrowCApi] where it has 32 (armeabi-v7a).
 * A JNA `Pointer` or `NativeLong` would fit both, but is an object made for every argument.
 */
internal interface CApi {
    fun pushPayload(transport: Long, data: Long, length: Long, options: Long): Int
    fun pushPayloads(transport: Long, payloads: Long, count: Long, taken: Long): Int
    fun pullWire(transport: Long, buffer: Long, capacity: Long, written: Long): Int
    fun peekWire(transport: Long, data: Long, length: Long): Int
    fun consumeWire(transport: Long, count: Long): Int
    fun pendingWire(transport: Long): Long
    fun pushWire(transport: Long, data: Long, length: Long, consumed: Long): Int
    fun pushWireEnd(transport: Long): Int
    fun pullEvents(transport: Long, events: Long, capacity: Long, count: Long): Int
}

/** The shared library, and the binding of it that fits this machine. */
internal object NativeCode {
    /** As UniFFI's code finds it, so that both load one file. */
    val library: NativeLibrary =
        NativeLibrary.getInstance(System.getProperty("uniffi.component.mtproto.libraryOverride") ?: "mtproto")

    val capi: CApi = if (Native.POINTER_SIZE == 8) WideCApi else NarrowCApi
}

@Suppress("FunctionName")
internal object WideCApi : CApi {
    init {
        Native.register(WideCApi::class.java, NativeCode.library)
    }

    private external fun mtproto_transport_push_payload(transport: Long, data: Long, length: Long, options: Long): Int
    private external fun mtproto_transport_push_payloads(transport: Long, payloads: Long, count: Long, taken: Long): Int
    private external fun mtproto_transport_pull_wire(transport: Long, buffer: Long, capacity: Long, written: Long): Int
    private external fun mtproto_transport_peek_wire(transport: Long, data: Long, length: Long): Int
    private external fun mtproto_transport_consume_wire(transport: Long, count: Long): Int
    private external fun mtproto_transport_pending_wire(transport: Long): Long
    private external fun mtproto_transport_push_wire(transport: Long, data: Long, length: Long, consumed: Long): Int
    private external fun mtproto_transport_push_wire_end(transport: Long): Int
    private external fun mtproto_transport_pull_events(transport: Long, events: Long, capacity: Long, count: Long): Int

    override fun pushPayload(transport: Long, data: Long, length: Long, options: Long) =
        mtproto_transport_push_payload(transport, data, length, options)

    override fun pushPayloads(transport: Long, payloads: Long, count: Long, taken: Long) =
        mtproto_transport_push_payloads(transport, payloads, count, taken)

    override fun pullWire(transport: Long, buffer: Long, capacity: Long, written: Long) =
        mtproto_transport_pull_wire(transport, buffer, capacity, written)

    override fun peekWire(transport: Long, data: Long, length: Long) =
        mtproto_transport_peek_wire(transport, data, length)

    override fun consumeWire(transport: Long, count: Long) = mtproto_transport_consume_wire(transport, count)

    override fun pendingWire(transport: Long) = mtproto_transport_pending_wire(transport)

    override fun pushWire(transport: Long, data: Long, length: Long, consumed: Long) =
        mtproto_transport_push_wire(transport, data, length, consumed)

    override fun pushWireEnd(transport: Long) = mtproto_transport_push_wire_end(transport)

    override fun pullEvents(transport: Long, events: Long, capacity: Long, count: Long) =
        mtproto_transport_pull_events(transport, events, capacity, count)
}

@Suppress("FunctionName")
internal object NarrowCApi : CApi {
    init {
        Native.register(NarrowCApi::class.java, NativeCode.library)
    }

    private external fun mtproto_transport_push_payload(transport: Int, data: Int, length: Int, options: Int): Int
    private external fun mtproto_transport_push_payloads(transport: Int, payloads: Int, count: Int, taken: Int): Int
    private external fun mtproto_transport_pull_wire(transport: Int, buffer: Int, capacity: Int, written: Int): Int
    private external fun mtproto_transport_peek_wire(transport: Int, data: Int, length: Int): Int
    private external fun mtproto_transport_consume_wire(transport: Int, count: Int): Int
    private external fun mtproto_transport_pending_wire(transport: Int): Int
    private external fun mtproto_transport_push_wire(transport: Int, data: Int, length: Int, consumed: Int): Int
    private external fun mtproto_transport_push_wire_end(transport: Int): Int
    private external fun mtproto_transport_pull_events(transport: Int, events: Int, capacity: Int, count: Int): Int

    override fun pushPayload(transport: Long, data: Long, length: Long, options: Long) =
        mtproto_transport_push_payload(transport.toInt(), data.toInt(), length.toInt(), options.toInt())

    override fun pushPayloads(transport: Long, payloads: Long, count: Long, taken: Long) =
        mtproto_transport_push_payloads(transport.toInt(), payloads.toInt(), count.toInt(), taken.toInt())

    override fun pullWire(transport: Long, buffer: Long, capacity: Long, written: Long) =
        mtproto_transport_pull_wire(transport.toInt(), buffer.toInt(), capacity.toInt(), written.toInt())

    override fun peekWire(transport: Long, data: Long, length: Long) =
        mtproto_transport_peek_wire(transport.toInt(), data.toInt(), length.toInt())

    override fun consumeWire(transport: Long, count: Long) =
        mtproto_transport_consume_wire(transport.toInt(), count.toInt())

    override fun pendingWire(transport: Long) = mtproto_transport_pending_wire(transport.toInt()).toUInt().toLong()

    override fun pushWire(transport: Long, data: Long, length: Long, consumed: Long) =
        mtproto_transport_push_wire(transport.toInt(), data.toInt(), length.toInt(), consumed.toInt())

    override fun pushWireEnd(transport: Long) = mtproto_transport_push_wire_end(transport.toInt())

    override fun pullEvents(transport: Long, events: Long, capacity: Long, count: Long) =
        mtproto_transport_pull_events(transport.toInt(), events.toInt(), capacity.toInt(), count.toInt())
}
