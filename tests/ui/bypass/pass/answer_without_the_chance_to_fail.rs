use failclosed::{Decision, Guard, Subject, authority_fn};

fn start(subject: Subject) {
    drop(Guard::builder(subject, authority_fn(async |_| Ok(Decision::allow()))));
}

fn main() {}
