// A connected socket, as TransportConnection needs it, and the one of POSIX.
import Dispatch
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Calls of one direction are made one after another. `close` may come at any time, and ends them.
protocol ByteStream: Sendable {
  /// Gives at least one byte; none at the end.
  func read(_ done: @escaping @Sendable (Result<[UInt8], any Error>) -> Void)
  /// Writes all of it, after what was handed over before.
  func write(_ bytes: [UInt8], _ done: @escaping @Sendable (Result<Void, any Error>) -> Void)
  func close()
}

/// What a POSIX call failed with.
public struct SocketError: LocalizedError, CustomStringConvertible, Sendable {
  /// Which call.
  public let call: String
  /// The text of `errno`, or of the name resolver.
  public let reason: String

  static func last(_ call: String) -> SocketError {
    SocketError(call: call, reason: String(cString: strerror(errno)))
  }

  public var description: String { "\(call): \(reason)" }

  /// What `localizedDescription` shows.
  public var errorDescription: String? { description }
}

#if !canImport(Darwin)
  /// A connected socket with a queue for each direction.
  ///
  /// `close` only shuts the socket down, which wakes whoever waits on it. The number is given back
  /// when nobody holds the stream any more, so that no call meets another socket of that number.
  final class PosixStream: ByteStream {
    private let descriptor: Int32
    private let reading = DispatchQueue(label: "org.libmtproto.read")
    private let writing = DispatchQueue(label: "org.libmtproto.write")

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = Glibc.close(descriptor) }

    static func connect(host: String, port: UInt16) throws -> PosixStream {
      var hints = addrinfo()
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      var found: UnsafeMutablePointer<addrinfo>?
      let status = getaddrinfo(host, String(port), &hints, &found)
      guard status == 0 else {
        throw SocketError(call: "getaddrinfo", reason: String(cString: gai_strerror(status)))
      }
      defer { freeaddrinfo(found) }
      var failure = SocketError(call: "connect", reason: "no address")
      var next = found
      while let address = next {
        next = address.pointee.ai_next
        let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
        if descriptor < 0 { throw SocketError.last("socket") }
        if Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
          // Packets are small and wait for answers: Nagle's algorithm would hold them back.
          var on: Int32 = 1
          setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
          return PosixStream(descriptor: descriptor)
        }
        failure = SocketError.last("connect")
        _ = Glibc.close(descriptor)
      }
      throw failure
    }

    // No thread waits for a peer to speak: Dispatch has 255 of them, and as many idle peers would stop
    // everything. One does wait where a peer does not read.

    func read(_ done: @escaping @Sendable (Result<[UInt8], any Error>) -> Void) {
      reading.async { [self] in
        if let result = received() { return done(result) }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: reading)
        source.setEventHandler { [self] in
          guard let result = received() else { return }
          source.cancel()
          done(result)
        }
        // The number must not be given back before Dispatch has let go of it.
        source.setCancelHandler { [self] in withExtendedLifetime(self) {} }
        source.resume()
      }
    }

    /// `nil`: nothing is there yet.
    private func received() -> Result<[UInt8], any Error>? {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, initialized in
        repeat {
          count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        } while count < 0 && errno == EINTR
        initialized = max(count, 0)
      }
      if count >= 0 { return .success(bytes) }
      return errno == EAGAIN || errno == EWOULDBLOCK ? nil : .failure(SocketError.last("recv"))
    }

    func write(_ bytes: [UInt8], _ done: @escaping @Sendable (Result<Void, any Error>) -> Void) {
      writing.async { [self] in
        var sent = 0
        while sent < bytes.count {
          let count = bytes.withUnsafeBytes { buffer in
            send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
          }
          if count < 0 && errno == EINTR { continue }
          if count < 0 { return done(.failure(SocketError.last("send"))) }
          sent += count
        }
        done(.success(()))
      }
    }

    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }
#endif
