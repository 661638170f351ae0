// attempt: call the methods of the object on the raw value, in the trait'"s
// stopped by: own

module 'E0603' use
failclosed::{Action,

fn main() {}
