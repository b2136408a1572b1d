// Turns the C ABI's event into one for Swift: as a view, or with bytes of its own.
import CMTProto
import Foundation

/// An event whose payload is still in the transport's memory.
///
/// The bytes live until the closure that was given the view returns: copy what is to be kept.
public enum EventView {
  /// One MTProto packet.
  case payload(UnsafeRawBufferPointer, quickAckWanted: Bool)
  /// Anything else, with bytes of its own.
  case other(Event)
}

extension mtproto_event {
  /// An event for C to write into.
  static var blank: mtproto_event {
    var event = mtproto_event()
    event.struct_size = MemoryLayout<mtproto_event>.size
    return event
  }

  private var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: data, count: length) }

  @inline(__always)
  func view(_ server: Bool) -> EventView {
    if kind == MTPROTO_EVENT_PAYLOAD {
      return .payload(bytes, quickAckWanted: flags & MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED != 0)
    }
    return .other(other(server))
  }

  @inline(__always)
  func owned(_ server: Bool) -> Event {
    if kind == MTPROTO_EVENT_PAYLOAD {
      let wanted = flags & MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED != 0
      return .payload(data: Data(bytes), quickAckWanted: wanted)
    }
    return other(server)
  }

  private func other(_ server: Bool) -> Event {
    switch kind {
    case MTPROTO_EVENT_CONNECTED: return .connected(connection: connection(server))
    case MTPROTO_EVENT_QUICK_ACK: return .quickAck(token: quick_ack_token)
    case MTPROTO_EVENT_TRANSPORT_ERROR: return .transportError(code: UInt32(code))
    case MTPROTO_EVENT_NOT_OURS: return .notOurs(reason: notOurs, data: Data(bytes))
    case MTPROTO_EVENT_CLOSED: return .closed(reason: closed)
    // Both sides come from one build, which UniFFI checks when it is loaded.
    default: preconditionFailure("the library reports an event of kind \(kind)")
    }
  }

  private func connection(_ server: Bool) -> ConnectionInfo {
    ConnectionInfo(
      envelope: envelopeOfNumber,
      carrier: carrierOfNumber,
      obfuscated: flags & MTPROTO_EVENT_FLAG_OBFUSCATED != 0,
      dcField: flags & MTPROTO_EVENT_FLAG_DC != 0 ? Int16(truncatingIfNeeded: dc) : nil,
      secretIndex: secret_index < 0 ? nil : UInt32(secret_index),
      // Only fake TLS has a name, and only its server a skew, which C leaves at 0 elsewhere.
      serverName: length == 0 ? nil : String(decoding: bytes, as: UTF8.self),
      clockSkew: carrier == MTPROTO_CARRIER_FAKE_TLS && server ? clock_skew : nil
    )
  }

  private var carrierOfNumber: Carrier {
    switch carrier {
    case MTPROTO_CARRIER_TCP: return .tcp
    case MTPROTO_CARRIER_FAKE_TLS: return .fakeTls
    case MTPROTO_CARRIER_WEBSOCKET: return .websocket
    case MTPROTO_CARRIER_HTTP: return .http
    default: preconditionFailure("the library reports a carrier of number \(carrier)")
    }
  }

  private var envelopeOfNumber: Envelope? {
    switch envelope {
    case 0: return nil  // over HTTP, which needs none
    case MTPROTO_ENVELOPE_ABRIDGED: return .abridged
    case MTPROTO_ENVELOPE_INTERMEDIATE: return .intermediate
    case MTPROTO_ENVELOPE_PADDED_INTERMEDIATE: return .paddedIntermediate
    case MTPROTO_ENVELOPE_FULL: return .full
    default: preconditionFailure("the library reports an envelope of number \(envelope)")
    }
  }

  private var notOurs: NotOursReason {
    switch code {
    case MTPROTO_NOT_OURS_HTTP: return .http
    case MTPROTO_NOT_OURS_TLS: return .tls
    case MTPROTO_NOT_OURS_UNKNOWN_OPENING: return .unknownOpening
    case MTPROTO_NOT_OURS_NOT_ACCEPTED: return .notAccepted
    case MTPROTO_NOT_OURS_UNKNOWN_SECRET: return .unknownSecret
    case MTPROTO_NOT_OURS_MALFORMED_HELLO: return .malformedHello
    case MTPROTO_NOT_OURS_HELLO_TOO_LARGE: return .helloTooLarge
    case MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME: return .foreignServerName
    case MTPROTO_NOT_OURS_NO_COMMON_CIPHER: return .noCommonCipher
    case MTPROTO_NOT_OURS_CLOCK:
      let seconds = clock_skew.magnitude
      return clock_skew < 0 ? .clockBehind(seconds: seconds) : .clockAhead(seconds: seconds)
    case MTPROTO_NOT_OURS_REPLAYED: return .replayed
    case MTPROTO_NOT_OURS_INCOMPLETE: return .incomplete
    default: preconditionFailure("the library reports a reason of number \(code)")
    }
  }

  private var closed: CloseReason {
    switch code {
    case MTPROTO_CLOSED_BETWEEN_FRAMES: return .betweenFrames
    case MTPROTO_CLOSED_BEFORE_OPENING: return .beforeOpening
    case MTPROTO_CLOSED_INSIDE_FRAME: return .insideFrame
    case MTPROTO_CLOSED_REFUSED: return .refused
    case MTPROTO_CLOSED_UNSENT: return .unsent
    default: preconditionFailure("the library reports an end of number \(code)")
    }
  }
}
