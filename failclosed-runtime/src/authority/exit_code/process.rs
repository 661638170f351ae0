//! One program, from its start to its end, with everything that it starts.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    process::{ExitStatus, Stdio},
    task::{Context, Poll},
    time::Duration,
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
    runtime::Handle,
    signal::unix::{Signal as Signals, SignalKind, signal},
};

use super::ExitCode;
use crate::{deadline::Deadline, decision::NoDecision};

/// How long the output of a program that has ended may stay open: what it wrote is in the pipe by then.
const LINGERING: Duration = Duration::from_millis(250);

/// What a program said.
pub(super) struct Spoken {
    pub(super) answer: Vec<u8>,
    /// For the operator.
    pub(super) noise: Vec<u8>,
}

/// A program that has been started. Dropped, it is killed with its whole group.
pub(super) struct Running {
    child: Child,
    group: Pid,
    /// That some child of this process ended.
    ended: Signals,
    /// Whether the group's number is still its own: as long as its leader was not waited for.
    held: bool,
}

impl Running {
    /// # Errors
    /// No program, or nothing to drive it with.
    pub(super) fn start(program: &ExitCode) -> Result<Self, NoDecision> {
        if Handle::try_current().is_err() {
            // FAIL CLOSED: what nobody waits for cannot be ended either.
            return Err(NoDecision::unavailable("a program is asked in a tokio runtime alone"));
        }
        let mut command = Command::new(&program.program);
        command
            .args(&program.arguments)
            .env_clear()
            .envs(program.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&program.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let failed = |error| {
            NoDecision::unavailable(format_args!(
                "cannot start {}: {error}",
                program.program.display()
            ))
        };
        // Before the program: its end must not come first.
        let ended = signal(SignalKind::child()).map_err(failed)?;
        let child = command.spawn().map_err(failed)?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let Some(group) = group else {
            // FAIL CLOSED: dropped here, it is killed; its children would not be.
            return Err(NoDecision::unavailable("the program has no number to be ended by"));
        };
        Ok(Self { child, group, ended, held: true })
    }

    /// Tells the program the question, and listens until it has ended and its output with it.
    ///
    /// # Errors
    /// A question that was not read, too much output, and output that stays open when the program ended.
    pub(super) async fn hear(&mut self, question: &[u8]) -> Result<Spoken, NoDecision> {
        let Child { stdin, stdout, stderr, .. } = &mut self.child;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (stdin.take(), stdout.take(), stderr.take())
        else {
            // FAIL CLOSED: nobody was told anything, and nobody answered.
            return Err(NoDecision::unavailable("the program has no input or no output"));
        };
        let mut talk = pin!(talk(
            tell(stdin, question),
            listen(stdout, "standard output"),
            listen(stderr, "standard error"),
        ));
        let mut ended = pin!(ended(self.group, &mut self.ended));
        let mut is_over = false;
        let spoken = poll_fn(|cx| {
            if let Poll::Ready(spoken) = talk.as_mut().poll(cx) {
                return Poll::Ready(Ok(Some(spoken?)));
            }
            match ended.as_mut().poll(cx) {
                Poll::Ready(over) => {
                    is_over = true;
                    Poll::Ready(over.map(|()| None))
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await?;
        let spoken = match spoken {
            Some(spoken) => spoken,
            None => match Deadline::after(LINGERING).wait(&mut talk).await {
                Ok(spoken) => spoken?,
                // FAIL CLOSED: what holds the output open can still write to it.
                Err(_) => {
                    return Err(NoDecision::unavailable(
                        "the program ended, and left processes behind that hold its output open",
                    ));
                }
            },
        };
        if !is_over {
            ended.await?;
        }
        Ok(spoken)
    }

    /// Ends what is left of the group, and gives the program's status.
    ///
    /// # Errors
    /// A status that somebody else took.
    pub(super) async fn end(mut self) -> Result<ExitStatus, NoDecision> {
        self.kill();
        self.held = false;
        self.child.wait().await.map_err(|error| {
            // FAIL CLOSED: how it ended is not known.
            NoDecision::unavailable(format_args!("the program's status is lost: {error}"))
        })
    }

    /// Kills the group. Its leader, running or ended, is still there to be waited for, so that the
    /// number cannot be another group's by now.
    fn kill(&self) {
        if self.held
            && let Err(error) = kill_process_group(self.group, Signal::KILL)
        {
            tracing::warn!(target: "failclosed", %error, "the group of a program was not killed");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Until the program has ended. It stays there to be waited for.
///
/// # Errors
/// Somebody else waited for it.
async fn ended(group: Pid, signals: &mut Signals) -> Result<(), NoDecision> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(group), options) {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {}
            // FAIL CLOSED: how it ended is not known.
            Err(error) => {
                return Err(NoDecision::unavailable(format_args!(
                    "the program's end is not known: {error}"
                )));
            }
        }
        if signals.recv().await.is_none() {
            // FAIL CLOSED: nobody will say when it ends.
            return Err(NoDecision::unavailable("the ends of programs are not heard of here"));
        }
    }
}

/// # Errors
/// The question was not read to its end: what was decided is another one.
async fn tell(mut stdin: ChildStdin, question: &[u8]) -> Result<(), NoDecision> {
    let told = stdin.write_all(question).await;
    told.map_err(|error| {
        NoDecision::malformed(format_args!(
            "the program did not read the question to its end: {error}"
        ))
    })
}

/// # Errors
/// More than anybody says who answers.
async fn listen(from: impl AsyncRead + Unpin, what: &str) -> Result<Vec<u8>, NoDecision> {
    let most = ExitCode::MAX_OUTPUT_BYTES;
    let mut bytes = Vec::new();
    let read = from.take(most as u64 + 1).read_to_end(&mut bytes).await;
    read.map_err(|error| NoDecision::unavailable(format_args!("cannot read {what}: {error}")))?;
    if bytes.len() > most {
        // FAIL CLOSED: the rest may take back what it begins with.
        return Err(NoDecision::malformed(format_args!(
            "the program wrote more than {most} bytes to {what}"
        )));
    }
    Ok(bytes)
}

/// All three at once: a program that writes before it reads waits for us as we would for it. The first
/// fault is the end.
async fn talk(
    tell: impl Future<Output = Result<(), NoDecision>>,
    answer: impl Future<Output = Result<Vec<u8>, NoDecision>>,
    noise: impl Future<Output = Result<Vec<u8>, NoDecision>>,
) -> Result<Spoken, NoDecision> {
    let (mut tell, mut answer, mut noise) = (pin!(tell), pin!(answer), pin!(noise));
    let (mut told, mut answered, mut noised) = (None, None, None);
    poll_fn(|cx| {
        step(&mut told, tell.as_mut(), cx)?;
        step(&mut answered, answer.as_mut(), cx)?;
        step(&mut noised, noise.as_mut(), cx)?;
        match (&told, &mut answered, &mut noised) {
            (Some(()), Some(answer), Some(noise)) => Poll::Ready(Ok(Spoken {
                answer: std::mem::take(answer),
                noise: std::mem::take(noise),
            })),
            _ => Poll::Pending,
        }
    })
    .await
}

fn step<T>(
    done: &mut Option<T>,
    future: Pin<&mut impl Future<Output = Result<T, NoDecision>>>,
    cx: &mut Context<'_>,
) -> Result<(), NoDecision> {
    if done.is_none()
        && let Poll::Ready(ready) = future.poll(cx)
    {
        *done = Some(ready?);
    }
    Ok(())
}
