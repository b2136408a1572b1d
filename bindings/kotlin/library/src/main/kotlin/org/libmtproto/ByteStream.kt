// The two kinds of blocking socket that a transport runs over, behind one small interface.
package org.libmtproto

import java.net.Socket
import java.nio.ByteBuffer
import java.nio.channels.SocketChannel

/** Reads and writes as a channel does; the buffers are direct ones. */
internal interface ByteStream : AutoCloseable {
    /** Reads at least one byte, and says how many; -1 at the end. */
    fun read(buffer: ByteBuffer): Int

    /** Writes at least one byte. */
    fun write(buffer: ByteBuffer)
}

internal class ChannelBytes(private val channel: SocketChannel) : ByteStream {
    init {
        require(channel.isBlocking) { "the channel has to be in blocking mode" }
    }

    override fun read(buffer: ByteBuffer): Int = channel.read(buffer)

    override fun write(buffer: ByteBuffer) {
        channel.write(buffer)
    }

    override fun close() = channel.close()
}

internal class SocketBytes(private val socket: Socket) : ByteStream {
    private val input = socket.getInputStream()
    private val output = socket.getOutputStream()
    private val received = ByteArray(CHUNK)
    private val sent = ByteArray(CHUNK)

    override fun read(buffer: ByteBuffer): Int {
        val count = input.read(received, 0, minOf(CHUNK, buffer.remaining()))
        if (count > 0) buffer.put(received, 0, count)
        return count
    }

    override fun write(buffer: ByteBuffer) {
        val count = minOf(CHUNK, buffer.remaining())
        buffer.get(sent, 0, count)
        output.write(sent, 0, count)
    }

    override fun close() = socket.close()

    private companion object {
        const val CHUNK = 64 * 1024
    }
}
