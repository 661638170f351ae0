//! The generated crates: one source, annotated in five ways.

use std::fmt::Write as _;

use failclosed_benches::compile::ROOT;

/// Enough for the compiler's start-up to vanish.
pub(crate) const FUNCTIONS: u32 = 500;
/// The position of the variant that the others are compared with.
pub(crate) const INSTRUMENT: usize = 1;

/// One generated crate.
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) source: String,
}

impl Variant {
    fn functions(name: &'static str, what: &'static str, function: impl Fn(u32) -> String) -> Self {
        let mut source = HEAD.to_owned();
        (0..FUNCTIONS).for_each(|index| source.push_str(&function(index)));
        source.push_str(&calls(|index| format!("f{index}(vendor, {index})")));
        Self { name, what, source }
    }

    /// Every variant may use every dependency, so that all look up the same crates.
    pub(crate) fn manifest(&self) -> String {
        format!(
            "[package]\nname = {:?}\nedition = \"2024\"\n[dependencies]\n\
             failclosed = {{ path = {ROOT:?} }}\ntracing = \"0.1\"\nasync-trait = \"0.1\"\n",
            self.name
        )
    }
}

/// All of them. The first is the one that the others are measured over.
pub(crate) fn variants() -> Vec<Variant> {
    vec![
        Variant::functions("plain", "plain", |index| function("", index, &body())),
        Variant::functions("instrument", "`#[tracing::instrument(skip_all)]`", |index| {
            function("#[tracing::instrument(skip_all)]", index, &body())
        }),
        async_trait(),
        Variant::functions("ours", "`#[requires_permission(action = \"..\")]`", |index| {
            let attribute = format!("#[failclosed::requires_permission(action = \"a{index}\")]");
            function(&attribute, index, &body())
        }),
        Variant::functions("flat", "the same check by hand, no outcome recorded", |index| {
            function("", index, &(check(index) + &body()))
        }),
    ]
}

const HEAD: &str = "\
#![allow(unused)]
use failclosed::{Denial, __private_0_1_0 as private};
use std::{future::Future, pin::Pin};
async fn settle(total: u64) -> Result<u64, Denial> { Ok(total) }
";

fn function(attribute: &str, index: u32, body: &str) -> String {
    format!(
        "{attribute}\npub async fn f{index}(vendor: &str, amount: u64) -> Result<u64, Denial> {{\n\
         {body}}}\n"
    )
}

fn body() -> String {
    "    let mut total = amount;
    for byte in vendor.bytes() {
        if byte == b'-' {
            continue;
        }
        total = total.wrapping_mul(31).wrapping_add(u64::from(byte));
    }
    let settled = settle(total).await?;
    Ok(settled + 1)
"
    .to_owned()
}

/// The statements before a guarded body, and nothing after it: how it ended is not known.
fn check(index: u32) -> String {
    format!(
        "    let guard = private::current();
    let call = match private::enter(&private::Asking::new(&guard, private::Entry::named(\"a{index}\"), None, \
         &[(\"vendor\", &vendor as &dyn private::Argument), (\"amount\", &amount as &dyn private::Argument)])).await {{
        Ok(call) => call,
        Err(denial) => return <Result<u64, Denial> as private::FromDenial>::from_denial(denial),
    }};
"
    )
}

fn async_trait() -> Variant {
    let mut source = HEAD.to_owned();
    source.push_str("#[async_trait::async_trait]\npub trait Shop {\n");
    for index in 0..FUNCTIONS {
        let _ = writeln!(
            source,
            "    async fn f{index}(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;"
        );
    }
    source.push_str("}\npub struct Stripe;\n#[async_trait::async_trait]\nimpl Shop for Stripe {\n");
    for index in 0..FUNCTIONS {
        let method = function("", index, &body())
            .replace("pub async", "async")
            .replace("(vendor: &str", "(&self, vendor: &str");
        source.push_str(&method);
    }
    source.push_str("}\n");
    source.push_str(&calls(|index| format!("Stripe.f{index}(vendor, {index})")));
    Variant { name: "async_trait", what: "`#[async_trait]` on one trait and its impl", source }
}

/// Uses every function, as a spawned task would: without it no body is compiled to code at all.
fn calls(call: impl Fn(u32) -> String) -> String {
    let mut source =
        "pub type Task<'a> = Pin<Box<dyn Future<Output = Result<u64, Denial>> + Send + 'a>>;
pub fn tasks<'a>(vendor: &'a str) -> Vec<Task<'a>> {
    let mut tasks: Vec<Task<'a>> = Vec::new();
"
        .to_owned();
    for index in 0..FUNCTIONS {
        let _ = writeln!(source, "    tasks.push(Box::pin({}));", call(index));
    }
    source.push_str("    tasks\n}\n");
    source
}
