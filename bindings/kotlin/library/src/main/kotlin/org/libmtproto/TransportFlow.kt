// A transport over a socket, for coroutines.
package org.libmtproto

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.EmptyCoroutineContext

/**
 * A [TransportSocket] for coroutines: suspending calls, and a flow of events.
 *
 * ```
 * TransportFlow.connect("proxy.example", 443, config).use { connection ->
 *     connection.send(packet)
 *     connection.events.collect { event -> ... }
 * }
 * ```
 *
 * Where a call is cancelled, the socket is closed: half a packet may be on its way, and a connection
 * of which nobody knows how much it has read is of no use.
 */
public class TransportFlow(
    private val socket: TransportSocket,
    private val dispatcher: CoroutineDispatcher = Dispatchers.IO,
) : AutoCloseable {
    /** The events as they come, up to [Event.Closed]. To be collected once. */
    public val events: Flow<Event> = flow {
        while (true) emit(blocking { socket.receive() } ?: break)
    }

    /** Sends one MTProto packet; see [TransportSocket.send]. */
    public suspend fun send(payload: ByteArray, quickAck: UInt? = null) {
        blocking { socket.send(payload, quickAck) }
    }

    /** Sends many MTProto packets at once; see [TransportSocket.send]. */
    public suspend fun send(payloads: List<ByteArray>) {
        blocking { socket.send(payloads) }
    }

    /** Closes the socket and the transport. */
    override fun close(): Unit = socket.close()

    /** Runs a call that blocks on another thread; when cancelled, closes what it blocks on. */
    private suspend fun <T> blocking(call: () -> T): T = blocking(dispatcher, { socket.close() }, call)

    public companion object {
        /** Connects to a server or a proxy. */
        public suspend fun connect(
            host: String,
            port: Int,
            config: TransportConfig = TransportConfig(),
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): TransportFlow {
            var opened: TransportSocket? = null
            val socket = blocking(dispatcher, { opened?.close() }) {
                TransportSocket.connect(host, port, config).also { opened = it }
            }
            return TransportFlow(socket, dispatcher)
        }

        private suspend fun <T> blocking(
            dispatcher: CoroutineDispatcher,
            onCancel: () -> Unit,
            call: () -> T,
        ): T = suspendCancellableCoroutine { continuation ->
            continuation.invokeOnCancellation { onCancel() }
            dispatcher.dispatch(EmptyCoroutineContext) {
                val result = runCatching(call)
                // Cancelled meanwhile: what a call has opened since then nobody else will close.
                if (!continuation.isActive) onCancel()
                continuation.resumeWith(result)
            }
        }
    }
}
