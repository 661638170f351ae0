use failclosed::{Guard, Subject};

fn start(subject: Subject) {
    drop(Guard::builder(subject, failclosed::authority_fn(async |_| Ok(failclosed::Decision::deny("closed")))));
}

fn main() {}
