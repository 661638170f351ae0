// attempt: make the type that stands for an action by name, with the hidden API
// stopped by: E0423

use failclosed::__private_0_1_0::Named;

fn forge(given: Named) -> Named {
    Named(())
}

fn main() {}
