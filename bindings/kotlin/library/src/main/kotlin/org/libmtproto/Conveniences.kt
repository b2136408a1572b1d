// Small things that Kotlin likes better than what UniFFI writes: ByteArray arguments, one way to an error's parts.
package org.libmtproto

import java.nio.ByteBuffer

/** What exactly went wrong. */
public val MtprotoException.kind: ErrorKind
    get() = when (this) {
        is MtprotoException.Usage -> kind
        is MtprotoException.Config -> kind
        is MtprotoException.Input -> kind
        is MtprotoException.Protocol -> kind
        is MtprotoException.System -> kind
        is MtprotoException.Panic -> kind
    }

/** The C ABI's status number. */
public val MtprotoException.status: Int
    get() = when (this) {
        is MtprotoException.Usage -> status
        is MtprotoException.Config -> status
        is MtprotoException.Input -> status
        is MtprotoException.Protocol -> status
        is MtprotoException.System -> status
        is MtprotoException.Panic -> status
    }

/** A sentence for a log, or for the person who pasted a link; it never shows a key. */
public val MtprotoException.reason: String
    get() = when (this) {
        is MtprotoException.Usage -> reason
        is MtprotoException.Config -> reason
        is MtprotoException.Input -> reason
        is MtprotoException.Protocol -> reason
        is MtprotoException.System -> reason
        is MtprotoException.Panic -> reason
    }

/**
 * Of [Transport.pushPayloads]: which payload was refused, from 0. Those before it are queued, none
 * behind it is. Null for every other call.
 */
public val MtprotoException.refusedIndex: Int?
    get() = suppressed.firstNotNullOfOrNull { (it as? RefusedPayload)?.index }

/** Goes along with the error itself: UniFFI's class has no field for it. Shown in stack traces. */
internal class RefusedPayload(val index: Int, count: Int) :
    Exception("payload $index of $count was refused; those before it are queued")

/**
 * The quick-ack token of an encrypted packet from a client to a server.
 *
 * @param plaintext what is encrypted in the packet, from the salt to the end of MTProto's padding.
 */
@Throws(MtprotoException::class)
public fun quickAckToken(authKey: ByteArray, plaintext: ByteArray): UInt =
    computeQuickAckToken(authKey.direct(), plaintext.direct())

/** Reads the raw bytes of a secret, as `dcOption` carries them. */
@Throws(MtprotoException::class)
public fun Secret.Companion.fromRaw(bytes: ByteArray, mode: ParseMode): Secret = fromRaw(bytes.direct(), mode)

/** UniFFI wants direct buffers, and reads them from their byte 0: these begin there. */
private fun ByteArray.direct(): ByteBuffer = ByteBuffer.allocateDirect(size).put(this).flipped()
