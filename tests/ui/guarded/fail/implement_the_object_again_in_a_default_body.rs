// attempt: implement the object's trait in a default body, for an implementation
// stopped by: E0119

use failclosed::{Denial, guarded};

pub struct Evil;

type Answer<'a> = std::pin::Pin<Box<dyn Future<Output = Result<u64, Denial>> + Send + 'a>>;
pub type Before<'g> = failclosed::__private_0_1_0::Before<'g, dyn payments::Raw>;

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        #[allow(non_local_definitions)]
        impl __failclosed::__Object for crate::Evil {
            fn __failclosed_checked_charge<'fc>(&'fc self, _: Before<'fc>, amount: u64) -> Answer<'fc> {
                Box::pin(async move { Ok(amount) })
            }
        }
        Ok(amount)
    }
}

#[guarded]
impl Payments for Evil {}

fn main() {}
