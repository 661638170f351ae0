//! Puts a client through the drills.

use std::{future::Future, io, panic::AssertUnwindSafe, path::PathBuf, time::Duration};

use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    drill::Drill,
    drills::drills,
    format::Format,
    pki::Pki,
    report::{Outcome, Report, Round, Row},
    server::{Seen, Server},
};

mod child;
mod commands;
mod lines;

/// How long a client that has given its verdict may take to let go of a connection.
const GRACE: Duration = Duration::from_millis(150);
/// Between two questions to the same authority: what is on its way then arrives.
const BETWEEN: Duration = Duration::from_millis(50);
/// A client that needs this many deadlines is hung.
const PATIENCE: u32 = 4;

/// One question that a client is to ask.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Case {
    /// The drill's id.
    pub id: String,
    /// Which question of the drill this is, from 0.
    pub round: usize,
    /// The format of the authority.
    pub format: Format,
    /// The authority's base URL. It may be one that must not be used.
    pub url: String,
    /// A PEM file with the one CA to trust.
    pub ca: PathBuf,
    /// The client's deadline for the whole check.
    pub deadline: Duration,
    /// What the client's environment must say. Only a client that is a process has one of its own.
    pub env: Vec<(String, String)>,
}

impl Case {
    /// The URL of the check: the base, and the format's path.
    pub fn endpoint(&self) -> String {
        format!("{}{}", self.url, self.format.path())
    }
}

/// What a client did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether the body ran.
    pub executed: bool,
    /// Why not, in the client's words. A precise client begins with the name of a
    /// [`Cause`](crate::Cause).
    pub cause: String,
}

impl Verdict {
    /// The body ran.
    pub fn executed() -> Self {
        Self { executed: true, cause: String::new() }
    }

    /// It did not, and why.
    pub fn refused(cause: impl std::fmt::Display) -> Self {
        Self { executed: false, cause: cause.to_string() }
    }
}

/// Puts an async client through all drills of a format, with a deadline of 800 ms.
///
/// Drills that need an environment of their own (proxies) are not applicable to a client inside
/// this process; [`Run::commands`] and [`Run::lines`] have them.
///
/// # Errors
/// A drill's server could not be started.
pub async fn run_all<F>(format: Format, client: F) -> io::Result<Report>
where
    F: AsyncFn(&Case) -> Verdict,
{
    Run::new(format).run(client).await
}

/// A choice of drills, and how to run them.
#[derive(Debug, Clone)]
pub struct Run {
    pub(crate) format: Format,
    pub(crate) drills: Vec<Drill>,
    pub(crate) deadline: Duration,
    pub(crate) jobs: usize,
}

impl Run {
    /// All drills of a format, with a deadline of 800 ms, four at a time.
    pub fn new(format: Format) -> Self {
        Self { format, drills: drills(format), deadline: Duration::from_millis(800), jobs: 4 }
    }

    /// The deadline clients are told. One that takes four times as long is hung.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many drills at once. Heavy ones run alone all the same.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Only the drills this says yes to.
    pub fn only(mut self, wanted: impl Fn(&Drill) -> bool) -> Self {
        self.drills.retain(|drill| wanted(drill));
        self
    }

    /// More drills of one's own.
    pub fn with(mut self, drills: impl IntoIterator<Item = Drill>) -> Self {
        self.drills.extend(drills);
        self
    }

    pub(crate) fn limit(&self) -> Duration {
        self.deadline * PATIENCE
    }

    /// Puts an async client through them. Needs a tokio runtime with time enabled.
    ///
    /// A client that blocks its thread cannot be interrupted, only found out afterwards; one that
    /// panics has crashed.
    ///
    /// # Errors
    /// A drill's server could not be started.
    pub async fn run<F>(&self, client: F) -> io::Result<Report>
    where
        F: AsyncFn(&Case) -> Verdict,
    {
        // One CA for the whole run, whichever servers come and go.
        let _ca = Pki::shared()?;
        let (heavy, light): (Vec<_>, Vec<_>) =
            self.drills.iter().enumerate().partition(|(_, drill)| drill.heavy);
        let one = async |(at, drill): (usize, &Drill)| {
            self.one(drill, &client).await.map(|row| (at, row))
        };
        let mut rows: Vec<io::Result<(usize, Row)>> =
            stream::iter(light).map(one).buffer_unordered(self.jobs).collect().await;
        for numbered in heavy {
            rows.push(one(numbered).await);
        }
        let mut rows = rows.into_iter().collect::<io::Result<Vec<_>>>()?;
        rows.sort_by_key(|(at, _)| *at);
        Ok(Report::new(self.format, self.deadline, rows.into_iter().map(|(_, row)| row).collect()))
    }

    async fn one<F>(&self, drill: &Drill, client: &F) -> io::Result<Row>
    where
        F: AsyncFn(&Case) -> Verdict,
    {
        if !drill.proxied_by.is_empty() {
            return Ok(Row::not_applicable(drill, "needs a process of its own"));
        }
        let server = Server::start(drill, self.format, self.deadline)?;
        let mut rounds = Vec::new();
        for round in 0..drill.rounds.len() {
            if round > 0 {
                sleep(BETWEEN).await;
                server.next_round();
            }
            let case = self.case(drill, &server, round);
            rounds.push(self.put(client(&case)).await);
        }
        let until = Instant::now() + GRACE;
        while server.seen_now().leaked > 0 && Instant::now() < until {
            sleep(Duration::from_millis(2)).await;
        }
        Ok(conclude(drill, rounds, server.seen_now()))
    }

    async fn put(&self, client: impl Future<Output = Verdict>) -> Round {
        let begun = Instant::now();
        let ended = timeout(self.limit(), AssertUnwindSafe(client).catch_unwind()).await;
        let took = begun.elapsed();
        match ended {
            // It blocked its thread, so that it could not be interrupted.
            Ok(Ok(_)) if took >= self.limit() => Round::new(Outcome::Hung, String::new(), took),
            Ok(Ok(verdict)) => Round::of(verdict, took),
            Ok(Err(_)) => Round::new(Outcome::Crashed, "panicked".to_owned(), took),
            Err(_) => Round::new(Outcome::Hung, String::new(), took),
        }
    }

    pub(crate) fn case(&self, drill: &Drill, server: &Server, round: usize) -> Case {
        let proxy = server.proxy().unwrap_or_default();
        Case {
            id: drill.id.to_string(),
            round,
            format: self.format,
            url: server.url().to_owned(),
            ca: server.ca().to_owned(),
            deadline: self.deadline,
            env: drill
                .proxied_by
                .iter()
                .map(|name| ((*name).to_owned(), proxy.to_owned()))
                .collect(),
        }
    }
}

pub(crate) fn conclude(drill: &Drill, rounds: Vec<Round>, seen: Seen) -> Row {
    if drill.needs_request_id && seen.requests > 0 && !seen.request_id {
        return Row::not_applicable(drill, "the client sends no X-Request-ID");
    }
    Row::new(drill, rounds, seen)
}
