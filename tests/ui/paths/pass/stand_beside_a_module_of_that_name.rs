// shows: a module `failclosed` of the user's own is not taken for the crate

mod failclosed {}

use ::failclosed::{Action, Denial, Guard, HasGuard, requires_permission};

#[derive(Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase {
    vendor: String,
}

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

impl Shop {
    #[requires_permission(action = Purchase { vendor })]
    async fn charge(&self, vendor: String) -> Result<u64, Denial> {
        Ok(std::process::id().into())
    }
}

fn main() {}
