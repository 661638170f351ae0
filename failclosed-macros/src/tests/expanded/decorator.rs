mod __failclosed_guarded_client {
    #[allow(unused_imports)]
    use super::*;
    /**An implementation of `vendor::Client` that asks before each guarded method.

It guards what is called through it. The client itself stays as usable as it was for whoever holds it: hand out nothing but this.*/
    pub struct GuardedClient<T> {
        guard: ::failclosed::__private_0_1_0::Guard,
        inner: T,
    }
    impl<T> GuardedClient<T> {
        /// Puts a client behind a guard.
        pub fn new(guard: &::failclosed::__private_0_1_0::Guard, inner: T) -> Self {
            Self {
                guard: ::core::clone::Clone::clone(guard),
                inner,
            }
        }
    }
    #[automatically_derived]
    impl<T> ::core::fmt::Debug for GuardedClient<T> {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str(::core::stringify!(GuardedClient))
        }
    }
    impl<T: vendor::Client + Send> vendor::Client for GuardedClient<T> {
        #[::failclosed::requires_permission(action = "purchase", guard = self.guard)]
        async fn charge(&self, amount: u64) -> Result<u64, E> {
            ::core::compile_error! {
                "the body of `charge` never reached its guard: this attribute is not failclosed's, or another one removed it or copied the function without it\nhelp: write `#[failclosed::requires_permission(..)]`, above every attribute that rewrites"
            }
            <T as vendor::Client>::charge(&self.inner, amount).await
        }
        fn currency(&self) -> &'static str {
            <T as vendor::Client>::currency(&self.inner)
        }
    }
}
#[allow(unused_imports)]
pub use __failclosed_guarded_client::GuardedClient;
