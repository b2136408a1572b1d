// A mutex that lives at one address, for every system that the package runs on.
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Not `Synchronization.Mutex`: that wants newer systems than this package.
final class Lock: @unchecked Sendable {
  #if canImport(Darwin)
    private let mutex = UnsafeMutablePointer<os_unfair_lock>.allocate(capacity: 1)

    init() { mutex.initialize(to: os_unfair_lock()) }
    deinit { mutex.deallocate() }
    func lock() { os_unfair_lock_lock(mutex) }
    func unlock() { os_unfair_lock_unlock(mutex) }
  #else
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
      mutex.initialize(to: pthread_mutex_t())
      pthread_mutex_init(mutex, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
  #endif

  func locked<T>(_ body: () throws -> T) rethrows -> T {
    lock()
    defer { unlock() }
    return try body()
  }
}
