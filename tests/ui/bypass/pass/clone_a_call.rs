use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Call;

fn forge(given: Call<'static, Purchase>) {
    drop(given);
}

fn main() {}
