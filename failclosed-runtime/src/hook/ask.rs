//! From the event to the reply.

use std::{
    error::Error,
    io::{self, IsTerminal as _, Read},
};

use super::{
    ACTION, Hook, MAX_EVENT_BYTES,
    deliver::{Delivery, Reply, STOP},
    event::{Event, Unreadable},
    shown::NotShown,
};
use crate::{
    argument::Question,
    contain::{Panicked, caught},
    denial::{Cause, Denial},
    enforce::{Asking, Entry, enter},
    error::ConfigError,
    guard::Guard,
    resource::Resource,
    text::{self, MAX_REASON},
};

/// What the model reads where there was no guard to deny.
const UNAVAILABLE: &str = "Permission check unavailable. Action blocked.";

/// Does everything, and gives the status that the process ends with.
pub(super) fn run<E>(
    hook: Hook,
    delivery: &Delivery,
    setup: impl AsyncFnOnce() -> Result<Guard, E>,
) -> u8
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    match caught(|| answer(hook, delivery, setup)) {
        Ok(Ok(status)) => status,
        Ok(Err(fault)) => {
            if io::stderr().is_terminal() {
                // Whoever sits here set it up. Hosts start hooks without a terminal, and hand what
                // is said on to the model.
                drop(io::Write::write_fmt(&mut io::stderr(), format_args!("{fault}\n")));
            }
            delivery.tell(&Reply::Stop(format!("{UNAVAILABLE} (it could not be set up)")))
        }
        // FAIL CLOSED: wherever it was, it did not end with a yes. If the yes was told, it is taken back.
        Err(Panicked(_)) => delivery.tell(&Reply::Stop(format!("{UNAVAILABLE} (it failed)"))),
    }
}

fn answer<E>(
    hook: Hook,
    delivery: &Delivery,
    setup: impl AsyncFnOnce() -> Result<Guard, E>,
) -> Result<u8, Box<dyn Error + Send + Sync>>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let mut bytes = Vec::new();
    // One more than is read as an event, so that a longer one is seen to be too long.
    io::stdin().lock().take(MAX_EVENT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let event = Event::read(hook.host, &bytes);
    match &event {
        Ok(event) => delivery.speak(event.contract, &event.event),
        Err(Unreadable { contract, .. }) => delivery.speak(*contract, ""),
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let guard = setup().await.map_err(Into::into)?;
        Ok(decide(hook, &guard, &event, |reply| delivery.tell(reply)).await)
    })
}

/// Asks about the event, and tells the host what came of it.
pub(super) async fn decide(
    hook: Hook,
    guard: &Guard,
    event: &Result<Event, Unreadable>,
    tell: impl FnOnce(&Reply) -> u8,
) -> u8 {
    let (guard, event) = match event {
        Ok(event) => match within(guard, event) {
            Ok(guard) => (guard, Ok(event)),
            Err(error) => (guard.clone(), Err(error.to_string())),
        },
        Err(Unreadable { fault, .. }) => (guard.clone(), Err(fault.clone())),
    };
    let show = |question: &mut Question<'_>| match &event {
        Ok(event) => {
            question.resource(&Resource::new("Tool", event.tool.as_str()));
            question.argument("input", &event.input);
            if let Some(server) = &event.server {
                question.argument("server", server);
            }
        }
        Err(fault) => question.argument("event", &NotShown(fault)),
    };
    let asking = Asking::new(&guard, Entry::named(ACTION), &show);
    match (enter(&asking).await, &event) {
        (Ok(call), Ok(event)) => {
            // On record before it is told; told, it is what the host makes of it.
            let status = tell(&Reply::GoOn(event.contract.allow()));
            call.conclude(status == STOP);
            status
        }
        (Ok(call), Err(_)) => {
            // FAIL CLOSED: what was not shown was not asked about.
            call.conclude(true);
            tell(&Reply::Stop(format!("{UNAVAILABLE} (its question was not put)")))
        }
        (Err(denial), event) => tell(&refused(hook, &denial, event.as_ref().ok().copied())),
    }
}

/// A denial in the host's terms: a question to its user, where that is one, or a no.
fn refused(hook: Hook, denial: &Denial, event: Option<&Event>) -> Reply {
    let asks = hook.asks_in_host && denial.cause() == Cause::NeedsApproval;
    let asked = event.filter(|_| asks).and_then(|event| {
        event.contract.ask(event.mode.as_deref(), &text::line(denial.reason(), MAX_REASON))
    });
    match asked {
        Some(question) => Reply::GoOn(question),
        None => Reply::Stop(denial.to_string()),
    }
}

/// The guard, with what the host says of the call beside its input.
///
/// # Errors
/// The guard says one of these things itself.
fn within(guard: &Guard, event: &Event) -> Result<Guard, ConfigError> {
    let texts = [
        ("host", Some(event.contract.host().to_owned())),
        ("event", Some(event.event.clone())),
        ("session", event.session.clone()),
        ("cwd", event.cwd.clone()),
        ("mode", event.mode.clone()),
    ];
    let mut guard = guard.clone();
    for (name, text) in texts {
        if let Some(text) = text {
            guard = guard.with_context(name, text)?;
        }
    }
    match event.sandbox {
        Some(sandbox) => guard.with_context("sandbox", sandbox),
        None => Ok(guard),
    }
}
