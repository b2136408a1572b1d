//! Writes the Kotlin and Swift code of the library: UniFFI's own program, in the version that the library was built with.
//!
//! `uniffi-bindgen kotlin LIBRARY FOLDER` or `uniffi-bindgen swift LIBRARY
//! FOLDER`; anything else goes to UniFFI's command line as it is.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (language, library, folder) = match words.as_slice() {
        [_, "kotlin", library, folder] => (uniffi::TargetLanguage::Kotlin, library, folder),
        [_, "swift", library, folder] => (uniffi::TargetLanguage::Swift, library, folder),
        _ => {
            uniffi::uniffi_bindgen_main();
            return ExitCode::SUCCESS;
        }
    };
    let options = uniffi::GenerateOptions {
        languages: vec![language],
        source: (*library).into(),
        out_dir: (*folder).into(),
        ..Default::default()
    };
    match uniffi::generate(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uniffi-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
