mod shop {
    #[failclosed::requires_permission(action = "purchase")]
    async fn charge(amount: u64) -> Result<u64, failclosed::Denial> {
        Ok(amount)
    }
}

fn main() {}
