#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod guide;

// What is written every day.
pub use failclosed_macros::{Action, HasGuard, guarded, requires_permission};
pub use failclosed_runtime::{
    Action, Authority, Cause, Decision, Denial, FromDenial, Guard, Guarded, HasGuard, Locked,
    NoDecision, Permit, Request, Subject, all_of, authority_fn,
};
pub use failclosed_runtime::{approval, audit, danger};

/// Who answers: closures, and several authorities as one. Engines are in modules of their own.
pub mod authority {
    pub use failclosed_runtime::{
        AllOf, AlwaysAsk, Answer, AnswerFn, Authority, AuthorityFn, DecideFn, FirstMatch, Named,
        SpareQuestions, all_of, always_ask, answer_fn, authority_fn, first_match, named,
        spare_questions,
    };
    #[cfg(all(feature = "exit-code", unix))]
    pub use failclosed_runtime::{ExitCode, ExitCodeBuilder};
}

/// What an answer consists of.
pub mod decision {
    pub use failclosed_runtime::{
        Allow, Ask, Decision, Deny, Grounds, NoDecision, Policies, known,
    };
}

/// What did not work: denials, and what is refused before it could deny.
pub mod error {
    pub use failclosed_runtime::{
        Cause, ConfigError, Denial, Fault, FromDenial, SelfCheckError, StartError,
    };
}

/// What stands before an executor, and how it is put together.
pub mod guard {
    pub use failclosed_runtime::{
        Global, Guard, GuardBuilder, Guarded, HasGuard, Locked, Observer, Permit, PermitFor, Probe,
        View,
    };
}

/// What is asked: who, what, on what, with which arguments.
pub mod request {
    pub use failclosed_runtime::{
        Argument, ArgumentList, Arguments, CallId, Digest, NamedArgument, NotShowable, Request,
        Resource, ResourceId, Subject, ToResource, Value,
    };
}

#[cfg(feature = "acp")]
pub use failclosed_runtime::acp;
#[cfg(feature = "axum")]
pub use failclosed_runtime::axum;
#[cfg(feature = "cedar")]
pub use failclosed_runtime::cedar;
#[cfg(all(unix, feature = "directory"))]
pub use failclosed_runtime::directory;
#[cfg(all(feature = "hook", unix))]
pub use failclosed_runtime::hook;
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
