// The Android library: four ABIs built by cargo-ndk, the same Kotlin sources as on the JVM, rules for R8.
plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
    `maven-publish`
}

group = "org.libmtproto"
version = "0.1.0"

val rust = rootDir.resolve("../../..") // the Rust project
val native = layout.buildDirectory.dir("jniLibs")
val generated = layout.buildDirectory.dir("uniffi")

android {
    namespace = "org.libmtproto"
    compileSdk = 36
    // From this version on, it links with pages of 16 KB by itself.
    ndkVersion = "28.2.13676358"

    defaultConfig {
        // The oldest that this NDK builds for. JNA's Android library asks for no more.
        minSdk = 21
        consumerProguardFiles("consumer-rules.pro")
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    sourceSets["main"].apply {
        kotlin.srcDir("../../library/src/main/kotlin")
        kotlin.srcDir(generated)
        jniLibs.srcDir(native)
    }
    publishing {
        singleVariant("release") { withSourcesJar() }
    }
}

kotlin {
    compilerOptions { jvmTarget.set(org.jetbrains.kotlin.gradle.dsl.JvmTarget.JVM_11) }
}

dependencies {
    // @aar: the Android build of JNA, with its own native code. 5.17 is the first with pages of 16 KB.
    api("net.java.dev.jna:jna:5.17.0@aar")
    // For TransportFlow only.
    compileOnly("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.10.2")
}

// Four ABIs. cargo-ndk finds the NDK by ANDROID_NDK_HOME; its platform is minSdk.
val buildNative by tasks.registering(Exec::class) {
    workingDir = rust
    // Kept: uniffi-bindgen reads the symbols, and the Android plugin strips what goes into the AAR.
    environment("CARGO_PROFILE_RELEASE_STRIP", "none")
    // For NDKs before 28.
    environment("RUSTFLAGS", "-Clink-arg=-Wl,-z,max-page-size=16384")
    commandLine(
        "cargo", "ndk", "--platform", "21", "--output-dir", native.get().asFile.path,
        "-t", "arm64-v8a", "-t", "armeabi-v7a", "-t", "x86_64", "-t", "x86",
        "build", "--release", "--lib", "--locked", "--features", "uniffi",
    )
    outputs.dir(native)
    outputs.upToDateWhen { false } // cargo knows best
}

val generateKotlin by tasks.registering(Exec::class) {
    dependsOn(buildNative)
    workingDir = rust
    commandLine(
        "cargo", "run", "--quiet", "--locked", "--features", "bindgen", "--bin", "uniffi-bindgen", "--",
        "kotlin", native.get().file("arm64-v8a/libmtproto.so").asFile.path, generated.get().asFile.path,
    )
    outputs.dir(generated)
}

/** Every load segment of every library has to begin at a multiple of 16 KB. */
val checkPages by tasks.registering(Exec::class) {
    dependsOn(buildNative)
    workingDir = rust
    commandLine("tools/check-pages.sh", native.get().asFile.path)
}

tasks.named("preBuild") { dependsOn(generateKotlin, checkPages) }

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "libmtproto-android"
            afterEvaluate { from(components["release"]) }
        }
    }
}
