//! The commands, for a program to offer: `check`, `explain`, `list`, `init`.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};

use crate::{
    baseline::Baseline,
    config::{self, Config},
    inconclusive::CheckError,
    report::{self, Format},
    rules,
    run::{self, Options},
    sinks, source,
};

/// What can be asked.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Find effects that are reached without a guard, and fail-open shapes
    Check(CheckArgs),
    /// Say what a rule is about, with a wrong and a right example
    Explain {
        /// Such as FC0203
        rule: String,
    },
    /// List what is looked for
    List {
        /// Rules, or effects
        what: Listed,
    },
    /// Write a failclosed.toml to begin with
    Init,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[non_exhaustive]
pub enum Listed {
    /// All rules.
    Rules,
    /// What counts as an effect.
    Sinks,
}

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
    /// Do not build: only look at the shape of permission code
    #[arg(long)]
    pub lints_only: bool,
    /// Where cargo builds
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Write down what is found now, so that only what comes later counts
    #[arg(long, conflicts_with = "lints_only")]
    pub write_baseline: bool,
}

/// Runs a command. The exit code: 0 nothing found, 1 something found, 2 a wrong argument or
/// configuration, 3 the project does not build, 4 no result.
pub fn run(command: &Command) -> ExitCode {
    let outcome = match command {
        Command::Check(args) => check(args),
        Command::Explain { rule } => explain(rule),
        Command::List { what } => list(*what),
        Command::Init => init(),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn check(args: &CheckArgs) -> Result<u8, CheckError> {
    let wrapper = match args.lints_only {
        true => None,
        false => Some(env::current_exe().map_err(|e| CheckError::undecided("this program", e))?),
    };
    let mut options = Options::new(&args.directory, wrapper);
    options.target.clone_from(&args.target_dir);
    options.ignore_baseline = args.write_baseline;
    let report = run::check(&options)?;
    if args.write_baseline {
        Baseline::of(&report.findings).write(&report.root)?;
        say(&format!("{} findings written to {}\n", report.findings.len(), crate::baseline::FILE))?;
        return Ok(0);
    }
    let colour = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    say(&report::render(&report, args.format, colour))?;
    Ok(report.exit_code())
}

fn explain(rule: &str) -> Result<u8, CheckError> {
    let rule = rules::find(rule).ok_or_else(|| {
        CheckError::Config(format!("there is no rule `{rule}`\nhelp: `list rules` shows them"))
    })?;
    say(rule.page)?;
    Ok(0)
}

fn list(what: Listed) -> Result<u8, CheckError> {
    let mut text = String::new();
    match what {
        Listed::Rules => {
            for rule in rules::ALL {
                text.push_str(&format!(
                    "{} {:7} {}\n",
                    rule.id,
                    rule.severity.as_str(),
                    rule.title
                ));
            }
        }
        Listed::Sinks => {
            let metadata = source::metadata(&PathBuf::from("."))?;
            let config = Config::load(metadata.workspace_root.as_std_path())?;
            for sink in sinks::all(&config)? {
                text.push_str(&format!("{:8} {}\n", sink.effect, sink.path));
            }
        }
    }
    say(&text)?;
    Ok(0)
}

const START: &str = "\
# What `cargo failclosed check` looks at. A key that is not known is an error.
[check]
# Where code begins: `main`; `callbacks`, methods of traits of other crates; `pub`, public functions of
# libraries; or paths (`my_crate::handlers::*`).
entries = [\"main\", \"callbacks\"]
# error | warning | never
fail-on = \"error\"

# An effect of your own:
# [[sinks.extra]]
# path = \"my_crate::stripe::charge\"
# reason = \"moves money\"

# What is allowed, and why:
# [[allow]]
# rule = \"FC0101\"
# in = \"my_crate::cache::*\"
# reason = \"cache directory only, no user data\"
# expires = \"2030-01-31\"
";

fn init() -> Result<u8, CheckError> {
    let metadata = source::metadata(&PathBuf::from("."))?;
    let path = metadata.workspace_root.as_std_path().join(config::FILE);
    let failed = |error: io::Error| CheckError::Config(format!("{}: {error}", path.display()));
    // A file that is there is somebody's.
    let mut file = std::fs::File::create_new(&path).map_err(failed)?;
    file.write_all(START.as_bytes()).map_err(failed)?;
    say(&format!("{} is written\n", path.display()))?;
    Ok(0)
}

/// A report that did not arrive is none.
fn say(text: &str) -> Result<(), CheckError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| CheckError::undecided("the report could not be written", error))
}
