// The versions of the plugins; the library itself stands in libmtproto/.
plugins {
    id("com.android.library") version "8.9.1" apply false
    id("org.jetbrains.kotlin.android") version "2.1.21" apply false
}
