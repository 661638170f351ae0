//! A guarded body without a macro.

use std::{any::type_name, future::Future, panic::Location};

use crate::{
    action::Action,
    argument::Question,
    denial::FromDenial,
    enforce::{Asking, Entry, enter},
    guard::Guard,
    permit::Permit,
};

impl<D> Guard<D> {
    /// Runs `body` if the authority allows `action`, and lends it the permit. The way to guard
    /// without a macro.
    ///
    /// # Denies
    /// With every [`Cause`](crate::Cause); the body is then not called.
    ///
    /// ```
    /// # use failclosed_runtime::*;
    /// # struct Purchase { amount: u64 }
    /// # impl Arguments for Purchase {
    /// #     fn argument(&self, _: usize) -> Option<NamedArgument<'_>> { None }
    /// # }
    /// # impl Action for Purchase { const NAME: &'static str = "purchase"; type Key = Self; }
    /// # async fn buy(guard: &Guard) -> Result<u64, Denial> {
    /// guard.run(Purchase { amount: 742 }, async |permit| Ok(permit.amount)).await
    /// # }
    /// ```
    // Not an `async fn`, which does not know its caller.
    #[track_caller]
    pub fn run<A, R, F>(&self, action: A, body: F) -> impl Future<Output = R>
    where
        A: Action,
        F: for<'call> AsyncFnOnce(Permit<'call, A, D>) -> R,
        R: FromDenial,
    {
        let (site, closure) = (Location::caller(), type_name::<F>());
        async move {
            let nothing = |_: &mut Question<'_>| {};
            let asking = Asking::at(self, Entry::of(&action), &nothing, site, closure);
            let call = match enter(&asking).await {
                Ok(call) => call,
                Err(denial) => return R::from_denial(denial),
            };
            let result = body(call.permit()).await;
            call.conclude(result.failed());
            result
        }
    }
}
