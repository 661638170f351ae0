//! What others would get: the packages as they would be published, and what they depend on.

use std::process::Command;

use crate::{
    cargo,
    tools::{Tool, done, root},
};

/// In the order in which they can be published.
const PACKAGES: [&str; 8] = [
    "failclosed-syntax",
    "failclosed-macros",
    "failclosed-runtime",
    "failclosed-sqlite",
    "failclosed-postgres",
    "failclosed",
    "failclosed-drill",
    "failclosed-check",
];

/// What a package may hold, by how its path begins. Tests and notes of ours are no use to anybody.
const HELD: [&str; 9] = [
    "src/",
    "schema/",
    "semgrep/",
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE-",
    "Cargo.",
    ".cargo_vcs_info.json",
];

const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// Packs each published package, from sources that are committed or not, and looks at its files.
pub(crate) fn package() -> Result<(), String> {
    for package in PACKAGES {
        let mut list = cargo();
        list.args(["package", "--list", "--allow-dirty", "--package", package])
            .current_dir(root()?);
        let output = list.output().map_err(|error| format!("{list:?}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{list:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let files = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("{package}: {} files", files.lines().count());
        for wanted in ["README.md", "src/lib.rs"] {
            if !files.lines().any(|file| file == wanted) {
                return Err(format!("{package} would be published without its {wanted}"));
            }
        }
        let more = |file: &&str| !HELD.iter().any(|held| file.starts_with(held));
        if let Some(file) = files.lines().find(more) {
            return Err(format!("{package} would be published with {file}"));
        }
    }
    // All at once, because they depend on each other and none is at a registry yet.
    let mut pack = cargo();
    pack.args(["package", "--quiet", "--no-verify", "--allow-dirty"]).current_dir(root()?);
    pack.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
    done(&mut pack)
}

/// Licences, sources, versions and advisories of all dependencies.
pub(crate) fn deny() -> Result<(), String> {
    let program = DENY.installed()?;
    let command = || -> Result<Command, String> {
        let mut command = Command::new(&program);
        command.current_dir(root()?).args(["--log-level", "error"]);
        Ok(command)
    };
    done(command()?.args(["check", "bans", "licenses", "sources"]))?;
    // The list of advisories is a repository at GitHub, which not every machine can reach.
    match done(command()?.args(["fetch", "db"])) {
        Ok(()) => done(command()?.args(["check", "advisories"])),
        Err(why) => {
            println!("advisories were NOT checked: {why}");
            Ok(())
        }
    }
}
