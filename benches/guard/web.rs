//! Authorization in web stacks: each row beside the same request unguarded. Only the differences
//! are fair, and the rows' own compare with nothing else.

use std::{collections::HashSet, convert::Infallible, future::ready, hint::black_box};

use axum::{Router, body::Body, routing::get};
use axum_login::{
    AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend, AuthzBackend, UserId,
    permission_required,
    tower_sessions::{MemoryStore, SessionManagerLayer},
};
use failclosed_benches::{Failure, rounds::Rounds};
use http::{Request, Response, StatusCode, header};
use tokio::runtime::Runtime;
use tower::{Service, ServiceExt, service_fn};
use tower_http::auth::AsyncRequireAuthorization;

const LEAF: &str = "tower leaf service";
const OPEN: &str = "axum-login: open route";

/// Adds the rows of tower-http and axum-login.
pub(crate) async fn rows<'r>(rounds: &mut Rounds<'r>, runtime: &'r Runtime) -> Result<(), Failure> {
    let leaf = || service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    let mut bare = leaf();
    rounds.awaited(LEAF, None, runtime, async move || {
        bare.ready().await?.call(black_box(Request::new(()))).await
    });
    let mut checked = AsyncRequireAuthorization::new(leaf(), |request: Request<()>| {
        // The layer names its future: a boxed one is what a check with an `await` in it becomes.
        Box::pin(async move { Ok::<_, Response<()>>(request) })
    });
    rounds.awaited(
        "+ tower-http `AsyncRequireAuthorization`",
        Some(LEAF),
        runtime,
        async move || checked.ready().await?.call(black_box(Request::new(()))).await,
    );

    let app = Router::new()
        .route("/closed", get(async || "ok"))
        .route_layer(permission_required!(Users, "purchase"))
        .route("/open", get(async || "ok"))
        .route("/login", get(log_in))
        .layer(
            AuthManagerLayerBuilder::new(
                Users,
                SessionManagerLayer::new(MemoryStore::default()).with_secure(false),
            )
            .build(),
        );
    let answer = app.clone().oneshot(Request::get("/login").body(Body::empty())?).await?;
    let cookie = answer.headers().get(header::SET_COOKIE).ok_or("no session")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    for (name, over, path) in
        [(OPEN, None, "/open"), ("axum-login: `permission_required!`", Some(OPEN), "/closed")]
    {
        let (app, cookie) = (app.clone(), cookie.clone());
        let ask = async move || {
            let request = Request::get(path).header(header::COOKIE, &cookie).body(Body::empty())?;
            Ok::<_, Failure>(app.clone().oneshot(request).await?.status())
        };
        let status = ask().await?;
        if status != StatusCode::OK {
            return Err(format!("{path}: {status}").into());
        }
        rounds.awaited(name, over, runtime, ask);
    }
    Ok(())
}

async fn log_in(mut session: AuthSession<Users>) -> StatusCode {
    match session.login(&User).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[derive(Debug, Clone)]
struct User;

impl AuthUser for User {
    type Id = u64;

    fn id(&self) -> u64 {
        1
    }

    fn session_auth_hash(&self) -> &[u8] {
        b"hash"
    }
}

/// One user, who may purchase.
#[derive(Clone)]
struct Users;

impl AuthnBackend for Users {
    type User = User;
    type Credentials = ();
    type Error = Infallible;

    async fn authenticate(&self, (): ()) -> Result<Option<User>, Infallible> {
        Ok(Some(User))
    }

    async fn get_user(&self, _: &UserId<Self>) -> Result<Option<User>, Infallible> {
        Ok(Some(User))
    }
}

impl AuthzBackend for Users {
    type Permission = &'static str;

    async fn get_user_permissions(&self, _: &User) -> Result<HashSet<&'static str>, Infallible> {
        Ok(HashSet::from(["purchase"]))
    }
}
