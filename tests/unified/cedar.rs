//! The embedded policy engine, where other crates switched on its experimental features, and all those
//! of the JSON library: the same proofs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../../failclosed-runtime/tests/cedar_asks_denies.rs"]
mod asks;
#[path = "../../failclosed-runtime/tests/cedar_decides.rs"]
mod decides;
#[path = "../../failclosed-runtime/tests/cedar_entities_denies.rs"]
mod entities;
#[path = "../../failclosed-runtime/tests/cedar_evaluation_denies.rs"]
mod evaluation;
#[path = "../../failclosed-runtime/tests/cedar_policies_denies.rs"]
mod policies;
#[path = "../../failclosed-runtime/tests/cedar_request_denies.rs"]
mod request;
#[path = "../../failclosed-runtime/tests/cedar_values_denies.rs"]
mod values;
