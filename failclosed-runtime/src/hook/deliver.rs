//! Telling the host: what goes out, by which status, and once.
//!
//! The status 2 stops the tool in every host; in some of them only beside a reason on standard error.
//! Where nobody hears that (a closed pipe, `2>/dev/null`), the reply on standard output is what is left,
//! and it counts beside the status 0 alone.

use std::{
    io::{self, IsTerminal as _, Write},
    mem,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::{FileTypeExt as _, MetadataExt as _},
    },
    panic,
    process::exit,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use super::contract::Contract;

/// Goes on to the host's own rules.
pub(super) const GO_ON: u8 = 0;
/// Stops the tool, in every host.
pub(super) const STOP: u8 = 2;

/// What the host is to be told.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    /// Text that lets the tool go on, or leaves it to the host's user.
    GoOn(String),
    /// The reason.
    Stop(String),
}

/// The one reply of a process. Clones share it.
#[derive(Clone)]
pub(super) struct Delivery(Arc<Mutex<State>>);

struct State {
    contract: Contract,
    event: String,
    told: bool,
    /// What this process ends with where the host is to see [`GO_ON`].
    go_on: u8,
}

impl Delivery {
    /// From here on every way out of the process stops the tool, but for a reply that says otherwise: a
    /// limit that passes, a panic.
    pub(super) fn begin(contract: Contract, limit: Duration, go_on: u8) -> Self {
        let state = State { contract, event: String::new(), told: false, go_on };
        let delivery = Self(Arc::new(Mutex::new(state)));
        delivery.contain_panics();
        delivery.watch(limit);
        delivery
    }

    /// Whose words are used from here on.
    pub(super) fn speak(&self, contract: Contract, event: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.contract = contract;
        event.clone_into(&mut state.event);
    }

    /// Tells the host, once; gives the status that the process has to end with. A second reply is none,
    /// and its status stops the tool.
    pub(super) fn tell(&self, reply: &Reply) -> u8 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if mem::replace(&mut state.told, true) {
            // FAIL CLOSED: of two replies the host would read either.
            return STOP;
        }
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let mut output = is_heard(stdout.as_fd()).then(|| stdout.lock());
        let mut errors = is_heard(stderr.as_fd()).then(|| stderr.lock());
        let output = output.as_mut().map(|output| output as &mut dyn Write);
        let errors = errors.as_mut().map(|errors| errors as &mut dyn Write);
        match tell_by(state.contract, &state.event, reply, output, errors) {
            GO_ON => state.go_on,
            status => status,
        }
    }

    /// Without unwinding, a panic ends the process by a signal, which lets the tool run. With it, whoever
    /// panicked is told of it by a denial, and what is printed would be read by the model.
    fn contain_panics(&self) {
        let delivery = self.clone();
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            if io::stderr().is_terminal() {
                usual(panicked);
            }
            if cfg!(panic = "abort") {
                exit(delivery.tell(&Reply::Stop("the permission check failed".into())).into());
            }
        }));
    }

    /// Whatever hangs (an authority that blocks, a log, standard input that does not end): the tool does
    /// not run, because the process ends first, and says so.
    fn watch(&self, limit: Duration) {
        let delivery = self.clone();
        let watch = thread::Builder::new().name("failclosed-limit".into()).spawn(move || {
            // Nobody sends: it is a clock.
            let (_held, clock) = channel::<()>();
            match clock.recv_timeout(limit) {
                Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            // A reply that hangs in a full pipe holds the lock, and is not waited for.
            match delivery.0.try_lock() {
                Ok(state) if !state.told => drop(state),
                _ => exit(STOP.into()),
            }
            let reason = "the permission check took too long";
            exit(delivery.tell(&Reply::Stop(reason.into())).into());
        });
        if watch.is_err() {
            // FAIL CLOSED: without a clock the host's own runs out, and then the tool runs.
            exit(
                self.tell(&Reply::Stop("the permission check could not be limited".into())).into(),
            );
        }
    }
}

/// Writes the reply where somebody hears it; gives the status that makes it count.
pub(super) fn tell_by(
    contract: Contract,
    event: &str,
    reply: &Reply,
    output: Option<&mut dyn Write>,
    errors: Option<&mut dyn Write>,
) -> u8 {
    match reply {
        Reply::GoOn(text) => {
            if say(output, text) {
                return GO_ON;
            }
            // FAIL CLOSED: nobody reads the answers of this hook, and so nobody would read its no.
            let reason = "Permission check unavailable. Action blocked. (its answer was not read)";
            say(errors, reason);
            STOP
        }
        Reply::Stop(reason) => {
            let heard = say(errors, reason);
            let written = say(output, &contract.stop(event, reason));
            // FAIL CLOSED: each pair of status and output stops the tool in the host that reads it.
            if !heard && written && contract.is_stopped_by_output() { GO_ON } else { STOP }
        }
    }
}

/// Whether it was written, whole.
fn say(to: Option<&mut dyn Write>, text: &str) -> bool {
    to.is_some_and(|to| writeln!(to, "{text}").and_then(|()| to.flush()).is_ok())
}

/// Whether what is written there is more than forgotten. What the process was started without is, and so
/// is what was sent to `/dev/null`.
fn is_heard(output: BorrowedFd<'_>) -> bool {
    let Ok(file) = output.try_clone_to_owned().map(std::fs::File::from) else {
        // FAIL CLOSED: what cannot be looked at is not known to be heard.
        return false;
    };
    match (file.metadata(), std::fs::metadata("/dev/null")) {
        (Ok(file), Ok(null)) => !(file.file_type().is_char_device() && file.rdev() == null.rdev()),
        // FAIL CLOSED: as above.
        (Err(_), _) | (_, Err(_)) => false,
    }
}
