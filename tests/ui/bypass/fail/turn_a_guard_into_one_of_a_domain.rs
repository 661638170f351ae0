// attempt: take a guard for one of a domain
// stopped by: E0308

use failclosed::{Guard, guard::Global};

struct Payments;

fn narrowed(guard: Guard) -> Guard<Payments> {
    guard
}

fn main() {
    drop((Payments, None::<Global>));
}
