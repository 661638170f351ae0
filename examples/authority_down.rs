//! `cargo run --example authority_down`: an agent at work while its permission server is stopped,
//! killed, talks nonsense, and comes back. The person sees each time why nothing was bought.

use std::{error::Error, time::Duration};

use failclosed::{
    Denial, Guard, HasGuard, Subject,
    audit::MemoryLog,
    http::{AuthZen, HttpAuthority},
    requires_permission,
};
use failclosed_examples::{
    Stripe, euros,
    pdp::{Pdp, serve_if_asked},
    print_log,
};

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    stripe: Stripe,
}

impl Shop {
    #[requires_permission(action = "purchase", resource = ("vendor", vendor))]
    async fn buy(&self, vendor: &str, cents: i64) -> Result<String, Denial> {
        Ok(self.stripe.charge(vendor, cents).await)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The permission server is this program too, in a process of its own.
    serve_if_asked()?;
    let server = Pdp::start(0, "sense")?;

    let authority = HttpAuthority::builder(AuthZen::new())
        .endpoint(format!("http://{}", server.address()))
        .deadline(Duration::from_millis(500))
        .build()?;
    let log = MemoryLog::new();
    let alices = Subject::agent("shopper")?.on_behalf_of("alice")?;
    let guard = Guard::builder(alices, authority, log.clone())
        // Asks the server for something that nobody may do, before anything is for sale.
        .start()
        .await?;
    let shop = Shop { guard, stripe: Stripe };

    println!("The permission server is up.");
    attempt(&shop, 12_000).await;
    attempt(&shop, 74_200).await;

    println!("\nIt is stopped: it takes questions, and does not answer (SIGSTOP).");
    server.signal("STOP")?;
    attempt(&shop, 12_000).await;
    server.signal("CONT")?;

    println!("\nIt is killed (SIGKILL).");
    let mut server = server;
    server.kill()?;
    attempt(&shop, 12_000).await;

    println!("\nSomething else answers in its place: a login page, with status 200.");
    let server = server.again("nonsense")?;
    attempt(&shop, 12_000).await;

    println!("\nIt is back.");
    let _server = server.again("sense")?;
    attempt(&shop, 12_000).await;

    println!("\nWhat was recorded:");
    print_log(&log);
    Ok(())
}

async fn attempt(shop: &Shop, cents: i64) {
    println!("  The agent wants a ticket, {} at coachella.com.", euros(cents));
    match shop.buy("coachella.com", cents).await {
        Ok(receipt) => println!("    Bought: {receipt}"),
        Err(denial) => {
            println!("    {denial}");
            println!("    operator: {}", denial.operator());
        }
    }
}
