//! What the compiler wrote is read whole, or there is no result.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A function in a static, a closure, an effect.
const CODE: &str = "fn gone(path: &str) {\n    let _ = std::fs::remove_file(path);\n}\n\
    static TABLE: [fn(&str); 1] = [gone];\n\
    fn main() {\n    let later = || gone(\"x\");\n    for remove in TABLE.iter() {\n        remove(\"y\");\n    }\n    later();\n}\n";

struct Dumped {
    home: PathBuf,
    strict: bool,
}

impl Dumped {
    fn new(name: &str, code: &str, strict: bool) -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let home = repository.join("target/check-scratch").join(name);
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(home.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n"
        );
        fs::write(home.join("Cargo.toml"), manifest).unwrap();
        fs::write(home.join("src/main.rs"), code).unwrap();
        let this = Self { home, strict };
        let (code, said) = this.check();
        assert_eq!(code, Some(1), "{said}");
        this
    }

    fn check(&self) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"));
        command.arg("check").current_dir(&self.home);
        if self.strict {
            command.arg("--strict-stable");
        }
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn file(&self) -> PathBuf {
        let end = if self.strict { ".failclosed-2.stable.mir" } else { ".failclosed-2.mir" };
        fs::read_dir(self.home.join("target/debug/deps"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_str().unwrap().ends_with(end))
            .unwrap()
    }

    /// What comes out where the text is another.
    fn with(&self, change: impl Fn(&str) -> String) -> (Option<i32>, String) {
        let file = self.file();
        let text = fs::read_to_string(&file).unwrap();
        let changed = change(&text);
        assert_ne!(text, changed, "nothing was changed");
        fs::write(&file, changed).unwrap();
        let said = self.check();
        fs::write(&file, text).unwrap();
        said
    }
}

/// A line without the comment that says where it stands.
fn nowhere(text: &str, part: &str) -> String {
    let line = text.lines().find(|line| line.contains(part)).unwrap();
    text.replace(line, line.split(" //").next().unwrap().trim_end())
}

#[test]
fn a_line_that_is_not_understood_is_no_result() {
    let dumped = Dumped::new("dump", CODE, false);
    let call = "{std::fs::remove_file::<&str>}, val: ";
    type Change<'c> = &'c dyn Fn(&str) -> String;
    let changes: [(&str, Change<'_>); 10] = [
        ("an item of an unknown kind", &|text| format!("async gadget f() {{\n}}\n{text}")),
        ("it is cut", &|text| text.lines().take(3).collect()),
        ("has no callee", &|text| {
            text.replace(call, "{elsewhere}, val: ")
                .replace("val: Value(std::fs::remove_file::<&str>)", "val: Value(elsewhere)")
        }),
        ("a function that is not named", &|text| {
            text.replace("val: Value(gone)", "val: Value(<ZST>)")
        }),
        ("a constant without a value", &|text| text.replace(", val: Value(gone)", "")),
        ("a statement outside of a body", &|text| {
            format!("    _1 = const 1_u8; // scope 0 at src/main.rs:1:1: 1:2\n{text}")
        }),
        ("a statement without a place", &|text| nowhere(text, "let mut _3: std::slice::Iter")),
        ("a local without a type", &|text| {
            text.replace("let mut _2: std::result::Result<(), std::io::Error>;", "let mut _2;")
        }),
        ("an argument without a type", &|text| text.replace("fn gone(_1: &str)", "fn gone(_1)")),
        ("memory that is not shown", &|text| text.replace("{alloc1: ", "{alloc999: ")),
    ];
    for (expected, change) in changes {
        let (code, said) = dumped.with(change);
        assert_eq!(code, Some(4), "{expected}: {said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    fs::remove_file(dumped.file()).unwrap();
    let (code, said) = dumped.check();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("help:"), "{said}");
}

#[test]
fn nor_is_one_of_strict_stable_mode() {
    let dumped = Dumped::new("dump-strict", CODE, true);
    type Change<'c> = &'c dyn Fn(&str) -> String;
    let changes: [(&str, Change<'_>); 3] = [
        ("a statement outside of a body", &|text| format!("    _1 = const 1_u8;\n{text}")),
        ("assembly outside of a body", &|text| {
            format!("    asm!(\"nop\", options((empty)));\n{text}")
        }),
        ("a function's type without an end", &|text| {
            text.replace("fn main() -> () {\n", "fn main() -> () {\n    _1 = f::<fn(&str) {gone;\n")
        }),
    ];
    for (expected, change) in changes {
        let (code, said) = dumped.with(change);
        assert_eq!(code, Some(4), "{expected}: {said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

/// Of a closure whose function is not there nobody knows who runs it.
#[test]
fn a_closure_without_its_function_is_where_code_begins() {
    let code =
        "fn main() {\n    let later = || std::fs::remove_file(\"x\");\n    let _ = later();\n}\n";
    for strict in [false, true] {
        let dumped = Dumped::new(&format!("orphan-{strict}"), code, strict);
        let alone = |text: &str| text.replace("fn main::{closure#0}", "fn lost::{closure#0}");
        let (code, said) = dumped.with(alone);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("FC0101"), "{said}");
    }
}
