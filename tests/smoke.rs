#![allow(missing_docs, clippy::unwrap_used)]
use failclosed::{audit::*, *};
#[derive(Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase<'a> {
    vendor: &'a str,
    amount: u64,
}
#[derive(Action)]
#[action(name = "refund")]
struct Refund;
struct Stripe;
#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    stripe: Locked<Stripe, Refund>,
}
impl Shop {
    #[requires_permission(action = Refund)]
    async fn refund(
        &self,
        #[permit] permit: Permit<'_, Refund>,
        mut n: u64,
    ) -> Result<u64, Denial> {
        let _s: &Stripe = self.stripe.open(&permit);
        n += 1;
        Ok(n)
    }
    #[requires_permission(action = Purchase { vendor: &vendor, amount })]
    async fn buy(
        &mut self,
        #[permit] permit: Permit<'_, Purchase<'_>>,
        vendor: String,
        amount: u64,
    ) -> Result<u64, Denial> {
        Ok(permit.amount)
    }
}
#[requires_permission(action = "purchase", resource = vendor)]
async fn charge(vendor: &str, amount: u64) -> Result<u64, Box<dyn std::error::Error>> {
    if amount > 5 {
        Err("no")?
    }
    Ok(amount + vendor.len() as u64)
}
#[tokio::test]
async fn smoke() {
    let log = MemoryLog::new();
    let g = Guard::builder(
        Subject::agent("a").unwrap(),
        authority_fn(async |r| {
            Ok(if r.action() == "purchase" {
                Decision::allow()
            } else {
                Decision::deny("no").rule("r")
            })
        }),
    )
    .audit(log.clone())
    .build()
    .unwrap();
    assert_eq!(g.scope(charge("ab", 3)).await.unwrap(), 5);
    assert_eq!(g.scope(charge("ab", 7)).await.unwrap_err().to_string(), "no");
    println!("{}", charge("ab", 3).await.unwrap_err());
    let mut s = Shop { guard: g.clone(), stripe: Locked::new(Stripe) };
    println!("{:?}", s.refund(3).await);
    println!("{:?}", s.buy("x".into(), 3).await);
    println!(
        "{:?}",
        g.run(Purchase { vendor: "q", amount: 9 }, async |p| Ok::<_, Denial>(p.amount)).await
    );
    for e in log.entries() {
        println!("{e:?}");
    }
    g.self_check().await.unwrap();
    fn send<T: Send>(_: T) {}
    send(s.refund(2));
    send(charge("a", 2));
}
