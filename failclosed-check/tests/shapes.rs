//! Each shape in the forms in which it was met, and what looks like it and is right.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test: it fails by panicking")]

use failclosed_check::{
    config::Config,
    lint, sinks,
    source::{SourceFile, Unit},
};

fn found(code: &str) -> Vec<&'static str> {
    let text = format!(
        "use failclosed::{{Answer, Authority, Approver, Ask, AuditSink, Burned, Decision, Denial, Guard,\n\
         NoDecision, NonceStore, NotRecorded, Recording, Request, answer_fn, authority_fn}};\n{code}"
    );
    let file = SourceFile::parse("src/example.rs", text).unwrap();
    let unit = Unit { name: "example".into(), roots: vec!["failclosed".into()], files: vec![file] };
    lint::unit(&unit, &sinks::all(&Config::default()).unwrap())
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

/// The body of a function that decides.
fn decides(body: &str) -> Vec<&'static str> {
    found(&format!(
        "impl Rules {{ async fn judge(&self) -> Result<Decision, NoDecision> {{ {body} }} }}"
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
fn no_answer_is_no_allow() {
    all(
        &[
            (
                "match ask() { Ok(d) => Ok(d), Err(e) => { warn!(\"{e}\"); Ok(Decision::allow()) } }",
                &["FC0201"],
            ),
            ("if let Err(_) = ask() { return Ok(Decision::allow()); } deny()", &["FC0201"]),
            (
                "if let Ok(d) = ask() { Ok(d) } else { Ok(Decision::allow().rule(\"x\")) }",
                &["FC0201"],
            ),
            ("let Ok(d) = ask() else { return Ok(Decision::allow()) }; Ok(d)", &["FC0201"]),
            ("ask().or_else(|_| Ok(Decision::allow()))", &["FC0201"]),
            ("Ok(ask().unwrap_or_else(|_| Decision::allow()))", &["FC0201"]),
            ("if ask().is_err() { return Ok(Decision::allow()); } deny()", &["FC0201"]),
            (
                "let Some(rules) = &self.rules else { return Ok(Decision::allow()) }; rules.judge()",
                &["FC0204"],
            ),
            (
                "match &self.rules { None => Ok(Decision::allow()), Some(rules) => rules.judge() }",
                &["FC0204"],
            ),
            ("if self.rules.is_none() { return Ok(Decision::allow()); } deny()", &["FC0204"]),
            (
                "match timeout(limit, ask()).await { Ok(d) => d, Err(_) => Ok(Decision::allow()) }",
                &["FC0215"],
            ),
            ("timeout(limit, ask()).await.unwrap_or(Ok(Decision::allow()))", &["FC0215"]),
            (
                "match reply { Reply::TimedOut => Ok(Decision::allow()), Reply::Said(d) => Ok(d) }",
                &["FC0215"],
            ),
            // Right.
            ("match ask() { Ok(d) => Ok(d), Err(e) => Err(NoDecision::unavailable(e)) }", &[]),
            ("let Ok(d) = ask() else { return Ok(Decision::deny(\"x\")) }; Ok(d)", &[]),
            ("match self.objection() { Some(no) => Ok(no), None => Ok(Decision::allow()) }", &[]),
            ("match (yes, id) { (true, None) => Ok(Decision::allow()), _ => deny() }", &[]),
            ("if !errors.is_empty() { return Err(first(errors)); } Ok(Decision::allow())", &[]),
        ],
        decides,
    );
}

#[test]
fn what_is_missing_is_no_allow() {
    all(
        &[
            (
                "if map.get(k).copied().unwrap_or(true) { return Ok(Decision::allow()); } deny()",
                &["FC0202"],
            ),
            (
                "if map.get(k).map_or(true, |r| r.on) { return Ok(Decision::allow()); } deny()",
                &["FC0202"],
            ),
            (
                "if map.get(k).is_none_or(|r| r.on) { return Ok(Decision::allow()); } deny()",
                &["FC0202"],
            ),
            ("Ok(map.get(k).cloned().unwrap_or(Decision::allow()))", &["FC0202"]),
            (
                "let ok = map.get(k).copied().unwrap_or(true); if !ok { return deny(); } Ok(Decision::allow())",
                &["FC0202"],
            ),
            (
                "if banned.get(k).copied().unwrap_or(false) { return deny(); } Ok(Decision::allow())",
                &["FC0202"],
            ),
            (
                "if token.is_some_and(|t| t != given) { return deny(); } Ok(Decision::allow())",
                &["FC0209"],
            ),
            (
                "if !token.is_some_and(|t| t != given) { return Ok(Decision::allow()); } deny()",
                &["FC0209"],
            ),
            (
                "if list.is_empty() || list.contains(&k) { return Ok(Decision::allow()); } deny()",
                &["FC0205"],
            ),
            (
                "if !list.is_empty() && !list.contains(&k) { return deny(); } Ok(Decision::allow())",
                &["FC0205"],
            ),
            (
                "if need.iter().all(|n| has(n)) { return Ok(Decision::allow()); } deny()",
                &["FC0206"],
            ),
            (
                "if !need.iter().all(|n| has(n)) { return deny(); } Ok(Decision::allow())",
                &["FC0206"],
            ),
            // Right.
            (
                "if map.get(k).copied().unwrap_or(false) { return Ok(Decision::allow()); } deny()",
                &[],
            ),
            (
                "if banned.get(k).copied().unwrap_or(true) { return deny(); } Ok(Decision::allow())",
                &[],
            ),
            ("if token.is_some_and(|t| t == given) { return Ok(Decision::allow()); } deny()", &[]),
            ("if list.contains(&k) { return Ok(Decision::allow()); } deny()", &[]),
            (
                "if !need.is_empty() && need.iter().all(|n| has(n)) { return Ok(Decision::allow()); } deny()",
                &[],
            ),
            ("if need.iter().all(|n| has(n)) { log(); } deny()", &[]),
        ],
        decides,
    );
}

#[test]
fn what_is_not_known_is_no_allow() {
    all(
        &[
            (
                "match word { \"no\" => deny(), \"ask\" => ask(), _ => Ok(Decision::allow()) }",
                &["FC0207"],
            ),
            (
                "match state { State::Off => deny(), State::Ask => ask(), other => Ok(Decision::allow()) }",
                &["FC0207"],
            ),
            (
                "match v { Verdict::Missing | Verdict::Yes => Ok(Decision::allow()), Verdict::No => deny() }",
                &["FC0210"],
            ),
            (
                "match v { Ok(true) | Err(_) => Ok(Decision::allow()), Ok(false) => deny() }",
                &["FC0210"],
            ),
            (
                "tokio::select! { d = yes => Ok(Decision::allow()), _ = stop => deny() }",
                &["FC0208"],
            ),
            (
                "if command.starts_with(\"git\") { return Ok(Decision::allow()); } deny()",
                &["FC0216"],
            ),
            (
                "if command.contains(\"--safe\") { return Ok(Decision::allow()); } deny()",
                &["FC0216"],
            ),
            ("if !url.starts_with(base) { return deny(); } Ok(Decision::allow())", &["FC0216"]),
            ("if cfg!(debug_assertions) { return Ok(Decision::allow()); } deny()", &["FC0212"]),
            (
                "if std::env::var(\"TRUST\").is_ok() { return Ok(Decision::allow()); } deny()",
                &["FC0212"],
            ),
            ("warn!(\"no channel, auto-allowing\"); deny()", &["FC0218"]),
            // Right.
            ("match word { \"yes\" => Ok(Decision::allow()), _ => deny() }", &[]),
            ("match n { n if n < 5 => Ok(Decision::allow()), _ => deny() }", &[]),
            ("if command.starts_with(\"rm\") { return deny(); } ask()", &[]),
            ("if commands.contains(&command) { return Ok(Decision::allow()); } deny()", &[]),
        ],
        decides,
    );
}

#[test]
fn a_region_is_known_by_its_types() {
    all(
        &[
            (
                "impl Authority for R { fn decide<'a>(&'a self, r: &'a Request<'a>) -> Answer<'a> { Answer::pending(async move { match ask() { Ok(d) => d, Err(_) => Ok(Decision::allow()) } }) } }",
                &["FC0201"],
            ),
            (
                "impl Approver for P { fn approve<'a>(&'a self, r: &'a Request<'a>, a: &'a Ask) -> Answer<'a> { match show() { Ok(d) => d.into(), Err(_) => Decision::allow().into() } } }",
                &["FC0201"],
            ),
            (
                "fn f() -> impl Authority { authority_fn(async |_| match ask() { Ok(d) => d, Err(_) => Ok(Decision::allow()) }) }",
                &["FC0201"],
            ),
            (
                "fn f() -> impl Authority { answer_fn(judge) } fn judge(r: &Request<'_>) -> Reply { match ask() { Ok(d) => d, Err(_) => Decision::allow().into() } }",
                &["FC0201"],
            ),
            (
                "impl AuditSink for S { fn decision(&self, r: &R) -> Recording<'_> { Recording::ready(match write(r) { Ok(()) => Ok(()), Err(_) => Ok(()) }) } }",
                &["FC0201"],
            ),
            (
                "impl NonceStore for N { fn burn<'a>(&'a self, n: &'a Nonce) -> Stored<'a, Burned> { Stored::ready(Ok(take(n).unwrap_or(Burned::Now))) } }",
                &["FC0202"],
            ),
            // A yes-or-no that a decision hangs on, whichever of both allows.
            (
                "fn d() -> Decision { if listed() { Decision::allow() } else { Decision::deny(\"x\") } } fn listed() -> bool { read().unwrap_or(true) }",
                &["FC0202"],
            ),
            (
                "fn d() -> Decision { if banned() { return Decision::deny(\"x\"); } Decision::allow() } fn banned() -> bool { read().unwrap_or(false) }",
                &["FC0202"],
            ),
            (
                "fn d() -> Decision { if banned() { return Decision::deny(\"x\"); } Decision::allow() } fn banned() -> bool { match read() { Ok(b) => b, Err(_) => false } }",
                &["FC0201"],
            ),
            (
                "fn d() -> Decision { if banned() { return Decision::deny(\"x\"); } Decision::allow() } fn banned() -> bool { match read() { Ok(b) => b, Err(_) => true } }",
                &[],
            ),
            // Nothing hangs on these.
            ("fn other() -> bool { read().unwrap_or(true) }", &[]),
            (
                "enum Verdict { Allow } fn other() -> Verdict { match read() { Ok(v) => v, Err(_) => Verdict::Allow } }",
                &[],
            ),
        ],
        found,
    );
}

#[test]
fn guards_and_decisions_are_used_as_they_are_meant() {
    all(
        &[
            ("struct S { guard: Option<Guard> }", &["FC0204"]),
            ("struct S { authority: Option<std::sync::Arc<dyn Authority>> }", &["FC0204"]),
            ("fn f(guard: Option<&Guard>) {}", &["FC0204"]),
            (
                "static KNOWN: LazyLock<Mutex<HashMap<String, Decision>>> = LazyLock::new(Default::default);",
                &["FC0213"],
            ),
            ("struct S { last: OnceCell<Decision> }", &["FC0213"]),
            (
                "async fn f(a: &dyn Authority, r: &Request<'_>) { let _ = a.decide(r).await; }",
                &["FC0214"],
            ),
            (
                "async fn f(a: &dyn Authority, r: &Request<'_>) -> Result<(), NoDecision> { a.decide(r).await?; Ok(()) }",
                &["FC0214"],
            ),
            ("async fn f(g: &Guard) { g.self_check().await.ok(); }", &["FC0214"]),
            (
                "fn f(d: Decision) -> bool { match d { Decision::Deny(_) => false, _ => true } }",
                &["FC0207"],
            ),
            ("#[cfg(feature = \"strict\")] impl Authority for R { }", &["FC0212"]),
            (
                "#[cfg_attr(feature = \"on\", failclosed::requires_permission(action = \"x\"))] async fn f() {}",
                &["FC0212"],
            ),
            (
                "struct R { mode: Mode } impl Authority for R { } #[derive(Default)] enum Mode { #[default] AllowAll, Ask }",
                &["FC0211"],
            ),
            (
                "struct R { on: bool } impl Authority for R { } impl Default for R { fn default() -> Self { Self { on: true } } }",
                &["FC0211"],
            ),
            (
                "struct R { #[serde(default = \"yes\")] on: bool } impl Authority for R { } fn yes() -> bool { true }",
                &["FC0211"],
            ),
            (
                "struct R { #[serde(rename(serialize = \"a\"), default = \"set::yes\")] on: bool } impl Authority for R { }\n\
                 mod set { pub fn yes() -> bool { true } }",
                &["FC0211"],
            ),
            (
                "struct R { #[serde(default = \"R::yes\")] on: bool } impl Authority for R { } impl R { fn yes() -> bool { true } }",
                &["FC0211"],
            ),
            (
                "fn f(path: &str) -> Guard { let rules = Rules::load(path).ok(); build(rules) }",
                &["FC0203"],
            ),
            (
                "fn f(all: Vec<String>) -> Guard { build(all.iter().map(parse).filter_map(Result::ok)) }",
                &["FC0203"],
            ),
            // Right.
            ("struct S { guard: Guard, limits: HashMap<String, u64> }", &[]),
            ("async fn f(g: &Guard) -> Result<(), Denial> { g.self_check().await?; Ok(()) }", &[]),
            (
                "async fn f(g: &Guard) { if let Err(e) = g.self_check().await { panic!(\"{e}\") } }",
                &[],
            ),
            (
                "fn f(d: Decision) -> bool { match d { Decision::Allow(_) => true, _ => false } }",
                &[],
            ),
            ("#[cfg(unix)] impl Authority for R { }", &[]),
            ("#[derive(Default)] enum Mode { #[default] AllowAll, Ask }", &[]),
            ("struct Shop { offers: HashMap<String, shop::Decision> }", &[]),
        ],
        found,
    );
}

#[test]
fn what_is_left_open_is_listed_and_what_is_marked_is_not() {
    let block = |said: &str| {
        format!(
            "use failclosed::guarded;\n\
             #[guarded({said})]\nimpl Shop {{\n\
             #[requires_permission(action = \"a\")] async fn charge(&self) {{}}\n\
             #[unguarded(reason = \"b\")] fn new() {{}}\n\
             fn open(&self) {{ fn inside() {{}} }}\n\
             async fn also_open(&self) {{}}\n\
             #[guarded] async fn call(&self) {{\nmatch x {{\n\
             #[requires_permission(action = \"c\")] 1 => (),\n2 => (),\n_ => (), }} }}\n}}"
        )
    };
    let open = r#"default = unguarded(reason = "moved over")"#;
    assert_eq!(found(&block(open)), ["FC0302"; 4]);
    assert!(found(&block("skip(context)")).is_empty());
    let module = format!(
        "use failclosed::guarded;\n\
         #[guarded({open})]\nmod handlers {{\nasync fn refund() {{}}\n\
         #[guarded]\nimpl Shop {{ fn marked_by_its_own_block() {{}} }} }}\n\
         #[guarded({open})]\nasync fn call() {{ match x {{\n#[unguarded(reason = \"d\")] 1 => (),\n_ => (), }} }}"
    );
    assert_eq!(found(&module), ["FC0302"; 2]);
    // Somebody else's attribute of that name.
    assert!(found(&block(open).replace("use failclosed", "use elsewhere")).is_empty());
}
