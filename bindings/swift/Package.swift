// swift-tools-version:6.0
// The Swift package in the project's own tree, against the library that tools/bindings.sh builds.
// What is released names an XCFramework instead: see README.md.
import PackageDescription

let built = Context.packageDirectory + "/../../build/bindings/"
// "test" has the call that panics; "lib" is what is shipped.
let library = built + (Context.environment["MTPROTO_LIBRARY"] ?? "test")
let link: [LinkerSetting] = [
  .linkedLibrary("mtproto"),
  .unsafeFlags(["-L\(library)", "-Xlinker", "-rpath", "-Xlinker", library]),
]

let package = Package(
  name: "MTProto",
  platforms: [.macOS(.v12), .iOS(.v15), .tvOS(.v15), .watchOS(.v8)],
  products: [
    .library(name: "MTProto", targets: ["MTProto"]),
    .executable(name: "probe", targets: ["probe"]),
  ],
  targets: [
    // The C ABI: the byte path.
    .systemLibrary(name: "CMTProto"),
    // What UniFFI exports: everything else.
    .systemLibrary(name: "MTProtoFFI"),
    .target(
      name: "MTProto",
      dependencies: ["CMTProto", "MTProtoFFI"],
      resources: [.copy("PrivacyInfo.xcprivacy")],
      linkerSettings: link
    ),
    .executableTarget(name: "probe", dependencies: ["MTProto"], path: "sample"),
    .executableTarget(name: "bench", dependencies: ["MTProto"], path: "bench"),
    .testTarget(name: "MTProtoTests", dependencies: ["MTProto", "CMTProto"]),
  ],
  swiftLanguageModes: [.v6]
)
