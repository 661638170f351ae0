//! What of a workspace is followed, and whose a name is that several crates have.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Its name, what it depends on, its files.
type Package<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A workspace of these packages, and how it is checked.
fn workspace(name: &str, packages: &[Package<'_>], config: &str) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let home = repository.join("target/check-scratch").join(name);
    let _ = fs::remove_dir_all(&home);
    let members: Vec<&str> = packages.iter().map(|(name, ..)| *name).collect();
    fs::create_dir_all(&home).unwrap();
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
    fs::write(home.join("Cargo.toml"), root).unwrap();
    fs::write(home.join("failclosed.toml"), config).unwrap();
    for (package, dependencies, files) in packages {
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}\n"
        );
        let home = home.join(package);
        for (file, text) in [("Cargo.toml", manifest.as_str())].iter().chain(*files) {
            let file = home.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }
    home
}

fn check(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
        .arg("check")
        .args(arguments)
        .current_dir(home)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

const REMOVES: &str = "fn main() {\n    let _ = std::fs::remove_file(\"x\");\n}\n";
const NOTHING: &str = "fn main() {}\n";
const TOOLS: &str = "[[check.exclude]]\npackage = \"tools\"\nreason = \"run by hand\"\n";

#[test]
fn what_is_excluded_is_not_followed_and_named() {
    let packages: [Package<'_>; 2] =
        [("shop", "", &[("src/main.rs", NOTHING)]), ("tools", "", &[("src/main.rs", REMOVES)])];
    let home = workspace("excluded", &packages, "");
    assert_eq!(check(&home, &[]).0, Some(1));
    fs::write(home.join("failclosed.toml"), TOOLS).unwrap();
    for format in [&[][..], &["--format", "github"], &["--list-effects"]] {
        let (code, said) = check(&home, format);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("note: `tools` is not followed: run by hand"), "{said}");
    }
    for (format, at) in [("json", "/excluded"), ("sarif", "/runs/0/properties/excluded")] {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-failclosed-check"))
            .args(["check", "--format", format])
            .current_dir(&home)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected = serde_json::json!([{ "package": "tools", "reason": "run by hand" }]);
        assert_eq!(report.pointer(at), Some(&expected), "{format}");
    }
    // Where nothing is built, nothing is followed.
    assert!(!check(&home, &["--lints-only"]).1.contains("is not followed"));
    // The other is followed as ever.
    fs::write(home.join("shop/src/main.rs"), REMOVES).unwrap();
    assert_eq!(check(&home, &[]).0, Some(1));
}

#[test]
fn an_exclusion_that_is_not_understood_is_none() {
    let library = "pub fn clear() {\n    let _ = std::fs::remove_file(\"x\");\n}\n";
    let caller = "fn main() {\n    tools::clear();\n}\n";
    let on = "tools = { path = \"../tools\" }";
    let packages: [Package<'_>; 2] =
        [("shop", on, &[("src/main.rs", caller)]), ("tools", "", &[("src/lib.rs", library)])];
    let home = workspace("excluded-wrong", &packages, TOOLS);
    // What is left out would run in what is not.
    let (code, said) = check(&home, &[]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("`tools`") && said.contains("help:"), "{said}");
    for (config, expected) in [
        (TOOLS.replace("run by hand", " "), "has no reason"),
        (TOOLS.replace("\"tools\"", "\"tool\""), "no package of the workspace"),
        (TOOLS.replace("reason", "because"), "reason"),
    ] {
        fs::write(home.join("failclosed.toml"), config).unwrap();
        let (code, said) = check(&home, &[]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

/// The shapes of permission code are looked for everywhere.
#[test]
fn what_is_excluded_is_still_read() {
    let broken = "fn main( {\n";
    let packages: [Package<'_>; 2] =
        [("shop", "", &[("src/main.rs", NOTHING)]), ("tools", "", &[("src/main.rs", broken)])];
    let home = workspace("excluded-read", &packages, TOOLS);
    assert_eq!(check(&home, &[]).0, Some(4));
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let open = "use failclosed::Decision;\nfn asked() -> Result<Decision, ()> {\n    Err(())\n}\n\
        fn may() -> Decision {\n    match asked() {\n        Ok(decision) => decision,\n        Err(_) => Decision::allow(),\n    }\n}\n\
        fn main() {\n    may();\n}\n";
    fs::write(home.join("tools/src/main.rs"), open).unwrap();
    let manifest = fs::read_to_string(home.join("tools/Cargo.toml")).unwrap();
    let on = format!("{manifest}failclosed = {{ path = {ours:?} }}\n");
    fs::write(home.join("tools/Cargo.toml"), on).unwrap();
    // What both have in common is not resolved twice.
    fs::copy(ours.join("Cargo.lock"), home.join("Cargo.lock")).unwrap();
    let (code, said) = check(&home, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FC0201") && said.contains("is not followed"), "{said}");
}

#[test]
fn examples_are_followed_where_that_is_said() {
    let files: [(&str, &str); 2] = [("src/main.rs", NOTHING), ("examples/clear.rs", REMOVES)];
    let home = workspace("examples", &[("shop", "", &files)], "");
    assert_eq!(check(&home, &[]).0, Some(0));
    fs::write(home.join("failclosed.toml"), "[[build]]\nexamples = true\n").unwrap();
    for arguments in [&[][..], &["--strict-stable"]] {
        let (code, said) = check(&home, arguments);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("examples/clear.rs:2") && said.contains("build examples:"), "{said}");
    }
    // The programs that are built without being told to are built still.
    fs::write(home.join("shop/examples/clear.rs"), NOTHING).unwrap();
    fs::write(home.join("shop/src/main.rs"), REMOVES).unwrap();
    assert_eq!(check(&home, &[]).0, Some(1));
}

const LOCK: &str = "pub struct Lock;\nimpl Drop for Lock {\n    fn drop(&mut self) {\n        let _ = std::fs::remove_file(\"x\");\n    }\n}\n";
const MAIN_ONLY: &str = "[check]\nentries = [\"main\"]\n";

/// A type is dropped where it is held, and not where another has its name.
#[test]
fn two_types_of_one_name_are_two() {
    let on = "locks = { path = \"../locks\" }\n";
    let facade = "facade = { path = \"../facade\" }\n";
    let own = "mod place {\n    pub struct Lock(pub String);\n}\nfn main() {\n    let _lock = place::Lock(String::new());\n}\n";
    let std = "mod place {\n    pub struct Option(pub Lock);\n    pub struct Lock(pub String);\n    impl Drop for Lock {\n\
        \x20       fn drop(&mut self) {\n            let _ = std::fs::remove_file(\"x\");\n        }\n    }\n}\n\
        fn main() {\n    let _held = Some(std::env::args().count().to_string());\n}\n";
    let held = "struct Held(locks::Lock);\nfn main() {\n    let _held = Held(locks::Lock);\n}\n";
    let again = "struct Held(facade::Lock);\nfn main() {\n    let _held = Held(facade::Lock);\n}\n";
    let named = "use locks as place;\nfn main() {\n    let _lock = place::Lock;\n}\n";
    for (name, dependencies, code, expected) in [
        ("unrelated", "", own, 0),
        ("own", on, own, 0),
        ("standard", "", std, 0),
        ("held", on, held, 1),
        ("renamed", on, named, 1),
        ("through-another", facade, again, 1),
    ] {
        let packages: [Package<'_>; 3] = [
            ("locks", "", &[("src/lib.rs", LOCK)]),
            // Without a body of its own.
            ("facade", on, &[("src/lib.rs", "pub use locks::Lock;\n")]),
            ("shop", dependencies, &[("src/main.rs", code)]),
        ];
        let home = workspace(&format!("same-name-{name}"), &packages, MAIN_ONLY);
        for arguments in [&[][..], &["--strict-stable"]] {
            let (code, said) = check(&home, arguments);
            // Where names are cut, a type of that name may be any that the crate depends on.
            let cut = !arguments.is_empty() && ["own", "standard"].contains(&name);
            assert_eq!(code, Some(if cut { 1 } else { expected }), "{name}: {said}");
        }
    }
}

#[test]
fn a_drop_that_a_macro_made_is_one() {
    let code = "macro_rules! lock {\n    ($name:ident) => {\n        struct $name;\n        impl Drop for $name {\n\
        \x20           fn drop(&mut self) {\n                let _ = std::fs::remove_file(\"x\");\n            }\n        }\n\
        \x20   };\n}\nlock!(Lock);\nfn main() {\n    let _lock = Lock;\n}\n";
    let home = workspace("made-drop", &[("shop", "", &[("src/main.rs", code)])], MAIN_ONLY);
    let (found, said) = check(&home, &[]);
    assert_eq!(found, Some(1), "{said}");
}

/// What this library does to ask is no way around a guard, where it is of the workspace itself.
#[test]
fn to_ask_is_not_behind_the_answer() {
    let library = "pub mod __private_0 {\n    pub fn enter() {\n        crate::log();\n    }\n}\n\
        pub fn log() {\n    let _ = std::fs::write(\"log\", \"\");\n}\n";
    let code = "fn charge() {\n    let _ = std::fs::remove_file(\"x\");\n}\n\
        fn executor() {\n    failclosed_runtime::__private_0::enter();\n    charge();\n}\n\
        fn main() {\n    executor();\n    failclosed_runtime::log();\n    charge();\n}\n";
    let on = "failclosed-runtime = { path = \"../failclosed-runtime\" }";
    let packages: [Package<'_>; 2] = [
        ("failclosed-runtime", "", &[("src/lib.rs", library)]),
        ("shop", on, &[("src/main.rs", code)]),
    ];
    let home = workspace("asking", &packages, MAIN_ONLY);
    let (found, said) = check(&home, &["--format", "json"]);
    // What cargo says comes after it.
    let end = said.find("\n}\n").unwrap() + 2;
    let report: Value = serde_json::from_str(&said[..end]).unwrap();
    let findings: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["rule"].as_str().unwrap(), finding["inside"].as_str().unwrap()))
        .collect();
    assert_eq!(found, Some(1), "{said}");
    assert_eq!(findings, [("FC0101", "failclosed_runtime::log"), ("FC0102", "shop::main")]);
}

/// What others call behind a guard may be called from outside by itself: an allow for another way in is none for it.
#[test]
fn an_entry_point_behind_a_guard_is_a_way_in_of_its_own() {
    let library = "pub mod __private_0 {\n    pub fn enter() {}\n}\n";
    let code = "pub fn charge() {\n    let _ = std::fs::remove_file(\"x\");\n}\n\
        fn executor() {\n    failclosed_runtime::__private_0::enter();\n    charge();\n}\n\
        fn main() {\n    executor();\n    charge();\n}\n";
    let on = "failclosed-runtime = { path = \"../failclosed-runtime\" }";
    let packages: [Package<'_>; 2] = [
        ("failclosed-runtime", "", &[("src/lib.rs", library)]),
        ("shop", on, &[("src/main.rs", code)]),
    ];
    let allow = "[[allow]]\nrule = \"FC0102\"\nin = \"shop::main\"\nreason = \"read\"\n";
    let home = workspace("entered", &packages, &format!("{MAIN_ONLY}{allow}"));
    assert_eq!(check(&home, &[]).0, Some(0));
    let both = "[check]\nentries = [\"main\", \"shop::charge\"]\n";
    fs::write(home.join("failclosed.toml"), format!("{both}{allow}")).unwrap();
    let (found, said) = check(&home, &[]);
    assert_eq!(found, Some(1), "{said}");
    assert!(
        said.contains("error[FC0101]") && said.contains("entry point `shop::charge`"),
        "{said}"
    );
}

/// A module may have the name of the directory in which cargo builds.
#[test]
fn a_module_called_target_is_read() {
    let files: [(&str, &str); 2] = [
        ("src/main.rs", "mod target;\nfn main() {}\n"),
        ("src/target/mod.rs", "// failclosed: allow(FC0101)\nconst _: () = ();\n"),
    ];
    let home = workspace("module-target", &[("shop", "", &files)], "");
    let (found, said) = check(&home, &["--lints-only"]);
    assert_eq!(found, Some(1), "{said}");
    assert!(said.contains("FC0901") && said.contains("shop/src/target/mod.rs"), "{said}");
}

/// Where the source of a crate is in no package's directory, what it does is shown all the same.
#[test]
fn a_crate_from_elsewhere_is_shown_by_its_name() {
    let home = workspace("elsewhere", &[("shop", "", &[])], "");
    let manifest = home.join("shop/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let bin = "[[bin]]\nname = \"shop\"\npath = \"../elsewhere.rs\"\n[[bin]]\nname = \"here\"\npath = \"here.rs\"\n";
    fs::write(manifest, format!("{text}{bin}")).unwrap();
    fs::write(home.join("elsewhere.rs"), REMOVES).unwrap();
    fs::write(home.join("shop/here.rs"), NOTHING).unwrap();
    for arguments in [&["--format", "github"][..], &["--format", "github", "--strict-stable"]] {
        let (found, said) = check(&home, arguments);
        assert_eq!(found, Some(1), "{said}");
        assert!(said.contains("::error file=") && !said.contains("file=,"), "{said}");
    }
}

/// The place of what a macro wrote may be in nobody's file of the workspace, or in several functions.
#[test]
fn an_allow_for_one_use_of_a_macro_is_none_for_all() {
    let theirs = "use std::io::Write as _;\nfn one(file: &mut std::fs::File) {\n    let _ = write!(file, \"1\");\n}\n\
        fn two(file: &mut std::fs::File) {\n    let _ = write!(file, \"2\");\n}\n\
        fn main() {\n    let mut file = std::fs::File::open(\"x\").unwrap();\n    one(&mut file);\n    two(&mut file);\n}\n";
    let own = "macro_rules! clear {\n    ($name:ident) => {\n        fn $name() {\n            let _ = std::fs::remove_file(\"x\");\n\
        \x20       }\n    };\n}\nclear!(one);\nclear!(two);\nfn main() {\n    one();\n    two();\n}\n";
    for (name, code) in [("macro-theirs", theirs), ("macro-own", own)] {
        let home = workspace(name, &[(name, "", &[("src/main.rs", code)])], "");
        let krate = name.replace('-', "_");
        let (found, said) = check(&home, &[]);
        assert_eq!(found, Some(1), "{said}");
        assert!(said.contains("2 findings"), "{said}");
        let (_, lines) = check(&home, &["--format", "github"]);
        let here = lines.matches(&format!("::error file={name}/src/main.rs,")).count();
        assert_eq!(here, 2, "{lines}");
        let allow = |function: &str| {
            format!(
                "[[allow]]\nrule = \"FC0101\"\nin = \"{krate}::{function}\"\nreason = \"read\"\n"
            )
        };
        fs::write(home.join("failclosed.toml"), allow("one")).unwrap();
        let (found, said) = check(&home, &[]);
        assert_eq!(found, Some(1), "{said}");
        assert!(said.contains("1 finding, 1 more allowed"), "{said}");
        fs::write(home.join("failclosed.toml"), allow("one") + &allow("two")).unwrap();
        assert_eq!(check(&home, &[]).0, Some(0));
    }
}

/// What the gate of this repository follows: all that is published, and the examples.
#[test]
fn of_this_repository_only_tools_are_left_out() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let config = failclosed_check::config::Config::load(home).unwrap();
    let excluded: Vec<&str> = config.check.exclude.iter().map(|one| one.package.as_str()).collect();
    assert_eq!(excluded, ["failclosed-benches", "failclosed-peers", "xtask"]);
    assert!(config.build.iter().any(|build| build.examples && build.all_features));
    let gate = fs::read_to_string(home.join(".ci/run")).unwrap();
    let command = "cargo run --quiet -p failclosed-check -- check\n";
    assert!(gate.contains(command), "the gate should have the line\n{command}");
}

/// What reads by its name alone may be linked to anything, where the workspace has the crate of that name.
#[test]
fn a_crate_of_the_workspace_is_not_the_c_library() {
    let declared = "unsafe extern \"C\" {\n    #[link_name = \"abort\"]\n    pub safe fn getpid() -> i32;\n}\n";
    let code = "fn main() {\n    libc::getpid();\n}\n";
    let renamed = "libc = { package = \"fake\", path = \"../fake\" }";
    let own = "libc = { path = \"../libc\" }";
    for (fake, on) in [("fake", renamed), ("libc", own)] {
        let packages: [Package<'_>; 2] =
            [("shop", on, &[("src/main.rs", code)]), (fake, "", &[("src/lib.rs", declared)])];
        let home = workspace(&format!("fake-{fake}"), &packages, MAIN_ONLY);
        let (found, said) = check(&home, &[]);
        assert_eq!(found, Some(1), "{fake}: {said}");
        assert!(said.contains("error[FC0105]"), "{fake}: {said}");
    }
}

#[test]
fn a_family_of_effects_is_found_by_its_pattern() {
    let sdk = "pub mod put {\n    pub struct Put;\n    impl Put {\n        pub fn send(&self) {}\n        pub fn sent(&self) {}\n    }\n}\n";
    let code = "fn main() {\n    sdk::put::Put.send();\n    sdk::put::Put.sent();\n}\n";
    let on = "sdk = { path = \"../sdk\" }";
    let packages: [Package<'_>; 2] =
        [("sdk", "", &[("src/lib.rs", sdk)]), ("shop", on, &[("src/main.rs", code)])];
    let extra =
        |path: &str| format!("{MAIN_ONLY}[[sinks.extra]]\npath = \"{path}\"\nreason = \"sends\"\n");
    let home = workspace("family", &packages, &extra("sdk::*::send"));
    let (found, said) = check(&home, &[]);
    assert_eq!(found, Some(1), "{said}");
    assert!(said.contains("`sdk::put::Put::send`") && said.contains("1 finding"), "{said}");
    // Where nothing is of it, it is misspelled; and one of every crate is no name.
    for (path, expected) in [("sdk::*::sends", 4), ("*::send", 2)] {
        fs::write(home.join("failclosed.toml"), extra(path)).unwrap();
        let (found, said) = check(&home, &[]);
        assert_eq!(found, Some(expected), "{path}: {said}");
    }
}
