//! A program that answers by its exit status.
//!
//! Exit statuses are given by accident: a shell that finds no program says 127, a crash says a signal,
//! and an empty script says 0. So a status alone says nothing here. A yes is the status 0 *and* the
//! word `allow` on standard output; a no is the status 110 *and* the word `deny`; everything else is no
//! decision, which is a denial.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{
    authority::{Answer, Authority},
    decision::{Decision, NoDecision},
    error::ConfigError,
    request::Request,
};

mod process;
mod verdict;

use process::Running;

/// Asks a program, which is started for each question and answers by its exit status. Unix.
///
/// The question is on its standard input: one line of JSON, the bytes that
/// [`Request::question`](crate::Request::question) gives, then the end. Its answer is
///
/// | exit status | standard output | |
/// | --- | --- | --- |
/// | 0 | `allow` | yes |
/// | [110](Self::DENY_STATUS) | `deny`, or `deny: reason` | no; the reason is told to the model and the user |
/// | anything else | | no decision |
///
/// One line break may follow. What it writes to standard error is for the operator.
///
/// No shell is between: the program is named by its whole path, and gets the arguments as they are. Its
/// environment is empty but for what is [listed](ExitCodeBuilder::environment), and its working directory
/// is `/`. It has a process group of its own, which is killed when it has answered, at the guard's
/// deadline, and when nobody waits for the answer any more.
///
/// ```no_run
/// use failclosed_runtime::{ExitCode, Guard, Subject, audit::MemoryLog};
///
/// # async fn started() -> Result<(), Box<dyn std::error::Error>> {
/// let authority = ExitCode::builder("/usr/local/libexec/may-i").argument("--strict").build()?;
/// let shopper = Subject::agent("shopper")?;
/// let guard = Guard::builder(shopper, authority, MemoryLog::new()).start().await?;
/// # Ok(()) }
/// ```
///
/// # Denies
/// *Denied*: the program said so. *Malformed*: the word and the status do not belong together, there is
/// another word, more than [`MAX_OUTPUT_BYTES`](Self::MAX_OUTPUT_BYTES), or the question was not read to
/// its end. *Unavailable*: it could not be started, was ended by a signal, ended with another status, or
/// left processes behind that hold its output open. *Timed out*: at the guard's deadline.
///
/// A process that leaves the group (`setsid`) and closes its output is not found.
pub struct ExitCode {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    directory: PathBuf,
}

impl ExitCode {
    /// What a program that denies exits with. No shell, signal, `sysexits.h`, interpreter or panic has a
    /// use for it.
    pub const DENY_STATUS: i32 = 110;

    /// How much a program may write to standard output, and as much to standard error.
    pub const MAX_OUTPUT_BYTES: usize = 4096;

    /// Asks the program at this path. It is not looked for in `PATH`.
    pub fn builder(program: impl Into<PathBuf>) -> ExitCodeBuilder {
        ExitCodeBuilder(Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: "/".into(),
        })
    }

    async fn ask(&self, question: &[u8]) -> Result<Decision, NoDecision> {
        let mut running = Running::start(self)?;
        let spoken = running.hear(question).await?;
        verdict::read(&running.end().await?, &spoken)
    }
}

impl Authority for ExitCode {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(self.ask(request.question()))
    }
}

impl fmt::Debug for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments and environment may hold secrets.
        f.debug_struct("ExitCode").field("program", &self.program).finish_non_exhaustive()
    }
}

/// Names what the program gets. Made by [`ExitCode::builder`].
#[derive(Debug)]
#[must_use = "nothing is asked until the authority is built"]
pub struct ExitCodeBuilder(ExitCode);

impl ExitCodeBuilder {
    /// One more argument, as it is.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.0.arguments.push(argument.into());
        self
    }

    /// A variable of the program's environment, which is otherwise empty: of this process's own it gets
    /// none, so that whoever sets a variable here does not choose what is decided there.
    pub fn environment(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.0.environment.push((name.into(), value.into()));
        self
    }

    /// Where the program runs. `/` unless set: the directory of the agent's work holds files that the
    /// agent wrote, and interpreters read some of them.
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.0.directory = directory.into();
        self
    }

    /// The authority.
    ///
    /// # Errors
    /// [`ConfigError::Program`]: a path that is not absolute, what is not a file that can be run, an
    /// argument or a variable that no program can be given, or a variable that is given twice.
    pub fn build(self) -> Result<ExitCode, ConfigError> {
        match self.0.fault() {
            None => Ok(self.0),
            Some(fault) => Err(ConfigError::Program { program: self.0.program, fault }),
        }
    }
}

impl ExitCode {
    /// What would fail at each question.
    fn fault(&self) -> Option<&'static str> {
        if !self.program.is_absolute() || !self.directory.is_absolute() {
            // FAIL CLOSED: what is looked for elsewhere may be found somewhere else.
            return Some("is not named by its whole path, or not to run in a directory that is");
        }
        if !is_program(&self.program) {
            return Some("is not a file that can be run");
        }
        let has_nul = |text: &OsStr| text.as_bytes().contains(&0);
        let names = || self.environment.iter().map(|(name, _)| name.as_bytes());
        if self.arguments.iter().any(|argument| has_nul(argument))
            || self.environment.iter().any(|(name, value)| has_nul(name) || has_nul(value))
        {
            return Some("is given an argument or a variable with a zero byte in it");
        }
        if names().any(|name| name.is_empty() || name.contains(&b'=')) {
            return Some("is given a variable whose name is empty or has a `=`");
        }
        if names().enumerate().any(|(at, name)| names().take(at).any(|other| other == name)) {
            // FAIL CLOSED: programs differ in which of two they read.
            return Some("is given one variable twice");
        }
        None
    }
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
