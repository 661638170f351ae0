//! `cargo xtask test`: sets up what the tests need and runs them all, each step named.
//!
//! Tests that need a program get it here, by package name, into `target/`; a program that cannot be
//! had is named with the way to get it, and the run fails. Nothing is skipped.

mod goals;
mod measure;
mod mutants;
mod peers;
mod publish;
mod semgrep;
mod tools;

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

/// A command whose failure fails the run.
struct Step {
    name: &'static str,
    args: &'static [&'static str],
}

const TEST: &[Step] = &[
    Step {
        // Everything, with the embedded policy engine: unit and run-time proofs, compile-fail
        // suite, documentation, examples. All of them, also after a red one: one run says all.
        name: "tests, with every feature",
        args: &[
            "test",
            "--workspace",
            "--exclude",
            "failclosed-benches",
            "--all-features",
            "--no-fail-fast",
        ],
    },
    Step {
        // A feature must not change an outcome: the core's own tests pass without any.
        name: "tests of the core, with no feature",
        args: &["test", "-p", "failclosed-runtime", "-p", "failclosed", "--no-default-features"],
    },
    Step {
        // Nor must a feature that another crate of the program switched on.
        name: "tests, with every feature of other crates",
        args: &[
            "test",
            "--manifest-path",
            "tests/unified/Cargo.toml",
            "--target-dir",
            "target/unified",
        ],
    },
    Step {
        // Fetches three programs by name, and builds them: outside of `cargo test`, for its minutes.
        name: "the check, on programs of others",
        args: WILD,
    },
    Step {
        name: "example: purchase",
        args: &["run", "--quiet", "-p", "failclosed-examples", "--example", "purchase"],
    },
    Step {
        name: "example: authority_down",
        args: &[
            "run",
            "--quiet",
            "-p",
            "failclosed-examples",
            "--all-features",
            "--example",
            "authority_down",
        ],
    },
    Step {
        name: "example: rig_tool",
        args: &[
            "run",
            "--quiet",
            "-p",
            "failclosed-examples",
            "--all-features",
            "--example",
            "rig_tool",
        ],
    },
    Step {
        name: "example: purchase_expanded",
        args: &["run", "--quiet", "-p", "failclosed-examples", "--example", "purchase_expanded"],
    },
];

const WILD: &[&str] =
    &["test", "--workspace", "--exclude", "failclosed-benches", "--all-features", "--test", "wild"];

const REPLIES: &[Step] = &[Step {
    name: "replies that nobody thought of",
    args: &["test", "--release", "-p", "failclosed-tests-remote", "--test", "remote", "property"],
}];

const KILLS: &[Step] = &[
    Step {
        name: "processes that are killed while they write a log in files",
        args: &["test", "-p", "failclosed-tests", "--all-features", "--test", "log", "soak::"],
    },
    Step {
        name: "the same, in SQLite",
        args: &["test", "-p", "failclosed-tests-databases", "--test", "sqlite", "no_body_ran"],
    },
    Step {
        // The server is killed as well.
        name: "the same, in PostgreSQL",
        args: &["test", "-p", "failclosed-tests-postgres", "--test", "postgres", "no_body_ran"],
    },
];

/// How often processes are killed, unless that is said, and where it is written what came of it.
const ROUNDS: &str = "300";
const RESULT: &str = "tests/log/soak.md";

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("test") => run(TEST),
        Some("soak") => soak(&env::args().skip(2).collect::<Vec<_>>()),
        Some("wild") => {
            run_with(&[Step { name: "the check, on programs of others", args: WILD }], &[])
        }
        Some("peers") => ended(peers::set_up()),
        Some("package") => ended(publish::package()),
        Some("measure-check") => ended(measure::run(&env::args().skip(2).collect::<Vec<_>>())),
        Some("goals") => ended(goals::run(&env::args().skip(2).collect::<Vec<_>>())),
        Some("mutants") => ended(mutants::run(&env::args().skip(2).collect::<Vec<_>>())),
        Some("semgrep") => ended(peers::set_up_only("semgrep").and_then(|()| semgrep::run())),
        Some("deny") => ended(publish::deny()),
        _ => {
            eprintln!(
                "usage: cargo xtask test     sets up, and runs every test\n       \
                 cargo xtask soak [replies | kills [ROUNDS]]  the slow lane: a million mutated replies for each \
                 wire format; 300 killed processes for each store of a log\n       \
                 cargo xtask wild     the static check, on three programs of the registry\n       \
                 cargo xtask peers    only sets up: installs the programs the tests talk to\n       \
                 cargo xtask semgrep  the rules for other languages, and their samples\n       \
                 cargo xtask package  packs what is published, and looks at its files\n       \
                 cargo xtask deny     licences, sources, versions and advisories of all dependencies\n       \
                 cargo xtask goals [BENCH..]  runs the benches that have goals, and says which are met\n       \
                 cargo xtask measure-check [--target-dir DIR] [DIR..]  time and memory of the static check\n       \
                 cargo xtask mutants [FILE.. | --since REV]  changes enforcement code, and sees whether a test notices"
            );
            ExitCode::FAILURE
        }
    }
}

/// The slow lane.
fn soak(arguments: &[String]) -> ExitCode {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (replies, rounds) = match arguments[..] {
        [] => (true, Some(ROUNDS)),
        ["replies"] => (true, None),
        ["kills"] => (false, Some(ROUNDS)),
        ["kills", rounds] => (false, Some(rounds)),
        _ => return ended(Err("help: `cargo xtask soak [replies | kills [ROUNDS]]`".into())),
    };
    if let Some(rounds) = rounds {
        let result = match tools::root() {
            Ok(root) => root.join(RESULT),
            Err(why) => return ended(Err(why)),
        };
        let result = result.display().to_string();
        let env = [("FAILCLOSED_KILLS", rounds), ("FAILCLOSED_SOAK", result.as_str())];
        if let Err(why) = peers::set_up_only("postgres") {
            return ended(Err(why));
        }
        let killed = run_with(KILLS, &env);
        if killed != ExitCode::SUCCESS || !replies {
            return killed;
        }
    }
    // A million replies in each wire format, read twice.
    run_with(REPLIES, &[("FAILCLOSED_CASES", "1000000")])
}

fn ended(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(steps: &[Step]) -> ExitCode {
    if let Err(why) = prerequisites().and_then(|()| peers::set_up()).and_then(|()| semgrep::run()) {
        eprintln!("{why}");
        return ExitCode::FAILURE;
    }
    run_with(steps, &[])
}

fn run_with(steps: &[Step], env: &[(&str, &str)]) -> ExitCode {
    let root = match tools::root() {
        Ok(root) => root,
        Err(why) => return ended(Err(why)),
    };
    for (index, step) in steps.iter().enumerate() {
        let started = Instant::now();
        println!("[{}/{}] {}: cargo {}", index + 1, steps.len(), step.name, step.args.join(" "));
        match cargo().args(step.args).current_dir(root).envs(env.iter().copied()).status() {
            Ok(status) if status.success() => {
                println!("[{}/{}] done in {:.0?}\n", index + 1, steps.len(), started.elapsed());
            }
            Ok(status) => {
                eprintln!("{} failed ({status})", step.name);
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("cargo cannot be run: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("all {} steps passed", steps.len());
    ExitCode::SUCCESS
}

/// What the steps need beyond the Rust toolchain.
fn prerequisites() -> Result<(), String> {
    let linker = ["cc", "gcc", "clang"];
    if cfg!(unix) && !linker.iter().any(|program| runs(program, "--version")) {
        return Err("missing: a C compiler, which Rust links with\n\
             help: `apt-get install gcc`, `dnf install gcc` or `xcode-select --install`"
            .into());
    }
    Ok(())
}

/// Cargo, without what the one that runs this program told it about its own package: build scripts look
/// at that, and would run again each time.
fn cargo() -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    forget(&mut cargo);
    cargo
}

fn forget(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")
        }) {
            command.env_remove(name);
        }
    }
}

/// The folder this program was built into, two levels up.
fn target() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    program.ancestors().nth(2).map(Path::to_owned).ok_or_else(|| "no target folder".into())
}

fn runs(program: &str, arg: &str) -> bool {
    Command::new(program).arg(arg).output().is_ok_and(|output| output.status.success())
}
