// attempt: make an allowed call without asking, with the hidden API
// stopped by: E0624

use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Call;

fn forge(open: fn() -> Call<'static, Purchase>) -> Call<'static, Purchase> {
    let _ = Call::<'static, Purchase>::open;
    open()
}

fn main() {}
