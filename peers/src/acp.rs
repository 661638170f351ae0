//! An ACP agent in a process of its own, a client that somebody else wrote, and what both saw.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// What the agent wrote down.
pub struct Log(pub PathBuf);

impl Log {
    pub fn new() -> Self {
        static LOGS: AtomicUsize = AtomicUsize::new(0);
        let count = LOGS.fetch_add(1, Ordering::SeqCst);
        let name = format!("failclosed-acp-{}-{count}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _absent = fs::remove_file(&path);
        Self(path)
    }

    pub fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// In order: `ran` for each body, `allow` or the cause for each decision.
    pub fn events(&self) -> Vec<String> {
        let event = |line: &Value| match (line["record"].as_str()?, line["cause"].as_str()) {
            ("ran", _) => Some("ran".to_owned()),
            ("decision", Some(cause)) => Some(cause.to_owned()),
            ("decision", None) => line["verdict"].as_str().map(str::to_owned),
            _ => None,
        };
        self.lines().iter().filter_map(event).collect()
    }

    /// What only the operator may read, and the reason, of the first decision.
    pub fn why(&self) -> String {
        let first = self.lines().first().cloned().unwrap_or_default();
        format!("{} {}", first["reason"], first["detail"])
    }

    /// The agent may outlive its client by a moment.
    pub fn settle(&self) -> Vec<String> {
        let since = Instant::now();
        while self.events().is_empty() && since.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(50));
        }
        thread::sleep(Duration::from_millis(300));
        self.events()
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.0);
    }
}

/// Has a client start the agent, prompt it once and behave as it is told, then prompt it again and
/// allow. What the client saw, as JSON.
pub fn drive(mut client: Command, agent: &[&str], behaviour: &str) -> Value {
    let output = client.arg(behaviour).args(agent).output().expect("the client starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_else(|| {
        panic!("{behaviour}: said nothing: {}", String::from_utf8_lossy(&output.stderr))
    });
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{behaviour}: {error}: {last}"))
}
