//! The generated crates: one source, annotated in several ways.

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
    let mut variants = vec![
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
    ];
    variants.extend(traits());
    variants
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
    let show = |question: &mut private::Question<'_>| {{
        question.argument(\"vendor\", &vendor);
        question.argument(\"amount\", &amount);
    }};
    let asking = private::Asking::new(&guard, private::Entry::named(\"a{index}\"), &show);
    let call = match private::enter(&asking).await {{
        Ok(call) => call,
        Err(denial) => return <Result<u64, Denial> as private::FromDenial>::from_denial(denial),
    }};
"
    )
}

/// Methods of one trait, where they are in traits.
const METHODS: u32 = 20;

/// The same functions as methods of traits of [`METHODS`] each, with one implementation.
struct Traits {
    name: &'static str,
    what: &'static str,
    /// Above each trait, and above its `impl`.
    attribute: &'static str,
    /// Above each method, in the trait alone.
    mark: fn(u32) -> String,
    /// What callers hold.
    holder: fn(u32) -> String,
    /// Whether the methods give boxes themselves.
    boxed: bool,
}

impl Traits {
    fn variant(&self) -> Variant {
        let mut source = HEAD.to_owned();
        source.push_str("pub struct Stripe;\n");
        for number in 0..FUNCTIONS / METHODS {
            let methods = number * METHODS..(number + 1) * METHODS;
            let _ = writeln!(source, "{}\npub trait Shop{number} {{", self.attribute);
            for index in methods.clone() {
                let _ = writeln!(
                    source,
                    "    {} async fn f{index}(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;",
                    (self.mark)(index)
                );
            }
            let _ = writeln!(source, "}}\n{}\nimpl Shop{number} for Stripe {{", self.attribute);
            for index in methods {
                let method = function("", index, &body())
                    .replace("pub async", "async")
                    .replace("(vendor: &str", "(&self, vendor: &str");
                source.push_str(&method);
            }
            let _ = writeln!(source, "}}\npub type Holder{number} = {};", (self.holder)(number));
        }
        let holders = (0..FUNCTIONS / METHODS).fold(String::new(), |mut holders, number| {
            let _ = write!(holders, ", shop{number}: &'a Holder{number}");
            holders
        });
        if self.boxed {
            // A guarded value is made where it is used, and so is its code.
            for number in 0..FUNCTIONS / METHODS {
                let _ = writeln!(
                    source,
                    "pub fn shop{number}(guard: &failclosed::Guard) -> Box<Holder{number}> {{ {} }}",
                    if self.name == "guarded" {
                        "Box::new(guard.wrap(Stripe))"
                    } else {
                        "Box::new(Stripe)"
                    }
                );
            }
        }
        source.push_str(&tasks(&holders, |index| {
            let call = format!("shop{}.f{index}(vendor, {index})", index / METHODS);
            if self.boxed { call } else { format!("Box::pin({call})") }
        }));
        Variant { name: self.name, what: self.what, source }
    }
}

fn traits() -> [Variant; 3] {
    let unmarked = |_| String::new();
    [
        Traits {
            name: "native",
            what: "traits of 20 methods, native `async fn`",
            attribute: "",
            mark: unmarked,
            holder: |_| "Stripe".to_owned(),
            boxed: false,
        },
        Traits {
            name: "async_traits",
            what: "traits of 20 methods, `#[async_trait]`",
            attribute: "#[async_trait::async_trait]",
            mark: unmarked,
            holder: |number| format!("dyn Shop{number} + Send + Sync"),
            boxed: true,
        },
        Traits {
            name: "guarded",
            what: "traits of 20 methods, `#[guarded]`",
            attribute: "#[failclosed::guarded]",
            mark: |index| format!("#[requires_permission(action = \"a{index}\")]"),
            holder: |number| format!("dyn Shop{number}"),
            boxed: true,
        },
    ]
    .map(|traits| traits.variant())
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
    tasks("", |index| format!("Box::pin({})", call(index)))
}

fn tasks(holders: &str, task: impl Fn(u32) -> String) -> String {
    let mut source = format!(
        "pub type Task<'a> = Pin<Box<dyn Future<Output = Result<u64, Denial>> + Send + 'a>>;
pub fn tasks<'a>(vendor: &'a str{holders}) -> Vec<Task<'a>> {{
    let mut tasks: Vec<Task<'a>> = Vec::new();
"
    );
    for index in 0..FUNCTIONS {
        let _ = writeln!(source, "    tasks.push({});", task(index));
    }
    source.push_str("    tasks\n}\n");
    source
}
