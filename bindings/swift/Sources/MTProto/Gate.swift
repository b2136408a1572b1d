// A gate that one waits at and others open: a condition without a thread that blocks.

/// Lets one through for each time, or times, that it was opened since.
final class Gate: @unchecked Sendable {
  private let lock = Lock()
  private var isOpen = false
  private var waiter: (@Sendable (Result<Void, any Error>) -> Void)?

  func open() {
    let waiting = lock.locked {
      defer { waiter = nil }
      isOpen = waiter == nil
      return waiter
    }
    waiting?(.success(()))
  }

  func pass(_ done: @escaping @Sendable (Result<Void, any Error>) -> Void) {
    let wasOpen = lock.locked {
      defer { isOpen = false }
      if !isOpen { waiter = done }
      return isOpen
    }
    if wasOpen { done(.success(())) }
  }
}
