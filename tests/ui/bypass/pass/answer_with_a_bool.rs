use failclosed::{Guard, Subject, authority_fn};

fn start(subject: Subject) {
    drop(Guard::builder(subject, authority_fn(async |_| Ok(failclosed::Decision::deny("closed")))));
}

fn main() {}
