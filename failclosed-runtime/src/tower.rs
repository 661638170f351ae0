//! [tower](https://docs.rs/tower) layers for HTTP services: whose request it is, and whether it may
//! be served at all.

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
};

use http::{Extensions, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    argument::Question,
    contain::{Panicked, contain},
    denial::Denial,
    enforce::{Asking, Entry, enter},
    guard::Guard,
    resource::Resource,
};

mod asked;
mod overruling;
mod scoped;

pub use scoped::ScopedBody;

/// Readiness is asked for before there is a request, and so for nobody.
static NOBODY: LazyLock<Guard> =
    LazyLock::new(|| Guard::unconfigured("a service is made ready before it has a caller").lend());

type Identify = dyn Fn(&Extensions) -> Option<Guard> + Send + Sync;

/// Finds the guard of a request's caller, in what the layers above have verified and left among its
/// extensions. Headers are not given: they are what the caller says.
#[derive(Clone)]
struct Callers(Arc<Identify>);

impl Callers {
    /// # Denies
    /// As *not configured*, everything that a request without an identity asks for.
    fn guard(&self, verified: &Extensions) -> Guard {
        match contain(|| (self.0)(verified)) {
            Ok(Some(guard)) => guard,
            // FAIL CLOSED: nobody in particular may do nothing in particular; and an installed guard
            // is not an unknown caller's.
            Ok(None) => Guard::unconfigured("the request's caller is not known"),
            Err(Panicked(_)) => Guard::unconfigured("looking for the request's caller panicked"),
        }
    }
}

/// Serves each request with its caller's guard as the [current](Guard::current) one.
///
/// Handlers below it find it there, and so do the functions they call and the response bodies that
/// they stream; a task they spawn does not. Before there is a request (`poll_ready`) nobody acts.
#[derive(Clone)]
pub struct ScopeLayer(Callers);

impl ScopeLayer {
    /// `identify` gives the guard of a request's caller, if the caller is known, from the extensions
    /// that the layers above have left: what an authentication layer verified, a client's certificate.
    /// Without one every guarded function below is denied, and the others are not concerned.
    pub fn new(identify: impl Fn(&Extensions) -> Option<Guard> + Send + Sync + 'static) -> Self {
        Self(Callers(Arc::new(identify)))
    }

    /// All of it: a service that has no more routes to give. A router that is layered is a router
    /// still, and what is added to it afterwards is not below the layer:
    ///
    /// ```
    /// # #[cfg(feature = "axum")] {
    /// # use failclosed_runtime::{Guard, tower::ScopeLayer};
    /// # fn service<R: Clone>(routes: R) {
    /// let served = ScopeLayer::new(|verified| verified.get::<Guard>().cloned()).around(routes);
    /// // axum::serve(listener, served.into_make_service()), by axum::ServiceExt
    /// # } }
    /// ```
    pub fn around<S>(&self, service: S) -> Scoped<S> {
        self.layer(service)
    }
}

impl<S> Layer<S> for ScopeLayer {
    type Service = Scoped<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Scoped { callers: self.0.clone(), inner }
    }
}

/// A service under a [`ScopeLayer`].
#[derive(Clone)]
pub struct Scoped<S> {
    callers: Callers,
    inner: S,
}

type Served<R, E> = Pin<Box<dyn Future<Output = Result<R, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for Scoped<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<ScopedBody<R>>;
    type Error = S::Error;
    type Future = Served<Response<ScopedBody<R>>, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // FAIL CLOSED: no request, no caller; and the one who runs the server is not lent to it.
        NOBODY.within(|| self.inner.poll_ready(cx))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let guard = self.callers.guard(&parts.extensions);
        // Inside of it too: a service may look for its guard before it has made its future, and must
        // not find the one that its server runs under.
        let guard = guard.lend();
        let served = guard.within(|| self.inner.call(Request::from_parts(parts, body)));
        let served = guard.scope(served);
        Box::pin(async move { Ok(served.await?.map(|body| ScopedBody::new(guard, body))) })
    }
}

/// Asks before a request is served: for a service whose code is somebody else's.
///
/// The authority sees `method`, `path` and `query` as arguments, and the path as a resource of kind
/// `http`. It does **not** see headers or the body, so it cannot bind to what they say: where that
/// matters, the attribute belongs on the handler. Inside of a nested router it sees the path that is
/// left there.
///
/// # Denies
/// Everything but an explicit allow; the service is not called then. As malformed, and nobody is
/// asked, what a service might take for another request:
/// - a path that is not in the normal form of RFC 3986 (empty segments, `.` and `..`, encoded
///   letters, digits and slashes), or is encoded twice, or is no text when it is decoded; `%c3` is
///   asked about as `%C3`;
/// - a path with `;`, `%3B`, `%3F` or `%23`, where some servers end a segment or the path, unless
///   [`accepting_in_paths`](Self::accepting_in_paths) says otherwise;
/// - a header whose name says that it overrules method or path, such as `x-http-method-override`,
///   `x-original-url`, `x-forwarded-prefix` or `script_name`, unless it is
///   [trusted](Self::trusting_header); and a member of the query that does, such as `_method`.
///
/// What a file system makes of a name is not known here: case, and dots or blanks at its end.
#[derive(Clone)]
pub struct PermissionLayer<D> {
    action: &'static str,
    callers: Callers,
    on_denied: D,
    declared: asked::Declared,
}

impl<D> PermissionLayer<D> {
    /// `identify` as in [`ScopeLayer::new`]; `on_denied` makes the response, and is
    /// `failclosed::axum::problem` for axum.
    pub fn new(
        action: &'static str,
        identify: impl Fn(&Extensions) -> Option<Guard> + Send + Sync + 'static,
        on_denied: D,
    ) -> Self {
        let callers = Callers(Arc::new(identify));
        Self { action, callers, on_denied, declared: asked::Declared::default() }
    }

    /// All of it: a service that has no more routes to give. A router that is layered is a router
    /// still, and what is merged into it, nested or added afterwards is served without being asked
    /// about.
    pub fn around<S>(&self, service: S) -> Permitted<S, D>
    where
        D: Clone,
    {
        self.layer(service)
    }

    /// Asks about paths that hold these of `;`, `?` and `#`, the last two encoded. Other characters
    /// have no effect.
    ///
    /// Only for a service that takes them for a part of the path, **and behind which no other does
    /// otherwise**: Tomcat, Jetty and Spring serve `/admin;x` as `/admin`, and a rule for `/admin` does
    /// not see that.
    #[must_use]
    pub fn accepting_in_paths(mut self, characters: &'static str) -> Self {
        self.declared.in_paths = characters;
        self
    }

    /// Asks about requests with this header, though by its name it can make them other ones. The
    /// authority does not see what it says. Once for each header; `name` is compared without case, and
    /// `_` is not `-`.
    ///
    /// **Only where callers cannot set it**: a proxy of yours writes or removes it in every request,
    /// and nobody reaches the service past that proxy; or where nothing below reads it. Otherwise
    /// whoever may ask for anything can have everything: `x-original-url: /admin`.
    #[must_use]
    pub fn trusting_header(mut self, name: &'static str) -> Self {
        self.declared.trusted.push(name);
        self
    }
}

impl<S, D: Clone> Layer<S> for PermissionLayer<D> {
    type Service = Permitted<S, D>;

    fn layer(&self, inner: S) -> Self::Service {
        Permitted { layer: self.clone(), inner }
    }
}

/// A service under a [`PermissionLayer`].
#[derive(Clone)]
pub struct Permitted<S, D> {
    layer: PermissionLayer<D>,
    inner: S,
}

impl<S, D, B, R> Service<Request<B>> for Permitted<S, D>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    D: Fn(Denial) -> Response<R> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Served<Response<R>, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was polled ready; the clone stays for the next request.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let on_denied = self.layer.on_denied.clone();
        let action = self.layer.action;
        let declared = self.layer.declared.clone();
        let (parts, body) = request.into_parts();
        let guard = self.layer.callers.guard(&parts.extensions);
        Box::pin(async move {
            let (method, path) = (asked::method(&parts, &declared), asked::path(&parts, &declared));
            let query = asked::query(&parts);
            let show = |question: &mut Question<'_>| {
                question.resource(&Resource::new("http", path.as_str()));
                question.argument("method", &method);
                question.argument("path", &path);
                question.argument("query", &query);
            };
            let asking = Asking::nowhere(&guard, Entry::named(action), &show);
            let call = match enter(&asking).await {
                Ok(call) => call,
                Err(denial) => return Ok(on_denied(denial)),
            };
            let served = inner.call(Request::from_parts(parts, body)).await;
            let well = served.as_ref().is_ok_and(|response| {
                !response.status().is_client_error() && !response.status().is_server_error()
            });
            call.conclude(!well);
            served
        })
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callers")
    }
}

impl fmt::Debug for ScopeLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScopeLayer")
    }
}

impl<S> fmt::Debug for Scoped<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scoped")
    }
}

impl<D> fmt::Debug for PermissionLayer<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermissionLayer(`{}`)", self.action)
    }
}

impl<S, D> fmt::Debug for Permitted<S, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permitted(`{}`)", self.layer.action)
    }
}
