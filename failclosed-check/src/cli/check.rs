//! `check`.

use std::{
    env, fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use clap::Args;

use super::say;
use crate::{
    baseline::{self, Baseline},
    dangers,
    fix::Fixes,
    inconclusive::CheckError,
    reach,
    report::{self, Format},
    run::{self, Options},
};

/// How to check.
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct CheckArgs {
    /// The workspace, or a directory in it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Also as SARIF, into this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list_danger", "list_effects"])]
    pub sarif: Option<PathBuf>,
    /// Do not build: only look at the shape of permission code
    #[arg(long)]
    pub lints_only: bool,
    /// Unlock nothing in the compiler: no RUSTC_BOOTSTRAP in any process. Sees less of where things stand
    #[arg(long, conflicts_with = "lints_only")]
    pub strict_stable: bool,
    /// Where cargo builds
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Write down what is found now, so that only what comes later counts
    #[arg(long, conflicts_with = "lints_only")]
    pub write_baseline: bool,
    /// Only what is in files that changed since this git revision, or is reached through them
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    pub changed_since: Option<String>,
    /// Instead of findings: every escape hatch (`danger`) with its reason, also those that are allowed
    #[arg(long, conflicts_with_all = ["write_baseline", "fix"])]
    pub list_danger: bool,
    /// Instead of findings: every effect that was seen, and whether a guard stands before it
    #[arg(long, conflicts_with_all = ["lints_only", "list_danger", "write_baseline", "fix"])]
    pub list_effects: bool,
    /// Write `#[requires_permission(..)]` above unguarded executors (FC0101, FC0102), and check again
    #[arg(long, conflicts_with_all = ["lints_only", "write_baseline"])]
    pub fix: bool,
    /// Only say what `--fix` would write
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
}

pub(super) fn check(args: &CheckArgs) -> Result<u8, CheckError> {
    if let Some(file) = &args.sarif {
        forget(file)?;
    }
    let wrapper = match args.lints_only {
        true => None,
        false => Some(env::current_exe().map_err(|e| CheckError::undecided("this program", e))?),
    };
    let mut options = Options::new(&args.directory, wrapper);
    options.target.clone_from(&args.target_dir);
    options.strict_stable = args.strict_stable;
    options.ignore_baseline = args.write_baseline;
    options.changed_since.clone_from(&args.changed_since);
    let mut report = run::check(&options)?;
    if args.list_danger && args.format == Format::Human {
        say(&dangers::listed(&report.dangers))?;
        return Ok(report.exit_code());
    }
    if args.list_effects && args.format == Format::Human {
        let excluded = report::excluded(&report).into_iter().map(|line| format!("{line}\n"));
        say(&format!("{}{}", reach::listed(&report.effects), excluded.collect::<String>()))?;
        return Ok(report.exit_code());
    }
    if args.fix {
        let fixes = Fixes::of(&report.findings, &args.directory)?;
        if !args.dry_run && !fixes.written.is_empty() {
            report = fixes.apply(&report.root, || run::check(&options))?;
        }
        // Beside the report, which may be for a program.
        eprint!("{}", fixes.told(args.dry_run));
    }
    if let Some(file) = &args.sarif {
        fs::write(file, report::render(&report, Format::Sarif, false))
            .map_err(|error| CheckError::undecided(file.display(), error))?;
    }
    if args.write_baseline {
        Baseline::of(&report.findings).write(&report.root)?;
        say(&format!("{} findings written to {}\n", report.findings.len(), baseline::FILE))?;
        return Ok(0);
    }
    let colour = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    say(&report::render(&report, args.format, colour))?;
    Ok(report.exit_code())
}

/// FAIL CLOSED: where this run has no result, the report of an earlier one must not be taken for it.
fn forget(file: &Path) -> Result<(), CheckError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(CheckError::undecided(file.display(), error))
        }
        _ => Ok(()),
    }
}
