// attempt: make a permit live for ever with `unsafe`, in a crate that forbids it
// stopped by: "usage of an `unsafe` block"

#![forbid(unsafe_code)]

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep(given: Permit<'_, Purchase>) {
    let kept: Permit<'static, Purchase> = unsafe { std::mem::transmute(given) };
    drop(kept);
}

fn main() {}
