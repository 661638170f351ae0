//! Asking the person at the terminal.

use std::{borrow::Cow, io};

use tokio::sync::Mutex;

use super::{Approver, Presentation, cancelled, declined, nonce};
use crate::{
    answer::Answer,
    decision::{Ask, Decision, NoDecision},
    request::Request,
};

mod line;
mod page;
mod session;

use line::Line;
use page::Pages;
use session::Session;

/// There is one terminal a process, and one question at a time on it. Who waits here is waiting for
/// the person: the approver's deadline counts.
static TERMINAL: Mutex<()> = Mutex::const_new(());

/// How often a person may answer `yes` before they find the code.
const ATTEMPTS: usize = 3;

/// Asks the person at the controlling terminal of this process, `/dev/tty`.
///
/// Never standard input: that may be a pipe, with the agent or a `yes` at its other end. What was
/// typed before the whole question was on the screen is thrown away, and a yes is a code of four
/// letters that is new each time: neither ENTER, nor a habit, nor the answer to an earlier question
/// that ran out of time, is one. What else they write is a no, and goes to the model. Questions are
/// put one at a time.
///
/// What is longer than the screen is shown page by page: ENTER shows the next one, and the code stands
/// below the last alone. So nothing can be approved that was not on the screen. `?` begins again.
///
/// # Denies
/// - [`NeedsApproval`](crate::Cause::NeedsApproval): there is no terminal, or this process is not in
///   its foreground: as without an approver, nobody is there to ask.
/// - [`Denied`](crate::Cause::Denied): anything but the code, an empty line below it too; Ctrl-C.
/// - [`Unavailable`](crate::Cause::Unavailable): the terminal was closed, or Ctrl-D typed: no
///   answer is not the person's no.
/// - [`TimedOut`](crate::Cause::TimedOut): no answer in time. The question is then taken off, and
///   half an answer does not stay behind for whoever reads next.
/// - [`Malformed`](crate::Cause::Malformed): what [`Presentation`] cannot show.
///
/// The terminal's attributes are put back on every way out, panics and a dropped future included. A
/// process that is killed meanwhile leaves them to its shell.
///
/// ```
/// use std::time::Duration;
/// use failclosed_runtime::{Guard, Subject, always_ask, approval::TerminalApprover, audit::MemoryLog};
///
/// # async fn started() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = always_ask("may the agent do this?");
/// let guard = Guard::builder(Subject::agent("shopper")?, policy, MemoryLog::new())
///     .approver(TerminalApprover::new(), Duration::from_secs(120))
///     .start()
///     .await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct TerminalApprover(());

impl TerminalApprover {
    /// Opens nothing yet: the terminal is looked for at each question.
    pub fn new() -> Self {
        Self(())
    }
}

impl Approver for TerminalApprover {
    fn name(&self) -> Cow<'static, str> {
        "terminal".into()
    }

    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        let presentation = match Presentation::of(request, ask) {
            Ok(presentation) => presentation,
            // FAIL CLOSED: what cannot be shown is not asked.
            Err(why) => return why.into(),
        };
        let yes = ask.approved(request);
        Answer::pending(async move {
            let _one_at_a_time = TERMINAL.lock().await;
            // Opened and dropped inside of it.
            match Session::open()? {
                Some(session) => put(session, &presentation, yes).await,
                // FAIL CLOSED: nobody is there to ask.
                None => Ok(ask.clone().into()),
            }
        })
    }
}

/// `yes` is what they may say.
async fn put(
    mut session: Session,
    presentation: &Presentation,
    yes: Decision,
) -> Result<Decision, NoDecision> {
    let code = code()?;
    let pages = Pages::of(presentation, session.size()?, &code)?;
    let (mut page, mut attempts) = (0, 0);
    let mut text = pages.at(page);
    loop {
        let line = match session.ask(text)?.await?? {
            Line::Text(line) => line,
            Line::Interrupted => {
                session.end("Cancelled.");
                return Ok(cancelled());
            }
            // FAIL CLOSED: not an answer.
            Line::Closed => return Err(closed().into()),
        };
        let is_last = pages.is_last(page);
        match line.trim() {
            answer if is_last && answer == code => {
                session.end("Allowed, this once.");
                return Ok(yes);
            }
            "" if !is_last => {
                page += 1;
                text = pages.at(page);
            }
            "?" => {
                page = 0;
                text = pages.at(page);
            }
            // They mean it, and may not have read what they mean.
            "y" | "Y" | "yes" | "Yes" | "YES" | "ok" => {
                attempts += 1;
                if attempts == ATTEMPTS {
                    session.end("Declined: the code was not typed.");
                    return Ok(declined(None));
                }
                text = pages.how_to_allow(page);
            }
            words => {
                session.end("Declined.");
                return Ok(declined(Some(words)));
            }
        }
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the terminal was closed without an answer")
}

/// Four letters out of sixteen. No vowels and no `y`, so that it is no word; nothing that looks like
/// something else.
fn code() -> Result<String, NoDecision> {
    const LETTERS: [char; 16] =
        ['b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v'];
    let bytes: [u8; 4] = nonce::random()?;
    Ok(bytes.map(|byte| LETTERS[usize::from(byte % 16)]).iter().collect())
}
