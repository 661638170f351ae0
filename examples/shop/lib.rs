//! What the examples have in common: a payment client, a budget service, and the audit log as
//! lines a person can read.

#[cfg(feature = "http")]
mod options;
#[cfg(feature = "http")]
pub mod pdp;
#[cfg(feature = "json")]
mod stderr;

use std::{io, net::SocketAddr};

use failclosed::{
    Authority, Decision, NoDecision, Request,
    audit::{Entry, MemoryLog},
    authority::Answer,
    cedar::{CedarAuthority, CedarError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

#[cfg(feature = "http")]
pub use options::Options;
#[cfg(feature = "json")]
pub use stderr::Stderr;

/// The policies of the shop, in Cedar.
pub const POLICIES: &str = include_str!("policies.cedar");
/// What they may talk about.
pub const SCHEMA: &str = include_str!("schema.cedarschema");

/// What an agent may do, and for what a person must be asked.
pub const AGENT_POLICIES: &str = include_str!("agent_policies.cedar");

/// The policies of the agents: one set, in which an `@ask` says when a person decides.
///
/// # Errors
/// A policy that does not fit the schema.
pub fn agent_policies() -> Result<CedarAuthority, CedarError> {
    CedarAuthority::builder(SCHEMA, AGENT_POLICIES).build()
}

/// A payment client. Whoever holds it can spend money.
#[derive(Debug)]
pub struct Stripe;

impl Stripe {
    /// Spends money.
    pub async fn charge(&self, vendor: &str, cents: i64) -> String {
        println!("    >>> the card is charged {} at {vendor}", euros(cents));
        format!("receipt for {} at {vendor}", euros(cents))
    }
}

/// Cents, as people write them.
pub fn euros(cents: i64) -> String {
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}

/// A budget service on this machine, and the authority that asks it. One question a connection.
#[derive(Debug)]
pub struct Budget {
    address: SocketAddr,
}

impl Budget {
    /// Starts the service. Aborting the task takes it down.
    ///
    /// # Errors
    /// No free port on the loopback interface.
    pub async fn start() -> io::Result<(Self, JoinHandle<io::Result<()>>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let service = tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await?;
                client.write_all(b"within budget\n").await?;
            }
        });
        Ok((Self { address }, service))
    }
}

impl Authority for Budget {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(async move {
            // Any error is "unavailable", by `?`. Nothing here can turn one into a yes.
            let service = TcpStream::connect(self.address).await?;
            let mut answer = String::new();
            BufReader::new(service).read_line(&mut answer).await?;
            match answer.as_str() {
                "within budget\n" => Ok(Decision::allow().rule("budget")),
                "over budget\n" => Ok(Decision::deny("the month's budget is spent").rule("budget")),
                other => Err(NoDecision::malformed(format_args!("not an answer: {other:?}"))),
            }
        })
    }
}

/// Prints the audit log.
pub fn print_log(log: &MemoryLog) {
    for entry in log.entries() {
        match entry {
            Entry::Decision(decision) => {
                let what = match decision.cause {
                    None => "allow".to_owned(),
                    Some(cause) => format!("deny ({cause})"),
                };
                let rule = decision.rule.map(|rule| format!(" by {rule}")).unwrap_or_default();
                println!("    {:<19} {} {}{rule}", what, decision.action, decision.arguments);
            }
            Entry::Outcome(outcome) => {
                println!("    {:<19} {}", outcome.outcome.as_str(), outcome.action);
            }
        }
    }
}
