// attempt: make an allowed call by writing its fields, with the hidden API
// stopped by: E0451

use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Call;

fn forge(given: Call<'static, Purchase>) -> Call<'static, Purchase> {
    Call { action: &Purchase, ..given }
}

fn main() {}
