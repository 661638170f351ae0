// attempt: let an authority answer with a bool
// stopped by: E0308

use failclosed::{Guard, Subject, authority_fn};

fn start(subject: Subject) {
    drop(Guard::builder(subject, authority_fn(async |_| Ok(true))));
}

fn main() {}
