pub mod handlers {
    use super::*;
    #[requires_permission(action = "charge", skip(context))]
    pub async fn charge(context: Context, amount: u64) -> R {
        ::core::compile_error! {
            "the body of `charge` never reached its guard: this attribute is not failclosed's, or another one removed it or copied the function without it\nhelp: write `#[failclosed::requires_permission(..)]`, above every attribute that rewrites"
        }
        BODY
    }
    pub async fn refund(context: Context) -> R {
        BODY
    }
    #[::failclosed::guarded(crate = ::renamed)]
    impl Shop {
        fn f() {
            BODY
        }
    }
}
#[warn(deprecated)]
const _: () = {
    #[deprecated(
        note = "nobody is asked before `refund` (moved over one by one)\nhelp: write `#[requires_permission(action = \"..\")]` or `#[unguarded(reason = \"..\")]` above each, then remove `default`"
    )]
    const NOT_GUARDED_YET: () = ();
    NOT_GUARDED_YET
};
