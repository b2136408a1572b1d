//! Names the shared library, and writes the C header when asked to.
//!
//! `cargo build --features header` (`make header`) regenerates
//! `include/mtproto.h` from `src/capi/`. The header is committed, so that
//! nobody who only builds the library needs cbindgen.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    name_the_shared_library();
    #[cfg(feature = "header")]
    header::generate();
}

/// Before 1.0 every minor version may break the ABI: it is part of the name.
fn name_the_shared_library() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let (major, minor) = (
        variable("CARGO_PKG_VERSION_MAJOR"),
        variable("CARGO_PKG_VERSION_MINOR"),
    );
    match variable("CARGO_CFG_TARGET_OS").as_str() {
        "linux" | "freebsd" | "netbsd" | "openbsd" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmtproto.so.{major}.{minor}");
        }
        // Android loads libraries by their plain name.
        "android" => println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmtproto.so"),
        "macos" | "ios" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libmtproto.dylib");
        }
        _ => {}
    }
}

#[cfg(feature = "header")]
mod header {
    use std::path::Path;

    /// In the order in which a reader meets them in the header.
    const SOURCES: [&str; 18] = [
        "status",
        "version",
        "secret",
        "link",
        "dc_id",
        "endpoints",
        "envelope",
        "config",
        "config_carrier",
        "config_fake_tls",
        "replay_cache",
        "event",
        "transport",
        "sending",
        "receiving",
        "hints",
        "burst",
        "quick_ack",
    ];

    pub(super) fn generate() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        println!("cargo:rerun-if-changed=cbindgen.toml");
        println!("cargo:rerun-if-changed=include/mtproto.h");
        let config = cbindgen::Config::from_root_or_default(root);
        let mut builder = cbindgen::Builder::new()
            .with_config(config)
            .with_after_include(version_macros());
        for source in SOURCES {
            let path = root.join("src/capi").join(source).with_extension("rs");
            println!("cargo:rerun-if-changed={}", path.display());
            builder = builder.with_src(path);
        }
        let bindings = builder.generate().expect("the C header cannot be made");
        let mut header = Vec::new();
        bindings.write(&mut header);
        let header = String::from_utf8(header).expect("the header is text");
        let header: String = header.lines().map(polished).collect();
        let path = root.join("include/mtproto.h");
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&header) {
            std::fs::write(path, header).expect("include/mtproto.h can be written");
        }
    }

    /// A negative number in a macro needs parentheses, and flags are unsigned.
    fn polished(line: &str) -> String {
        let mut words = line.split(' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#define"), Some(name), Some(value), None) if value.starts_with('-') => {
                format!("#define {name} ({value})\n")
            }
            (Some("#define"), Some(name), Some(value), None)
                if ["_ACCEPT_", "_DC_", "_FLAG_", "_SEND_"]
                    .iter()
                    .any(|kind| name.contains(kind) && !name.contains("ERROR")) =>
            {
                format!("#define {name} {value}u\n")
            }
            _ => format!("{line}\n"),
        }
    }

    fn version_macros() -> String {
        let version = env!("CARGO_PKG_VERSION");
        let mut parts = version.split('.').map(|part| part.parse::<u32>());
        let mut next = || {
            parts
                .next()
                .and_then(Result::ok)
                .expect("major.minor.patch")
        };
        let (major, minor, patch) = (next(), next(), next());
        let number = major << 16 | minor << 8 | patch;
        format!(
            "\n/** The version of this header; mtproto_version_number is that of the library. */\n\
             #define MTPROTO_VERSION_MAJOR {major}\n\
             /** The same, its second number. */\n\
             #define MTPROTO_VERSION_MINOR {minor}\n\
             /** The same, its third number. */\n\
             #define MTPROTO_VERSION_PATCH {patch}\n\
             /** Major, minor and patch in one byte each. */\n\
             #define MTPROTO_VERSION_NUMBER 0x{number:06x}\n\
             /** The same as text. */\n\
             #define MTPROTO_VERSION_STRING \"{version}\"\n"
        )
    }
}
