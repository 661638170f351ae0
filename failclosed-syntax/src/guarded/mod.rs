//! What `#[guarded(..)]` says, the block below it, and the marks of its functions.

pub mod marks;
pub mod options;
pub mod parse;
