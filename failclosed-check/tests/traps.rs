//! Traps in what is guarded: each in several forms, and what looks like it and is right.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use failclosed_check::{
    config::Config,
    dangers, lint, sinks,
    source::{SourceFile, Unit},
};

fn unit(code: &str) -> Unit {
    let text = format!(
        "use failclosed::{{Action, Authority, Decision, Denial, Guard, Locked, Permit, authority_fn, danger,\n\
         requires_permission}};\nuse std::process::Command;\n{code}"
    );
    let file = SourceFile::parse("src/example.rs", text).unwrap();
    Unit { name: "example".into(), roots: vec!["failclosed".into()], files: vec![file] }
}

fn found(code: &str) -> Vec<&'static str> {
    found_with(code, "")
}

/// Under such a `failclosed.toml`.
fn found_with(code: &str, config: &str) -> Vec<&'static str> {
    let sinks = sinks::all(&Config::parse(config).unwrap()).unwrap();
    lint::unit(&unit(code), &sinks).iter().map(|finding| finding.rule.id).collect()
}

/// A guarded body with a permit and a lock.
fn guarded(body: &str) -> Vec<&'static str> {
    found(&format!(
        "impl Shop {{ #[requires_permission(action = Buy, skip(hidden))]\n\
         async fn buy(&self, #[permit] permit: Permit<'_, Buy>, path: &str, hidden: String) -> R {{ {body} }} }}"
    ))
}

fn all(cases: &[(&str, &[&str])], of: fn(&str) -> Vec<&'static str>) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(code, expected)| (code, expected, of(code)))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(code, expected, found)| format!("{code}\n  expected {expected:?}, found {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_permit_opened_is_not_kept() {
    all(
        &[
            ("Ok(self.stripe.open(&permit).clone())", &["FC0222"]),
            ("let c = self.stripe.open(&permit).clone(); Ok(c)", &["FC0222"]),
            ("let o = self.stripe.open(&permit); let c = o.to_owned(); return Ok(c);", &["FC0222"]),
            ("let c = Client::clone(self.stripe.open(&permit)); Ok(Some(c))", &["FC0222"]),
            ("*self.kept.lock() = Some(self.stripe.open(&permit).clone()); Ok(())", &["FC0222"]),
            ("self.kept.set(self.stripe.view(&permit).clone()); Ok(())", &["FC0222"]),
            ("KEPT.set(self.stripe.open(&permit).clone()); Ok(())", &["FC0222"]),
            ("let c = self.stripe.open(&permit).clone(); Ok(Session { client: c })", &["FC0222"]),
            (
                "let c = self.stripe.open(&permit).clone(); Ok(Box::new(move || c.pay()))",
                &["FC0222"],
            ),
            (
                "if path.is_empty() { Err(no()) } else { Ok(self.s.open(&permit).clone()) }",
                &["FC0222"],
            ),
            // Right.
            ("Ok(self.stripe.open(&permit).charge(1).await?.clone())", &[]),
            ("let c = self.stripe.open(&permit).clone(); c.charge(1).await", &[]),
            ("let c = self.stripe.open(&permit).clone(); Ok(c.charge(1).await?)", &[]),
            (
                "let mut here = Vec::new(); here.push(self.stripe.open(&permit).clone()); Ok(())",
                &[],
            ),
            ("let f = self.file.open(path).clone(); Ok(f)", &[]),
            ("Ok(self.stripe.clone())", &[]),
        ],
        guarded,
    );
    let run = "async fn f(g: &Guard, l: &L) { g.run(Buy, async |permit| Ok(l.open(&permit).clone())).await; }";
    assert_eq!(found(run), ["FC0222"]);
    assert!(found(&run.replace("g.run(Buy", "g.walk(Buy")).is_empty());
    let lent = "fn client(l: &L, permit: &Permit<'_, Buy>) -> Client { l.open(permit).clone() }";
    assert_eq!(found(lent), ["FC0222"]);
}

#[test]
fn work_is_not_detached() {
    all(
        &[
            ("tokio::spawn(async move { tokio::fs::remove_file(p).await }); Ok(())", &["FC0223"]),
            ("drop(tokio::task::spawn_blocking(|| std::fs::write(p, d))); Ok(())", &["FC0223"]),
            ("let _ = std::thread::spawn(move || std::fs::remove_file(p)); Ok(())", &["FC0223"]),
            (
                "let h = tokio::spawn(async { std::fs::remove_file(p) }); h.abort(); Ok(())",
                &["FC0223"],
            ),
            (
                "let c = self.s.open(&permit).clone(); tokio::spawn(async move { c.pay().await }); Ok(())",
                &["FC0223"],
            ),
            (
                "self.runtime.spawn(async move { Command::new(\"git\").spawn() }); Ok(())",
                &["FC0223"],
            ),
            ("task::spawn_local(async { std::fs::remove_file(p) }); Ok(())", &["FC0223"]),
            // Right.
            ("tokio::spawn(async move { tokio::fs::remove_file(p).await }).await?; Ok(())", &[]),
            (
                "tokio::task::spawn_blocking(|| std::fs::write(p, d)).await.map_err(no)??; Ok(())",
                &[],
            ),
            ("let h = tokio::spawn(async { std::fs::remove_file(p) }); h.await?; Ok(())", &[]),
            ("std::thread::spawn(move || std::fs::remove_file(p)).join(); Ok(())", &[]),
            (
                "let h = tokio::spawn(async { std::fs::remove_file(p) }); let (a, b) = tokio::join!(h, x()); Ok(())",
                &[],
            ),
            (
                "let mut all = Vec::new(); all.push(tokio::spawn(async { std::fs::remove_file(p) })); for h in all { h.await?; } Ok(())",
                &[],
            ),
            ("std::thread::scope(|s| { s.spawn(|| std::fs::remove_file(p)); }); Ok(())", &[]),
            ("tokio::spawn(async move { tracing::info!(\"done\") }); Ok(())", &[]),
            ("let child = Command::new(\"git\").spawn()?; Ok(child)", &[]),
        ],
        guarded,
    );
    let below = "#[requires_permission(action = \"a\")] async fn f() -> R { tokio::spawn(erase(1)); Ok(()) }\n\
                 async fn erase(n: u8) { step(n) } fn step(n: u8) { std::fs::remove_file(\"x\"); }";
    assert_eq!(found(below), ["FC0223"]);
    assert!(found(&below.replace("std::fs::remove_file", "println")).is_empty());
    assert!(found(&below.replace("#[requires_permission(action = \"a\")]", "")).is_empty());
}

#[test]
fn what_is_skipped_is_not_what_is_done() {
    all(
        &[
            ("std::fs::write(path, hidden)?; Ok(())", &["FC0224"]),
            ("Command::new(hidden).status(); Ok(())", &["FC0224"]),
            ("Command::new(\"git\").arg(&hidden).status(); Ok(())", &["FC0224"]),
            (
                "let mut c = Command::new(\"git\"); c.arg(\"x\").args([&hidden]); c.status(); Ok(())",
                &["FC0224"],
            ),
            ("reqwest::Client::new().post(url).json(&hidden).send().await; Ok(())", &["FC0224"]),
            // Right.
            ("std::fs::write(path, \"text\")?; Ok(())", &[]),
            ("Command::new(\"git\").arg(path).status(); Ok(())", &[]),
            ("reqwest::Client::new().post(url).bearer_auth(hidden).send().await; Ok(())", &[]),
            ("let mut list = List::new(); list.arg(&hidden); Ok(())", &[]),
            ("log(hidden); Ok(())", &[]),
        ],
        guarded,
    );
}

#[test]
fn a_lock_is_the_only_door() {
    all(
        &[
            ("pub struct S { pub client: Locked<Client, Buy> }", &["FC0225"]),
            (
                "fn a() -> L { Locked::new(Client::new(k)) } fn b() { Client::new(k).pay(); }",
                &["FC0225"],
            ),
            (
                "fn a() -> L { let c = Client::connect(k)?; Locked::new(c) } fn b() { Client::connect(k); }",
                &["FC0225"],
            ),
            (
                "fn a() -> L { Locked::new(Arc::new(Client::new(k))) } fn b() { x::Client::new(k); }",
                &["FC0225"],
            ),
            // Right.
            ("pub struct S { client: Locked<Client, Buy>, pub name: String }", &[]),
            (
                "fn a() -> L { Locked::new(Client::new(k)) } fn b() -> L { Locked::new(Client::new(k)) }",
                &[],
            ),
            (
                "fn a() -> L { let c = Client::connect(k)?; Locked::new(c) } fn b() { Other::connect(k); }",
                &[],
            ),
            ("fn a() -> L { Locked::new(String::from(k)) } fn b() { String::from(k); }", &[]),
            ("fn b() { Client::new(k).pay(); Client::new(k).pay(); }", &[]),
        ],
        found,
    );
}

#[test]
fn all_guards_of_a_program_are_strict() {
    let strict = "async fn a(s: Subject, p: Cedar) { Guard::builder(s, p, log()).start().await; }";
    for lax in [
        "authority_fn(async |_| Ok(Decision::allow()))",
        "authority_fn(|_| async { Ok(Decision::allow().rule(\"all\")) })",
        "std::sync::Arc::new(authority_fn(async |_| Ok(Decision::allow())))",
    ] {
        let direct =
            format!("async fn b(s: Subject) {{ Guard::builder(s, {lax}, log()).start().await; }}");
        let bound = format!(
            "async fn b(s: Subject) {{ let p = {lax}; Guard::builder(s, p, log()).start().await; }}"
        );
        for other in [direct, bound] {
            assert_eq!(found(&format!("{strict}\n{other}")), ["FC0226"], "{other}");
            assert!(found(&other).is_empty(), "one guard by itself: {other}");
        }
    }
    let danger = "async fn b(s: Subject) { Guard::builder(s, danger::AllowEverything::because(\"x\")?, log()); }";
    assert!(found(&format!("{strict}\n{danger}")).contains(&"FC0226"));
    let asks =
        "async fn b(s: Subject) { Guard::builder(s, authority_fn(async |r| judge(r)), log()); }";
    assert!(found(&format!("{strict}\n{asks}")).is_empty());
}

#[test]
fn a_leaf_takes_the_proof() {
    let executor =
        "#[requires_permission(action = \"a\")] async fn f(p: &str) -> R { exec(p); Ok(()) }";
    let leaf = "pub fn exec(p: &str) { std::fs::remove_file(p); }";
    assert_eq!(found(&format!("{executor}\n{leaf}")), ["FC0227"]);
    for right in [
        leaf.replace("pub fn", "fn"),
        leaf.replace("p: &str", "_: &Permit<'_, Buy>, p: &str"),
        leaf.replace("std::fs::remove_file", "println"),
        leaf.replace("exec", "other"),
    ] {
        assert!(found(&format!("{executor}\n{right}")).is_empty(), "{right}");
    }
    assert!(found(&format!("fn f(p: &str) {{ exec(p); }}\n{leaf}")).is_empty());
}

#[test]
fn none_is_forgotten_among_those_that_ask() {
    let executors = "#[requires_permission(action = \"a\")] async fn pay() -> R { Ok(()) }\n\
                     async fn refund() {} async fn health() {} async fn erase() { std::fs::remove_file(\"x\"); }\n\
                     async fn twice() { pay().await; }\n";
    let router = |routes: &str| found(&format!("{executors} fn router() -> Router {{ {routes} }}"));
    let pay = "Router::new().route(\"/pay\", post(pay))";
    for (routes, expected) in [
        (format!("{pay}.route(\"/r\", post(refund))"), &["FC0228"][..]),
        (
            format!("let r = {pay}; r.route(\"/r\", axum::routing::delete(crate::refund))"),
            &["FC0228"],
        ),
        (format!("{pay}.route(\"/r\", get(health).put(refund))"), &["FC0228"]),
        (format!("{pay}.route(\"/r\", get(erase))"), &["FC0228"]),
        (format!("{pay}.route(\"/r\", web::post().to(refund))"), &["FC0228"]),
        (format!("{pay}.route(\"/r\", post(async || refund().await))"), &["FC0228"]),
        (format!("{pay}.route(\"/r\", post(|| async move {{ }}))"), &["FC0228"]),
        (
            format!("{pay}.route(\"/r\", get(|| async {{ std::fs::remove_file(\"x\"); }}))"),
            &["FC0228"],
        ),
        (
            "Router::new().route(\"/pay\", post(|| pay())).route(\"/r\", post(refund))".to_owned(),
            &["FC0228"],
        ),
        // Right.
        (format!("{pay}.route(\"/r\", post(|| async {{ pay().await }}))"), &[]),
        (format!("{pay}.route(\"/r\", get(|| async {{ \"well\" }}))"), &[]),
        (format!("{pay}.route(\"/r\", get(health))"), &[]),
        (format!("{pay}.route(\"/r\", post(twice))"), &[]),
        (format!("{pay}.route(\"/r\", post(elsewhere))"), &[]),
        (
            format!(
                "{pay}.route(\"/r\", post(refund)).layer(failclosed::tower::PermissionLayer::new(x))"
            ),
            &[],
        ),
        ("Router::new().route(\"/r\", post(refund))".to_owned(), &[]),
    ] {
        assert_eq!(router(&routes), expected, "{routes}");
    }
    let tools = |block: &str, marks: &str| {
        found(&format!(
            "{block} impl Shop {{ #[requires_permission(action = \"b\")] #[tool] async fn charge(&self) -> R {{}}\n\
             {marks} async fn give(&self) {{}} }}"
        ))
    };
    assert_eq!(tools("#[tool_router]", "#[tool(name = \"give\")]"), ["FC0228"]);
    assert_eq!(tools("#[tool_router]", "#[rmcp::tool]"), ["FC0228"]);
    assert!(tools("#[tool_router]", "").is_empty(), "no tool");
    assert!(tools("#[failclosed::guarded]", "#[tool]").is_empty(), "the block refuses it itself");
    assert!(tools("", "#[unguarded(reason = \"reads a clock\")] #[tool]").is_empty());
    let arms = |arm: &str| {
        found(&format!(
            "{executors} async fn call(name: &str) {{ match name {{ \"pay\" => {{ pay().await; }} {arm} _ => () }} }}"
        ))
    };
    assert_eq!(arms("\"erase\" => erase().await,"), ["FC0228"]);
    assert_eq!(arms("\"erase\" => { std::fs::remove_file(name); }"), ["FC0228"]);
    assert!(arms("\"health\" => health().await,").is_empty());
    assert!(arms("#[unguarded(reason = \"a\")] \"erase\" => erase().await,").is_empty());
    assert!(arms("\"twice\" => { pay().await; erase().await }").is_empty());
}

/// Each of these has a page with both examples; here are the other forms.
#[test]
fn guards_are_where_and_whose_they_seem() {
    all(
        &[
            // Somebody else, inside of what was permitted to this one.
            (
                "#[requires_permission(action = \"a\")] async fn f(g: &Guard) { let h = g.for_subject(s); h.run(x, y); }",
                &["FC0219"],
            ),
            (
                "async fn f(g: &Guard) { g.run(Buy, async |_| { Guard::current().for_subject(s) }).await; }",
                &["FC0219"],
            ),
            (
                "async fn f(g: &Guard) { let h = g.for_subject(s); h.run(Buy, async |_| ok()).await; }",
                &[],
            ),
            // Started nowhere.
            ("fn f() { let a = failclosed::http::HttpAuthority::builder(u); }", &["FC0220"]),
            (
                "async fn f() { let a = failclosed::http::HttpAuthority::builder(u); b(a).start().await; }",
                &[],
            ),
            (
                "fn f() { let a = failclosed::http::HttpAuthority::builder(u); b(a).start_blocking(); }",
                &[],
            ),
            // After the layer.
            (
                "fn f(r: R) { r.layer(failclosed::tower::ScopeLayer::new(g)).merge(others()); }",
                &["FC0221"],
            ),
            (
                "fn f(r: R) { r.route_layer(failclosed::tower::PermissionLayer::new(g)).nest(\"/a\", b()).x(); }",
                &["FC0221"],
            ),
            ("fn f(r: R) { r.merge(others()).layer(failclosed::tower::ScopeLayer::new(g)); }", &[]),
            ("fn f(r: R) { r.layer(elsewhere::ScopeLayer::new(g)).merge(others()); }", &[]),
            // Under a condition of the build.
            ("#[cfg(not(feature = \"demo\"))] impl Authority for R {}", &["FC0212"]),
            ("#[cfg(target_os = \"linux\")] impl Authority for R {}", &[]),
        ],
        found,
    );
}

/// What moves money is no effect of the standard library's: the project says so.
#[test]
fn effects_of_the_projects_own_count() {
    let code = "#[requires_permission(action = \"buy\", skip(p))]\n\
                async fn buy(p: String) -> R { exec(&p) }\n\
                pub fn exec(p: &str) { stripe::charge(p).ok(); }";
    assert!(found(code).is_empty());
    let own =
        "[[sinks.extra]]\npath = \"stripe::charge\"\neffect = \"user\"\nreason = \"moves money\"\n";
    assert!(found_with(code, own).contains(&"FC0227"), "{:?}", found_with(code, own));
}

#[test]
fn each_escape_hatch_is_listed_with_its_reason() {
    let code = "fn f() { let _ = danger::unchecked(builder, \"starts faster\");\n\
                let _ = danger::AllowEverything::because(WHY);\n\
                // failclosed: allow(FC0301, reason = \"read\")\n\
                let _ = danger::unrecorded(\"a demo\"); }\nfn g() { elsewhere::danger::unchecked(b, \"no\"); }";
    let listed = dangers::of(&[unit(code)]);
    let shown: Vec<_> = listed
        .iter()
        .map(|d| (d.line, d.what.as_str(), d.inside.as_str(), d.reason.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            (4, "danger::unchecked", "f", Some("starts faster")),
            (5, "danger::AllowEverything::because", "f", None),
            (7, "danger::unrecorded", "f", Some("a demo")),
        ]
    );
    let text = dangers::listed(&listed);
    assert!(text.contains("src/example.rs:4 danger::unchecked: starts faster\n"), "{text}");
    assert!(text.ends_with("3 escape hatches\n"), "{text}");
}
