// A transport over a blocking socket.
package org.libmtproto

import java.io.IOException
import java.io.InterruptedIOException
import java.net.InetSocketAddress
import java.net.Socket
import java.net.UnknownHostException
import java.nio.ByteBuffer
import java.nio.channels.AsynchronousCloseException
import java.nio.channels.SocketChannel
import java.util.concurrent.Semaphore
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread

/**
 * A transport over a connected, blocking socket, which it owns: it closes both.
 *
 * One thread may receive while others send. [close], from any thread, ends all of them with an
 * [IOException].
 */
public class TransportSocket private constructor(
    private val transport: Transport,
    private val bytes: ByteStream,
) : AutoCloseable {
    private val sending = Any()
    private val receiving = Any()
    private val outgoing = ByteBuffer.allocateDirect(BUFFER)
    private val incoming = ByteBuffer.allocateDirect(BUFFER).flipped()
    private val events = ArrayDeque<Event>()
    private var ended = false

    /** Over HTTP there may be a next request only when the one before was answered. */
    private var takesTurns = false

    /** A permit where something was sent since it was last waited for. */
    private val sent = Semaphore(0)
    private val flushing = AtomicBoolean()

    @Volatile
    private var closed = false

    /** Over a channel in blocking mode: the faster way, because bytes need not pass an array. */
    public constructor(channel: SocketChannel, transport: Transport) : this(transport, ChannelBytes(channel))

    /** Over a socket, for instance one that a SOCKS5 proxy has opened. */
    public constructor(socket: Socket, transport: Transport) : this(transport, SocketBytes(socket))

    /**
     * Sends one MTProto packet and returns when the system has taken its bytes. Over fake TLS and
     * WebSocket what is sent before the peer has answered the handshake, and over HTTP with
     * [TransportConfig.queueTurns] what waits for its turn, is kept: it leaves while somebody receives.
     *
     * @param quickAck as client: the packet's token, to get [Event.QuickAck] for it.
     */
    @JvmOverloads
    @Throws(IOException::class, MtprotoException::class)
    public fun send(payload: ByteArray, quickAck: UInt? = null) {
        untilClosed { transport.pushPayload(payload, quickAck = quickAck) }
        flush()
    }

    /**
     * Sends many MTProto packets, which for small ones is much cheaper than one by one. Where one is
     * refused, those before it are sent, and the exception's [refusedIndex] says which it was.
     */
    @Throws(IOException::class, MtprotoException::class)
    public fun send(payloads: List<ByteArray>) {
        val pushed = runCatching { untilClosed { transport.pushPayloads(payloads) } }
        flush()
        pushed.getOrThrow()
    }

    /** Sends whatever waits in the transport: after a quick ack or an opening was pushed there. */
    @Throws(IOException::class, MtprotoException::class)
    public fun flush(): Unit = untilClosed {
        // The transport's own lock is free while the socket blocks: a peer that does not read must
        // not keep us from reading.
        synchronized(sending) {
            flushing.set(false)
            if (sent.availablePermits() == 0) sent.release()
            while (true) {
                if (transport.pullWire(outgoing.cleared()) == 0) return
                outgoing.flipped()
                while (outgoing.hasRemaining()) bytes.write(outgoing)
            }
        }
    }

    /**
     * Waits for the next event. The last one is [Event.Closed]; null after it. Behind [Event.NotOurs],
     * the last one too, it throws of the kind [ErrorKind.NOT_OURS]: relay the event's bytes and what
     * follows on the channel or socket that this was made with. A server over HTTP has its next event
     * when the request before was answered; until then it does not see the client leave.
     *
     * An interrupt closes a channel ([java.nio.channels.ClosedByInterruptException]), and does nothing
     * to a [Socket]; a server over HTTP that waits for an answer fails with [InterruptedIOException] and
     * stays open.
     */
    @Throws(IOException::class, MtprotoException::class)
    public fun receive(): Event? = untilClosed { next() }

    private fun next(): Event? {
        synchronized(receiving) {
            while (true) {
                events.removeFirstOrNull()?.let { return it }
                try {
                    pull()
                } catch (failure: MtprotoException) {
                    lastWords()
                    throw failure
                }
                if (events.isEmpty()) {
                    if (ended) return null
                    if (takesTurns && waitsForAnswer()) awaitAnswer() else read()
                }
            }
        }
    }

    /** All that one read has led to: a call into the library for each would cost more. */
    private fun pull() {
        events.addAll(transport.pullEvents())
        if (events.isEmpty()) {
            if (transport.pendingWire() != 0L) flushAside()
            return
        }
        (events.first() as? Event.Connected)?.let {
            takesTurns = transport.isServer && it.connection.carrier == Carrier.HTTP
        }
        if (events.last() is Event.Closed) {
            ended = true
            lastWords()
        } else if (transport.pendingWire() != 0L) {
            flushAside()
        }
    }

    /**
     * Sends what is left to say at the end, as the close frame of a WebSocket, and gives it a moment
     * to leave: whoever is told of the end closes the socket.
     */
    private fun lastWords() {
        // Behind whoever sends just now, and may have them already.
        val last = thread(isDaemon = true, name = "libmtproto last words") { runCatching { flush() } }
        runCatching { last.join(LAST_WORDS_MILLIS) }.onFailure { Thread.currentThread().interrupt() }
    }

    /** Whether what comes next needs an answer, and no bytes. */
    private fun waitsForAnswer() = transport.wantsRead() == 0L && !transport.isOver()

    /** Not by reading: what the client has sent ahead may be in the transport already. */
    private fun awaitAnswer() {
        try {
            sent.acquire()
            sent.drainPermits()
        } catch (interrupted: InterruptedException) {
            Thread.currentThread().interrupt()
            throw InterruptedIOException(interrupted.message)
        }
        if (closed) throw AsynchronousCloseException()
    }

    private fun read() {
        if (!incoming.hasRemaining()) {
            // Flipped also where it fails, as by a time limit of the app's: nothing stale is left to push.
            val count = try {
                bytes.read(incoming.cleared())
            } finally {
                incoming.flipped()
            }
            if (count < 0) {
                ended = true
                transport.pushWireEnd()
            }
        }
        // What the transport has no room for yet stays here until its events are pulled.
        if (incoming.hasRemaining()) transport.pushWire(incoming)
    }

    /**
     * Sends what the transport itself has to say: fake TLS, WebSocket and HTTP answer what they
     * receive. Rarely, so a thread for each time will do; not on this one, which has to go on
     * reading where the peer does not read.
     */
    private fun flushAside() {
        if (!flushing.compareAndSet(false, true)) return
        thread(isDaemon = true, name = "libmtproto flush") {
            // Whoever receives finds the socket closed.
            runCatching { flush() }.onFailure { bytes.close() }
        }
    }

    /** Who waited for a lock while the other was closed finds the transport closed: the same news. */
    private inline fun <T> untilClosed(call: () -> T): T = try {
        call()
    } catch (failure: MtprotoException) {
        if (closed && failure.kind == ErrorKind.OBJECT_CLOSED) throw AsynchronousCloseException()
        throw failure
    }

    /** Closes the socket, which wakes whoever waits on it, and then the transport. */
    override fun close() {
        closed = true
        sent.release()
        transport.use { bytes.close() }
    }

    public companion object {
        private const val BUFFER = 64 * 1024
        private const val LAST_WORDS_MILLIS = 200L

        /** Connects to a server or a proxy. */
        @JvmStatic
        @JvmOverloads
        @Throws(IOException::class, MtprotoException::class)
        public fun connect(host: String, port: Int, config: TransportConfig = TransportConfig()): TransportSocket {
            val transport = Transport.client(config)
            try {
                val address = InetSocketAddress(host, port)
                // Or the channel fails with what is no IOException, and has no text.
                if (address.isUnresolved) throw UnknownHostException(host)
                val channel = SocketChannel.open(address)
                // Packets are small and wait for answers: Nagle's algorithm would hold them back.
                channel.socket().tcpNoDelay = true
                return TransportSocket(channel, transport)
            } catch (failure: Throwable) {
                transport.close()
                throw failure
            }
        }
    }
}
