//! Authorities across a network: one strict HTTP engine, and a small dialect for each wire format.

mod authzen;
mod behalf;
mod binding;
mod dialect;
mod json;
mod opa;
mod openfga;
mod question;
mod spicedb;
mod verdict;

pub use {
    authzen::AuthZen,
    behalf::Behalf,
    dialect::{Dialect, Repeat},
    json::{MAX_REPLY_BYTES, MAX_REPLY_DEPTH, MAX_REPLY_MEMBERS, Object, Value},
    opa::Opa,
    openfga::OpenFga,
    spicedb::SpiceDb,
};
