//! Clients that are started once and asked line by line.

use std::{
    ffi::OsString,
    io::{self, Write},
    process::{Child, ChildStdin, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    BETWEEN, Case, GRACE, Run, Verdict,
    child::{self, STARTUP},
    commands::healthy,
    conclude,
};
use crate::{
    drill::Drill,
    report::{Outcome, Report, Round, Row},
    server::Server,
};

/// What a client is asked, on one line.
#[derive(Serialize)]
struct Question<'a> {
    drill: &'a str,
    round: usize,
    format: &'a str,
    url: &'a str,
    path: &'a str,
    question: &'a str,
    ca: &'a str,
    deadline_ms: u64,
}

/// What it answers, on one line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    drill: String,
    executed: bool,
    #[serde(default)]
    cause: String,
}

/// A client, and the authority it is warmed up with.
struct Client<'a> {
    run: &'a Run,
    command: &'a [OsString],
    process: Option<Process>,
    healthy: (Drill, Server),
    startup: Duration,
}

struct Process {
    child: Child,
    stdin: ChildStdin,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        child::end(&mut self.child);
    }
}

impl Run {
    /// Puts a client through the drills that is started once (and again after it hung or crashed),
    /// reads one JSON line for each question on stdin, and answers with one on stdout:
    /// `{"drill":"N8","executed":false,"cause":"unavailable"}`. Drills that need an environment of
    /// their own get a process of their own.
    ///
    /// # Errors
    /// The command could not be started, or a drill's server could not.
    pub fn lines(&self, command: &[OsString]) -> io::Result<Report> {
        self.spread(|| Client::new(self, command), |drill, client| client.drill(drill))
    }
}

impl<'a> Client<'a> {
    fn new(run: &'a Run, command: &'a [OsString]) -> io::Result<Self> {
        let drill = healthy();
        let server = Server::start(&drill, run.format, run.deadline)?;
        let healthy = (drill, server);
        Ok(Self { run, command, process: None, healthy, startup: STARTUP })
    }

    fn drill(&mut self, drill: &Drill) -> io::Result<Row> {
        let server = Server::start(drill, self.run.format, self.run.deadline)?;
        let mut rounds = Vec::new();
        let mut own = None;
        for round in 0..drill.rounds.len() {
            if round > 0 {
                thread::sleep(BETWEEN);
                server.next_round();
            }
            let case = self.run.case(drill, &server, round);
            let limit = if case.env.is_empty() {
                self.warm_up()?;
                self.run.limit()
            } else {
                own = Some(start(self.command, &case)?);
                self.run.limit() + 2 * self.startup
            };
            let process = if own.is_some() { &mut own } else { &mut self.process };
            rounds.push(ask(process, &case, limit));
        }
        Ok(conclude(drill, rounds, server.seen(GRACE)))
    }

    /// Makes sure that there is a process, and that it is done with starting.
    fn warm_up(&mut self) -> io::Result<()> {
        if self.process.is_some() {
            return Ok(());
        }
        let (drill, server) = &self.healthy;
        let case = self.run.case(drill, server, 0);
        let begun = Instant::now();
        self.process = Some(start(self.command, &case)?);
        // Whatever it says to a plain allow: the control drills see to that.
        let _ = ask(&mut self.process, &case, STARTUP);
        self.startup = begun.elapsed();
        if self.process.is_none() {
            self.process = Some(start(self.command, &case)?);
        }
        Ok(())
    }
}

fn start(command: &[OsString], case: &Case) -> io::Result<Process> {
    let mut child = child::command(command, case)?.stdin(Stdio::piped()).spawn()?;
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(stdin), Some(out), Some(err)) => {
            Ok(Process { child, stdin, out: child::lines(out), err: child::lines(err) })
        }
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

/// One question. A process that hung or crashed is gone afterwards.
fn ask(process: &mut Option<Process>, case: &Case, limit: Duration) -> Round {
    let begun = Instant::now();
    let Some(running) = process else {
        return Round::new(Outcome::Crashed, "it was not running".to_owned(), Duration::ZERO);
    };
    let ended = converse(running, case, limit);
    let took = begun.elapsed();
    match ended {
        Ok(verdict) => Round::of(verdict, took),
        Err((outcome, words)) => {
            let last =
                if outcome == Outcome::Crashed { child::last(&running.err) } else { String::new() };
            *process = None;
            let words = [words, last].into_iter().filter(|text| !text.is_empty());
            Round::new(outcome, words.collect::<Vec<_>>().join(": "), took)
        }
    }
}

fn converse(
    process: &mut Process,
    case: &Case,
    limit: Duration,
) -> Result<Verdict, (Outcome, String)> {
    let crashed = |words: String| (Outcome::Crashed, words);
    let question = Question {
        drill: &case.id,
        round: case.round,
        format: case.format.name(),
        url: &case.url,
        path: case.format.path(),
        question: case.format.question(),
        ca: &case.ca.to_string_lossy(),
        deadline_ms: u64::try_from(case.deadline.as_millis()).unwrap_or(u64::MAX),
    };
    let mut line = serde_json::to_string(&question).map_err(|error| crashed(error.to_string()))?;
    line.push('\n');
    let written = process.stdin.write_all(line.as_bytes()).and_then(|()| process.stdin.flush());
    written.map_err(|error| crashed(format!("it does not read: {error}")))?;
    let answer = process.out.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => (Outcome::Hung, String::new()),
        RecvTimeoutError::Disconnected => crashed("it ended".to_owned()),
    })?;
    let answered: Answered = serde_json::from_str(&answer)
        .map_err(|error| crashed(format!("not an answer: {error}: {answer}")))?;
    if answered.drill != case.id {
        return Err(crashed(format!("an answer to {}", answered.drill)));
    }
    Ok(Verdict { executed: answered.executed, cause: answered.cause })
}
