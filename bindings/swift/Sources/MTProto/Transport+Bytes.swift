// The transport's calls for `[UInt8]` and `Data`, without a copy of either.
import Foundation

extension Transport {
  /// Sends one MTProto packet; see ``pushPayload(_:quickAck:)-(UnsafeRawBufferPointer,_)``.
  public func pushPayload(_ bytes: [UInt8], quickAck: UInt32? = nil) throws(MtprotoError) {
    try typed { try bytes.withUnsafeBytes { try pushPayload($0, quickAck: quickAck) } }
  }

  /// Sends one MTProto packet.
  public func pushPayload(_ bytes: Data, quickAck: UInt32? = nil) throws(MtprotoError) {
    try typed { try bytes.withUnsafeBytes { try pushPayload($0, quickAck: quickAck) } }
  }

  /// Takes bytes that the socket received, and says how many.
  public func pushWire(_ bytes: [UInt8]) throws(MtprotoError) -> Int {
    try typed { try bytes.withUnsafeBytes { try pushWire($0) } }
  }

  /// Takes bytes that the socket received, and says how many.
  public func pushWire(_ bytes: Data) throws(MtprotoError) -> Int {
    try typed { try bytes.withUnsafeBytes { try pushWire($0) } }
  }

  /// Takes a burst of bytes and returns everything they led to.
  public func receive(_ bytes: [UInt8]) throws(MtprotoError) -> [Event] {
    try typed { try bytes.withUnsafeBytes { try receive($0) } }
  }

  /// Takes a burst of bytes and returns everything they led to.
  public func receive(_ bytes: Data) throws(MtprotoError) -> [Event] {
    try typed { try bytes.withUnsafeBytes { try receive($0) } }
  }

  /// `withUnsafeBytes` forgets the type of what its closure throws.
  @inline(__always)
  private func typed<T>(_ body: () throws -> T) throws(MtprotoError) -> T {
    try MtprotoError.typed(body)
  }
}
