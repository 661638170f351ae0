//! What is marked `skip` is seen by the body alone.

use std::fmt::Write;

use failclosed::{
    Action, Authority, Cause, Denial, NoDecision, Permit, Request, authority::Answer,
    requires_permission,
};
use failclosed_tests::{
    Events, Rig, Shop,
    authorities::{Says, allow, ask, deny, error, panics},
    block_on,
};

const SECRET: &str = "4242-4242-4242-4242";

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop, card))]
async fn charge(shop: &Shop, amount: u64, card: &str) -> Result<usize, Denial> {
    shop.ran();
    let _ = amount;
    Ok(card.len())
}

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: u64,
    #[action(skip)]
    card: String,
}

async fn purchase(shop: &Shop) -> Result<usize, Denial> {
    let purchase = Purchase { amount: 742, card: SECRET.into() };
    let body = async |permit: Permit<'_, Purchase>| {
        shop.ran();
        assert_eq!(format!("{permit:?}"), "Permit(`purchase`)");
        assert!(permit.amount == 742 && permit.card == SECRET);
        Ok(permit.card.len())
    };
    shop.guard().run(purchase, body).await
}

type Said = fn() -> Answer<'static>;

/// Writes down all there is to see of a request, as an authority that logs too much would.
struct Nosy(Said, std::sync::mpsc::Sender<String>);

impl Authority for Nosy {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        let mut seen = format!("{request:?} {:?}", request.arguments());
        write!(seen, "{}", serde_json::to_string(&request.arguments()).unwrap()).unwrap();
        write!(seen, "{:?}", request.resource()).unwrap();
        for (name, value) in request.context() {
            write!(seen, "{name}{}", serde_json::to_string(&value).unwrap()).unwrap();
        }
        assert!(request.value("card").is_none() && request.value("amount").is_some());
        self.1.send(seen).unwrap();
        (self.0)()
    }
}

/// The secret is in no request, record, event, `Debug` or `Display`, whatever the answer was.
#[test]
fn secret_that_is_skipped_appears_nowhere() {
    let answers: [(Said, Option<Cause>); 5] = [
        (allow, None),
        (deny, Some(Cause::Denied)),
        (ask, Some(Cause::NeedsApproval)),
        (error, Some(Cause::Unavailable)),
        (panics, Some(Cause::Unavailable)),
    ];
    for (answer, cause) in answers {
        let (sender, seen) = std::sync::mpsc::channel();
        let running = Rig::with(Nosy(answer, sender)).build();
        let ((first, second), events) = Events::during(|| {
            block_on(async {
                (charge(&running.shop, 742, SECRET).await, purchase(&running.shop).await)
            })
        });
        let mut all = events;
        for result in [first, second] {
            assert_eq!(result.as_ref().err().map(Denial::cause), cause);
            if let Err(denial) = result {
                all.push(format!("{denial} {denial:?} {}", denial.operator()));
            }
        }
        all.extend(seen.try_iter());
        all.push(serde_json::to_string(&running.log.entries()).unwrap());
        all.push(format!("{:?}{:?}", running.log.entries(), running.shop.guard()));
        let all = all.join("\n");
        assert!(all.contains("742"), "nothing was looked at: {all}");
        assert!(!all.contains("4242"), "{all}");
        assert!(!all.contains("card"), "{all}");
    }
}

/// The argument's value is for authorities and logs; printing a request or a denial shows none.
#[tokio::test]
async fn values_are_not_printed() {
    let proof = Rig::with(Says(deny))
        .denies_call(Cause::Denied, async |shop| shop.charge("secret.example", 31_337).await)
        .await;
    let printed = format!("{} {:?}", proof.denial, proof.denial);
    assert!(!printed.contains("31337"), "{printed}");
}

/// What an authority says about its own failure may name hosts and keys: the model sees none of it.
#[tokio::test]
async fn detail_of_a_failure_is_the_operators_and_denies() {
    let kinds: [fn(&str) -> NoDecision; 2] =
        [|text| NoDecision::unavailable(text), |text| NoDecision::malformed(text)];
    for kind in kinds {
        let authority = Says(move || kind("https://10.0.0.7/?key=sk-123").into());
        let running = Rig::with(authority).build();
        let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
        assert!(!denial.to_string().contains("sk-123"), "{denial}");
        assert!(!denial.reason().contains("sk-123"));
        assert!(denial.operator().to_string().contains("sk-123"));
    }
}
