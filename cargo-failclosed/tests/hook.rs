//! The program as a hook of each host, with a directory of policies and a log.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{self, Command, Output, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

const EVENTS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../failclosed-runtime/tests/hook_events");

const POLICIES: &str = r#"
@id("git")
permit(principal, action == Action::"use_tool", resource)
when {
  [Tool::"Bash", Tool::"Shell", Tool::"run_shell_command"].contains(resource)
  && context.input has command && context.input.command == "git status"
};

@id("reading")
permit(principal, action == Action::"use_tool", resource == Tool::"Read");

@id("writing")
@ask("may the agent write this file?")
permit(principal, action == Action::"use_tool", resource == Tool::"Write");

@id("secrets")
@reason("files with secrets are not for the agent")
forbid(principal, action == Action::"use_tool", resource)
when { context.input has file_path && context.input.file_path like "*.env" };
"#;

/// Policies and a log, of one test.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = Self(env::temp_dir().join(format!("failclosed-gate-{}-{next}", process::id())));
        drop(fs::remove_dir_all(&place.0));
        fs::create_dir_all(place.policies()).unwrap();
        place.write("policies.manifest", "files 1\n4 agent.cedar\n");
        place.write("agent.cedar", POLICIES);
        place
    }

    fn policies(&self) -> PathBuf {
        self.0.join("policies")
    }

    fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.policies().join(name), text).unwrap();
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        command.arg("hook").arg("--policies").arg(self.policies()).arg("--log").arg(self.log());
        command.args(more);
        command
    }

    fn ask(&self, event: &[u8], more: &[&str]) -> Output {
        ask(self.command(more), event)
    }

    /// What `failclosed log` says, which it does of a whole log alone.
    fn record(&self, verb: &str) -> (Option<i32>, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        let output = program.args(["log", verb]).arg(self.log()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }

    /// How many calls were allowed, and how many denied: the canaries are none.
    fn decided(&self) -> (usize, usize) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        let output = program.args(["log", "show", "--json"]).arg(self.log()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let calls: Vec<serde_json::Value> =
            records.filter(|record: &serde_json::Value| record["self_check"] != true).collect();
        let of = |verdict| calls.iter().filter(|record| record["verdict"] == verdict).count();
        (of("allow"), of("deny"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn ask(mut command: Command, event: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdin.take().unwrap().write_all(event));
    child.wait_with_output().unwrap()
}

fn event(name: &str) -> Vec<u8> {
    fs::read(Path::new(EVENTS).join(name)).unwrap()
}

fn stops(output: &Output, what: &str) -> String {
    let reason = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{what}: {reason}");
    assert!(!reason.trim().is_empty(), "{what}: no reason");
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(said.is_empty() || said.contains("\"deny\""), "{what}: {said}");
    reason
}

#[test]
fn each_host_is_answered_by_the_policies() {
    let unavailable = "Blocked: this call cannot be decided as it is.";
    for (name, host, stopped) in [
        ("claude-code-bash.json", "claude-code", None),
        ("codex-bash.json", "codex", None),
        ("cursor-shell.json", "cursor", None),
        ("gemini-cli-shell.json", "gemini-cli", None),
        ("claude-code-write.json", "claude-code", Some("Blocked: a person must approve this.")),
        ("codex-apply-patch.json", "codex", Some("Blocked: ")),
        ("cursor-pre-tool-use.json", "cursor", Some("Blocked: ")),
        ("cursor-read-file.json", "cursor", Some("Blocked: files with secrets")),
        // Members that no schema knows: they cannot be asked about.
        ("claude-code-mcp.json", "claude-code", Some(unavailable)),
        ("cursor-mcp.json", "cursor", Some("Blocked: ")),
        ("gemini-cli-mcp.json", "gemini-cli", Some("Blocked: ")),
    ] {
        let place = Place::new();
        for more in [&["--host", host][..], &[]] {
            let output = place.ask(&event(name), more);
            let Some(reason) = stopped else {
                assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
                let expected =
                    if host == "cursor" { "{\"permission\":\"allow\"}\n" } else { "{}\n" };
                assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{name}");
                continue;
            };
            let said = stops(&output, name);
            assert!(said.starts_with(reason), "{name}: {said}");
        }
        let (code, shown) = place.record("show");
        assert_eq!(code, Some(0), "{name}: {shown}");
        let decided = if stopped.is_none() { (2, 0) } else { (0, 2) };
        assert_eq!(place.decided(), decided, "{name}: {shown}");
        assert!(shown.contains("use_tool"), "{name}: {shown}");
        // Each call that was let through has its end on record.
        assert_eq!(place.record("unknown").0, Some(0), "{name}");
    }
}

#[test]
fn a_question_goes_to_the_host_only_where_it_is_told_to() {
    let place = Place::new();
    let write = event("claude-code-write.json");
    stops(&place.ask(&write, &["--host", "claude-code"]), "not told");
    stops(&place.ask(&write, &["--ask-in-host"]), "no host");
    let output = place.ask(&write, &["--host", "claude-code", "--ask-in-host"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(r#""permissionDecision":"ask""#), "{said}");
    assert!(said.contains("may the agent write this file?"), "{said}");
    let bypass = String::from_utf8(write).unwrap().replace("acceptEdits", "bypassPermissions");
    let bypass = place.ask(bypass.as_bytes(), &["--host", "claude-code", "--ask-in-host"]);
    stops(&bypass, "bypass");
}

#[test]
fn what_cannot_be_set_up_stops_the_tool() {
    let bash = event("claude-code-bash.json");
    type Break = fn(&Place);
    let faults: [(&str, Break); 9] = [
        ("no directory", |place| fs::remove_dir_all(place.policies()).unwrap()),
        ("no manifest", |place| {
            fs::remove_file(place.policies().join("policies.manifest")).unwrap()
        }),
        ("no policies", |place| fs::remove_file(place.policies().join("agent.cedar")).unwrap()),
        ("cut", |place| {
            place
                .write("agent.cedar", POLICIES.split("@id(\"secrets\")").next().unwrap_or_default())
        }),
        ("no policy language", |place| place.write("agent.cedar", "permit everything")),
        ("unknown words", |place| {
            place.write("agent.cedar", &POLICIES.replace("context.input.command", "context.shell"))
        }),
        ("a file that is not listed", |place| place.write("more.cedar", POLICIES)),
        ("a log that is a file", |place| fs::write(place.log(), "").unwrap()),
        ("a broken log", |place| {
            fs::create_dir_all(place.log()).unwrap();
            fs::write(place.log().join(format!("{:020}.jsonl", 0)), "{\"v\":1}\n").unwrap();
        }),
    ];
    for (what, fault) in faults {
        let place = Place::new();
        fault(&place);
        for more in [&["--host", "claude-code"][..], &["--host", "codex"], &[]] {
            let said = stops(&place.ask(&bash, more), what);
            assert!(said.starts_with("Permission check unavailable."), "{what}: {said}");
            // The model reads it, and needs no paths.
            assert!(!said.contains('/'), "{what}: {said}");
        }
        // Whoever set it up is told what is wrong.
        let mut command = place.command(&["--check"]);
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{what}: {output:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: ") && told.len() > 20, "{what}: {told}");
    }
    let place = Place::new();
    let output = place.command(&["--check"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// A host starts its hooks where the agent works, and the agent can leave there what it likes.
#[test]
fn what_lies_where_the_agent_works_decides_nothing() {
    let place = Place::new();
    let bash = event("claude-code-bash.json");
    fs::write(place.0.join("own.cedarschema"), "entity Agent;").unwrap();
    let (policies, log) = (place.policies(), place.log());
    let whole = |path: &Path| path.to_str().unwrap().to_owned();
    for [policies, log, schema] in [
        ["policies".into(), whole(&log), String::new()],
        ["./policies".into(), whole(&log), String::new()],
        [whole(&policies), "log".into(), String::new()],
        [whole(&policies), whole(&log), "own.cedarschema".into()],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        command.current_dir(&place.0).args(["hook", "--policies", &policies, "--log", &log]);
        if !schema.is_empty() {
            command.args(["--schema", &schema]);
        }
        stops(&ask(command, &bash), &format!("{policies} {log} {schema}"));
    }
    // By their whole paths they are found from there.
    let mut command = place.command(&[]);
    command.current_dir(&place.0);
    assert_eq!(ask(command, &bash).status.code(), Some(0));
}

/// A status of 0 for something else than a decision lets every tool run.
#[test]
fn what_stands_wrongly_in_a_hosts_settings_stops_the_tool() {
    let place = Place::new();
    let bash = event("claude-code-bash.json");
    for more in [
        &["--check"][..],
        &["--help"],
        &["--host", "windsurf"],
        &["--hots", "codex"],
        &["--schema", "/no/such/file"],
        &["--agent", ""],
        &["--policies", "/tmp"],
    ] {
        stops(&place.ask(&bash, more), &more.join(" "));
    }
    for arguments in [
        &["hook"][..],
        &["hook", "--print-schema"],
        &["hook", "--policies", "/tmp"],
        &["failclosed", "hook"],
        &["hok"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        command.args(arguments);
        stops(&ask(command, &bash), &arguments.join(" "));
    }
}

#[test]
fn a_schema_of_ones_own_knows_ones_own_tools() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_failclosed"));
    let output = command.args(["hook", "--print-schema"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let schema = String::from_utf8(output.stdout).unwrap();
    assert!(schema.contains("action use_tool"), "{schema}");
    let own = schema.replace("fact?: String,", "fact?: String, issue?: Long,");
    assert_ne!(own, schema);
    let (file, policies) =
        (place.0.join("own.cedarschema"), POLICIES.replace("\"Read\"", "\"mcp__issues__search\""));
    fs::write(&file, &own).unwrap();
    place.write("agent.cedar", &policies);
    let search = event("gemini-cli-mcp.json");
    let output = place.ask(&search, &["--schema", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // In the directory, by the manifest; and then no other one.
    fs::rename(&file, place.policies().join("own.cedarschema")).unwrap();
    place.write("policies.manifest", "files 2\nschema own.cedarschema\n4 agent.cedar\n");
    let output = place.ask(&search, &["--user", "alice", "--agent", "coder"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let listed = place.policies().join("own.cedarschema");
    stops(&place.ask(&search, &["--schema", listed.to_str().unwrap()]), "two schemas");
}

/// Hosts start tools side by side, each with a hook of its own, and all of them write one log.
#[test]
fn hooks_side_by_side_share_a_log() {
    let place = Place::new();
    let (bash, read) = (event("claude-code-bash.json"), event("cursor-read-file.json"));
    let began = Instant::now();
    thread::scope(|scope| {
        for at in 0..12 {
            let (place, event) = (&place, if at % 2 == 0 { &bash } else { &read });
            scope.spawn(move || {
                let output = place.ask(event, &[]);
                let expected = if at % 2 == 0 { Some(0) } else { Some(2) };
                assert_eq!(output.status.code(), expected, "{at}: {output:?}");
            });
        }
    });
    assert!(began.elapsed() < Duration::from_secs(60));
    let (code, shown) = place.record("show");
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(place.decided(), (6, 6), "{shown}");
    assert_eq!(place.record("unknown").0, Some(0));
}

/// One that never ends does not make the others wait for ever, nor let their tools run.
#[test]
fn a_log_that_another_holds_stops_the_tool() {
    let place = Place::new();
    fs::create_dir_all(place.log()).unwrap();
    let lock = fs::File::create(place.log().join("lock")).unwrap();
    lock.lock().unwrap();
    let began = Instant::now();
    stops(&place.ask(&event("claude-code-bash.json"), &[]), "held");
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
}

/// The code of one kind in the guide, each without its indentation.
fn blocks(kind: &str) -> Vec<String> {
    let guide = include_str!("../../src/guide/hooks.md");
    let mut blocks = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line.trim() == format!("```{kind}") {
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(block.map(|line| format!("{}\n", line.trim_start())).collect());
        }
    }
    blocks
}

/// What the guide tells people to write works as it stands there, in each host.
#[test]
fn the_guide_can_be_followed() {
    let place = Place::new();
    fs::remove_file(place.policies().join("agent.cedar")).unwrap();
    let texts = blocks("text");
    let [manifest, policies] = &*texts else { panic!("{texts:?}") };
    place.write("policies.manifest", manifest);
    place.write("tools.cedar", policies);
    let output = place.command(&["--check"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let settings = blocks("json");
    let hosts = [
        ("claude-code-bash.json", Some(0)),
        ("codex-bash.json", Some(0)),
        ("cursor-pre-tool-use.json", Some(2)),
        ("gemini-cli-shell.json", Some(2)),
    ];
    assert_eq!(settings.len(), hosts.len());
    for (settings, (name, status)) in settings.iter().zip(hosts) {
        let settings: serde_json::Value = serde_json::from_str(settings).unwrap();
        let command = find(&settings, "command").unwrap();
        let mut words = command.split(' ');
        assert_eq!(words.next(), Some("/usr/local/bin/failclosed"), "{command}");
        let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
        for word in words {
            program.arg(match word {
                "/etc/agent" => place.policies(),
                "/var/log/agent" => place.log(),
                word => PathBuf::from(word),
            });
        }
        let host = name.split('-').next().unwrap();
        assert!(command.contains(&format!("--host {host}")), "{name}: {command}");
        let output = ask(program, &event(name));
        assert_eq!(output.status.code(), status, "{name}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.starts_with("Blocked: "), status == Some(2), "{name}: {said}");
    }
    assert_eq!(place.decided(), (2, 2));
}

fn find<'v>(value: &'v serde_json::Value, key: &str) -> Option<&'v str> {
    match value {
        serde_json::Value::Object(members) => {
            let own = members.get(key).and_then(serde_json::Value::as_str);
            own.or_else(|| members.values().find_map(|value| find(value, key)))
        }
        serde_json::Value::Array(values) => values.iter().find_map(|value| find(value, key)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => None,
    }
}
