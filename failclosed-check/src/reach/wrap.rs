//! What runs in the compiler's place, for the workspace's own crates: the compiler, and then once more
//! to write down what it made of the code.
//!
//! The second call prints the intermediate representation as text. That option is not stable, so it is
//! unlocked for that one process; what cargo keeps is made by the first call, unchanged. In strict-stable
//! mode nothing is unlocked: the second call prints what every compiler prints.

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

/// Says that nothing may be unlocked.
pub(crate) const STRICT: &str = "FAILCLOSED_CHECK_STRICT_STABLE";

/// What a dump's name ends with in that mode.
pub(crate) const STRICT_DUMP: &str = "failclosed-2.stable.mir";

/// Unlocks what is not stable, for the compiler that finds it in its environment.
pub(crate) const UNLOCKS: &str = "RUSTC_BOOTSTRAP";

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
    let strict = env::var_os(STRICT).is_some();
    let status = compile(&compiler, strict).args(&arguments).status();
    let code = match status {
        Ok(status) if status.success() => 0,
        Ok(status) => return Some(ExitCode::from(code(status.code()))),
        Err(error) => {
            eprintln!("{}: {error}", compiler.display());
            return Some(ExitCode::FAILURE);
        }
    };
    if let Some(dump) = dump_of(&arguments, if strict { STRICT_DUMP } else { DUMP }) {
        write(&compiler, &arguments, &dump, &workspace, strict);
    }
    Some(ExitCode::from(code))
}

/// The compiler; with nothing unlocked, whoever unlocked it.
fn compile(compiler: &OsString, strict: bool) -> Command {
    let mut command = Command::new(compiler);
    if strict {
        command.env_remove(UNLOCKS);
    }
    command
}

fn code(code: Option<i32>) -> u8 {
    // FAIL CLOSED: a compiler that was killed has not succeeded.
    code.and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0).unwrap_or(1)
}

/// Where the dump of this call belongs: beside what the compiler made. None where it makes no code of
/// the project that runs: a question, a build script, a macro.
fn dump_of(arguments: &[OsString], kind: &str) -> Option<PathBuf> {
    let text: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = |flag: &str| {
        text.iter().position(|one| *one == flag).and_then(|at| text.get(at + 1)).copied()
    };
    let name = after("--crate-name").filter(|name| *name != "___")?;
    if name.starts_with("build_script_") || after("--crate-type") == Some("proc-macro") {
        return None;
    }
    let extra = text.iter().find_map(|one| one.strip_prefix("extra-filename=")).unwrap_or_default();
    Some(Path::new(after("--out-dir")?).join(format!("{name}{extra}.{kind}")))
}

/// The last line of a dump: whose it is. Two workspaces that are laid out alike are one to cargo where
/// they share a target directory, and it calls fresh what it built for the other.
pub(crate) fn owner(workspace: &OsStr) -> String {
    format!("// failclosed: of {:?}", workspace.to_string_lossy())
}

fn write(
    compiler: &OsString,
    arguments: &[OsString],
    dump: &Path,
    workspace: &OsStr,
    strict: bool,
) {
    let unfinished = dump.with_extension("part");
    let failed = dump.with_extension("error");
    // FAIL CLOSED: an old dump must not stand for a new one that could not be written.
    let _ = fs::remove_file(dump);
    let _ = fs::remove_file(&failed);
    let written = if strict {
        plain(compiler, arguments, &unfinished)
    } else {
        unlocked(compiler, arguments, &unfinished)
    };
    let signed = written.and_then(|()| {
        File::options()
            .append(true)
            .open(&unfinished)
            .and_then(|mut file| writeln!(file, "\n{}", owner(workspace)))
            .and_then(|()| fs::rename(&unfinished, dump))
            .map_err(|error| error.to_string())
    });
    if let Err(error) = signed {
        let _ = fs::remove_file(&unfinished);
        let _ = fs::write(failed, error);
    }
}

/// With places and whole names.
fn unlocked(compiler: &OsString, arguments: &[OsString], to: &Path) -> Result<(), String> {
    let output = Command::new(compiler)
        .args(kept(arguments))
        .args(["-Zunpretty=mir", "-Zmir-include-spans=on", "-Ztrim-diagnostic-paths=no"])
        .args(["-Zmir-opt-level=0", "--cap-lints=allow", "-o"])
        .arg(to)
        .env(UNLOCKS, "1")
        .output()
        .map_err(|error| error.to_string())?;
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.success().then_some(()).ok_or_else(said)
}

/// As every compiler prints it. What is built on was only checked, so the compiler has nothing to link and
/// ends with that error, when all is printed.
fn plain(compiler: &OsString, arguments: &[OsString], to: &Path) -> Result<(), String> {
    let aborts = |argument: &OsString| argument.to_string_lossy().ends_with("panic=abort");
    if arguments.iter().any(aborts) {
        // FAIL CLOSED: foreign functions are told by how panics end.
        return Err(
            "with `panic = \"abort\"`, foreign functions cannot be told in strict-stable mode\n\
                    help: let the profile `dev` unwind, or check without `--strict-stable`"
                .to_owned(),
        );
    }
    let mut emit = OsString::from("--emit=mir=");
    emit.push(to);
    let output = compile(compiler, true)
        .args(kept(arguments))
        .args(["--cap-lints=allow", "-Copt-level=0", "-Cdebuginfo=0"])
        .arg(emit)
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // A crate that only gives out what others have is without a body: that is all of it where nothing failed.
    let whole = fs::read_to_string(to).is_ok_and(|text| {
        let mut code =
            text.lines().rev().filter(|line| !line.is_empty() && !line.starts_with("//"));
        code.next().map_or(output.status.success(), |line| line.ends_with('}'))
    });
    if !output.status.success() && !only_unlinked(&said) || !whole {
        // FAIL CLOSED: of another error nobody knows when it came.
        return Err(said);
    }
    Ok(())
}

/// Whether all that a compiler complains of is that crates it builds on hold no code.
fn only_unlinked(said: &str) -> bool {
    let errors: Vec<String> = said
        .lines()
        .filter_map(|line| match serde_json::from_str::<serde_json::Value>(line) {
            Ok(message) => (message["level"] == "error")
                .then(|| message["message"].as_str().unwrap_or_default().to_owned()),
            Err(_) => line.starts_with("error").then(|| line.to_owned()),
        })
        .collect();
    !errors.is_empty()
        && errors.iter().all(|error| {
            error.contains("missing optimized MIR for")
                || error.contains("could not compile")
                || error.contains("aborting due to")
        })
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
