// attempt: make a method by a macro, where nobody sees it
// stopped by: "what this macro makes is not known yet"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

macro_rules! method {
    ($name:ident) => {
        fn $name(&self) {}
    };
}

#[guarded]
impl Shop {
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    method!(quietly);
}

struct Other;

impl Other {
    method!(quietly);
}

fn main() {}
