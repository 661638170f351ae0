//! Builds the project, and collects what the wrapper wrote down.

use std::{
    env, fs,
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use cargo_metadata::{Artifact, Message, Metadata, PackageId};

use super::wrap::{DUMP, SIGN, owner};
use crate::{config::Build, inconclusive::CheckError};

/// What the compiler made of one crate.
#[derive(Debug)]
pub(crate) struct Dump {
    /// The crate's name, as paths begin with it.
    pub(crate) name: String,
    /// Whether it is a program.
    pub(crate) program: bool,
    /// Where its text is.
    pub(crate) path: PathBuf,
    /// What its last line has to be.
    pub(crate) owner: String,
}

/// Checks the project with cargo, and reads the dumps of exactly the crates that cargo names.
///
/// # Errors
/// `Build`, where it does not build; `Undecided`, where a crate has no dump.
pub(crate) fn dumps(
    metadata: &Metadata,
    build: &Build,
    wrapper: &Path,
    target: Option<&Path>,
) -> Result<Vec<Dump>, CheckError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["check", "--workspace", "--message-format=json"])
        .current_dir(&metadata.workspace_root)
        .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
        // A cache in the compiler's place would answer without asking the wrapper.
        .env("RUSTC_WRAPPER", "")
        .env(SIGN, &metadata.workspace_root)
        .stdout(Stdio::piped());
    if !build.features.is_empty() {
        command.arg("--features").arg(build.features.join(","));
    }
    if build.all_features {
        command.arg("--all-features");
    }
    if build.no_default_features {
        command.arg("--no-default-features");
    }
    if let Some(target) = target {
        command.arg("--target-dir").arg(target);
    }
    let mut child = command.spawn().map_err(|e| CheckError::Build(format!("cargo: {e}")))?;
    let mut artifacts = Vec::new();
    if let Some(out) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(out)) {
            match message.map_err(|e| CheckError::undecided("what cargo says", e))? {
                Message::CompilerArtifact(artifact) => artifacts.push(artifact),
                Message::CompilerMessage(message) => {
                    eprint!("{}", message.message.rendered.unwrap_or_default());
                }
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(|e| CheckError::Build(format!("cargo: {e}")))?;
    if !status.success() {
        return Err(CheckError::Build("cargo check failed".to_owned()));
    }
    let owner = owner(metadata.workspace_root.as_os_str());
    let members: Vec<&PackageId> = metadata.workspace_members.iter().collect();
    let dumps: Vec<Dump> = artifacts
        .iter()
        .filter(|artifact| members.contains(&&artifact.package_id))
        .filter(|artifact| !artifact.target.is_custom_build() && !artifact.target.is_proc_macro())
        .map(|artifact| dump(artifact, &owner))
        .collect::<Result<_, _>>()?;
    // FAIL CLOSED: nothing to read is not the same as nothing to find.
    if dumps.is_empty() {
        return Err(CheckError::undecided("the workspace", "no crate of it was built"));
    }
    Ok(dumps)
}

fn dump(artifact: &Artifact, owner: &str) -> Result<Dump, CheckError> {
    let name = artifact.target.name.replace('-', "_");
    let made = artifact
        .filenames
        .first()
        .ok_or_else(|| CheckError::undecided(&name, "cargo names no file"))?;
    let stem = made.file_stem().unwrap_or_default();
    let stem = stem.strip_prefix("lib").unwrap_or(stem);
    let path = made.with_file_name(format!("{stem}.{DUMP}")).into_std_path_buf();
    if !path.exists() {
        let why = fs::read_to_string(path.with_extension("error")).unwrap_or_else(|_| {
            format!("help: it was built before: `cargo clean -p {}`", artifact.target.name)
        });
        return Err(CheckError::undecided(
            format!("what the compiler made of `{name}` is not known"),
            why,
        ));
    }
    Ok(Dump { name, program: artifact.target.is_bin(), path, owner: owner.to_owned() })
}
