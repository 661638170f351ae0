//! The runtime of [`failclosed`](https://docs.rs/failclosed): use that crate.
//!
//! ```text
//! caller -> executor -> enforce::enter -> Authority::decide -> (Ask -> Approver) -> audit -> Permit -> body -> audit
//!                            any other way -> audit -> observers -> Denial
//! ```

#[cfg(feature = "acp")]
pub mod acp;
pub mod approval;
pub mod audit;
#[cfg(feature = "axum")]
pub mod axum;
pub mod danger;
#[cfg(all(unix, feature = "directory"))]
pub mod directory;
#[cfg(all(feature = "hook", unix))]
pub mod hook;
#[cfg(feature = "mcp")]
pub mod mcp;
#[cfg(feature = "rig")]
pub mod rig;
#[cfg(feature = "tower")]
pub mod tower;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private_0_1_0;
mod action;
mod answer;
mod argument;
mod authority;
mod call;
mod contain;
mod deadline;
mod decision;
mod denial;
mod domain;
mod enforce;
mod error;
mod guard;
mod guarded;
#[cfg(any(feature = "mcp", feature = "acp"))]
mod host;
mod id;
mod locked;
mod name;
mod observe;
mod permit;
mod permit_for;
mod request;
mod resource;
mod run;
mod self_check;
#[cfg(any(feature = "http", feature = "hook", feature = "mcp", feature = "acp"))]
#[cfg_attr(
    not(feature = "http"),
    allow(dead_code, unreachable_pub, reason = "a part of what dialects of one's own are given")
)]
mod strict;
mod subject;
mod telemetry;
mod text;

#[cfg(feature = "cedar")]
pub use authority::cedar;
#[cfg(feature = "http")]
pub use authority::http;
#[cfg(all(feature = "exit-code", unix))]
pub use authority::{ExitCode, ExitCodeBuilder};
pub use {
    action::Action,
    approval::Approver,
    argument::{Argument, Arguments, NamedArgument, NotShowable, Value},
    authority::{
        AllOf, AlwaysAsk, Answer, AnswerFn, Authority, AuthorityFn, DecideFn, FirstMatch, Named,
        SpareQuestions, all_of, always_ask, answer_fn, authority_fn, first_match, named,
        spare_questions,
    },
    decision::{Allow, Ask, Decision, Deny, Grounds, NoDecision, Policies, known},
    denial::{Cause, Denial, Fault, FromDenial},
    domain::Global,
    error::ConfigError,
    guard::{Guard, GuardBuilder, HasGuard, Probe},
    guarded::Guarded,
    id::CallId,
    locked::{Locked, View},
    observe::Observer,
    permit::Permit,
    permit_for::PermitFor,
    request::{ArgumentList, Digest, Request},
    resource::{Resource, ResourceId, ToResource},
    self_check::{SelfCheckError, StartError},
    subject::Subject,
};
