//! What `#[guarded(..)]` says, the block below it, and the marks of its functions.

pub mod inherited;
pub mod marks;
pub mod open;
pub mod options;
pub mod parse;
