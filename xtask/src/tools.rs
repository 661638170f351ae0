//! Programs of Cargo's own world, installed by name and version under `target/tools`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{cargo, target};

/// A program, and the version whose findings were looked at.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Tool {
    /// Where it is. Built from source the first time, and not optimised: building it takes longer than
    /// all that it does here.
    pub(crate) fn installed(&self) -> Result<PathBuf, String> {
        let root = target()?.join("tools").join(format!("{}-{}", self.name, self.version));
        let program =
            root.join("bin").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX));
        if program.exists() {
            return Ok(program);
        }
        println!("installing {} {} into {}", self.name, self.version, root.display());
        let version = format!("={}", self.version);
        let mut install = cargo();
        install
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .args(["install", self.name, "--debug", "--locked", "--version", &version, "--root"])
            .arg(&root);
        done(&mut install)?;
        Ok(program)
    }
}

/// Runs it to a good end.
pub(crate) fn done(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} failed ({status})")),
        Err(error) => Err(format!("{command:?} cannot be run: {error}")),
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> Result<&'static Path, String> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or_else(|| "xtask lies in no workspace".into())
}
