use failclosed::{Decision, Guard, Subject, audit::MemoryLog, authority_fn, guard::GuardBuilder};
use payments::Payments;

mod payments {
    pub struct Payments(pub ());
}

fn lax(subject: Subject) -> GuardBuilder<Payments> {
    let yes = authority_fn(async |_| Ok(Decision::allow()));
    Guard::builder_in(Payments(()), subject, yes, MemoryLog::new())
}

fn main() {}
