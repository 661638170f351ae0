// attempt: let a constant of one's own be taken for the call that generated code holds
// stopped by: E0308, E0599

#![allow(non_upper_case_globals, reason = "it has the name of a variable")]

use failclosed::{Denial, requires_permission};

const call: () = ();

#[requires_permission(action = "purchase")]
async fn charge(amount: u8) -> Result<u8, Denial> {
    Ok(amount)
}

fn main() {}
