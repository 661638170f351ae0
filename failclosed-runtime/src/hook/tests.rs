//! Each host's recorded events, each way in which they end, and what the host is told.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use std::{
    future::pending,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value as Json;

use super::{ask::decide, contract::Contract, deliver, event::Event, *};
use crate::{
    answer::Answer,
    audit::{DecisionEntry, Entry, MemoryLog},
    authority::answer_fn,
    decision::{Decision, NoDecision},
    denial::Cause,
    hook::deliver::Reply,
    subject::Subject,
};

/// Recorded from what each host documents: its name, the event, the tool that is asked about.
const EVENTS: [(Host, &str, &str); 11] = [
    (Host::ClaudeCode, include_str!("../../tests/hook_events/claude-code-bash.json"), "Bash"),
    (Host::ClaudeCode, include_str!("../../tests/hook_events/claude-code-write.json"), "Write"),
    (
        Host::ClaudeCode,
        include_str!("../../tests/hook_events/claude-code-mcp.json"),
        "mcp__memory__create_entities",
    ),
    (Host::Codex, include_str!("../../tests/hook_events/codex-bash.json"), "Bash"),
    (Host::Codex, include_str!("../../tests/hook_events/codex-apply-patch.json"), "apply_patch"),
    (Host::Cursor, include_str!("../../tests/hook_events/cursor-pre-tool-use.json"), "Shell"),
    (Host::Cursor, include_str!("../../tests/hook_events/cursor-shell.json"), "Shell"),
    (Host::Cursor, include_str!("../../tests/hook_events/cursor-mcp.json"), "search_issues"),
    (Host::Cursor, include_str!("../../tests/hook_events/cursor-read-file.json"), "Read"),
    (
        Host::GeminiCli,
        include_str!("../../tests/hook_events/gemini-cli-shell.json"),
        "run_shell_command",
    ),
    (
        Host::GeminiCli,
        include_str!("../../tests/hook_events/gemini-cli-mcp.json"),
        "mcp__issues__search",
    ),
];

/// What came of one event.
struct Answered {
    reply: Reply,
    contract: Contract,
    asked: usize,
    decisions: Vec<DecisionEntry>,
    outcomes: Vec<String>,
}

type Decide = fn() -> Answer<'static>;

async fn answered(hook: Hook, bytes: &[u8], decide_: Decide) -> Answered {
    let (log, asked) = (MemoryLog::new(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&asked);
    let authority = answer_fn(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        decide_()
    });
    let guard = Guard::builder(Subject::agent("agent").unwrap(), authority, log.clone())
        .deadline(Duration::from_millis(50))
        .build()
        .unwrap();
    let event = Event::read(hook.host, bytes);
    let contract = match &event {
        Ok(event) => event.contract,
        Err(unreadable) => unreadable.contract,
    };
    let mut told = None;
    let status = decide(hook, &guard, &event, |reply| {
        told = Some(match reply {
            Reply::GoOn(text) => Reply::GoOn(text.clone()),
            Reply::Stop(text) => Reply::Stop(text.clone()),
        });
        2
    })
    .await;
    assert_eq!(status, 2, "the process ends with what telling gave");
    let (mut decisions, mut outcomes) = (Vec::new(), Vec::new());
    for entry in log.entries() {
        match entry {
            Entry::Decision(decision) => decisions.push(*decision),
            Entry::Outcome(outcome) => outcomes.push(format!("{:?}", outcome.outcome)),
        }
    }
    let (reply, asked) = (told.unwrap(), asked.load(Ordering::SeqCst));
    Answered { reply, contract, asked, decisions, outcomes }
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn an_allow_lets_each_event_go_on_to_the_hosts_own_rules() {
    for (host, event, tool) in EVENTS {
        for hook in [Hook::of(host), Hook::of_any()] {
            let answered = answered(hook, event.as_bytes(), || Decision::allow().into()).await;
            let expected = match host {
                Host::ClaudeCode | Host::Codex | Host::GeminiCli => "{}",
                Host::Cursor => r#"{"permission":"allow"}"#,
            };
            assert_eq!(answered.reply, Reply::GoOn(expected.into()), "{event}");
            assert_eq!((answered.asked, answered.decisions.len()), (1, 1), "{event}");
            let record = &answered.decisions[0];
            assert_eq!(record.action, ACTION, "{event}");
            let resource = (Some("Tool".to_owned()), tool.to_owned());
            assert_eq!(record.resource, Some(resource), "{event}");
            // The status that telling gave is not that of a yes.
            assert_eq!(answered.outcomes, ["Failed"], "{event}");
        }
    }
}

#[tokio::test]
async fn whatever_is_no_allow_stops_each_event() {
    let ways: [(Decide, Cause); 7] = [
        (|| Decision::deny("not here").into(), Cause::Denied),
        (|| Decision::ask("may it?").into(), Cause::NeedsApproval),
        (|| NoDecision::unavailable("down").into(), Cause::Unavailable),
        (|| NoDecision::malformed("garbage").into(), Cause::Malformed),
        (|| Answer::pending(pending()), Cause::TimedOut),
        (|| panic!("boom"), Cause::Unavailable),
        (|| Answer::pending(async { panic!("boom, later") }), Cause::Unavailable),
    ];
    for (host, event, _) in EVENTS {
        for (way, cause) in ways {
            for hook in [Hook::of(host), Hook::of_any()] {
                let answered = answered(hook, event.as_bytes(), way).await;
                let Reply::Stop(reason) = &answered.reply else { panic!("{cause}: {event}") };
                assert!(!reason.trim().is_empty(), "{cause}: {event}");
                assert_eq!(answered.decisions.len(), 1, "{cause}: {event}");
                assert_eq!(answered.decisions[0].cause, Some(cause), "{event}");
                assert!(answered.outcomes.is_empty(), "{cause}: {event}");
            }
        }
    }
}

/// The question holds the whole input, and what the host says beside it.
#[tokio::test]
async fn what_is_asked_is_what_the_host_said() {
    let shown = |answered: &Answered| {
        let record = &answered.decisions[0];
        (record.arguments.clone(), record.context.clone())
    };
    for (host, event, _) in EVENTS {
        let answered =
            answered(Hook::of(host), event.as_bytes(), || Decision::allow().into()).await;
        let (arguments, context) = shown(&answered);
        let told = json(event);
        let input = match told["hook_event_name"].as_str().unwrap() {
            "beforeShellExecution" => serde_json::json!({ "command": told["command"] }),
            "beforeReadFile" => serde_json::json!({ "file_path": told["file_path"] }),
            "beforeMCPExecution" => json(told["tool_input"].as_str().unwrap()),
            _ => told["tool_input"].clone(),
        };
        assert_eq!(arguments["input"], input, "{event}");
        assert_eq!(context["host"], host.as_str(), "{event}");
        assert_eq!(context["event"], told["hook_event_name"], "{event}");
        let session = if host == Host::Cursor { "conversation_id" } else { "session_id" };
        assert_eq!(context["session"], told[session], "{event}");
        assert_eq!(context["mode"], told["permission_mode"], "{event}");
        assert_eq!(context["sandbox"], told["sandbox"], "{event}");
        assert_eq!(arguments["server"], told["url"], "{event}");
        let cwd = told["cwd"].as_str().filter(|cwd| !cwd.is_empty());
        assert_eq!(context["cwd"].as_str(), cwd, "{event}");
        assert!(!format!("{:?}", answered.decisions).contains("not-for-the-log"), "{event}");
    }
}

/// What cannot be read stops the tool, is on record, and nobody is asked.
#[tokio::test]
async fn what_cannot_be_read_stops_the_tool() {
    let claude = EVENTS[0].1;
    let edit = |from: &str, to: &str| {
        assert!(claude.contains(from), "{from}");
        claude.replacen(from, to, 1).into_bytes()
    };
    let shell = EVENTS[6].1;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let wide = (0..300).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
    let mut unreadable: Vec<(Host, Vec<u8>)> = vec![
        (Host::ClaudeCode, b"".to_vec()),
        (Host::ClaudeCode, b"{}".to_vec()),
        (Host::ClaudeCode, b"null".to_vec()),
        (Host::ClaudeCode, b"[{}]".to_vec()),
        (Host::ClaudeCode, b"not json".to_vec()),
        (Host::ClaudeCode, claude.as_bytes()[..claude.len() / 2].to_vec()),
        (Host::ClaudeCode, format!("{claude}{claude}").into_bytes()),
        (Host::ClaudeCode, format!("{claude} x").into_bytes()),
        (Host::ClaudeCode, vec![b' '; MAX_EVENT_BYTES + 1]),
        (Host::ClaudeCode, edit("git status", "git \\ud800 status")),
        (Host::ClaudeCode, edit("PreToolUse", "PostToolUse")),
        (Host::ClaudeCode, edit("PreToolUse", "preToolUse")),
        (Host::ClaudeCode, edit("PreToolUse", "BeforeTool")),
        (Host::ClaudeCode, edit("\"Bash\"", "\"\"")),
        (Host::ClaudeCode, edit("\"Bash\"", "\" Bash\"")),
        (Host::ClaudeCode, edit("\"Bash\"", "\"Ba\u{200b}sh\"")),
        (Host::ClaudeCode, edit("\"Bash\"", "[\"Bash\"]")),
        (Host::ClaudeCode, edit("\"Bash\"", "null")),
        (Host::ClaudeCode, edit("\"Bash\"", &format!("\"{}\"", "B".repeat(257)))),
        (Host::ClaudeCode, edit("\"Bash\"", "\"Read\", \"tool_name\": \"Bash\"")),
        (Host::ClaudeCode, edit("\"command\"", "\"command\": \"ls\", \"command\"")),
        (Host::ClaudeCode, edit("120000", &deep)),
        (Host::ClaudeCode, edit("120000", &format!("{{{wide}}}"))),
        // A number that a host in JavaScript reads as another one.
        (Host::ClaudeCode, edit("120000", "9007199254740993")),
        (Host::ClaudeCode, edit("120000", "[18446744073709551617]")),
        (Host::ClaudeCode, edit("120000", "1e400")),
        (Host::Codex, EVENTS[3].1.replace("turn_id", "cwd").into_bytes()),
        (Host::Codex, EVENTS[3].1.replace("permission_mode", "permissions").into_bytes()),
        (Host::Cursor, shell.replace("\"git status\"", "\" \"").into_bytes()),
        (Host::Cursor, shell.replace("\"sandbox\": false", "\"sandbox\": \"no\"").into_bytes()),
        (Host::Cursor, shell.replace("beforeShellExecution", "afterShellExecution").into_bytes()),
        (Host::Cursor, shell.replace("beforeShellExecution", "subagentStart").into_bytes()),
        (Host::Cursor, EVENTS[7].1.replace("\"{\\\"query", "\"x{\\\"query").into_bytes()),
        (Host::GeminiCli, EVENTS[9].1.replace("\"BeforeTool\"", "\"AfterTool\"").into_bytes()),
        // Another host's events.
        (Host::Cursor, claude.as_bytes().to_vec()),
        (Host::Codex, EVENTS[9].1.as_bytes().to_vec()),
        (Host::GeminiCli, shell.as_bytes().to_vec()),
    ];
    let mut no_utf8 = claude.as_bytes().to_vec();
    let at = claude.find("git").unwrap();
    no_utf8[at] = 0xff;
    unreadable.push((Host::ClaudeCode, no_utf8));
    // Each member that an event of the host must have.
    for (host, event, keys) in [
        (Host::ClaudeCode, 0, &["session_id", "cwd", "hook_event_name", "tool_name"][..]),
        (Host::Codex, 3, &["session_id", "cwd", "permission_mode", "tool_input"]),
        (Host::Cursor, 5, &["conversation_id", "tool_name", "tool_input"]),
        (Host::Cursor, 6, &["conversation_id", "command"]),
        (Host::Cursor, 7, &["tool_name", "tool_input"]),
        (Host::Cursor, 8, &["file_path"]),
        (Host::GeminiCli, 9, &["session_id", "cwd", "tool_name", "tool_input"]),
    ] {
        for key in keys {
            let renamed = EVENTS[event].1.replacen(&format!("\"{key}\""), "\"other\"", 1);
            unreadable.push((host, renamed.into_bytes()));
        }
    }
    for (host, bytes) in unreadable {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned();
        let answered = answered(Hook::of(host), &bytes, || Decision::allow().into()).await;
        let Reply::Stop(reason) = &answered.reply else { panic!("{host}: {text}") };
        assert!(!reason.is_empty(), "{host}: {text}");
        assert_eq!(answered.asked, 0, "{host}: somebody was asked: {text}");
        assert_eq!(answered.contract, Contract::of(Some(host)), "{text}");
        assert_eq!(answered.decisions.len(), 1, "{host}: {text}");
        assert_eq!(answered.decisions[0].cause, Some(Cause::Malformed), "{host}: {text}");
    }
}

#[tokio::test]
async fn a_guard_that_says_the_same_fact_twice_denies() {
    let log = MemoryLog::new();
    let guard = Guard::builder(
        Subject::agent("agent").unwrap(),
        answer_fn(|_| Decision::allow().into()),
        log.clone(),
    )
    .context("cwd", "/somewhere/else")
    .build()
    .unwrap();
    let event = Event::read(None, EVENTS[0].1.as_bytes());
    let mut stopped = false;
    decide(Hook::of_any(), &guard, &event, |reply| {
        stopped = matches!(reply, Reply::Stop(_));
        2
    })
    .await;
    assert!(stopped);
    assert_eq!(log.entries().len(), 1);
}

/// The host asks its user only where it was seen to, and only if it was told to.
#[tokio::test]
async fn a_question_is_left_to_the_host_where_it_puts_it() {
    let ask: Decide = || Decision::ask("may it run?").into();
    let with_mode = |mode: &str| EVENTS[0].1.replace("\"default\"", &format!("\"{mode}\""));
    for mode in ["default", "acceptEdits", "plan"] {
        let hook = Hook::of(Host::ClaudeCode);
        let event = with_mode(mode);
        let left = answered(hook.asking_in_host(), event.as_bytes(), ask).await;
        let Reply::GoOn(text) = &left.reply else { panic!("{mode}") };
        let reply = &json(text)["hookSpecificOutput"];
        assert_eq!(reply["permissionDecision"], "ask", "{mode}");
        assert_eq!(reply["permissionDecisionReason"], "may it run?", "{mode}");
        assert_eq!(left.decisions[0].cause, Some(Cause::NeedsApproval), "{mode}");
        assert!(
            matches!(answered(hook, event.as_bytes(), ask).await.reply, Reply::Stop(_)),
            "{mode}"
        );
        // Nor does anything but a question go to the user.
        let deny: Decide = || Decision::deny("no").into();
        let denied = answered(hook.asking_in_host(), event.as_bytes(), deny).await;
        assert!(matches!(denied.reply, Reply::Stop(_)), "{mode}");
    }
    for mode in ["bypassPermissions", "auto", "dontAsk", "manual", "Default", ""] {
        let hook = Hook::of(Host::ClaudeCode).asking_in_host();
        let stopped = answered(hook, with_mode(mode).as_bytes(), ask).await;
        assert!(matches!(stopped.reply, Reply::Stop(_)), "{mode}");
    }
    for (host, event, _) in EVENTS {
        for hook in [Hook::of(host), Hook::of_any()] {
            if hook.host == Some(Host::ClaudeCode) {
                continue;
            }
            let stopped = answered(hook.asking_in_host(), event.as_bytes(), ask).await;
            assert!(matches!(stopped.reply, Reply::Stop(_)), "{host}: {event}");
        }
    }
}

/// An output that fails, as one whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// What each host does with a status, an output and a reason: as the guide's table has it.
fn runs(host: Host, status: u8, output: &str, reason: &str) -> bool {
    let said = serde_json::from_str::<Json>(output).unwrap_or(Json::Null);
    let denies = said["hookSpecificOutput"]["permissionDecision"] == "deny"
        || said["decision"] == "deny"
        || said["permission"] == "deny";
    match (host, status) {
        (_, 0) => !denies,
        (Host::ClaudeCode | Host::Cursor, 2) => false,
        // Without a reason it is a failure of the hook's, and those do not stop anything.
        (Host::Codex | Host::GeminiCli, 2) => reason.trim().is_empty(),
        (_, _) => true,
    }
}

#[test]
fn what_is_told_stops_the_tool_whoever_still_listens() {
    for host in Host::ALL {
        let contract = Contract::of(Some(host));
        for reply in [Reply::Stop("not here".into()), Reply::GoOn(contract.allow())] {
            for (output, errors) in [(true, true), (true, false), (false, true), (false, false)] {
                let (mut out, mut err) = (Vec::new(), Vec::new());
                for closed in [true, false] {
                    (out, err) = (Vec::new(), Vec::new());
                    let (mut no_out, mut no_err) = (Closed, Closed);
                    let to_out: Option<&mut dyn Write> = match (output, closed) {
                        (true, _) => Some(&mut out),
                        (false, true) => Some(&mut no_out),
                        (false, false) => None,
                    };
                    let to_err: Option<&mut dyn Write> = match (errors, closed) {
                        (true, _) => Some(&mut err),
                        (false, true) => Some(&mut no_err),
                        (false, false) => None,
                    };
                    let status = deliver::tell_by(contract, "", &reply, to_out, to_err);
                    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                    let runs = runs(host, status, &text(&out), &text(&err));
                    let what =
                        format!("{host} {reply:?} output {output} errors {errors}: {status}");
                    if output && matches!(reply, Reply::GoOn(_)) {
                        assert!(runs, "{what}");
                    } else if errors {
                        // The status that stops it in every host, wherever a reason goes with it.
                        assert_eq!((status, runs), (2, false), "{what}");
                    } else if output {
                        assert!(!runs, "{what}");
                    } else {
                        // Neither is heard: there is nothing left to say it with.
                        assert_eq!(status, 2, "{what}");
                    }
                }
                drop((out, err));
            }
        }
    }
}

#[test]
fn a_host_is_known_by_its_name_alone() {
    for host in Host::ALL {
        assert_eq!(host.to_string().parse::<Host>().unwrap(), host);
    }
    for name in ["", "claude", "Claude-Code", "windsurf"] {
        assert!(name.parse::<Host>().is_err(), "{name}");
    }
}
