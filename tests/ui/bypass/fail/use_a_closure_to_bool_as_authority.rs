// attempt: let a closure that returns a bool be the authority
// stopped by: E0277 "is not an authority"

use failclosed::{Guard, Subject};

fn start(subject: Subject) {
    drop(Guard::builder(subject, |_: &failclosed::Request<'_>| true));
}

fn main() {}
