//! `cargo xtask measure-check [--target-dir DIR] [DIR..]`: time and memory of the static check, beside `cargo check`
//! alone.
//!
//! Each workspace is built before, so that its dependencies are not measured; in a target directory that has them
//! already, they are not built again. "cold": its own crates were never
//! checked; "edited": a line was added to one file, the largest. The numbers are for the guide; no test compares
//! them. Linux only.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    cargo, forget,
    tools::{done, root},
};

/// How often each is run; the middle one is shown.
const RUNS: usize = 3;

/// What one run took.
#[derive(Clone, Copy)]
struct Taken {
    time: Duration,
    /// Of all processors, with everything that it started.
    cpu: Duration,
    /// The most memory that the program itself had, in MB. None: this system does not say.
    memory: Option<u64>,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (target, directories) = asked(arguments)?;
    let target = match target {
        Some(target) => std::path::absolute(target).map_err(|error| error.to_string())?,
        None => crate::target()?.join("measured"),
    };
    done(cargo().args(["build", "--release", "--quiet", "-p", "failclosed-check"]))?;
    let program = crate::target()?.join("release/cargo-failclosed-check");
    let own = root()?.display().to_string();
    let all = if directories.is_empty() { &[own][..] } else { directories };
    println!(
        "| workspace | lines | `cargo check`, cold | check, cold | `cargo check`, edited | check, edited | memory | lints, lines/s of a processor |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for directory in all {
        println!("{}", row(&program, Path::new(directory), &target)?);
    }
    Ok(())
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cpu, time) = (self.cpu.as_secs_f64(), self.time.as_secs_f64());
        write!(f, "{cpu:.1} s of processors in {time:.1} s")
    }
}

/// Where to build, where that is said, and the workspaces.
fn asked(arguments: &[String]) -> Result<(Option<&Path>, &[String]), String> {
    const HELP: &str = "help: `--target-dir DIR`, then the workspaces";
    match arguments {
        [option, target, rest @ ..] if option == "--target-dir" => {
            Ok((Some(Path::new(target)), rest))
        }
        [option, ..] if option.starts_with('-') => Err(format!("`{option}` is not known\n{HELP}")),
        all => Ok((None, all)),
    }
}

fn row(program: &Path, home: &Path, target: &Path) -> Result<String, String> {
    let alone = || {
        let mut command = cargo();
        command.args(["check", "--workspace", "--quiet", "--target-dir"]).arg(target);
        command
    };
    let check = |more: &[&str]| {
        let mut command = Command::new(program);
        forget(&mut command);
        command.args(["check", "--format", "json"]).args(more);
        command.arg("--target-dir").arg(target);
        command
    };
    let (sources, names) = members(home)?;
    let lines: usize = sources
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|text| text.lines().count())
        .sum();
    let edited = sources
        .iter()
        .filter_map(|path| Some((fs::metadata(path).ok()?.len(), path)))
        .max()
        .map(|(_, path)| path.clone())
        .ok_or_else(|| format!("{} has no source", home.display()))?;
    // Of the workspace's own crates, which cargo keeps by who compiles them; what they depend on is shared.
    let clean = || {
        let mut command = cargo();
        command.args(["clean", "--quiet", "--target-dir"]).arg(target).current_dir(home);
        for name in &names {
            command.args(["-p", name]);
        }
        done(&mut command)
    };
    // What both depend on.
    taken(alone().current_dir(home))?;
    taken(check(&[]).current_dir(home))?;
    let cold_alone = middle(|| clean().and_then(|()| taken(alone().current_dir(home))))?;
    let cold = middle(|| clean().and_then(|()| taken(check(&[]).current_dir(home))))?;
    let before = fs::read_to_string(&edited).map_err(|error| error.to_string())?;
    let edit = |nth: usize, mut command: Command| {
        let text = format!("{before}\n// measured {nth}\nconst _: usize = {nth};\n");
        fs::write(&edited, text).map_err(|error| error.to_string())?;
        taken(command.current_dir(home))
    };
    let mut nth = 0;
    let mut next = || {
        nth += 1;
        nth
    };
    let measured = middle(|| edit(next(), alone()))
        .and_then(|alone| Ok((alone, middle(|| edit(next(), check(&[])))?)));
    fs::write(&edited, &before).map_err(|error| error.to_string())?;
    let (edited_alone, edited) = measured?;
    let lints = middle(|| {
        let mut command = Command::new(program);
        forget(&mut command);
        taken(command.args(["check", "--lints-only", "--format", "json"]).current_dir(home))
    })?;
    let name = home.file_name().unwrap_or_default().to_string_lossy();
    let memory = [cold.memory, edited.memory].into_iter().flatten().max();
    Ok(format!(
        "| `{name}` | {lines} | {cold_alone} | {cold} | {edited_alone} | {edited} ({:.1}×) | {} | {:.0} |",
        edited.cpu.as_secs_f64() / edited_alone.cpu.as_secs_f64(),
        memory.map_or("-".to_owned(), |memory| format!("{memory} MB")),
        lines as f64 / lints.cpu.as_secs_f64(),
    ))
}

/// The source files that the check reads, and the packages' names.
fn members(home: &Path) -> Result<(Vec<PathBuf>, Vec<String>), String> {
    let mut command = cargo();
    let output = command
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(home)
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = |text: &str, key: &str| -> Option<String> {
        let (_, after) = text.split_once(key)?;
        Some(after.split('"').next()?.to_owned())
    };
    let manifests =
        text.split("\"manifest_path\":\"").skip(1).filter_map(|at| at.split('"').next());
    let names: Vec<String> = manifests
        .filter_map(|manifest| {
            let text = fs::read_to_string(manifest).ok()?;
            value(text.lines().find(|line| line.starts_with("name = "))?, "name = \"")
        })
        .collect();
    let mut sources = Vec::new();
    for target in text.split("\"kind\":[\"").skip(1) {
        let kind = target.split('"').next().unwrap_or_default();
        let modules = ["lib", "rlib", "bin", "proc-macro", "example"].contains(&kind);
        if let Some(root) = value(target, "\"src_path\":\"").filter(|_| modules) {
            below(Path::new(&root).parent().unwrap_or(home), &mut sources);
        }
    }
    sources.sort();
    sources.dedup();
    Ok((sources, names))
}

fn below(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            // Another package, which is read by itself.
            if path.join("Cargo.toml").exists() || path.ends_with("target") {
                continue;
            }
            below(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

fn middle(mut once: impl FnMut() -> Result<Taken, String>) -> Result<Taken, String> {
    let mut all = (0..RUNS).map(|_| once()).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|taken| taken.cpu);
    let memory = all.iter().filter_map(|taken| taken.memory).max();
    let middle = all.get(RUNS / 2).ok_or("nothing was measured")?;
    Ok(Taken { memory, ..*middle })
}

fn taken(command: &mut Command) -> Result<Taken, String> {
    let (started, before) = (Instant::now(), cpu_of_children()?);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| format!("{command:?}: {error}"))?;
    let mut memory = None;
    let status = loop {
        memory = peak(&child).or(memory);
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    // 1: something was found. That is a result, too.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("{command:?} ended with {status}"));
    }
    Ok(Taken { time: started.elapsed(), cpu: cpu_of_children()?.saturating_sub(before), memory })
}

/// The most memory that a process had so far, in MB, as Linux says it.
fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// The time on processors of all processes that this one has waited for, and of those that they have. On a
/// machine that others use as well it says more than a clock.
fn cpu_of_children() -> Result<Duration, String> {
    // Hundredths of a second on every Linux.
    const TICK: u64 = 10;
    let stat =
        fs::read_to_string("/proc/self/stat").map_err(|error| format!("no /proc: {error}"))?;
    // A name in brackets, which may have spaces in it, and then fields from the third on.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let mut ticks = fields.split_whitespace().skip(13).map(str::parse::<u64>);
    match (ticks.next(), ticks.next()) {
        (Some(Ok(user)), Some(Ok(system))) => Ok(Duration::from_millis((user + system) * TICK)),
        _ => Err(format!("/proc/self/stat is not understood: {stat}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_directory_is_told_from_workspaces() {
        let all =
            |words: &[&str]| -> Vec<String> { words.iter().map(|w| (*w).to_owned()).collect() };
        let given = all(&["--target-dir", "t", "a", "b"]);
        assert_eq!(asked(&given), Ok((Some(Path::new("t")), &given[2..])));
        let given = all(&["a", "b"]);
        assert_eq!(asked(&given), Ok((None, &given[..])));
        assert!(asked(&all(&["--target"])).is_err());
        assert!(asked(&all(&["--target-dir"])).is_err());
    }
}
