// shows: a trait in scope does not come between generated code and the call it concludes

use failclosed::{Action, Denial, Permit, requires_permission};

trait Hijack: Sized {
    fn conclude(self, _failed: bool) -> std::convert::Infallible {
        unreachable!()
    }
    fn failed(self) -> std::convert::Infallible {
        unreachable!()
    }
    fn permit(&self) -> std::convert::Infallible {
        unreachable!()
    }
}
impl<T> Hijack for T {}

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn blocked(denial: Denial) -> Result<u64, String> {
    Err(denial.to_string())
}

#[requires_permission(action = Purchase, on_denied = blocked)]
async fn charge(#[permit] _permit: Permit<'_, Purchase>, amount: u64) -> Result<u64, String> {
    Ok(amount)
}

fn main() {
    let _ = (<u8 as Hijack>::conclude, <u8 as Hijack>::failed, <u8 as Hijack>::permit);
    drop(charge(1));
}
