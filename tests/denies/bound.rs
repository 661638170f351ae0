//! What the attribute binds is what the body gets: the very value that was shown.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Action, Cause, Decision, Denial, HasGuard, NoDecision, Permit, authority::Answer, authority_fn,
    guarded, requires_permission,
};
use failclosed_tests::{
    Rig, Running, Shop,
    authorities::{Says, allow, deny},
};
use serde::Serialize;
use serde_json::json;
use tokio::time::sleep;

/// A basket that others share.
#[derive(Clone, Default)]
struct Cart(Arc<Mutex<Vec<u64>>>);

impl Cart {
    fn of(cents: u64) -> Self {
        Self(Arc::new(Mutex::new(vec![cents])))
    }

    fn total(&self) -> u64 {
        self.0.lock().unwrap().iter().sum()
    }

    fn add(&self, cents: u64) {
        self.0.lock().unwrap().push(cents);
    }
}

/// Not `Clone`, and given as it is.
#[derive(Debug, PartialEq, Serialize)]
struct Price {
    cents: u64,
}

struct Order {
    vendor: String,
    price: Price,
}

impl Order {
    fn vendor(&self) -> &str {
        &self.vendor
    }
}

#[requires_permission(
    action = "pay", guard = shop.guard(), args(let total = cart.total()), skip(shop, cart)
)]
async fn pay(shop: &Shop, cart: Cart) -> Result<u64, Denial> {
    shop.ran();
    Ok(total)
}

/// Binds the total, and computes it anew all the same.
#[requires_permission(
    action = "pay", guard = shop.guard(), args(let _total = cart.total()), skip(shop, cart)
)]
async fn anew(shop: &Shop, cart: Cart) -> Result<u64, Denial> {
    shop.ran();
    Ok(cart.total())
}

#[requires_permission(
    action = "pay", guard = shop.guard(), args(let mut total: u64 = cart.total()), skip(shop, cart)
)]
fn boxed<'a>(
    shop: &'a Shop,
    cart: Cart,
) -> Pin<Box<dyn Future<Output = Result<u64, Denial>> + Send + 'a>> {
    shop.ran();
    total += 1;
    Box::pin(async move { Ok(total - 1) })
}

#[allow(clippy::manual_async_fn, reason = "the shape is what is tried")]
#[requires_permission(
    action = "pay", guard = shop.guard(), args(let total = cart.total()), skip(shop, cart)
)]
fn opaque(shop: &Shop, cart: Cart) -> impl Future<Output = Result<u64, Denial>> {
    shop.ran();
    async move { Ok(total) }
}

#[derive(Action)]
#[action(name = "pay")]
struct Pay {
    total: u64,
}

/// A name that the action carries is shown by the action.
#[requires_permission(
    action = Pay { total }, guard = shop.guard(), args(let total = cart.total()), skip(shop, cart)
)]
async fn carried(
    #[permit] permit: Permit<'_, Pay>,
    shop: &Shop,
    cart: Cart,
) -> Result<u64, Denial> {
    shop.ran();
    Ok(permit.total)
}

#[derive(HasGuard)]
struct Till<'s> {
    #[guard]
    shop: &'s Shop,
    cart: Cart,
}

impl Till<'_> {
    #[requires_permission(action = "pay", args(let total = self.cart.total()))]
    async fn pay(&self) -> Result<u64, Denial> {
        self.shop.ran();
        Ok(total)
    }
}

/// In a guarded trait a value is bound in the place of a parameter.
#[guarded]
trait Bank {
    #[requires_permission(action = "pay", args(let total = self.cart().total()))]
    async fn pay(&self, total: u64) -> Result<u64, Denial>;
    #[unguarded(reason = "gives a basket")]
    fn cart(&self) -> Cart;
}

struct Vault(Shop, Cart);

#[guarded]
impl Bank for Vault {
    async fn pay(&self, total: u64) -> Result<u64, Denial> {
        self.0.ran();
        Ok(total)
    }
    fn cart(&self) -> Cart {
        self.1.clone()
    }
}

/// Every form that binds the total, each by its name.
async fn call(form: &str, shop: &Shop, cart: Cart) -> Result<u64, Denial> {
    match form {
        "function" => pay(shop, cart).await,
        "boxed" => boxed(shop, cart).await,
        "opaque" => opaque(shop, cart).await,
        "carried" => carried(shop, cart).await,
        "method" => Till { shop, cart }.pay().await,
        "trait" => shop.guard().wrap(Vault(shop.clone(), cart)).pay(7).await,
        "anew" => anew(shop, cart).await,
        _ => panic!("no such form: {form}"),
    }
}

/// An authority that takes its time, so that others can change the basket meanwhile.
fn slow() -> Rig {
    Rig::with(Says(|| {
        Answer::pending(async {
            sleep(Duration::from_millis(20)).await;
            Ok(Decision::allow())
        })
    }))
}

async fn paid(form: &str, adds: u64) -> (Running, Result<u64, Denial>) {
    let (running, cart) = (slow().build(), Cart::of(1_000));
    let other = cart.clone();
    let add = async {
        sleep(Duration::from_millis(5)).await;
        other.add(adds);
    };
    let paid = tokio::join!(call(form, &running.shop, cart), add).0;
    (running, paid)
}

fn asked(running: &Running) -> serde_json::Value {
    let entries = running.log.entries();
    let mut entries = entries.iter().map(|entry| serde_json::to_value(entry).unwrap());
    entries.find(|entry| entry["record"] == "decision").unwrap()["arguments"].clone()
}

#[tokio::test]
async fn the_body_gets_the_value_that_was_approved() {
    for form in ["function", "boxed", "opaque", "carried", "method", "trait", "anew"] {
        let (running, paid) = paid(form, 0).await;
        assert_eq!(paid.unwrap(), 1_000, "{form}");
        assert_eq!(running.shop.bodies(), 1, "{form}");
        let name = if form == "anew" { "_total" } else { "total" };
        assert_eq!(asked(&running), json!({ name: 1_000 }), "{form}");
    }
}

/// Also where the body has the approved value: it is for another basket by now.
#[tokio::test]
async fn a_bound_value_that_is_another_one_by_now_denies() {
    for form in ["function", "boxed", "opaque", "carried", "method", "anew"] {
        let (running, paid) = paid(form, 99_000).await;
        running.denied(&paid.expect_err(form), Cause::Malformed);
    }
}

/// In a guarded trait nothing but the approved value is left to the body.
#[tokio::test]
async fn an_approved_value_stays_what_it_was() {
    let (running, paid) = paid("trait", 99_000).await;
    assert_eq!(paid.unwrap(), 1_000);
    assert_eq!(running.shop.bodies(), 1);
}

#[requires_permission(
    action = "buy", guard = shop.guard(), resource = vendor,
    args(let vendor = order.vendor, let price = order.price), skip(shop, order)
)]
async fn moved(shop: &Shop, order: Order) -> Result<(String, Price), Denial> {
    shop.ran();
    Ok((vendor, price))
}

#[requires_permission(
    action = "buy", guard = shop.guard(), args(let vendor = order.vendor()), skip(shop, order)
)]
async fn borrowed(shop: &Shop, order: Order) -> Result<String, Denial> {
    shop.ran();
    Ok(vendor.to_owned())
}

#[requires_permission(
    action = "buy", guard = shop.guard(), skip(shop),
    args(let vendor = vendor.trim(), let length = vendor.len())
)]
async fn in_its_place(shop: &Shop, vendor: &str) -> Result<String, Denial> {
    shop.ran();
    Ok(format!("{vendor}, {length}"))
}

#[tokio::test]
async fn a_value_is_moved_borrowed_or_takes_a_parameters_place() {
    let order = || Order { vendor: "coachella.com".into(), price: Price { cents: 7 } };
    let running = slow().build();
    let bought = moved(&running.shop, order()).await.unwrap();
    assert_eq!(bought, ("coachella.com".to_owned(), Price { cents: 7 }));
    assert_eq!(asked(&running), json!({ "vendor": "coachella.com", "price": { "cents": 7 } }));
    let running = slow().build();
    assert_eq!(borrowed(&running.shop, order()).await.unwrap(), "coachella.com");
    assert_eq!(asked(&running), json!({ "vendor": "coachella.com" }));
    let running = slow().build();
    assert_eq!(in_its_place(&running.shop, " coachella ").await.unwrap(), "coachella, 9");
    assert_eq!(asked(&running), json!({ "vendor": "coachella", "length": 9 }));
}

/// The body's tokens come from elsewhere: what it calls `vendor` is the parameter, and yet it has what
/// was bound in its place.
macro_rules! bound_by_a_macro {
    ($vendor:ident, $body:expr) => {
        #[requires_permission(
            action = "buy", guard = shop.guard(), args(let vendor = short($vendor)), skip(shop)
        )]
        async fn by_a_macro(shop: &Shop, $vendor: &str) -> Result<String, Denial> {
            shop.ran();
            Ok($body)
        }
    };
}
bound_by_a_macro!(vendor, vendor.to_owned());

fn short(vendor: &str) -> &str {
    vendor.get(..4).unwrap()
}

#[tokio::test]
async fn a_parameter_whose_place_is_taken_is_out_of_reach() {
    let running = slow().build();
    assert_eq!(by_a_macro(&running.shop, "coachella").await.unwrap(), "coac");
    assert_eq!(asked(&running), json!({ "vendor": "coac" }));
}

#[derive(Debug)]
enum Fault {
    NoSuchPath,
    Denied(Denial),
}

impl From<Denial> for Fault {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

/// How often something was resolved.
#[derive(Default)]
struct Paths(AtomicUsize);

impl Paths {
    async fn resolve(&self, path: &str) -> Result<String, Fault> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        path.strip_prefix("link/").map(|rest| format!("target/{rest}")).ok_or(Fault::NoSuchPath)
    }
}

#[requires_permission(
    action = "read", guard = shop.guard(), resource = ("Path", path),
    prepare(path = paths.resolve(&path).await?), skip(shop, paths)
)]
async fn read(shop: &Shop, paths: &Paths, path: String) -> Result<String, Fault> {
    shop.ran();
    Ok(path)
}

#[guarded]
trait Files {
    #[requires_permission(action = "read", prepare(path = self.resolve(&path).await?))]
    async fn read(&self, path: String) -> Result<String, Fault>;
    #[unguarded(reason = "resolves, and reads nothing")]
    async fn resolve(&self, path: &str) -> Result<String, Fault>;
}

struct Disk(Shop, Arc<Paths>);

#[guarded]
impl Files for Disk {
    async fn read(&self, path: String) -> Result<String, Fault> {
        self.0.ran();
        Ok(path)
    }
    #[unguarded]
    async fn resolve(&self, path: &str) -> Result<String, Fault> {
        self.1.resolve(path).await
    }
}

async fn read_by(
    form: &str,
    running: &Running,
    paths: &Arc<Paths>,
    path: &str,
) -> Result<String, Fault> {
    let (shop, path) = (&running.shop, path.to_owned());
    match form {
        "function" => read(shop, paths, path).await,
        _ => shop.guard().wrap(Disk(shop.clone(), Arc::clone(paths))).read(path).await,
    }
}

#[tokio::test]
async fn what_was_prepared_is_shown_and_given_to_the_body_and_prepared_once() {
    for form in ["function", "trait"] {
        let (running, paths) = (slow().build(), Arc::new(Paths::default()));
        let read = read_by(form, &running, &paths, "link/a").await.unwrap();
        assert_eq!(read, "target/a", "{form}");
        assert_eq!(asked(&running), json!({ "path": "target/a" }), "{form}");
        assert_eq!(paths.0.load(Ordering::SeqCst), 1, "{form}");
        assert_eq!(running.shop.bodies(), 1, "{form}");
    }
}

/// Nobody was asked, so there is nothing to deny: it is the function's own error.
#[tokio::test]
async fn what_cannot_be_prepared_asks_nobody() {
    for form in ["function", "trait"] {
        let (running, paths) = (slow().build(), Arc::new(Paths::default()));
        let fault = read_by(form, &running, &paths, "/etc/hostname").await.unwrap_err();
        assert!(matches!(fault, Fault::NoSuchPath), "{form}: {fault:?}");
        assert_eq!((running.shop.bodies(), running.log.entries().len()), (0, 0), "{form}");
    }
}

#[tokio::test]
async fn what_was_prepared_is_denied_as_what_it_is() {
    let only_links = || {
        Rig::with(authority_fn(async |request| {
            let allowed = request.argument::<String>("path")?.starts_with("link/");
            let deny = || Decision::deny("outside");
            Ok::<_, NoDecision>(if allowed { Decision::allow() } else { deny() })
        }))
    };
    for form in ["function", "trait"] {
        let (running, paths) = (only_links().build(), Arc::new(Paths::default()));
        let fault = read_by(form, &running, &paths, "link/a").await.unwrap_err();
        let Fault::Denied(denial) = fault else { panic!("{form}: {fault:?}") };
        running.denied(&denial, Cause::Denied);
    }
}

#[requires_permission(
    action = "pay", guard = shop.guard(), prepare(cart = shared(&cart).await), skip(shop)
)]
async fn shares(shop: &Shop, cart: Cart) -> Result<u64, Denial> {
    shop.ran();
    Ok(*cart.lock().unwrap())
}

async fn shared(cart: &Cart) -> Arc<Mutex<u64>> {
    tokio::task::yield_now().await;
    let total = Arc::new(Mutex::new(cart.total()));
    let later = Arc::clone(&total);
    tokio::spawn(async move {
        sleep(Duration::from_millis(5)).await;
        *later.lock().unwrap() = 99_000;
    });
    total
}

/// It is not prepared again, and yet looked at again.
#[tokio::test]
async fn what_was_prepared_and_changed_denies() {
    let running = slow().build();
    let denial = shares(&running.shop, Cart::of(1_000)).await.unwrap_err();
    running.denied(&denial, Cause::Malformed);
}

macro_rules! leave {
    ($value:expr) => {
        return $value
    };
}

#[requires_permission(action = "pay", guard = shop.guard(), prepare(total = leave!(1)), skip(shop))]
async fn leaves(shop: &Shop) -> Result<u64, Denial> {
    shop.ran();
    Ok(total)
}

fn looked_up(total: u64) -> Result<u64, Denial> {
    Ok(total)
}

#[allow(unreachable_code, reason = "it is what is tried")]
#[requires_permission(
    action = "pay", guard = shop.guard(), prepare(total = looked_up(leave!(Ok(1)))?), skip(shop)
)]
async fn leaves_or_fails(shop: &Shop) -> Result<u64, Denial> {
    shop.ran();
    Ok(total)
}

/// A `return` that a macro brings is the value that was prepared, and nobody's answer: it is asked about.
#[tokio::test]
async fn what_is_prepared_does_not_answer_for_the_body() {
    let said: [(fn() -> Answer<'static>, usize); 2] = [(deny, 0), (allow, 1)];
    for (said, runs) in said {
        for may_fail in [false, true] {
            let running = Rig::with(Says(said)).build();
            let shop = &running.shop;
            let paid = if may_fail { leaves_or_fails(shop).await } else { leaves(shop).await };
            assert_eq!((paid.is_ok(), shop.bodies()), (runs == 1, runs));
            assert_eq!(asked(&running)["total"], 1);
        }
    }
}
