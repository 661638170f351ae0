//! An authority that leaves everything to a person.

use std::borrow::Cow;

use super::{Answer, Authority};
use crate::{decision::Decision, request::Request};

/// Asks a person about everything: for a guard whose only judge is its approver. Without an approver
/// it denies everything.
///
/// ```
/// use std::time::Duration;
/// use failclosed_runtime::{Approver, Guard, StartError, Subject, always_ask, audit::AuditSink};
///
/// async fn guard(
///     shopper: Subject,
///     person: impl Approver + 'static,
///     log: impl AuditSink + 'static,
/// ) -> Result<Guard, StartError> {
///     Guard::builder(shopper, always_ask("may the agent do this?"), log)
///         .approver(person, Duration::from_secs(120))
///         .start()
///         .await
/// }
/// ```
pub fn always_ask(question: impl Into<Cow<'static, str>>) -> AlwaysAsk {
    AlwaysAsk { question: question.into() }
}

/// See [`always_ask`].
#[derive(Debug, Clone)]
pub struct AlwaysAsk {
    question: Cow<'static, str>,
}

impl Authority for AlwaysAsk {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        // The same question each time: the guard takes it as answered by the yes to the first.
        Decision::ask(self.question.clone()).into()
    }
}
