// A socket by Apple's Network framework.
#if canImport(Network)
  import Foundation
  import Network

  /// `NWConnection` keeps the order of sends itself.
  @available(macOS 10.15, iOS 13, tvOS 13, watchOS 6, *)
  final class NetworkStream: ByteStream {
    private let connection: NWConnection
    private let queue = DispatchQueue(label: "org.libmtproto.network")

    private init(_ connection: NWConnection) { self.connection = connection }

    static func connect(host: String, port: UInt16) async throws -> NetworkStream {
      let options = NWProtocolTCP.Options()
      // Packets are small and wait for answers: Nagle's algorithm would hold them back.
      options.noDelay = true
      guard let port = NWEndpoint.Port(rawValue: port) else {
        throw SocketError(call: "connect", reason: "there is no port 0")
      }
      let connection = NWConnection(
        host: NWEndpoint.Host(host), port: port, using: NWParameters(tls: nil, tcp: options))
      let stream = NetworkStream(connection)
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
          connection.stateUpdateHandler = { state in
            switch state {
            case .ready:
              connection.stateUpdateHandler = nil
              continuation.resume()
            case .failed(let error), .waiting(let error):
              // Waiting would go on until there is a network: the app decides about that.
              connection.stateUpdateHandler = nil
              connection.cancel()
              continuation.resume(throwing: error)
            case .cancelled:
              connection.stateUpdateHandler = nil
              continuation.resume(throwing: CancellationError())
            default: break
            }
          }
          connection.start(queue: stream.queue)
        }
      } onCancel: {
        connection.cancel()
      }
      return stream
    }

    func read(_ done: @escaping @Sendable (Result<[UInt8], any Error>) -> Void) {
      connection.receive(minimumIncompleteLength: 1, maximumLength: 64 * 1024) { data, _, isComplete, error in
        if let data, !data.isEmpty {
          done(.success([UInt8](data)))
        } else if let error {
          done(.failure(error))
        } else {
          done(isComplete ? .success([]) : .failure(SocketError(call: "receive", reason: "nothing came")))
        }
      }
    }

    func write(_ bytes: [UInt8], _ done: @escaping @Sendable (Result<Void, any Error>) -> Void) {
      connection.send(
        content: Data(bytes),
        completion: .contentProcessed { error in
          done(error.map(Result.failure) ?? .success(()))
        })
    }

    func close() { connection.cancel() }
  }
#endif
