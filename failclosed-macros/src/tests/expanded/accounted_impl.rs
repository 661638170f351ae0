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
        BODY
    }
}
