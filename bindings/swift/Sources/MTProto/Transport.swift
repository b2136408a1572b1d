// The transport for Swift: UniFFI for what is said once, the C ABI for every byte, one lock over both.
import CMTProto
import Foundation

/// One connection, as client or as server, without its socket.
///
/// The app owns the socket: it hands in what it received and sends what it takes out.
///
/// ```swift
/// let transport = try Transport.client(TransportConfig(envelope: .intermediate))
/// try transport.pushPayload(packet)
/// send(try transport.takeWire())
/// for event in try transport.receive(bytes) { ... }
/// ```
///
/// ``TransportConnection`` does this over a socket, with `async` calls.
///
/// It may be used from any thread; calls wait for one another. It is freed, and its keys are wiped,
/// with its last reference, or by ``close()``. After that every call throws an error of the kind
/// ``ErrorKind/objectClosed``.
///
/// `@unchecked`: the compiler cannot see that every access to the handle is under the lock. All of
/// them go through `open`, `close` and `deinit`.
public final class Transport: @unchecked Sendable {
  private let lock = Lock()
  let isServer: Bool
  private var native: NativeTransport?
  private var handle: OpaquePointer?
  /// What ``receive(_:)`` could not take yet. Under the lock.
  private var late: [UInt8] = []

  init(_ native: NativeTransport, server: Bool) {
    self.native = native
    isServer = server
    handle = OpaquePointer(bitPattern: UInt(native.rawHandle()))
  }

  /// The end that connects. Its first event is ``Event/connected(connection:)``.
  public static func client(_ config: TransportConfig = TransportConfig()) throws(MtprotoError) -> Transport {
    Transport(try MtprotoError.typed { try NativeTransport.client(config: config) }, server: false)
  }

  /// The end that accepts: it recognises what it is talked to with.
  public static func server(_ config: TransportConfig = TransportConfig()) throws(MtprotoError) -> Transport {
    Transport(try MtprotoError.typed { try NativeTransport.server(config: config) }, server: true)
  }

  // MARK: Payload in, wire out

  /// Sends one MTProto packet: queues it for the wire side.
  ///
  /// - Parameter quickAck: as client, the packet's token, to get ``Event/quickAck(token:)`` once the
  ///   server has accepted it.
  public func pushPayload(_ bytes: UnsafeRawBufferPointer, quickAck: UInt32? = nil) throws(MtprotoError) {
    try open { (handle) throws(MtprotoError) in
      let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      guard let quickAck else {
        return try check(mtproto_transport_push_payload(handle, data, bytes.count, nil))
      }
      var options = mtproto_send_options(
        struct_size: MemoryLayout<mtproto_send_options>.size,
        flags: MTPROTO_SEND_QUICK_ACK,
        quick_ack_token: quickAck
      )
      try check(mtproto_transport_push_payload(handle, data, bytes.count, &options))
    }
  }

  /// Moves wire bytes into the buffer and says how many: 0 when none wait.
  public func pullWire(into buffer: UnsafeMutableRawBufferPointer) throws(MtprotoError) -> Int {
    try open { (handle) throws(MtprotoError) in
      var written = 0
      let start = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      try check(mtproto_transport_pull_wire(handle, start, buffer.count, &written))
      return written
    }
  }

  /// Takes all wire bytes that wait to be sent.
  public func takeWire() throws(MtprotoError) -> [UInt8] {
    try taken { Array($0) }
  }

  /// Takes all wire bytes that wait to be sent, as `Data`.
  public func takeWireData() throws(MtprotoError) -> Data {
    try taken { Data($0) }
  }

  // MARK: Wire in, events out

  /// Takes bytes that the socket received, and says how many: fewer than given where the receive
  /// buffer is at its ceiling. Then pull events, and push the rest.
  public func pushWire(_ bytes: UnsafeRawBufferPointer) throws(MtprotoError) -> Int {
    try open { (handle) throws(MtprotoError) in try push(handle, bytes) }
  }

  /// The peer has closed its side. Pull the last events, up to ``Event/closed(reason:)``.
  public func pushWireEnd() throws(MtprotoError) {
    try open { (handle) throws(MtprotoError) in try check(mtproto_transport_push_wire_end(handle)) }
  }

  /// The next event; `nil` until more wire bytes are pushed.
  public func pullEvent() throws(MtprotoError) -> Event? {
    try open { (handle) throws(MtprotoError) in
      var event = mtproto_event.blank
      let status = mtproto_transport_pull_event(handle, &event)
      try check(status)
      return status == MTPROTO_OK ? event.owned(isServer) : nil
    }
  }

  /// Takes a burst of bytes and returns everything they led to. Where the peer broke the protocol
  /// after some events, these are returned, and the next call throws: see ``checkAlive()``.
  ///
  /// What an HTTP client sends before it has its answer is kept, and taken by the next call: push the
  /// answer, then call this again, with no bytes if none came.
  public func receive(_ bytes: UnsafeRawBufferPointer) throws(MtprotoError) -> [Event] {
    var events: [Event] = []
    try receiveAll(bytes) { events.append($0.owned(isServer)) }
    return events
  }

  /// Takes a burst of bytes and shows everything they led to without a copy. For those who decrypt
  /// a packet into memory of their own. The closure must not use the transport.
  public func receive(_ bytes: UnsafeRawBufferPointer, _ body: (EventView) -> Void) throws(MtprotoError) {
    try receiveAll(bytes) { body($0.view(isServer)) }
  }

  /// The peer has closed its side: returns the last events. As a server over HTTP requests that were
  /// sent ahead come first: push the answer, then call this again, up to ``Event/closed(reason:)``.
  public func receiveEnd() throws(MtprotoError) -> [Event] {
    var events: [Event] = []
    if try keeps() { events = try receive([]) }
    if try keeps() { return events }
    try pushWireEnd()
    while let event = try pullEvent() { events.append(event) }
    return events
  }

  // MARK: Control and hints: not often called, so by UniFFI

  /// Server: tells the client that the packet with this token was received and accepted.
  public func pushQuickAck(_ token: UInt32) throws(MtprotoError) {
    try slow { try $0.pushQuickAck(token: token) }
  }

  /// Server: tells the client why it will not be served, as 404. Then send, and close.
  public func pushTransportError(_ code: UInt32) throws(MtprotoError) {
    try slow { try $0.pushTransportError(code: code) }
  }

  /// Client: lets the opening go now, alone, instead of with the first payload.
  public func pushOpening() throws(MtprotoError) {
    try slow { try $0.pushOpening() }
  }

  /// How many wire bytes wait to be sent.
  public func pendingWire() throws(MtprotoError) -> Int {
    try slow { Int(try $0.pendingWire()) }
  }

  /// How many bytes are missing until there can be an event; 0 when nothing can be read.
  public func wantsRead() throws(MtprotoError) -> Int {
    try slow { Int(try $0.wantsRead()) }
  }

  /// Whether no payload can be sent any more: the transport is dead, its WebSocket was closed or
  /// refused, its HTTP connection ends with the last answer, or the peer left before the opening,
  /// or over HTTP with no answer owed to it. Close the connection once no event and no wire byte waits.
  public func isOver() throws(MtprotoError) -> Bool {
    try slow { try $0.isOver() }
  }

  /// Throws the error that the transport is dead of, if it is.
  public func checkAlive() throws(MtprotoError) {
    try slow { try $0.checkAlive() }
  }

  /// Frees the native object and wipes its keys, now. A second call does nothing.
  public func close() {
    lock.locked {
      handle = nil
      native = nil
    }
  }

  // MARK: Inside: all of it under the lock

  @inline(__always)
  private func open<T>(_ body: (OpaquePointer) throws(MtprotoError) -> T) throws(MtprotoError) -> T {
    lock.lock()
    defer { lock.unlock() }
    guard let handle else { throw .closed }
    return try body(handle)
  }

  private func slow<T>(_ body: (NativeTransport) throws -> T) throws(MtprotoError) -> T {
    lock.lock()
    defer { lock.unlock() }
    guard let native else { throw .closed }
    return try MtprotoError.typed { try body(native) }
  }

  @inline(__always)
  private func check(_ status: mtproto_status) throws(MtprotoError) {
    if status < MTPROTO_OK { try failed(status) }
  }

  /// The library knows best what a status stands for, and with which figures.
  private func failed(_ status: mtproto_status) throws(MtprotoError) {
    guard let native else { throw .closed }
    try MtprotoError.typed { try native.check(status: status) }
  }

  private func push(_ handle: OpaquePointer, _ bytes: UnsafeRawBufferPointer) throws(MtprotoError) -> Int {
    var consumed = 0
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    // Where the receive buffer is full, `consumed` stays 0.
    try check(mtproto_transport_push_wire(handle, start, bytes.count, &consumed))
    return consumed
  }

  /// Whether ``receive(_:)`` could not take everything.
  private func keeps() throws(MtprotoError) -> Bool {
    try open { (_) throws(MtprotoError) in !late.isEmpty }
  }

  @inline(__always)
  private func receiveAll(
    _ bytes: UnsafeRawBufferPointer, _ body: (mtproto_event) -> Void
  ) throws(MtprotoError) {
    try open { (handle) throws(MtprotoError) in
      if late.isEmpty { return try receiveAll(handle, bytes, body) }
      let joined = UnsafeMutableRawBufferPointer.allocate(byteCount: late.count + bytes.count, alignment: 1)
      defer { joined.deallocate() }
      joined.copyBytes(from: late)
      UnsafeMutableRawBufferPointer(rebasing: joined[late.count...]).copyBytes(from: bytes)
      late = []
      try receiveAll(handle, UnsafeRawBufferPointer(joined), body)
    }
  }

  @inline(__always)
  private func receiveAll(
    _ handle: OpaquePointer, _ bytes: UnsafeRawBufferPointer, _ body: (mtproto_event) -> Void
  ) throws(MtprotoError) {
    var rest = bytes
    defer { if !rest.isEmpty { late = [UInt8](rest) } }
    var any = false
    var goesOn = true
    var event = mtproto_event.blank
    repeat {
      let count = try push(handle, rest)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      goesOn = count > 0
      while true {
        let status = mtproto_transport_pull_event(handle, &event)
        if status == MTPROTO_OK {
          any = true
          goesOn = true
          body(event)
        } else if status > MTPROTO_OK {
          break
        } else if any {
          return  // the transport keeps the error for the next call
        } else {
          try failed(status)
        }
      }
    } while !rest.isEmpty && goesOn
  }

  private func taken<T>(_ body: (UnsafeRawBufferPointer) -> T) throws(MtprotoError) -> T {
    try open { (handle) throws(MtprotoError) in
      var data: UnsafePointer<UInt8>?
      var length = 0
      try check(mtproto_transport_peek_wire(handle, &data, &length))
      let wire = body(UnsafeRawBufferPointer(start: data, count: length))
      try check(mtproto_transport_consume_wire(handle, length))
      return wire
    }
  }
}
