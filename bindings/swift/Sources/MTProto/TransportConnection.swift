// A transport over a socket, with async calls and a sequence of events.
import Foundation

/// A transport over a connected socket, which it owns: it closes both.
///
/// ```swift
/// let connection = try await TransportConnection.connect(host: "proxy.example", port: 443, config)
/// try await connection.send(packet)
/// for try await event in connection.events { ... }
/// ```
///
/// Where a call is cancelled, the connection is closed: half a packet may be on its way. One task
/// may iterate over the events while others send.
public final class TransportConnection: Sendable {
  /// The transport inside, for quick acks, transport errors and hints; ``flush()`` after a push.
  public let transport: Transport
  private let stream: any ByteStream
  private let senders = Lock()
  /// What was handed to the stream and has not left.
  private let leaving = DispatchGroup()
  private let sent = Gate()

  init(transport: Transport, stream: any ByteStream) {
    self.transport = transport
    self.stream = stream
  }

  deinit { close() }

  /// Connects to a server or a proxy.
  public static func connect(
    host: String, port: UInt16, _ config: TransportConfig = TransportConfig()
  ) async throws -> TransportConnection {
    let transport = try Transport.client(config)
    #if canImport(Network)
      let stream = try await NetworkStream.connect(host: host, port: port)
    #else
      let stream = try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(with: Result { try PosixStream.connect(host: host, port: port) })
        }
      }
    #endif
    return TransportConnection(transport: transport, stream: stream)
  }

  #if !canImport(Darwin)
    /// Takes over a connected socket in blocking mode, as client or as server.
    public convenience init(descriptor: Int32, transport: Transport) {
      self.init(transport: transport, stream: PosixStream(descriptor: descriptor))
    }
  #endif

  /// Sends one MTProto packet, and returns when the system has taken its bytes.
  ///
  /// Over fake TLS and WebSocket what is sent before the peer has answered the handshake, and over
  /// HTTP with `queueTurns` what waits for its turn, is kept: it leaves while somebody iterates over
  /// ``events``.
  public func send(_ payload: [UInt8], quickAck: UInt32? = nil) async throws {
    try transport.pushPayload(payload, quickAck: quickAck)
    try await flush()
  }

  /// Sends one MTProto packet, and returns when the system has taken its bytes.
  public func send(_ payload: Data, quickAck: UInt32? = nil) async throws {
    try transport.pushPayload(payload, quickAck: quickAck)
    try await flush()
  }

  /// Sends whatever waits in the transport.
  public func flush() async throws {
    try await cancellable { done in
      // Taken and handed over under one lock, or two senders could swap their bytes.
      self.senders.locked {
        do {
          let wire = try self.transport.takeWire()
          self.sent.open()
          if wire.isEmpty { done(.success(())) } else { self.write(wire, done) }
        } catch {
          done(.failure(error))
        }
      }
    }
  }

  private func write(_ wire: [UInt8], _ done: @escaping @Sendable (Result<Void, any Error>) -> Void) {
    leaving.enter()
    stream.write(wire) { [leaving] result in
      leaving.leave()
      done(result)
    }
  }

  /// Sends what the transport itself has to say: fake TLS, WebSocket and HTTP answer what they
  /// receive. Not waited for: reading has to go on where the peer does not read.
  fileprivate func flushAside() {
    senders.locked {
      // A dead transport says so when its last event is out.
      guard let wire = try? transport.takeWire(), !wire.isEmpty else { return }
      sent.open()
      write(wire) { [stream] result in
        // Whoever receives finds the socket closed.
        if case .failure = result { stream.close() }
      }
    }
  }

  /// Sends what is left to say at the end, as the close frame of a WebSocket, and gives it a moment
  /// to leave: whoever is told of the end closes the socket.
  fileprivate func lastWords() async {
    flushAside()
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [leaving] in
        _ = leaving.wait(timeout: .now() + .milliseconds(200))
        continuation.resume()
      }
    }
  }

  /// The events as they come, up to ``Event/closed(reason:)``. To be iterated over once: what one
  /// iteration leaves behind by `break` may be lost to the next.
  ///
  /// Behind ``Event/notOurs(reason:data:)``, the last one too, it throws of the kind
  /// ``ErrorKind/notOurs``. A server over HTTP has its next event when the request before was
  /// answered; until then it does not see the client leave.
  public var events: Events { Events(connection: self) }

  /// Closes the socket and the transport, and ends every call that waits.
  public func close() {
    stream.close()
    transport.close()
    sent.open()
  }

  fileprivate func read() async throws -> [UInt8] {
    try await cancellable { self.stream.read($0) }
  }

  /// Waits until something was sent, or the connection closed.
  fileprivate func sending() async throws {
    try await cancellable { self.sent.pass($0) }
  }

  private func cancellable<T: Sendable>(
    _ start: (@escaping @Sendable (Result<T, any Error>) -> Void) -> Void
  ) async throws -> T {
    do {
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          start { continuation.resume(with: $0) }
        }
      } onCancel: {
        close()
      }
    } catch {
      // What closing the connection makes of the call is no news to who cancelled it.
      try Task.checkCancellation()
      throw error
    }
  }
}

extension TransportConnection {
  /// The events of a connection.
  public struct Events: AsyncSequence {
    public typealias Element = Event
    let connection: TransportConnection

    public func makeAsyncIterator() -> Iterator { Iterator(connection: connection) }

    /// Reads from the socket whenever the transport has no event left.
    public struct Iterator: AsyncIteratorProtocol {
      let connection: TransportConnection
      private var batch = [Event]()[...]
      private var ended = false
      /// Over HTTP there may be a next request only when the one before was answered.
      private var takesTurns = false

      init(connection: TransportConnection) { self.connection = connection }

      public mutating func next() async throws -> Event? {
        while true {
          if let event = batch.popFirst() { return event }
          do {
            // Also the error that came after the batch's last event.
            if let event = try connection.transport.pullEvent() {
              batch = [event]
            } else if ended {
              return nil
            } else {
              try Task.checkCancellation()
              batch = try await more()[...]
            }
          } catch let error as MtprotoError {
            try Task.checkCancellation()
            await connection.lastWords()
            throw error
          }
          if case .connected(let found) = batch.first {
            takesTurns = connection.transport.isServer && found.carrier == .http
          }
          if case .closed = batch.last {
            ended = true
            await connection.lastWords()
          } else {
            connection.flushAside()
          }
        }
      }

      /// The events of the next bytes.
      private mutating func more() async throws -> [Event] {
        // What comes next may need an answer, and no bytes.
        let transport = connection.transport
        if takesTurns, try transport.wantsRead() == 0, try !transport.isOver() {
          try await connection.sending()
          return try transport.receive([])
        }
        let bytes = try await connection.read()
        guard bytes.isEmpty else { return try transport.receive(bytes) }
        // Told before, to another iterator perhaps: there is no second end to wait for.
        ended = true
        return try transport.receiveEnd()
      }
    }
  }
}
