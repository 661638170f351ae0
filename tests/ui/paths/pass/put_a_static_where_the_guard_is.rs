#![allow(non_upper_case_globals, reason = "it has the name of a variable")]

use failclosed::{Denial, requires_permission};

static theirs: u8 = 1;

#[requires_permission(action = "purchase")]
async fn charge(amount: u8) -> Result<u8, Denial> {
    Ok(amount)
}

fn main() {}
