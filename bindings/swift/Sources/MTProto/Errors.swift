// The parts of an error, whatever its family, and a description for people.
import Foundation

extension MtprotoError {
  /// What exactly went wrong.
  public var kind: ErrorKind { parts.kind }

  /// The C ABI's status number.
  public var status: Int32 { parts.status }

  /// A sentence for a log, or for the person who pasted a link; it never shows a key.
  public var reason: String { parts.reason }

  private var parts: (kind: ErrorKind, status: Int32, reason: String) {
    switch self {
    case .Usage(let kind, let status, let reason), .Config(let kind, let status, let reason),
      .Input(let kind, let status, let reason), .Protocol(let kind, let status, let reason),
      .System(let kind, let status, let reason), .Panic(let kind, let status, let reason):
      return (kind, status, reason)
    }
  }

  static var closed: MtprotoError {
    .Usage(kind: .objectClosed, status: -101, reason: "the transport is closed")
  }

  /// Runs a call that UniFFI declares without the type of its errors.
  static func typed<T>(_ call: () throws -> T) throws(MtprotoError) -> T {
    do {
      return try call()
    } catch let error as MtprotoError {
      throw error
    } catch {
      // UniFFI's own: a panic outside of our guard, or a library of another build.
      throw .Panic(kind: .panic, status: -901, reason: String(describing: error))
    }
  }
}

extension MtprotoError: LocalizedError {
  /// What `localizedDescription` shows.
  public var errorDescription: String? { reason }
}
