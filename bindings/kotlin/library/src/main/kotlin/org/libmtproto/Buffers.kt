// A buffer's position and limit, by calls that every Android has. Of `ByteBuffer` they return a `ByteBuffer` since Java 9,
// and compiled so they are not found before Android 9; of `Buffer` they are everywhere.
package org.libmtproto

import java.nio.Buffer

internal fun Buffer.at(position: Int) {
    position(position)
}

internal fun <B : Buffer> B.flipped(): B = apply { flip() }

internal fun <B : Buffer> B.cleared(): B = apply { clear() }
