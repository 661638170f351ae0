//! Nothing that the caller chooses is left out unseen: constants, and parameters taken apart.

use failclosed::{Cause, Decision, Denial, NoDecision, authority_fn, requires_permission};
use failclosed_tests::{Rig, Shop};
use serde_json::{Value, json};

#[requires_permission(action = "pay", guard = shop.guard(), skip(shop))]
async fn pay<const CENTS: u64, const GIFT: bool>(shop: &Shop) -> Result<u64, Denial> {
    shop.ran();
    Ok(if GIFT { 0 } else { CENTS })
}

#[requires_permission(action = "pay", guard = shop.guard(), args(limit = CENTS), skip(shop, GIFT))]
async fn renamed<const CENTS: u64, const GIFT: bool>(shop: &Shop) -> Result<bool, Denial> {
    shop.ran();
    Ok(GIFT)
}

/// Not `Serialize`: it has to be taken apart, or named in `skip`.
struct Order {
    vendor: String,
    cents: u64,
}

#[requires_permission(action = "buy", resource = vendor, guard = shop.guard(), skip(shop))]
async fn buy(shop: &Shop, Order { vendor, cents }: Order) -> Result<String, Denial> {
    shop.ran();
    Ok(format!("{cents} at {vendor}"))
}

fn no_more_than_100(argument: &'static str) -> Rig {
    Rig::with(authority_fn(async move |request| {
        if request.argument::<u64>(argument)? <= 100 {
            Ok(Decision::allow())
        } else {
            Ok::<_, NoDecision>(Decision::deny("too much"))
        }
    }))
}

#[tokio::test]
async fn a_constant_that_the_caller_chooses_is_asked_about() {
    let rig = no_more_than_100("CENTS");
    let proof = rig.denies_call(Cause::Denied, async |shop| pay::<74_200, false>(shop).await).await;
    assert_eq!(proof.decisions[0].arguments, json!({ "CENTS": 74_200, "GIFT": false }));
    let running = no_more_than_100("CENTS").build();
    assert_eq!(pay::<100, false>(&running.shop).await.unwrap(), 100);
    assert_eq!(running.shop.bodies(), 1);
}

#[tokio::test]
async fn a_constant_is_renamed_and_skipped_as_a_parameter_is() {
    let rig = no_more_than_100("limit");
    let proof =
        rig.denies_call(Cause::Denied, async |shop| renamed::<101, true>(shop).await.map(|_| 0));
    assert_eq!(proof.await.decisions[0].arguments, json!({ "limit": 101 }));
    let running = no_more_than_100("limit").build();
    assert!(renamed::<100, true>(&running.shop).await.unwrap());
}

#[tokio::test]
async fn what_a_pattern_takes_apart_is_asked_about_part_by_part() {
    let order = |cents| Order { vendor: "coachella.com".into(), cents };
    let rig = no_more_than_100("cents");
    let proof = rig.denies_call(Cause::Denied, async |shop| buy(shop, order(101)).await).await;
    let asked: &Value = &proof.decisions[0].arguments;
    assert_eq!(asked, &json!({ "vendor": "coachella.com", "cents": 101 }));
    let running = no_more_than_100("cents").build();
    assert_eq!(buy(&running.shop, order(100)).await.unwrap(), "100 at coachella.com");
    assert_eq!(running.shop.bodies(), 1);
}
