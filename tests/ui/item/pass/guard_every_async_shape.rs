// shows: methods, generics, lifetimes, patterns, defaults of traits and boxed futures are guarded as they are

use std::{pin::Pin, sync::Arc};

use failclosed::{Denial, Guard, HasGuard, requires_permission};

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

struct Order<T>(T, u64);

impl Shop {
    #[requires_permission(action = "purchase")]
    async fn by_value(self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    #[requires_permission(action = "purchase")]
    async fn by_mut(&mut self, (amount, pieces): (u64, u64)) -> Result<u64, Denial> {
        self.0 = self.0.clone();
        Ok(amount * pieces)
    }

    #[requires_permission(action = "purchase")]
    async fn shared(self: Arc<Self>, Order(vendor, amount): Order<&str>) -> Result<u64, Denial> {
        Ok(amount + vendor.len() as u64)
    }

    #[requires_permission(action = "purchase")]
    fn boxed<'a>(
        &'a self,
        vendor: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<usize, Denial>> + Send + 'a>> {
        if vendor.is_empty() {
            return Box::pin(async { Ok(0) });
        }
        Box::pin(async move { Ok(vendor.len()) })
    }

    #[requires_permission(action = "purchase")]
    fn opaque(&self, amount: u64) -> impl Future<Output = Result<u64, Denial>> {
        async move { Ok(amount) }
    }
}

/// # Safety
///
/// For the sake of its shape.
#[requires_permission(action = "purchase")]
async unsafe fn careful(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

#[requires_permission(action = "purchase", skip(count))]
async fn generic<'a, T, const N: usize>(
    what: &'a [T; N],
    count: impl Into<u64>,
) -> Result<&'a T, Denial>
where
    T: serde::Serialize + Sync,
    [T; N]: serde::Serialize,
{
    let _ = count.into();
    Ok(&what[0])
}

fn main() {
    let _ = careful;
}
