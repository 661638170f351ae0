//! One of the examples in a process of its own, and what it wrote down for its operator.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long anything may take that is on its way, on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(60);

/// What an example prints when its body runs.
const BODY: &str = ">>> the card is charged";

/// A running example. Killed when dropped.
pub struct Example {
    child: Child,
    log: PathBuf,
}

impl Example {
    /// Starts it.
    pub fn start(program: &str, args: &[&str]) -> Self {
        static LOGS: AtomicUsize = AtomicUsize::new(0);
        let count = LOGS.fetch_add(1, Ordering::SeqCst);
        let name = format!("failclosed-example-{}-{count}.log", std::process::id());
        let log = std::env::temp_dir().join(name);
        let file = fs::File::create(&log).expect("a file for its log");
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        // Whatever proxy the machine has, this is about loopback.
        command.env("NO_PROXY", "*").env_remove("OPENAI_API_KEY");
        let child = command.spawn().expect("the example starts");
        Self { child, log }
    }

    /// Starts one that serves, on a port that is free; and the URL that it says it listens at.
    pub fn listening(program: &str, args: &[&str]) -> (Self, String) {
        let mut example = Self::start(program, args);
        let url = example.wait_for(|example| {
            let text = example.text();
            Some(text.lines().find_map(|line| line.strip_prefix("listening on "))?.to_owned())
        });
        (example, url)
    }

    /// All that it printed, whole lines only: the last one may still be on its way.
    pub fn text(&self) -> String {
        let mut text = fs::read_to_string(&self.log).expect("its log is read");
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        text
    }

    /// The decisions on what somebody asked for, in order. Not the guards' checks of themselves.
    pub fn decisions(&self) -> Vec<Value> {
        let of_callers = |line: &Value| {
            line["record"] == "decision"
                && !line["action"].as_str().unwrap().starts_with("failclosed:")
        };
        self.records().into_iter().filter(of_callers).collect()
    }

    /// How each of these ended: `allow`, or the cause of the denial.
    pub fn verdicts(&self) -> Vec<String> {
        let verdict = |line: &Value| {
            let cause = line["cause"].as_str().or(line["verdict"].as_str());
            cause.expect("a decision has a verdict").to_owned()
        };
        self.decisions().iter().map(verdict).collect()
    }

    /// Every line of the audit log.
    pub fn records(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().filter(|line| line.starts_with('{'));
        lines.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// How often its body ran.
    pub fn bodies(&self) -> usize {
        self.text().matches(BODY).count()
    }

    /// Waits until `seen` sees something.
    ///
    /// # Panics
    /// It ended, or nothing came.
    pub fn wait_for<T>(&mut self, seen: impl Fn(&Self) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            let ended = self.child.try_wait().unwrap();
            if let Some(seen) = seen(self) {
                return seen;
            }
            let text = self.text();
            assert!(ended.is_none(), "the example ended:\n{text}");
            assert!(since.elapsed() < SOON, "nothing came:\n{text}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(since.elapsed() < SOON, "it goes on:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
        let _gone = fs::remove_file(&self.log);
    }
}
