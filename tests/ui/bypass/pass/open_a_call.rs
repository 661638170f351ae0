use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Call;

fn forge(open: fn() -> Call<'static, Purchase>) -> Call<'static, Purchase> {
    open()
}

fn main() {}
