// attempt: make two allowed calls out of one, with the hidden API
// stopped by: E0277

use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Call;

fn forge(given: Call<'static, Purchase>) {
    drop(Call::clone(&given));
}

fn main() {}
