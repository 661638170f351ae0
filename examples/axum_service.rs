//! `cargo run -p failclosed-examples --features axum --example axum_service [-- PORT] [--authority URL]`:
//! a shop over HTTP. Each caller has a guard of their own; a denial is a problem document; and a
//! service whose code is somebody else's is asked about before it is called. `examples/README.md`
//! shows how to talk to it.

use std::{collections::HashMap, error::Error, sync::Arc};

use axum::{
    Json, Router,
    extract::Request,
    http::{Extensions, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, post},
};
use failclosed::{
    Decision, Denial, Guard, Subject, authority_fn,
    axum::problem,
    requires_permission,
    tower::{PermissionLayer, ScopeLayer},
};
use failclosed_examples::{Options, Stderr, euros};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    vendor: String,
    cents: i64,
}

#[derive(Serialize)]
struct Receipt {
    receipt: String,
}

/// A handler that takes its parameters apart: each is asked about. Its guard is the caller's: the current one, which the layer below has set.
#[requires_permission(action = "purchase", resource = ("Vendor", &vendor))]
async fn purchase(Json(Order { vendor, cents }): Json<Order>) -> Result<Json<Receipt>, Denial> {
    eprintln!(">>> the card is charged {} at {vendor}", euros(cents));
    Ok(Json(Receipt { receipt: format!("{} at {vendor}", euros(cents)) }))
}

/// Who calls, once the token was checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Verified(&'static str);

/// The guards of those who may call at all.
type Guards = Arc<HashMap<Verified, Guard>>;

/// By what a layer has verified, and by nothing that the caller says.
fn caller(guards: &Guards) -> impl Fn(&Extensions) -> Option<Guard> + Send + Sync + 'static {
    let guards = guards.clone();
    move |verified| guards.get(verified.get::<Verified>()?).cloned()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::from_args();
    let authority = options.authority()?;
    let port = match options.rest().as_slice() {
        [] => 8080,
        [port] => port.parse()?,
        _ => return Err("usage: axum_service [PORT] [--authority URL]".into()),
    };

    let (mut buyers, mut readers) = (HashMap::new(), HashMap::new());
    for user in ["alice", "mallory"] {
        let subject = || Subject::agent("shopper")?.on_behalf_of(user);
        let buyer = Guard::builder(subject()?, authority.clone(), Stderr);
        // Refuses to start with an authority that cannot say no.
        buyers.insert(Verified(user), buyer.start().await?);
        let reports = authority_fn(async |request| match request.resource() {
            Some(on) if request.action() == "report" && on.id() == "/reports/sales" => {
                Ok(Decision::allow())
            }
            _ => Ok(Decision::deny("this report is not for agents")),
        });
        let reader = Guard::builder(subject()?, reports, Stderr).start().await?;
        readers.insert(Verified(user), reader);
    }
    let (buyers, readers) = (Arc::new(buyers), Arc::new(readers));

    let shop =
        Router::new().route("/purchase", post(purchase)).layer(ScopeLayer::new(caller(&buyers)));
    // Stands for a service that you cannot put attributes on.
    let reports = Router::new()
        .route("/reports/{name}", any(async || "1,024 tickets"))
        .layer(PermissionLayer::new("report", caller(&readers), problem));
    let routes = shop.merge(reports).layer(from_fn(authenticate));

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

/// Stands for your own: whoever has no token that is known here gets no further.
async fn authenticate(mut request: Request, next: Next) -> Response {
    let token = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let user = match token {
        Some("Bearer alices-token") => "alice",
        Some("Bearer mallorys-token") => "mallory",
        _ => return StatusCode::UNAUTHORIZED.into_response(),
    };
    request.extensions_mut().insert(Verified(user));
    next.run(request).await
}
