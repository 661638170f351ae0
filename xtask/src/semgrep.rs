//! The rules for other languages, held to their samples by the engine that others run them with.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{target, tools::root};

/// Where the rules and their samples are.
const RULES: &str = "failclosed-check/semgrep";

const LANGUAGES: [(&str, &str); 3] = [("python", "py"), ("typescript", "ts"), ("go", "go")];

/// The engine takes about 10 s; one that hangs must not hang the run.
const PATIENCE: Duration = Duration::from_secs(60);

/// Each rule finds each line of its sample that is marked `ruleid`, and nothing else in it.
pub(crate) fn run() -> Result<(), String> {
    let started = Instant::now();
    let mut rules = 0;
    for (language, extension) in LANGUAGES {
        rules += marked(language, extension)?;
    }
    let home = target()?.join("peers/semgrep");
    let program = home.join("bin/semgrep");
    if !program.exists() {
        return Err(format!("missing: {}\nhelp: cargo xtask peers", program.display()));
    }
    let mut engine = Command::new(&program);
    // Nothing is fetched and nothing is told: the rules are files, and so are its settings.
    engine
        .args(["scan", "--test", "--metrics=off", "--disable-version-check", RULES])
        .current_dir(root()?)
        .env("SEMGREP_SEND_METRICS", "off")
        .env("SEMGREP_SETTINGS_FILE", home.join("settings.yml"))
        .env("SEMGREP_LOG_FILE", home.join("semgrep.log"));
    let mut child = engine.spawn().map_err(|error| format!("{engine:?} cannot be run: {error}"))?;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if started.elapsed() > PATIENCE {
            // It may have ended by itself since.
            drop(child.kill());
            drop(child.wait());
            return Err(format!("{engine:?} did not end within {} s", PATIENCE.as_secs()));
        }
        thread::sleep(Duration::from_millis(50));
    };
    if !status.success() {
        return Err(format!("{RULES}: a rule and its sample do not agree ({status})"));
    }
    println!("{rules} rules for other languages agree with their samples");
    Ok(())
}

/// How many rules a language has. A rule without a sample would pass, whatever it finds.
fn marked(language: &str, extension: &str) -> Result<usize, String> {
    let read = |name: String| {
        let path = root()?.join(RULES).join(language).join(&name);
        fs::read_to_string(path).map_err(|error| format!("{RULES}/{language}/{name}: {error}"))
    };
    let (rules, sample) = (read("fail_open.yaml".into())?, read(format!("fail_open.{extension}"))?);
    let mut count = 0;
    for id in rules.lines().filter_map(|line| line.trim().strip_prefix("- id: ")) {
        count += 1;
        let marks = |mark: &str| {
            sample
                .lines()
                .filter_map(|line| line.split_once(mark))
                .any(|(_, ids)| ids.split(',').any(|found| found.trim() == id))
        };
        for mark in ["ruleid:", "ok:"] {
            if !marks(mark) {
                return Err(format!("{RULES}/{language}: no line of the sample is `{mark} {id}`"));
            }
        }
        let number = id.rsplit('-').next().unwrap_or_default();
        if !root()?.join(format!("failclosed-check/src/pages/FC{number}.md")).exists() {
            return Err(format!("{RULES}/{language}: {id} has no page"));
        }
    }
    if count == 0 { Err(format!("{RULES}/{language}: no rules")) } else { Ok(count) }
}
