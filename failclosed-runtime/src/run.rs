//! A guarded body without a macro.

use crate::{
    action::Action,
    denial::FromDenial,
    enforce::{Asking, Entry, enter},
    guard::Guard,
    permit::Permit,
};

impl Guard {
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
    pub async fn run<A, R, F>(&self, action: A, body: F) -> R
    where
        A: Action,
        F: for<'call> AsyncFnOnce(Permit<'call, A>) -> R,
        R: FromDenial,
    {
        // An `async fn` does not know its caller: the log shows no place.
        let call = match enter(&Asking::nowhere(self, Entry::of(&action), &|_| {})).await {
            Ok(call) => call,
            Err(denial) => return R::from_denial(denial),
        };
        let result = body(call.permit()).await;
        call.conclude(result.failed());
        result
    }
}
