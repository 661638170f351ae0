#[tool_router]
impl Shop {
    const LIMIT: u64 = 500;
    fn new() -> Self {
        BODY
    }
    /// Charges.
    #[requires_permission(
        action = "purchase",
        guard = self.desk,
        on_denied = blocked,
        crate = ::renamed
    )]
    #[tool]
    async fn charge(&self) -> R {
        ::core::compile_error! {
            "the body of `charge` never reached its guard: this attribute is not failclosed's, or another one removed it or copied the function without it\nhelp: write `#[failclosed::requires_permission(..)]`, above every attribute that rewrites"
        }
        BODY
    }
}
