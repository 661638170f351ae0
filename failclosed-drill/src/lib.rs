//! A *fault server* for permission clients.
//!
//! A permission client asks an authority whether an agent may act. What it does when the authority
//! fails decides whether it fails closed, and that can only be seen over a real socket. This crate
//! is the authority, failing in every way the fault matrix of `failclosed` knows: by byte (a body
//! that is one byte short, two `Content-Length`s, a key given twice) and by time (headers that drip,
//! an allow one millisecond after the deadline). It is a raw TCP and TLS server without an HTTP
//! library, because an HTTP library refuses to send most of this.
//!
//! Each [`Drill`] is one fault, in the wire format of one authority ([`Format`]), with what a correct
//! client does. [`run_all`] puts an async client inside this process through all drills of a format;
//! [`Run`] does the same with a choice, or with a client in any language that is a command. The
//! program `failclosed-drill` is [`Run`] on a command line.
//!
//! ```no_run
//! use failclosed_drill::{Case, Format, Verdict, run_all};
//!
//! # async fn ask(_: &Case) -> Result<bool, String> { Ok(false) }
//! # async fn example() -> std::io::Result<()> {
//! let report = run_all(Format::AuthZen, async |case: &Case| match ask(case).await {
//!     Ok(true) => Verdict::executed(),
//!     Ok(false) => Verdict::refused("denied"),
//!     Err(error) => Verdict::refused(error),
//! })
//! .await?;
//! println!("{}", report.to_text());
//! assert!(report.passed());
//! # Ok(())
//! # }
//! ```
//!
//! [`Proxy`] is for the other half: it stands before a real authority and breaks it on command.

#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod drill;
pub mod drills;
mod format;
mod pki;
mod proxy;
mod report;
mod run;
mod server;

pub use drill::{Cause, Drill, Expect, Group};
pub use drills::drills;
pub use format::Format;
pub use pki::Identity;
pub use proxy::{Fault, Proxy};
pub use report::{Outcome, Report, Row};
pub use run::{Case, Run, Verdict, run_all};
pub use server::{Conn, Request, Seen, Server};
