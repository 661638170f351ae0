//! The program: exit codes, both protocols, the list, one drill to look at.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_failclosed-drill");

fn drill(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

/// `run`, with a client that is a shell script.
fn run(options: &[&str], script: &str) -> (i32, Value) {
    let mut arguments = vec!["run", "--format", "seed", "--deadline-ms", "100", "--json"];
    arguments.extend_from_slice(options);
    arguments.extend_from_slice(&["--", "sh", "-c", script]);
    let output = drill(&arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let report = serde_json::from_str(&text).unwrap_or_else(|_| {
        panic!("{text}{}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code().unwrap(), report)
}

fn outcome<'a>(report: &'a Value, id: &str) -> (&'a str, &'a str) {
    let row = report["rows"].as_array().unwrap().iter().find(|row| row["drill"] == id).unwrap();
    (row["outcome"].as_str().unwrap(), row["rounds"][0]["cause"].as_str().unwrap_or_default())
}

#[test]
fn the_exit_code_of_a_client_is_its_verdict() {
    let (code, report) = run(&["--only", "C1", "--only", "N1"], "exit 0");
    assert_eq!((code, outcome(&report, "N1")), (1, ("executed", "")));
    let (code, report) = run(&["--only", "C2", "--only", "N1"], "echo malformed; exit 1");
    assert_eq!((code, outcome(&report, "N1")), (0, ("refused", "malformed")));
    let (code, report) = run(&["--only", "C2", "--only", "N1"], "echo boom >&2; exit 7");
    assert_eq!((code, outcome(&report, "N1")), (0, ("crashed", "exit code 7: boom")));
    let (code, _) = run(&["--only", "C1"], "exit 1");
    assert_eq!(code, 1, "a control that was refused");
    let (code, _) = run(&["--only", "N8"], "exit 1");
    assert_eq!(code, 1, "no control at all");
}

#[test]
fn causes_count_where_they_are_asked_for() {
    let client = "echo malformed; exit 1";
    assert_eq!(run(&["--only", "C2", "--only", "N1.net"], client).0, 0);
    assert_eq!(run(&["--causes", "--only", "C2", "--only", "N1.net"], client).0, 1);
    let client = "case $FAILCLOSED_DRILL_ID in C2) echo denied;; *) echo timed out;; esac; exit 1";
    assert_eq!(run(&["--causes", "--only", "C2", "--only", "N1.net"], client).0, 0);
}

#[test]
fn a_client_that_does_not_end_is_hung_and_killed() {
    let script = "test $FAILCLOSED_DRILL_ID = N10 && exec sleep 30; exit 1";
    let begun = std::time::Instant::now();
    let (code, report) = run(&["--only", "C2", "--only", "N10", "--skip", "N10."], script);
    assert_eq!((code, outcome(&report, "N10").0), (1, "hung"));
    assert!(begun.elapsed().as_secs() < 10);
}

#[test]
fn a_client_is_told_what_to_ask() {
    let script = "test -f $FAILCLOSED_DRILL_CA || exit 9
        case $FAILCLOSED_DRILL_URL in http://127.0.0.1:*) ;; *) exit 8;; esac
        echo \"$FAILCLOSED_DRILL_PATH $FAILCLOSED_DRILL_DEADLINE_MS $FAILCLOSED_DRILL_FORMAT\"
        exit 1";
    let (_, report) = run(&["--only", "C2"], script);
    assert_eq!(outcome(&report, "C2"), ("refused", "/verify 100 seed"));
}

#[test]
fn a_proxy_is_named_where_it_is_the_drill_and_nowhere_else() {
    let script = "echo \"proxy:$http_proxy$ALL_PROXY\"; exit 1";
    let output = Command::new(PROGRAM)
        .args(["run", "--format", "seed", "--json", "--only", "N19", "--only", "C2"])
        .args(["--", "sh", "-c", script])
        .env("http_proxy", "http://somewhere.invalid:1")
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcome(&report, "C2").1, "proxy:");
    assert!(outcome(&report, "N19").1.starts_with("proxy:http://127.0.0.1:"));
    assert!(outcome(&report, "N19.all").1.starts_with("proxy:http://127.0.0.1:"));
}

const LINES: &str = r#"while read -r line; do
    id=${line#*'"drill":"'}; id=${id%%'"'*}
    case $id in
        N1) echo '{"drill":"N1","executed":true}';;
        N4) echo '{"drill":"N5","executed":false,"cause":"mixed up"}';;
        N6) echo nonsense;;
        N8) sleep 30;;
        N9) echo fell over >&2; exit 3;;
        *) echo '{"drill":"'$id'","executed":false,"cause":"denied"}';;
    esac
done"#;

#[test]
fn a_client_is_asked_line_by_line_and_started_again_when_it_fails() {
    let mut options = vec!["--lines", "--jobs", "1"];
    let ids = ["C2", "N1", "N4", "N6", "N7", "N8", "N9"];
    ids.iter().for_each(|id| options.extend(["--only", id]));
    let skipped = ["N10", "N1.", "N11", "N12", "N13", "N14", "N15", "N16", "N17", "N18", "N19"];
    skipped.iter().for_each(|id| options.extend(["--skip", id]));
    let (code, report) = run(&options, LINES);
    assert_eq!(code, 1);
    assert_eq!(outcome(&report, "C2"), ("refused", "denied"));
    assert_eq!(outcome(&report, "N1").0, "executed");
    assert_eq!(outcome(&report, "N4").0, "crashed");
    assert!(outcome(&report, "N4").1.contains("an answer to N5"));
    assert_eq!(outcome(&report, "N6").0, "crashed");
    assert_eq!(outcome(&report, "N7"), ("refused", "denied"));
    assert_eq!(outcome(&report, "N8").0, "hung");
    assert_eq!(outcome(&report, "N9"), ("crashed", "it ended: fell over"));
    assert_eq!(outcome(&report, "N9.mid"), ("refused", "denied"));
    assert_eq!(report["totals"]["hung"], 1);
}

#[test]
fn what_cannot_run_ends_with_two() {
    let cases: [&[&str]; 9] = [
        &[],
        &["dance"],
        &["run"],
        &["run", "--format", "soap", "--", "true"],
        &["run", "--deadline-ms", "1", "--", "true"],
        &["run", "--", "/no/such/client"],
        &["run", "--only", "Z9", "--", "true"],
        &["list", "--wide"],
        &["serve", "--drill", "Z9"],
    ];
    for arguments in cases {
        let output = drill(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stderr.starts_with(b"failclosed-drill: "), "{arguments:?}");
    }
}

#[test]
fn the_list_has_every_drill_once() {
    for format in ["behalf", "authzen", "opa", "openfga", "spicedb", "seed"] {
        let output = drill(&["list", "--format", format, "--json"]);
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let mut ids: Vec<_> = rows.iter().map(|row| row["drill"].as_str().unwrap()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{format}");
        let text = drill(&["list", "--format", format]);
        assert_eq!(String::from_utf8(text.stdout).unwrap().lines().count(), count + 2);
    }
}

/// A program that stands there until it is killed.
struct Standing(Child, BufReader<ChildStdout>);

impl Standing {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self(child, out)
    }

    /// The rest of the first line that begins with this word.
    fn told(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.1.read_line(&mut line).unwrap(), 0, "no {word}");
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn one_drill_stands_there_to_be_looked_at() {
    let mut server = Standing::start(&["serve", "--format", "seed", "--drill", "H12.09"]);
    let url = server.told("url");
    let host = url.strip_prefix("http://").unwrap().strip_suffix("/verify").unwrap();
    let stream = TcpStream::connect(host).unwrap();
    crate::ask(&stream, failclosed_drill::Format::Seed);
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let (bytes, _) = crate::all(stream);
    assert_eq!(bytes, br#"{"allowed":true}"#);
    assert!(server.told("connections 1, requests 1").contains("allows sent"));
}

#[test]
fn a_proxy_is_told_by_lines() {
    let mut authority = Standing::start(&["serve", "--format", "seed", "--drill", "C1"]);
    let to = authority.told("url").replace("/verify", "");
    let mut proxy = Standing::start(&["proxy", "--to", &to]);
    let url = proxy.told("url");
    let mut control = TcpStream::connect(proxy.told("control")).unwrap();
    let mut answers = BufReader::new(control.try_clone().unwrap());
    let mut tell = |fault: &str| {
        writeln!(control, "{fault}").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    let ask = || {
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        crate::ask(&stream, failclosed_drill::Format::Seed);
        stream.set_read_timeout(Some(std::time::Duration::from_millis(300))).unwrap();
        String::from_utf8(crate::all(stream).0).unwrap()
    };
    assert!(ask().starts_with("HTTP/1.1 200 "));
    assert_eq!(tell("flip"), "ok");
    assert!(ask().starts_with("HTTP/1.1 503 "));
    assert_eq!(tell("pass"), "ok");
    assert!(ask().starts_with("HTTP/1.1 200 "));
    assert!(tell("explode").starts_with("no fault `explode`"));
}
