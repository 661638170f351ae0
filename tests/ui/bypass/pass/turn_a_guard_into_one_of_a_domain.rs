use failclosed::{Guard, guard::Global};

struct Payments;

fn narrowed(guard: Guard) -> Guard<Global> {
    guard
}

fn main() {
    drop((Payments, None::<Global>));
}
