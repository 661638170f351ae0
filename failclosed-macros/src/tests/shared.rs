//! A parameter whose type says that it is shared is named in the attribute, or it does not compile.

use super::*;

fn refused(args: &str, params: &str) -> bool {
    let item = format!("async fn f({params}) -> R {{ BODY }}");
    let tokens = expand::requires_permission(args.parse().unwrap(), item.parse().unwrap());
    let tokens = tokens.to_string();
    assert_eq!(tokens.contains("BODY"), !tokens.contains("compile_error"), "{tokens}");
    let refused = tokens.contains("shared state is not an argument");
    assert_eq!(refused, tokens.contains("compile_error"), "another error: {tokens}");
    refused
}

const SHARED: [&str; 44] = [
    "State<App>",
    "axum::extract::State<App>",
    "tauri::State<'_, App>",
    "Extension<User>",
    "web::Data<App>",
    "actix_web::web::Data<App>",
    "Arc<App>",
    "std::sync::Arc<App>",
    "Rc<App>",
    "Arc<Mutex<App>>",
    "Arc<RwLock<App>>",
    "Arc<tokio::sync::Mutex<u64>>",
    "Arc<dyn Payments>",
    "Arc<Vec<App>>",
    "Arc<Option<Box<App>>>",
    "Arc<(u64, App)>",
    "Arc<AtomicU64>",
    "AtomicUsize",
    "&AtomicBool",
    "Mutex<u64>",
    "&Mutex<u64>",
    "&mut RwLock<u64>",
    "RefCell<u64>",
    "OnceLock<u64>",
    "LazyLock<u64>",
    "parking_lot::RwLock<u64>",
    "Pool",
    "Pool<Postgres>",
    "PgPool",
    "&sqlx::PgPool",
    "Client",
    "&reqwest::Client",
    "StripeClient",
    "PgConnection",
    "AppState",
    "Option<Mutex<u64>>",
    "Option<&Client>",
    "Vec<Arc<Mutex<u64>>>",
    "Box<Mutex<u64>>",
    "[Mutex<u64>; 2]",
    "&[Mutex<u64>]",
    "(u64, Mutex<u64>)",
    "HashMap<String, Mutex<u64>>",
    "((Mutex<u64>))",
];

const PLAIN: [&str; 28] = [
    "u64",
    "&str",
    "String",
    "Arc<str>",
    "&Arc<str>",
    "Arc<[u8]>",
    "Arc<[String]>",
    "Arc<Path>",
    "Arc<Vec<u8>>",
    "Rc<Option<Box<str>>>",
    "Arc<(u64, String)>",
    "Arc<&'static str>",
    "State",
    "Extension",
    "Data<Order>",
    "Json<Order>",
    "Clients",
    "ClientId",
    "PoolSize",
    "AtomicPart",
    "ArcLength",
    "MutexName",
    "PhantomData<Client>",
    "Vec<Option<Order>>",
    "(u64, Order)",
    "fn(Client) -> u64",
    "impl Charges<Client>",
    "Order<'a, 3>",
];

#[test]
fn shared_state_is_refused_wherever_it_stands_in_a_type() {
    for ty in SHARED {
        for params in [
            format!("p: {ty}, amount: u64"),
            format!("mut p: &{ty}"),
            format!("Wraps(p): {ty}"),
            format!("Wraps {{ p, .. }}: {ty}"),
            format!("(amount, p): (u64, {ty})"),
            format!("(amount, p, ..): (u64, {ty}, u8)"),
            format!("&self, #[cfg(unix)] p: {ty}"),
        ] {
            assert!(refused(r#"action = "x""#, &params), "{params}");
            assert!(refused(r#"action = "x", resource = p"#, &params), "{params}");
        }
    }
}

#[test]
fn what_is_named_is_said() {
    for ty in SHARED {
        let params = format!("p: {ty}, amount: u64");
        for args in [
            r#"action = "x", skip(p)"#,
            r#"action = "x", args(p = p)"#,
            r#"action = "x", args(limit = p.limit), skip(p)"#,
            r#"action = "x", args(let p = p)"#,
            r#"action = "x", mask(p)"#,
            "action = X { p }",
        ] {
            assert!(!refused(args, &params), "{args}: {params}");
        }
    }
}

#[test]
fn data_is_an_argument() {
    for ty in PLAIN {
        for params in
            [format!("p: {ty}"), format!("Wraps(p): &{ty}"), format!("(a, p): (u64, {ty})")]
        {
            assert!(!refused(r#"action = "x""#, &params), "{params}");
        }
    }
}

/// Of a pair, the one that is shared.
#[test]
fn a_neighbour_of_shared_state_is_an_argument() {
    let params = "(amount, State(app)): (u64, State<App>), (Pool(pool), (a, b)): (Pool, (u8, u8))";
    assert!(refused(r#"action = "x""#, params));
    assert!(refused(r#"action = "x", skip(app)"#, params));
    assert!(!refused(r#"action = "x", skip(app, pool)"#, params));
}

/// The parameters of a permit and of a constant are none of it.
#[test]
fn a_permit_is_no_shared_state() {
    assert!(!refused("action = X", "#[permit] permit: Permit<'_, Client>, amount: u64"));
}
