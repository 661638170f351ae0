//! A log that is sent on arrives whole and in order, whatever the receiver does meanwhile.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    net::TcpListener,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest, common::v1::any_value::Value as Any,
    logs::v1::LogRecord,
};
use serde_json::Value;

use crate::{ALLOW, DENY, DONE, Scratch, log, run, segment};

mod server;
mod tls;

use server::{Does, OK, Request, Server};

const TOKEN: &str = "tok_zq42zq42zq42";

fn push(directory: &Path, to: &str, rest: &[&str]) -> (Option<i32>, String, String) {
    let rest = [&["--to", to, "--timeout", "1", "--patience", "8"], rest].concat();
    run("push", directory, &rest)
}

/// Of as many records as asked for.
fn long_log(records: usize) -> Scratch {
    let records: Vec<_> = [ALLOW, DONE, DENY].into_iter().cycle().take(records).collect();
    log(&records).0
}

fn lines(scratch: &Scratch) -> Vec<String> {
    fs::read_to_string(segment(scratch)).unwrap().lines().map(str::to_owned).collect()
}

fn bodies(requests: &[Request]) -> Vec<String> {
    requests.iter().flat_map(|request| request.body.lines()).map(str::to_owned).collect()
}

fn seq(line: &str) -> usize {
    let record: Value = serde_json::from_str(line).unwrap();
    usize::try_from(record["seq"].as_u64().unwrap()).unwrap()
}

/// Each at least once, none before the one that it follows.
fn whole_and_in_order(arrived: &[String], log: &[String]) {
    let mut next = 0;
    for line in arrived {
        let seq = seq(line);
        assert!(seq <= next, "record {seq} came, and {next} did not: {arrived:?}");
        assert_eq!(*line, log[seq]);
        next = next.max(seq + 1);
    }
    assert_eq!(next, log.len());
}

#[test]
fn a_log_is_sent_once_and_then_what_is_new() {
    let scratch = long_log(7);
    let server = Server::that(vec![OK]);
    let rest = ["--as", "ndjson", "--records", "3"];
    let (code, out, err) = push(&scratch.0, &server.url(), &rest);
    assert_eq!((code, out.as_str()), (Some(0), "sent: 7 of 7 records\n"), "{err}");
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen[0].head.starts_with("POST /v1/logs HTTP/1.1\r\n"), "{}", seen[0].head);
    assert_eq!(bodies(&seen), lines(&scratch));
    let cursor = scratch.0.join("pushed");
    let kept: Value = serde_json::from_str(&fs::read_to_string(&cursor).unwrap()).unwrap();
    assert_eq!(kept["at"]["seq"], 6);
    assert_eq!(fs::metadata(&cursor).unwrap().mode() & 0o777, 0o600);

    let (code, out, _) = push(&scratch.0, &server.url(), &rest);
    assert_eq!((code, out.as_str()), (Some(0), "sent: 0 of 7 records\n"));
    assert_eq!(server.seen().len(), 3);
    // The log grew.
    let longer = long_log(9);
    fs::copy(segment(&longer), segment(&scratch)).unwrap();
    assert_eq!(push(&scratch.0, &server.url(), &rest).1, "sent: 2 of 9 records\n");
    assert_eq!(bodies(&server.seen()), lines(&longer));
    // And the log is still one to read, with the cursor beside it.
    assert_eq!(run("verify", &scratch.0, &[]).0, Some(0));
}

/// Wherever it is kept; a database has no place for the cursor.
#[test]
fn a_log_in_a_database_is_sent_too() {
    let scratch = long_log(7);
    let named = PathBuf::from(format!("sqlite:{}/audit.db", scratch.0.display()));
    let imported = run("import", &scratch.0, &["--to", named.to_str().unwrap()]);
    assert_eq!(imported.0, Some(0), "{}", imported.2);
    let server = Server::that(vec![OK]);
    let (code, _, err) = push(&named, &server.url(), &["--as", "ndjson"]);
    assert!(code == Some(2) && err.contains("help: name a file: `--cursor"), "{err}");
    assert!(server.seen().is_empty());
    let cursor = scratch.0.join("sent");
    let rest = ["--as", "ndjson", "--cursor", cursor.to_str().unwrap()];
    for sent in ["sent: 7 of 7 records\n", "sent: 0 of 7 records\n"] {
        assert_eq!(push(&named, &server.url(), &rest).1, sent);
    }
    assert_eq!(bodies(&server.seen()), lines(&scratch));
}

#[test]
fn a_receiver_that_fails_gets_it_again() {
    let down = || Does::Says("503 Service Unavailable", "", "");
    let later = || Does::Says("429 Too Many Requests", "retry-after: 1", "");
    let scripts: [(&str, Vec<Does>, usize); 6] = [
        ("is down", vec![Does::Says("500 Internal Server Error", "", "no"), down(), OK], 3),
        ("is busy", vec![later(), OK], 2),
        ("hangs", vec![Does::Hangs, OK], 2),
        ("cuts the connection", vec![Does::Cuts, OK], 2),
        ("breaks off its reply", vec![Does::BreaksOff, OK], 2),
        ("has no time", vec![Does::Says("408 Request Timeout", "", ""), OK], 2),
    ];
    for (what, script, requests) in scripts {
        for form in ["ndjson", "otlp"] {
            let scratch = long_log(3);
            let server = Server::that(script.clone());
            let (code, _, err) = push(&scratch.0, &server.url(), &["--as", form]);
            assert_eq!((code, server.seen().len()), (Some(0), requests), "{what}, {form}: {err}");
            let mut seen = server.seen();
            seen.dedup_by(|a, b| form == "ndjson" && a.body == b.body);
            if form == "ndjson" {
                assert_eq!(bodies(&seen), lines(&scratch), "{what}");
            }
        }
    }
}

#[test]
fn a_reply_that_is_no_acknowledgement_is_none() {
    let json = "content-type: application/json";
    let later = [
        Does::Says("200 OK", json, "welcome"),
        Does::Says("200 OK", json, ""),
        Does::Says("200 OK", json, r#"{"status":"ok"}"#),
        Does::Says("200 OK", json, r#"{"partialSuccess":{"rejectedLogRecords":"many"}}"#),
        Does::Says("200 OK", "content-type: text/html", "{}"),
    ];
    for does in later {
        let scratch = long_log(2);
        let server = Server::that(vec![does]);
        let rest = ["--to", &server.url(), "--as", "otlp", "--patience", "1"];
        let (code, out, err) = run("push", &scratch.0, &rest);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains("no acknowledgement of records 0 to 1: "), "{err}");
        assert!(server.seen().len() > 1, "it was not tried again");
        assert!(!scratch.0.join("pushed").exists());
    }
    for (body, code) in [
        (r#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too old"}}"#, Some(2)),
        (r#"{"partialSuccess":{"rejectedLogRecords":1}}"#, Some(2)),
        (r#"{"partialSuccess":{"rejectedLogRecords":"0"}}"#, Some(0)),
        (r#"{"partialSuccess":{}}"#, Some(0)),
    ] {
        let scratch = long_log(2);
        let server = Server::that(vec![Does::Says("200 OK", json, body)]);
        let (found, _, err) = push(&scratch.0, &server.url(), &["--as", "otlp"]);
        assert_eq!((found, scratch.0.join("pushed").exists()), (code, code == Some(0)), "{err}");
        assert_eq!(code == Some(2), err.contains("the receiver refuses record 0: "), "{err}");
    }
}

/// A status of 4xx ends it, and the record that it was about has a number.
#[test]
fn what_a_receiver_refuses_is_named() {
    let scratch = long_log(6);
    let no = Does::Says("400 Bad Request", "", "mapping failed \u{1b}[2J");
    // All six, the first three, the first one, two and three together, the second one.
    let server = Server::that(vec![no.clone(), no.clone(), OK, no.clone(), no]);
    let (code, _, err) = push(&scratch.0, &server.url(), &["--as", "ndjson"]);
    assert_eq!(code, Some(2));
    assert!(
        err.contains("the receiver refuses record 1: status 400 Bad Request: mapping"),
        "{err}"
    );
    assert!(!err.contains('\u{1b}') && err.contains("\nhelp: "), "{err:?}");

    for (status, sent) in [("401 Unauthorized", 1), ("404 Not Found", 1)] {
        let scratch = long_log(6);
        let server = Server::that(vec![Does::Says(status, "", "")]);
        let (code, _, err) = push(&scratch.0, &server.url(), &["--as", "array"]);
        assert_eq!((code, server.seen().len()), (Some(2), sent));
        assert!(err.contains(&format!("records 0 to 5: status {status}")), "{err}");
    }
}

#[test]
fn a_token_goes_to_its_receiver_alone_and_is_never_shown() {
    let scratch = long_log(2);
    let token = scratch.0.join("token");
    fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let token = token.to_str().unwrap();
    let other = Server::that(vec![OK]);
    let location = format!("location: {}", other.url());
    let leads: &'static str = location.leak();
    let echoes = "you sent Bearer tok_zq42zq42zq42";
    for does in
        [Does::Says("307 Temporary Redirect", leads, ""), Does::Says("403 Forbidden", "", echoes)]
    {
        let server = Server::that(vec![does]);
        let rest = ["--as", "ndjson", "--token", token];
        let (code, out, err) = push(&scratch.0, &server.url(), &rest);
        assert_eq!((code, server.seen().len()), (Some(2), 1), "{err}");
        let head = server.seen()[0].head.to_ascii_lowercase();
        assert!(head.contains(&format!("authorization: bearer {TOKEN}\r\n")), "{head}");
        assert!(!format!("{out}{err}").contains(TOKEN), "{err}");
    }
    assert!(other.seen().is_empty(), "a redirect was followed");
    // In the clear, to somewhere else.
    let rest = ["--as", "ndjson", "--token", token];
    let (code, _, err) = push(&scratch.0, "http://collector.example/", &rest);
    assert!(code == Some(2) && err.contains("in the clear"), "{err}");
    let (code, _, err) =
        push(&scratch.0, &format!("https://me:{TOKEN}@collector.example/"), &["--as", "ndjson"]);
    assert!(code == Some(2) && !err.contains(TOKEN), "{err}");
    // Nor is one that is none sent without.
    fs::write(scratch.0.join("token"), "\n").unwrap();
    let server = Server::that(vec![OK]);
    assert_eq!(push(&scratch.0, &server.url(), &rest).0, Some(2));
    assert!(server.seen().is_empty());
}

#[test]
fn a_cursor_of_another_log_or_receiver_is_refused() {
    let server = Server::that(vec![OK]);
    let rest = ["--as", "ndjson"];
    let sent = || {
        let scratch = long_log(4);
        assert_eq!(push(&scratch.0, &server.url(), &rest).0, Some(0));
        scratch
    };
    // Written anew, with hashes that are right.
    let scratch = sent();
    fs::copy(segment(&log(&[DENY, ALLOW, DONE, DENY, DONE]).0), segment(&scratch)).unwrap();
    let before = server.seen().len();
    let (code, _, err) = push(&scratch.0, &server.url(), &rest);
    assert!(code == Some(1) && err.contains("record 3 is not the one that was sent"), "{err}");
    // Cut at its end.
    let scratch = sent();
    fs::copy(segment(&long_log(3)), segment(&scratch)).unwrap();
    let (code, _, err) = push(&scratch.0, &server.url(), &rest);
    assert!(
        code == Some(1) && err.contains("record 3 was sent, and the log has 3 records"),
        "{err}"
    );
    // What is followed ends as well.
    let (code, _, _) = push(&scratch.0, &server.url(), &["--as", "ndjson", "--follow"]);
    assert_eq!(code, Some(1));
    let scratch = sent();
    let (code, _, err) = push(&scratch.0, "http://127.0.0.1:9/other", &rest);
    assert!(code == Some(2) && err.contains("is of what was sent to"), "{err}");
    for text in ["", "{}", r#"{"v":2,"to":"x","at":{"seq":0,"hash":""}}"#] {
        fs::write(scratch.0.join("pushed"), text).unwrap();
        let (code, _, err) = push(&scratch.0, &server.url(), &rest);
        assert!(code == Some(2) && err.contains("is no cursor"), "{err}");
    }
    assert_eq!(server.seen().len(), before + 2, "something was sent all the same");
}

#[test]
fn nothing_behind_a_broken_record_is_sent() {
    let scratch = long_log(5);
    let text = fs::read_to_string(segment(&scratch)).unwrap();
    let whole = lines(&scratch);
    let broken: Vec<_> = text
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            3 => line.replace("bot", "bat"),
            _ => line.to_owned(),
        })
        .collect();
    fs::write(segment(&scratch), broken.join("\n") + "\n").unwrap();
    let server = Server::that(vec![OK]);
    for rest in [&["--as", "ndjson"][..], &["--as", "ndjson", "--follow"]] {
        let (code, out, err) = push(&scratch.0, &server.url(), rest);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        assert!(err.contains("line 4, record 3"), "{err}");
        assert_eq!(bodies(&server.seen()), whole[..3]);
    }
    let empty = log(&[]).0;
    assert_eq!(push(&empty.0, &server.url(), &["--as", "ndjson"]).0, Some(2));
}

fn spawn(scratch: &Scratch, server: &Server, rest: &[&str]) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_failclosed"));
    let program = program.args(["log", "push"]).arg(&scratch.0).args([
        "--to",
        &server.url(),
        "--as",
        "ndjson",
    ]);
    program.args(rest).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Killed again and again, at each point: before the reply, behind it, before the cursor is on the disk.
#[test]
fn a_program_that_is_killed_sends_again_and_skips_nothing() {
    let scratch = long_log(200);
    let server = Server::that(vec![OK]);
    for kill in 0..12 {
        let mut program = spawn(&scratch, &server, &["--records", "2"]);
        for _ in 0..=kill % 4 {
            let _told_or_all_was_sent = server.told.recv_timeout(Duration::from_secs(5));
        }
        thread::sleep(Duration::from_micros(300 * kill));
        program.kill().unwrap();
        program.wait().unwrap();
        while server.told.try_recv().is_ok() {}
    }
    let (code, _, err) = push(&scratch.0, &server.url(), &["--as", "ndjson"]);
    assert_eq!(code, Some(0), "{err}");
    whole_and_in_order(&bodies(&server.seen()), &lines(&scratch));
}

#[test]
fn a_log_that_grows_is_followed() {
    let (scratch, longer) = (long_log(2), long_log(5));
    let server = Server::that(vec![OK]);
    let mut program = spawn(&scratch, &server, &["--follow"]);
    let wait = || server.told.recv_timeout(Duration::from_secs(20)).unwrap();
    wait();
    fs::copy(segment(&longer), segment(&scratch)).unwrap();
    while bodies(&server.seen()).len() < 5 {
        wait();
    }
    whole_and_in_order(&bodies(&server.seen()), &lines(&longer));
    assert_eq!(program.try_wait().unwrap(), None);
    program.kill().unwrap();
    program.wait().unwrap();
}

/// Read by the messages that collectors are made of.
#[test]
fn otlp_is_what_opentelemetry_says() {
    let traced = format!(
        r#"{},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","person":"alice""#,
        ALLOW.replace(r#""pay""#, r#""tool:git.push""#)
    );
    let lost = r#""record":"lost","at_ms":1,"outcomes":18446744073709551615"#;
    let (scratch, _) = log(&[&traced, DONE, DENY, lost]);
    let server = Server::that(vec![OK]);
    let (code, _, err) = push(&scratch.0, &server.url(), &["--as", "otlp", "--service", "shop"]);
    assert_eq!(code, Some(0), "{err}");
    let seen = server.seen();
    assert!(seen[0].head.to_ascii_lowercase().contains("content-type: application/json\r\n"));
    let request: ExportLogsServiceRequest = serde_json::from_str(&seen[0].body).unwrap();
    let resource = &request.resource_logs[0];
    let service = &resource.resource.as_ref().unwrap().attributes[0];
    assert_eq!(
        (service.key.as_str(), text(service.value.as_ref().and_then(|v| v.value.as_ref()))),
        ("service.name", "shop".to_owned())
    );
    let records = &resource.scope_logs[0].log_records;
    for (record, line) in records.iter().zip(lines(&scratch)) {
        assert_eq!(text(record.body.as_ref().and_then(|body| body.value.as_ref())), line);
        // Total: each member of the record is there by its name.
        let members: BTreeMap<String, Value> = serde_json::from_str(&line).unwrap();
        let found = attributes(record);
        for (name, value) in members {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(found[&format!("failclosed.{name}")], value, "{name}");
        }
    }
    let first = &records[0];
    assert_eq!((first.event_name.as_str(), first.severity_number), ("failclosed.decision", 9));
    assert_eq!(first.time_unix_nano, 1_700_000_000_000_000_000);
    assert_eq!(first.trace_id[..2], [0x4b, 0xf9]);
    assert_eq!(first.span_id.len(), 8);
    let names = attributes(first);
    assert_eq!(names["gen_ai.tool.name"], "git.push");
    assert_eq!(names["gen_ai.agent.name"], "bot");
    assert_eq!(names["user.id"], "alice");
    assert_eq!(
        (records[3].event_name.as_str(), records[3].severity_number),
        ("failclosed.lost", 17)
    );
    assert!(records[1].trace_id.is_empty());
}

fn text(value: Option<&Any>) -> String {
    let text = match value.unwrap() {
        Any::StringValue(text) => Some(text.clone()),
        Any::IntValue(number) => Some(number.to_string()),
        Any::BoolValue(value) => Some(value.to_string()),
        Any::DoubleValue(_)
        | Any::ArrayValue(_)
        | Any::KvlistValue(_)
        | Any::BytesValue(_)
        | Any::StringValueStrindex(_) => None,
    };
    text.unwrap()
}

fn attributes(record: &LogRecord) -> BTreeMap<String, String> {
    let pairs = record.attributes.iter();
    let pair = |pair: &opentelemetry_proto::tonic::common::v1::KeyValue| {
        (pair.key.clone(), text(pair.value.as_ref().and_then(|value| value.value.as_ref())))
    };
    pairs.map(pair).collect()
}

/// A server of syslog: takes what comes over one connection, to its end or not.
fn syslog(connections: usize, reads: fn(usize) -> bool) -> (u16, thread::JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let mut taken = Vec::new();
        for at in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            let mut all = Vec::new();
            if reads(at) {
                stream.read_to_end(&mut all).unwrap();
                taken.push(all);
            } else {
                // Some of it, and the rest is lost with the connection.
                stream.read_exact(&mut [0; 8]).unwrap();
                thread::sleep(Duration::from_millis(100));
            }
        }
        taken
    });
    (port, server)
}

/// Takes the frames apart by their lengths.
fn frames(mut bytes: &[u8]) -> Vec<String> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = str::from_utf8(&bytes[..space]).unwrap().parse().unwrap();
        let (frame, rest) = bytes[space + 1..].split_at(length);
        frames.push(String::from_utf8(frame.to_owned()).unwrap());
        bytes = rest;
    }
    frames
}

#[test]
fn syslog_is_what_another_program_reads_and_is_sent_again_until_it_is_read() {
    let awkward = DENY.replace("policy", r#"a \"quoted\" ]"#);
    let (scratch, _) = log(&[ALLOW, DONE, &awkward]);
    let (port, server) = syslog(3, |at| at > 0);
    let to = format!("tcp://127.0.0.1:{port}");
    let (code, out, err) = push(&scratch.0, &to, &["--as", "syslog", "--records", "2"]);
    assert_eq!((code, out.as_str()), (Some(0), "sent: 3 of 3 records\n"), "{err}");
    let taken = server.join().unwrap();
    let frames: Vec<_> = taken.iter().flat_map(|bytes| frames(bytes)).collect();
    assert_eq!(frames.len(), 3);
    for (frame, line) in frames.iter().zip(lines(&scratch)) {
        let message = syslog_loose::parse_message(frame, syslog_loose::Variant::RFC5424);
        assert_eq!(message.protocol, syslog_loose::Protocol::RFC5424(1));
        assert_eq!(message.msg.trim_start_matches('\u{feff}'), line);
        assert_eq!(message.appname, Some("failclosed"));
        assert!(message.timestamp.is_some());
        let record: Value = serde_json::from_str(&line).unwrap();
        let data = &message.structured_data[0];
        assert_eq!(data.id, "failclosed@32473");
        let values: BTreeMap<&str, _> = data.params().map(|(name, value)| (*name, value)).collect();
        assert_eq!(values["hash"], record["hash"].as_str().unwrap());
        if let Some(cause) = record["cause"].as_str() {
            assert_eq!(values["cause"], cause);
        }
    }
}

#[test]
fn addresses_that_lead_nowhere_are_refused() {
    let scratch = long_log(1);
    for (to, form) in [
        ("tcp://127.0.0.1", "syslog"),
        ("http://127.0.0.1:1/", "syslog"),
        ("tcp://127.0.0.1:1", "otlp"),
        ("ftp://127.0.0.1/", "ndjson"),
        ("collector.example", "ndjson"),
    ] {
        let (code, _, err) = push(&scratch.0, to, &["--as", form]);
        assert!(code == Some(2) && err.contains("\nhelp: "), "{to}: {err}");
    }
    let missing: PathBuf = scratch.0.join("missing");
    let rest = ["--as", "ndjson", "--token", missing.to_str().unwrap()];
    assert_eq!(push(&scratch.0, "http://127.0.0.1:1/", &rest).0, Some(2));
}
