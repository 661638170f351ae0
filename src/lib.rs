#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod guide;

// What is written every day.
pub use failclosed_macros::{Action, HasGuard, guarded, requires_permission};
pub use failclosed_runtime::{
    Action, Authority, Decision, Denial, FromDenial, Granted, Guard, Guarded, HasGuard, Locked,
    Permit, Request, Subject,
};

// Putting a guard together.
pub use failclosed_runtime::{
    AllOf, AlwaysAsk, Answer, AnswerFn, Approver, AuthorityFn, CANARY, ConfigError,
    DEFAULT_DEADLINE, DecideFn, GuardBuilder, NoDecision, Observer, SelfCheckError, StartError,
    all_of, always_ask, answer_fn, approval, audit, authority_fn, danger,
};

// The parts of questions and answers.
pub use failclosed_runtime::{
    Allow, Argument, ArgumentList, Arguments, Ask, CallId, Cause, Deny, Digest, Fault, Grounds,
    MAX_ARGUMENT_BYTES, MAX_ARGUMENT_DEPTH, NamedArgument, NotShowable, Resource, ToResource,
    Value,
};

#[cfg(feature = "acp")]
pub use failclosed_runtime::acp;
#[cfg(feature = "axum")]
pub use failclosed_runtime::axum;
#[cfg(feature = "cedar")]
pub use failclosed_runtime::cedar;
#[cfg(feature = "http")]
pub use failclosed_runtime::http;
#[cfg(feature = "mcp")]
pub use failclosed_runtime::mcp;
#[cfg(feature = "rig")]
pub use failclosed_runtime::rig;
#[cfg(feature = "tower")]
pub use failclosed_runtime::tower;

// What generated code calls. Its name carries the version.
#[doc(hidden)]
pub use failclosed_runtime::__private_0_1_0;
