// attempt: open a lock that spending opens with the permit of its subtype, to look
// stopped by: "is not general enough"

#![allow(coherence_leak_check)]

use std::marker::PhantomData;

use failclosed::{Action, Locked, Permit, request::{Arguments, NamedArgument}};

pub struct Kind<T>(PhantomData<fn() -> T>);

/// A subtype of the other: what holds for every lifetime holds for one.
pub type Look = Kind<for<'a> fn(&'a u8)>;
pub type Spend = Kind<fn(&'static u8)>;

impl<T> Arguments for Kind<T> {
    fn argument(&self, _: usize) -> Option<NamedArgument<'_>> {
        None
    }
}

impl Action for Look {
    const NAME: &'static str = "look";
    type Key = Self;
}

impl Action for Spend {
    const NAME: &'static str = "spend";
    type Key = Self;
}

pub fn open<'p>(it: &'p Locked<String, Spend>, permit: &'p Permit<'_, Look>) -> &'p str {
    it.open(permit)
}

fn main() {}
