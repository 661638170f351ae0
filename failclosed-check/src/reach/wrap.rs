//! What runs in the compiler's place, for the workspace's own crates: the compiler, and then once more
//! to write down what it made of the code.
//!
//! The second call prints the intermediate representation as text. That option is not stable, so it is
//! unlocked for that one process; what cargo keeps is made by the first call, unchanged.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Says that this process was started by cargo in the compiler's place, and for which workspace.
pub(crate) const SIGN: &str = "FAILCLOSED_CHECK_WRAPS";

/// What a dump's name ends with. The number is that of the form: a dump of another form is not read.
pub(crate) const DUMP: &str = "failclosed-2.mir";

/// Runs as the compiler's wrapper, if cargo started this process as one. To be called first in `main`
/// of every program that offers the check.
pub fn if_called() -> Option<ExitCode> {
    let workspace = env::var_os(SIGN)?;
    let mut arguments = env::args_os().skip(1);
    let compiler = arguments.next()?;
    let name = Path::new(&compiler).file_stem()?.to_string_lossy().into_owned();
    if !name.contains("rustc") && !name.contains("clippy-driver") {
        return None;
    }
    let arguments: Vec<OsString> = arguments.collect();
    let status = Command::new(&compiler).args(&arguments).status();
    let code = match status {
        Ok(status) if status.success() => 0,
        Ok(status) => return Some(ExitCode::from(code(status.code()))),
        Err(error) => {
            eprintln!("{}: {error}", compiler.display());
            return Some(ExitCode::FAILURE);
        }
    };
    if let Some(dump) = dump_of(&arguments) {
        write(&compiler, &arguments, &dump, &workspace);
    }
    Some(ExitCode::from(code))
}

fn code(code: Option<i32>) -> u8 {
    // FAIL CLOSED: a compiler that was killed has not succeeded.
    code.and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0).unwrap_or(1)
}

/// Where the dump of this call belongs: beside what the compiler made. None where it makes no code of
/// the project that runs: a question, a build script, a macro.
fn dump_of(arguments: &[OsString]) -> Option<PathBuf> {
    let text: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = |flag: &str| {
        text.iter().position(|one| *one == flag).and_then(|at| text.get(at + 1)).copied()
    };
    let name = after("--crate-name").filter(|name| *name != "___")?;
    if name.starts_with("build_script_") || after("--crate-type") == Some("proc-macro") {
        return None;
    }
    let extra = text.iter().find_map(|one| one.strip_prefix("extra-filename=")).unwrap_or_default();
    Some(Path::new(after("--out-dir")?).join(format!("{name}{extra}.{DUMP}")))
}

/// The last line of a dump: whose it is. Two workspaces that are laid out alike are one to cargo where
/// they share a target directory, and it calls fresh what it built for the other.
pub(crate) fn owner(workspace: &OsStr) -> String {
    format!("// failclosed: of {:?}", workspace.to_string_lossy())
}

fn write(compiler: &OsString, arguments: &[OsString], dump: &Path, workspace: &OsStr) {
    let unfinished = dump.with_extension("part");
    let failed = dump.with_extension("error");
    // FAIL CLOSED: an old dump must not stand for a new one that could not be written.
    let _ = fs::remove_file(dump);
    let _ = fs::remove_file(&failed);
    let output = Command::new(compiler)
        .args(kept(arguments))
        .args(["-Zunpretty=mir", "-Zmir-include-spans=on", "-Ztrim-diagnostic-paths=no"])
        .args(["-Zmir-opt-level=0", "--cap-lints=allow", "-o"])
        .arg(&unfinished)
        .env("RUSTC_BOOTSTRAP", "1")
        .output();
    let error = match output {
        Ok(output) if output.status.success() => {
            let signed = File::options()
                .append(true)
                .open(&unfinished)
                .and_then(|mut file| writeln!(file, "\n{}", owner(workspace)));
            signed.and_then(|()| fs::rename(&unfinished, dump)).err().map(|e| e.to_string())
        }
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(error) = error {
        let _ = fs::remove_file(&unfinished);
        let _ = fs::write(failed, error);
    }
}

/// The compiler's arguments, without those that say what to write and where to remember it.
fn kept(arguments: &[OsString]) -> Vec<&OsString> {
    let mut kept: Vec<&OsString> = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        if text.starts_with("--emit") {
            continue;
        }
        if text.starts_with("incremental=") && kept.last().is_some_and(|last| *last == "-C") {
            kept.pop();
            continue;
        }
        kept.push(argument);
    }
    kept
}
