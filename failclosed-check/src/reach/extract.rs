//! Builds the project, and collects what the wrapper wrote down.

use std::{
    collections::{BTreeSet, HashSet},
    env, fs,
    io::{BufReader, ErrorKind},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use cargo_metadata::{Artifact, Message, Metadata, PackageId};

use super::wrap::{DUMP, SIGN, STRICT, STRICT_DUMP, UNLOCKS, owner};
use crate::{
    config::{Build, Exclude},
    inconclusive::CheckError,
};

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
    /// Of strict-stable mode.
    pub(crate) plain: bool,
}

/// What a build has written.
#[derive(Debug)]
pub(crate) struct Dumps {
    pub(crate) dumps: Vec<Dump>,
    /// The names of all crates that were built.
    pub(crate) built: HashSet<String>,
    /// Where the sources of all of them are.
    pub(crate) homes: BTreeSet<PathBuf>,
}

/// How to build.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How<'a> {
    pub(crate) wrapper: &'a Path,
    pub(crate) target: Option<&'a Path>,
    /// Nothing that is not stable.
    pub(crate) strict: bool,
    /// Packages that are not followed.
    pub(crate) exclude: &'a [Exclude],
}

/// Checks the project with cargo, and reads the dumps of exactly the crates that cargo names.
///
/// # Errors
/// `Build`, where it does not build; `Undecided`, where a crate has no dump.
pub(crate) fn dumps(metadata: &Metadata, build: &Build, how: How<'_>) -> Result<Dumps, CheckError> {
    let How { target, strict, .. } = how;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let wrapper = if strict { &of_its_own(metadata, how)? } else { how.wrapper };
    if strict {
        command.env(STRICT, "1").env_remove(UNLOCKS);
    }
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
    for one in how.exclude {
        command.arg("--exclude").arg(&one.package);
    }
    if build.examples {
        // One kind that is named leaves out all that are not.
        let kinds = metadata.workspace_packages().into_iter().flat_map(|package| &package.targets);
        if kinds.into_iter().any(|target| target.is_lib() || target.is_proc_macro()) {
            command.arg("--lib");
        }
        command.args(["--bins", "--examples"]);
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
    excluded(metadata, how.exclude, &artifacts)?;
    let owner = owner(metadata.workspace_root.as_os_str());
    let members: Vec<&PackageId> = metadata.workspace_members.iter().collect();
    let mut dumps: Vec<Dump> = artifacts
        .iter()
        .filter(|artifact| members.contains(&&artifact.package_id))
        .filter(|artifact| !artifact.target.is_custom_build() && !artifact.target.is_proc_macro())
        .map(|artifact| dump(artifact, &owner, strict))
        .collect::<Result<_, _>>()?;
    // Cargo names them in the order in which they were done, and that is another one each time.
    dumps.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    // FAIL CLOSED: nothing to read is not the same as nothing to find.
    if dumps.is_empty() {
        return Err(CheckError::undecided("the workspace", "no crate of it was built"));
    }
    let built = artifacts.iter().map(|artifact| artifact.target.name.replace('-', "_")).collect();
    let homes = artifacts
        .iter()
        .filter(|artifact| !artifact.target.is_custom_build() && !artifact.target.is_proc_macro())
        .map(|artifact| &artifact.target.src_path)
        .map(|path| path.parent().unwrap_or(path).as_std_path().to_owned())
        .collect();
    Ok(Dumps { dumps, built, homes })
}

/// Whether nothing that is followed is built on what is not.
///
/// # Errors
/// `Undecided`, where something is: its code runs in what is followed.
fn excluded(
    metadata: &Metadata,
    exclude: &[Exclude],
    artifacts: &[Artifact],
) -> Result<(), CheckError> {
    for package in metadata.workspace_packages() {
        let left_out = exclude.iter().any(|one| *package.name == one.package);
        if left_out && artifacts.iter().any(|artifact| artifact.package_id == package.id) {
            // FAIL CLOSED: a part that is not followed could be the one with the effect.
            return Err(CheckError::undecided(
                format!("`exclude` names `{}`", package.name),
                "another package that is followed is built on it\nhelp: exclude that one as well, or neither",
            ));
        }
    }
    Ok(())
}

/// The wrapper under another path. Cargo keeps what was built under each apart: what it calls fresh here
/// was built in this mode.
fn of_its_own(metadata: &Metadata, how: How<'_>) -> Result<PathBuf, CheckError> {
    let target = how.target.unwrap_or_else(|| metadata.target_directory.as_std_path());
    let home = target.join("failclosed-check");
    let no_name = || CheckError::undecided(how.wrapper.display(), "it is no file");
    let name = how.wrapper.file_name().ok_or_else(no_name)?;
    let own = home.join("strict-stable").join(name);
    let made = || {
        fs::create_dir_all(home.join("strict-stable"))?;
        match fs::remove_file(&own) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::hard_link(how.wrapper, &own).or_else(|_| fs::copy(how.wrapper, &own).map(drop))
    };
    made().map_err(|error| CheckError::undecided(own.display(), error))?;
    Ok(own)
}

fn dump(artifact: &Artifact, owner: &str, plain: bool) -> Result<Dump, CheckError> {
    let name = artifact.target.name.replace('-', "_");
    let made = artifact
        .filenames
        .first()
        .ok_or_else(|| CheckError::undecided(&name, "cargo names no file"))?;
    let kind = if plain { STRICT_DUMP } else { DUMP };
    let stem =
        made.file_stem().ok_or_else(|| CheckError::undecided(&name, "cargo names no file"))?;
    let stem = stem.strip_prefix("lib").unwrap_or(stem);
    let path = made.with_file_name(format!("{stem}.{kind}")).into_std_path_buf();
    if !path.exists() {
        let why = fs::read_to_string(path.with_extension("error")).unwrap_or_else(|_| {
            format!("help: it was built before: `cargo clean -p {}`", artifact.target.name)
        });
        return Err(CheckError::undecided(
            format!("what the compiler made of `{name}` is not known"),
            why,
        ));
    }
    let program = artifact.target.is_bin() || artifact.target.is_example();
    Ok(Dump { name, program, path, owner: owner.to_owned(), plain })
}
