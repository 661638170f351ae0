// attempt: let an authority answer without a way to say that it cannot
// stopped by: E0308

use failclosed::{Decision, Guard, Subject, authority_fn};

fn start(subject: Subject) {
    drop(Guard::builder(subject, authority_fn(async |_| Decision::allow())));
}

fn main() {}
