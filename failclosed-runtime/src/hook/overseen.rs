//! A process that decides, and one that does nothing but wait for it.
//!
//! A process that is killed says nothing, and a library that ends it says 0; either lets the tool run. So the
//! one that the host sees starts the one that decides, and passes on how that ended, where it ended as one
//! does that has told the host its reply. The reply itself goes to the host directly.

use std::{
    env, io,
    os::unix::process::CommandExt as _,
    process::{Command, ExitStatus},
    time::Duration,
};

use super::{
    contract::Contract,
    deliver::{self, Delivery, Reply, STOP},
};

/// What the process that decides is called, in the place of its path. Whoever starts a hook under this name
/// has one that nobody waits for; they could have started anything.
const NAME: &str = "failclosed-hook-that-decides";

/// What it ends with where the host is to see the status 0. Nothing ends with this by accident, which cannot
/// be said of 0.
pub(super) const GO_ON: u8 = 86;

/// How much longer than the one that decides the other one waits.
const MARGIN: Duration = Duration::from_millis(500);

/// Which of the two this process is.
pub(super) enum Role {
    Overseer,
    Overseen,
}

pub(super) fn role() -> Role {
    match env::args_os().next() {
        Some(name) if name == NAME => Role::Overseen,
        Some(_) | None => Role::Overseer,
    }
}

/// Starts the one that decides, waits for it, and gives the status for the host.
pub(super) fn oversee(contract: Contract, limit: Duration) -> u8 {
    let delivery = Delivery::begin(contract, limit.saturating_add(MARGIN), deliver::GO_ON);
    match decided() {
        Ok(status) => match status.code() {
            Some(code) if code == i32::from(GO_ON) => deliver::GO_ON,
            // It has said why.
            Some(code) if code == i32::from(STOP) => STOP,
            // FAIL CLOSED: a signal, or a status that nobody who decides ends with.
            Some(_) | None => delivery.tell(&failed()),
        },
        // FAIL CLOSED: nobody decides.
        Err(_) => delivery.tell(&failed()),
    }
}

fn failed() -> Reply {
    Reply::Stop("Permission check unavailable. Action blocked. (it ended before its time)".into())
}

fn decided() -> io::Result<ExitStatus> {
    Command::new(env::current_exe()?).arg0(NAME).args(env::args_os().skip(1)).status()
}
