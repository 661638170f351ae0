// attempt: make a question to look one to spend
// stopped by: E0308

#![allow(coherence_leak_check)]

use std::marker::PhantomData;

use failclosed::{Action, __private_0_1_0::Asking, request::{Arguments, NamedArgument}};

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

pub fn widen<'a, 'b>(it: Asking<'a, 'b, Look>) -> Asking<'a, 'b, Spend> {
    it
}

fn main() {}
