//! Clients that are started once for each question.

use std::{
    ffi::OsString,
    io,
    process::Stdio,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    BETWEEN, Case, GRACE, Run,
    child::{self, STARTUP},
    conclude,
};
use crate::{
    drill::Drill,
    pki::Pki,
    report::{Outcome, Report, Round, Row},
    server::Server,
};

impl Run {
    /// Puts a client through the drills that is a command: started once for each question, told
    /// what to ask by its environment, and heard by its exit code. 0 is *executed*, 1 is *refused*
    /// (with the cause on stdout), anything else is *crashed*.
    ///
    /// The time the command takes to start is measured and granted on top of the limit.
    ///
    /// # Errors
    /// The command could not be started, or a drill's server could not.
    pub fn commands(&self, command: &[OsString]) -> io::Result<Report> {
        let startup = self.warm_up(command)?;
        self.spread(|| Ok(()), |drill, ()| self.by_command(drill, command, startup))
    }

    /// How long the command takes for nothing but a plain allow.
    fn warm_up(&self, command: &[OsString]) -> io::Result<Duration> {
        let control = healthy();
        let server = Server::start(&control, self.format, self.deadline)?;
        let case = self.case(&control, &server, 0);
        let begun = Instant::now();
        self.start(command, &case, STARTUP)?;
        Ok(begun.elapsed())
    }

    fn by_command(
        &self,
        drill: &Drill,
        command: &[OsString],
        startup: Duration,
    ) -> io::Result<Row> {
        let server = Server::start(drill, self.format, self.deadline)?;
        let mut rounds = Vec::new();
        for round in 0..drill.rounds.len() {
            if round > 0 {
                thread::sleep(BETWEEN);
                server.next_round();
            }
            let case = self.case(drill, &server, round);
            rounds.push(self.start(command, &case, self.limit() + startup)?);
        }
        Ok(conclude(drill, rounds, server.seen(GRACE)))
    }

    fn start(&self, command: &[OsString], case: &Case, limit: Duration) -> io::Result<Round> {
        let begun = Instant::now();
        let mut child = child::command(command, case)?.stdin(Stdio::null()).spawn()?;
        let (out, err) = match (child.stdout.take(), child.stderr.take()) {
            (Some(out), Some(err)) => (child::lines(out), child::lines(err)),
            _ => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        let ended = child::wait(&mut child, limit)?;
        let took = begun.elapsed();
        Ok(match ended {
            None => Round::new(Outcome::Hung, String::new(), took),
            Some(Some(0)) => Round::new(Outcome::Executed, String::new(), took),
            Some(Some(1)) => Round::new(Outcome::Refused, child::last(&out), took),
            Some(code) => {
                let code =
                    code.map_or("killed by a signal".to_owned(), |n| format!("exit code {n}"));
                let words = format!("{code}: {}", child::last(&err));
                Round::new(Outcome::Crashed, words, took)
            }
        })
    }

    /// Runs every drill on one of `jobs` threads, the heavy ones on one at the end. Each thread has
    /// something of its own.
    pub(super) fn spread<T>(
        &self,
        own: impl Fn() -> io::Result<T> + Sync,
        one: impl Fn(&Drill, &mut T) -> io::Result<Row> + Sync,
    ) -> io::Result<Report> {
        // One CA for the whole run, whichever servers come and go.
        let _ca = Pki::shared()?;
        let (heavy, light): (Vec<_>, Vec<_>) =
            self.drills.iter().enumerate().partition(|(_, drill)| drill.heavy);
        let rows = Mutex::new(Vec::new());
        for (drills, jobs) in [(light, self.jobs), (heavy, 1)] {
            let next = AtomicUsize::new(0);
            let work = || -> io::Result<()> {
                let mut own = own()?;
                while let Some((at, drill)) = drills.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = one(drill, &mut own)?;
                    rows.lock().unwrap_or_else(PoisonError::into_inner).push((*at, row));
                }
                Ok(())
            };
            thread::scope(|scope| {
                let workers: Vec<_> =
                    (0..jobs.min(drills.len())).map(|_| scope.spawn(work)).collect();
                workers.into_iter().try_for_each(|worker| {
                    worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker panicked")))
                })
            })?;
        }
        let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
        rows.sort_by_key(|(at, _)| *at);
        Ok(Report::new(self.format, self.deadline, rows.into_iter().map(|(_, row)| row).collect()))
    }
}

/// A plain allow, to see how long a client takes to be there.
pub(super) fn healthy() -> Drill {
    Drill::new(crate::drill::Group::Control, "warm-up", "a plain allow", |conn| {
        loop {
            conn.request()?;
            conn.json(conn.allow())?;
        }
    })
}
