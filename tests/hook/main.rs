//! Hooks as processes: whatever goes wrong inside them, they end in a way that stops the tool.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use std::{
    env, fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{self, Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use failclosed::audit::verify_each;

const EVENTS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../failclosed-runtime/tests/hook_events");

fn event(name: &str) -> Vec<u8> {
    fs::read(Path::new(EVENTS).join(name)).unwrap()
}

struct Ended {
    status: Option<i32>,
    output: String,
    reason: String,
    took: Duration,
}

impl Ended {
    /// A host that reads nothing but the status stops the tool, and so does one that needs a reason.
    fn stops(&self, what: &str) {
        assert_eq!(self.status, Some(2), "{what}: {} {}", self.output, self.reason);
        assert!(!self.reason.trim().is_empty(), "{what}: no reason");
        assert!(!self.reason.contains("secret"), "{what}: the model reads {}", self.reason);
        if !self.output.is_empty() {
            let said: serde_json::Value = serde_json::from_str(&self.output).unwrap();
            let denies = said["hookSpecificOutput"]["permissionDecision"] == "deny"
                || said["decision"] == "deny"
                || said["permission"] == "deny";
            assert!(denies, "{what}: {}", self.output);
        }
    }
}

fn start(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_faulty_hook"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn tell(child: &mut Child, event: &[u8]) -> ChildStdin {
    let mut stdin = child.stdin.take().unwrap();
    // One that ended before it read all is what some of these are about.
    drop(stdin.write_all(event));
    stdin
}

fn end(mut child: Child, began: Instant) -> Ended {
    let read = |from: Option<&mut dyn Read>| {
        let mut text = String::new();
        from.map(|from| from.read_to_string(&mut text).unwrap());
        text
    };
    let output = read(child.stdout.take().as_mut().map(|out| out as &mut dyn Read));
    let reason = read(child.stderr.take().as_mut().map(|err| err as &mut dyn Read));
    let status = child.wait().unwrap().code();
    Ended { status, output, reason, took: began.elapsed() }
}

fn run(arguments: &[&str], event: &[u8]) -> Ended {
    let began = Instant::now();
    let mut child = start(arguments).spawn().unwrap();
    drop(tell(&mut child, event));
    end(child, began)
}

#[test]
fn an_allow_goes_on_and_everything_else_stops() {
    for event_name in ["claude-code-bash.json", "codex-bash.json", "gemini-cli-shell.json"] {
        let ended = run(&["allows"], &event(event_name));
        assert_eq!((ended.status, &*ended.output), (Some(0), "{}\n"), "{}", ended.reason);
        assert_eq!(ended.reason, "");
    }
    let ended = run(&["allows"], &event("cursor-shell.json"));
    assert_eq!((ended.status, &*ended.output), (Some(0), "{\"permission\":\"allow\"}\n"));
    for name in fs::read_dir(EVENTS).unwrap() {
        let name = name.unwrap().file_name().into_string().unwrap();
        for fault in
            ["denies", "panics", "hangs", "setup-fails", "setup-panics", "inside-a-runtime"]
        {
            let ended = run(&[fault], &event(&name));
            ended.stops(&format!("{fault}: {name}"));
            assert!(!ended.output.is_empty(), "{fault}: {name}");
        }
    }
    let ended = run(&["denies"], &event("claude-code-bash.json"));
    assert_eq!(ended.reason, "Blocked: not here\n");
}

/// A process that is killed, or ended by a library, says nothing; somebody else says it.
#[test]
fn what_crashes_stops_the_tool() {
    for name in
        ["claude-code-bash.json", "codex-bash.json", "cursor-mcp.json", "gemini-cli-shell.json"]
    {
        for fault in ["aborts", "overflows", "exits-well", "exits-badly", "is-killed"] {
            let ended = run(&[fault], &event(name));
            assert_eq!(ended.status, Some(2), "{fault}: {name}: {}", ended.reason);
            let last = ended.reason.lines().last().unwrap_or_default();
            assert!(last.starts_with("Permission check unavailable."), "{fault}: {}", ended.reason);
        }
    }
    // Where nobody hears the reason, there is still the reply.
    let began = Instant::now();
    let mut child = start(&["aborts"]).stderr(Stdio::null()).spawn().unwrap();
    drop(tell(&mut child, &event("codex-bash.json")));
    let ended = end(child, began);
    assert_eq!(ended.status, Some(2), "no host was named: {}", ended.output);
}

#[test]
fn what_hangs_is_ended_before_the_host_loses_patience() {
    for fault in ["setup-hangs", "setup-blocks", "blocks", "hangs-afterwards"] {
        let ended = run(&[fault, "400"], &event("gemini-cli-shell.json"));
        assert_eq!(ended.status, Some(2), "{fault}");
        assert!(ended.took < Duration::from_secs(5), "{fault}: {:?}", ended.took);
        if fault != "hangs-afterwards" {
            ended.stops(fault);
            assert!(ended.reason.contains("took too long"), "{fault}: {}", ended.reason);
        }
    }
    // An event that does not end.
    let began = Instant::now();
    let mut child = start(&["allows", "400"]).spawn().unwrap();
    let open = tell(&mut child, &event("claude-code-bash.json"));
    let ended = end(child, began);
    drop(open);
    ended.stops("endless");
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
}

#[test]
fn what_cannot_be_read_stops_the_tool() {
    let whole = event("claude-code-bash.json");
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("twice", [&whole[..], &whole[..]].concat()),
        ("another event", String::from_utf8(whole.clone()).unwrap().replace("Pre", "Post").into()),
        ("too much", vec![b' '; 17 * 1024 * 1024]),
    ] {
        run(&["allows"], &bytes).stops(what);
    }
    let began = Instant::now();
    let child = start(&["allows"]).stdin(Stdio::null()).spawn().unwrap();
    end(child, began).stops("no input at all");
}

/// A reader that has gone, an output that was never there, and one that is thrown away.
#[test]
fn a_reply_that_nobody_hears_stops_the_tool() {
    let bash = event("codex-bash.json");
    for (what, fault) in [("an allow", "allows"), ("a denial", "denies")] {
        // Whose reader has gone.
        let began = Instant::now();
        let mut child = start(&[fault]).spawn().unwrap();
        drop(child.stdout.take());
        drop(tell(&mut child, &bash));
        end(child, began).stops(what);
        // Thrown away.
        let began = Instant::now();
        let mut child = start(&[fault]).stdout(Stdio::null()).spawn().unwrap();
        drop(tell(&mut child, &bash));
        end(child, began).stops(what);
    }
    // A reason that nobody hears: Codex and Gemini CLI take the status 2 without one for a failure.
    for name in ["codex-bash.json", "gemini-cli-shell.json", "cursor-mcp.json"] {
        let mut children = [start(&["denies"]), start(&["denies"])];
        children[0].stderr(Stdio::null());
        for (at, command) in children.iter_mut().enumerate() {
            let began = Instant::now();
            let mut child = command.spawn().unwrap();
            if at == 1 {
                drop(child.stderr.take());
            }
            drop(tell(&mut child, &event(name)));
            let ended = end(child, began);
            assert_eq!(ended.status, Some(0), "{name}");
            assert!(ended.output.contains("\"deny\""), "{name}: {}", ended.output);
        }
    }
}

#[test]
fn each_answer_is_on_record() {
    let log = env::temp_dir().join(format!("failclosed-hook-{}", process::id()));
    drop(fs::remove_dir_all(&log));
    let path = log.to_str().unwrap();
    let half = &event("claude-code-bash.json")[..40];
    for (fault, bytes) in [
        ("allows", &event("claude-code-bash.json")[..]),
        ("denies", &event("cursor-shell.json")),
        ("panics", &event("codex-bash.json")),
        ("allows", half),
    ] {
        run(&[fault, "5000", path], bytes);
    }
    let mut verdicts = Vec::new();
    let whole = verify_each(&log, |record| {
        if let (Some(verdict), false) = (&record.verdict, record.self_check) {
            verdicts.push((verdict.clone(), record.cause.clone()));
        }
    });
    whole.unwrap().unwrap();
    let verdicts: Vec<_> =
        verdicts.iter().map(|(verdict, cause)| (&**verdict, cause.as_deref())).collect();
    assert_eq!(
        verdicts,
        [
            ("allow", None),
            ("deny", Some("denied")),
            ("deny", Some("unavailable")),
            ("deny", Some("malformed"))
        ]
    );
    fs::remove_dir_all(&log).unwrap();
    // A log that cannot be opened stops the tool.
    let file = PathBuf::from(format!("{path}.file"));
    fs::write(&file, "").unwrap();
    run(&["allows", "5000", file.to_str().unwrap()], &event("claude-code-bash.json")).stops("log");
    fs::remove_file(&file).unwrap();
}
