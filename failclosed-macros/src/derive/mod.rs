//! The derives.

pub(crate) mod action;
pub(crate) mod has_guard;
