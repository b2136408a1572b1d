// Turns the C ABI's events into the Event of Kotlin, with bytes of its own.
package org.libmtproto

import com.sun.jna.Pointer
import java.nio.ByteBuffer

/** The [count] events that C has just written. */
internal fun Scratch.takeEvents(count: Int, server: Boolean, into: MutableList<Event>) {
    val burst = if (count > 1) payloadsOf(count) else null
    for (index in 0 until count) {
        selectEvent(index)
        into.add(if (burst != null && eventKind == PAYLOAD) burst.take(this) else takeEvent(server))
    }
}

/**
 * The memory that the payloads of a burst lie in, one close to the other: seen through one buffer,
 * each is copied by Java, without a call into JNA for it.
 */
private class PayloadMemory(private val start: Long, length: Long) {
    private val view: ByteBuffer = Pointer(start).getByteBuffer(0, length)

    fun take(event: Scratch): Event {
        val bytes = ByteArray(event.eventLength)
        if (bytes.isNotEmpty()) {
            view.at((event.eventData - start).toInt())
            view.get(bytes)
        }
        return event.payload(bytes)
    }
}

private fun Scratch.payloadsOf(count: Int): PayloadMemory? {
    var start = Long.MAX_VALUE
    var end = Long.MIN_VALUE
    for (index in 0 until count) {
        selectEvent(index)
        // Empty ones (HTTP) have no address.
        if (eventKind == PAYLOAD && eventLength > 0) {
            start = minOf(start, eventData)
            end = maxOf(end, eventData + eventLength)
        }
    }
    return if (start < end && end - start in 1..Int.MAX_VALUE) PayloadMemory(start, end - start) else null
}

/** The selected event. */
private fun Scratch.takeEvent(server: Boolean): Event = when (eventKind) {
    PAYLOAD -> payload(eventBytes())
    1 -> Event.Connected(
        ConnectionInfo(
            // 0 over HTTP, which needs none.
            envelope = Envelope.entries.getOrNull(eventEnvelope - 1),
            carrier = Carrier.entries[eventCarrier - 1],
            obfuscated = eventFlags and FLAG_OBFUSCATED != 0,
            dcField = if (eventFlags and FLAG_DC != 0) eventDc.toShort() else null,
            secretIndex = if (eventSecretIndex < 0) null else eventSecretIndex.toUInt(),
            // Only fake TLS has a name, and only its server a skew, which C leaves at 0 elsewhere.
            serverName = if (eventLength == 0) null else eventBytes().decodeToString(),
            clockSkew = if (eventCarrier == FAKE_TLS && server) eventClockSkew else null,
        ),
    )
    3 -> Event.QuickAck(eventToken.toUInt())
    4 -> Event.TransportError(eventCode.toUInt())
    5 -> Event.NotOurs(notOurs(), eventBytes())
    6 -> Event.Closed(CloseReason.entries[eventCode - 1])
    // Both sides come from one build, which UniFFI checks when it is loaded.
    else -> error("the library reports an event of kind $eventKind, which this version does not know")
}

private fun Scratch.payload(bytes: ByteArray): Event = Event.Payload(bytes, eventFlags and FLAG_QUICK_ACK_WANTED != 0)

private fun Scratch.notOurs(): NotOursReason = when (eventCode) {
    1 -> NotOursReason.Http
    2 -> NotOursReason.Tls
    3 -> NotOursReason.UnknownOpening
    4 -> NotOursReason.NotAccepted
    5 -> NotOursReason.UnknownSecret
    6 -> NotOursReason.MalformedHello
    7 -> NotOursReason.HelloTooLarge
    8 -> NotOursReason.ForeignServerName
    9 -> NotOursReason.NoCommonCipher
    10 -> eventClockSkew.let {
        if (it < 0) NotOursReason.ClockBehind((-it).toUInt()) else NotOursReason.ClockAhead(it.toUInt())
    }
    11 -> NotOursReason.Replayed
    12 -> NotOursReason.Incomplete
    else -> error("the library reports a reason $eventCode, which this version does not know")
}

private fun Scratch.eventBytes(): ByteArray {
    val bytes = ByteArray(eventLength)
    if (bytes.isNotEmpty()) Pointer(eventData).read(0, bytes, 0, bytes.size)
    return bytes
}

private const val PAYLOAD = 2
private const val FLAG_OBFUSCATED = 1
private const val FLAG_QUICK_ACK_WANTED = 2
private const val FLAG_DC = 4
private const val FAKE_TLS = 2
