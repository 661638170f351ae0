//! An MCP server in a process of its own, a client that somebody else wrote, and what both saw.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{node, python};

/// The clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    TypeScriptV1,
    TypeScriptV2,
    Python,
}

/// What they negotiate: up to 2025-11-25, or 2026-07-28.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    Legacy,
    Modern,
}

/// One call that a client is told to make.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    pub id: String,
    pub tool: &'static str,
    pub args: Value,
    /// What the person says, or how the client misbehaves when it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// The state and the answers to send, in place of the client's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual: Option<Value>,
    /// Who calls, if not alice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'static str>,
    /// How often, at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<usize>,
    /// After how many milliseconds without progress the client gives up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// What the client saw of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Seen {
    pub id: String,
    pub asked: Vec<Value>,
    pub ms: u64,
    pub result: Option<Value>,
    pub error: Option<Value>,
    /// What was reported while it waited.
    #[serde(default)]
    pub progress: Vec<Value>,
}

impl Seen {
    /// The one text of its result.
    pub fn text(&self) -> &str {
        let result = self.result.as_ref().unwrap_or_else(|| panic!("no result: {self:?}"));
        result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text: {self:?}"))
    }

    /// A denial, as every client must get it.
    pub fn assert_blocked(&self, cause: &str) {
        let result = self.result.as_ref().unwrap_or_else(|| panic!("no result: {self:?}"));
        assert_eq!(result["isError"], json!(true), "{self:?}");
        assert!(result.get("structuredContent").is_none_or(Value::is_null), "{self:?}");
        assert_eq!(result["_meta"]["failclosed/cause"], json!(cause), "{self:?}");
        let text = self.text();
        let starts = match cause {
            "denied" | "needs_approval" => "Blocked: ",
            _ => "Permission check unavailable. Action blocked. (",
        };
        assert!(text.starts_with(starts), "{text}");
    }
}

/// One call.
pub fn call(id: impl Into<String>, tool: &'static str, cents: u64) -> Call {
    let args = json!({ "cents": cents });
    let id = id.into();
    Call { id, tool, args, answer: None, manual: None, token: None, times: None, timeout: None }
}

impl Call {
    pub fn answered(self, answer: Value) -> Self {
        Self { answer: Some(answer), ..self }
    }

    /// By a client that gives up after so many milliseconds, and extends that while it hears of it.
    pub fn giving_up_after(self, timeout: u64) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// With a state and answers of the test's own.
    pub fn manual(self, manual: Value) -> Self {
        Self { manual: Some(manual), ..self }
    }
}

/// Where a server writes down what it did.
pub struct Log(PathBuf);

impl Log {
    pub fn new() -> Self {
        static LOGS: AtomicUsize = AtomicUsize::new(0);
        let count = LOGS.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir()
            .join(format!("failclosed-mcp-{}-{count}.jsonl", std::process::id()));
        let _absent = fs::remove_file(&path);
        Self(path)
    }

    /// As a server takes it.
    pub fn option(&self) -> String {
        format!("log={}", self.0.display())
    }

    pub fn entries(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// The decisions on calls for this amount: `allow`, or the cause of the denial.
    pub fn decisions(&self, cents: u64) -> Vec<String> {
        let of = |entry: &&Value| {
            let arguments = &entry["arguments"];
            entry["record"] == "decision"
                && (arguments["cents"] == cents || arguments["order"]["cents"] == cents)
        };
        let said = |entry: &Value| match entry["cause"].as_str() {
            None => entry["verdict"].as_str().unwrap().to_owned(),
            Some(cause) => cause.to_owned(),
        };
        self.entries().iter().filter(of).map(said).collect()
    }

    /// What only the operator may read.
    pub fn details(&self) -> Vec<String> {
        let entries = self.entries();
        entries.iter().filter_map(|entry| Some(entry["detail"].as_str()?.to_owned())).collect()
    }

    /// How many bodies ran for this amount.
    pub fn bodies(&self, cents: u64) -> usize {
        let ran = |entry: &&Value| entry["record"] == "ran" && entry["cents"] == cents;
        self.entries().iter().filter(ran).count()
    }

    /// Waits for a decision that no client is there to see.
    pub fn wait_for_decisions(&self, cents: u64, count: usize) -> Vec<String> {
        let since = Instant::now();
        while self.decisions(cents).len() < count && since.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(50));
        }
        // A second record would follow at once.
        thread::sleep(Duration::from_millis(200));
        self.decisions(cents)
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

/// A server, or how a client starts one.
pub struct Server {
    pub log: Log,
    program: &'static str,
    options: Vec<String>,
    http: Option<(Child, String)>,
    token: &'static str,
}

impl Server {
    /// One that each client starts for itself.
    pub fn stdio(program: &'static str, options: &[&str]) -> Self {
        let log = Log::new();
        let mut all = vec![log.option()];
        all.extend(options.iter().map(ToString::to_string));
        Self { log, program, options: all, http: None, token: "alice" }
    }

    /// One on a port of the loopback interface, until it is dropped.
    pub fn http(program: &'static str, options: &[&str]) -> Self {
        let mut server = Self::stdio(program, options);
        let mut command = Command::new(program);
        command.args(&server.options).arg("http=0").stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).expect("its address");
        server.http = Some((child, url.trim().to_owned()));
        server
    }

    /// Another program on a port, which says on stderr where it listens.
    pub fn listening(program: &'static str, args: &[&str], token: &'static str) -> Self {
        let mut command = Command::new(program);
        command.args(args).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()));
        // It goes on to write its log there.
        thread::spawn(move || lines.count());
        let mut server = Self::stdio(program, &[]);
        server.http = Some((child, address.expect("its address")));
        server.token = token;
        server
    }

    /// `host:port`.
    pub fn address(&self) -> String {
        let (_, url) = self.http.as_ref().expect("a server on a port");
        let rest = url.strip_prefix("http://").expect("an address");
        rest.split('/').next().unwrap_or(rest).to_owned()
    }

    fn to_json(&self) -> Value {
        match &self.http {
            None => json!({ "command": self.program, "args": self.options }),
            Some((_, url)) => json!({ "url": url, "token": self.token }),
        }
    }

    /// A client that is about to make calls.
    pub fn client(&self, client: Client, era: Era, capable: bool, calls: &[Call]) -> Command {
        let era = match era {
            Era::Legacy => "legacy",
            Era::Modern => "modern",
        };
        let job = json!({
            "server": self.to_json(), "era": era, "capable": capable, "calls": calls,
        });
        let mut command = match client {
            Client::TypeScriptV1 => node("mcp_v1.mjs"),
            Client::TypeScriptV2 => node("mcp_v2.mjs"),
            Client::Python => python("python", "mcp_py.py"),
        };
        command.arg(job.to_string());
        command
    }

    /// Has a client make calls. It may end early, where it was told to.
    pub fn called_by(&self, client: Client, era: Era, capable: bool, calls: &[Call]) -> Vec<Seen> {
        let mut command = self.client(client, era, capable, calls);
        let output = command.output().expect("the client starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let seen = text.lines().map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        let seen: Vec<Seen> = seen.collect();
        if seen.is_empty() && !calls.iter().any(|call| call.answer == Some(json!("exit"))) {
            panic!("{client:?} said nothing: {}", String::from_utf8_lossy(&output.stderr));
        }
        seen
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.http {
            let _gone = child.kill();
            let _gone = child.wait();
        }
    }
}
