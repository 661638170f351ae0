// shows: constants and statics of one's own are not in the way of generated variables

#![allow(non_upper_case_globals, reason = "they have the names of variables")]
#![allow(dead_code, reason = "they are only in the way")]

use failclosed::{Denial, requires_permission};

const call: () = ();
const result: () = ();
const denial: () = ();
static guard: u8 = 1;
static action: u8 = 1;

#[requires_permission(action = "purchase")]
async fn charge(amount: u8) -> Result<u8, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
