// attempt: let an authority answer in a closure that awaits nothing
// stopped by: E0277

use failclosed::{Decision, Guard, Subject, authority_fn};

fn start(subject: Subject) {
    drop(Guard::builder(subject, authority_fn(|_| Ok(Decision::allow()))));
}

fn main() {}
