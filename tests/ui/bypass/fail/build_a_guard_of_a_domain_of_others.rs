// attempt: build a lax guard of a domain whose values only its module makes
// stopped by: E0423

use failclosed::{Decision, Guard, Subject, audit::MemoryLog, authority_fn, guard::GuardBuilder};
use payments::Payments;

mod payments {
    pub struct Payments(());
}

fn lax(subject: Subject) -> GuardBuilder<Payments> {
    let yes = authority_fn(async |_| Ok(Decision::allow()));
    Guard::builder_in(Payments(()), subject, yes, MemoryLog::new())
}

fn main() {}
