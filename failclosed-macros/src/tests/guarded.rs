//! Tests of `#[guarded]`'s expansion.

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{SHADOWED, flat};
use crate::guarded;

const TRAIT: &str = r#"
    /// Takes payments.
    pub trait Payments: Debug {
        /// Charges.
        #[requires_permission(action = Purchase, resource = vendor)]
        async fn charge(&self, vendor: &str, amount: u64) -> Result<Receipt, E>;
        #[requires_permission(action = "close", on_denied = closed)]
        async fn close(&mut self, why: &super::Why) -> bool { self::log(why); true }
        #[unguarded(reason = "reads no account")]
        fn currency(&self) -> &'static str;
    }
"#;

const IMPL: &str = r#"
    impl pay::Payments for Stripe<'_> {
        async fn charge(&self, #[permit] permit: Permit<'_, Purchase>, vendor: &str, mut amount: u64)
            -> Result<Receipt, E> { BODY }
        #[unguarded]
        async fn ping(&self) -> bool { BODY }
        fn currency(&self) -> &'static str { BODY }
    }
"#;

const ACCOUNTED: &str = r#"
    #[tool_router]
    impl Shop {
        const LIMIT: u64 = 500;
        #[unguarded(reason = "builds the value")]
        fn new() -> Self { BODY }
        /// Charges.
        #[requires_permission(action = "purchase")]
        #[tool]
        async fn charge(&self) -> R { BODY }
    }
"#;

const MODULE: &str = r#"
    pub mod handlers {
        use super::*;
        #[requires_permission(action = "charge")]
        pub async fn charge(context: Context, amount: u64) -> R { BODY }
        pub async fn refund(context: Context) -> R { BODY }
        #[guarded(crate = ::renamed)]
        impl Shop { fn f() { BODY } }
    }
"#;

const DISPATCHER: &str = r#"
    async fn call(request: &Request, context: Context) -> R {
        match request.order() {
            #[requires_permission(action = "charge", mask(card), skip(request))]
            Order::Charge { card, .. } if request.amount > 0 => { BODY }
            #[unguarded(reason = "acts on nothing")]
            Order::Ping => pong(),
            _ => BODY,
        }
    }
"#;

const REMOTE: &str = r#"
    pub trait GuardedClient: Send {
        #[requires_permission(action = "purchase")]
        async fn charge(&self, amount: u64) -> Result<u64, E>;
        #[unguarded(reason = "reads no account")]
        fn currency(&self) -> &'static str;
    }
"#;

fn expanded(args: &str, item: &str) -> TokenStream {
    guarded::expand(args.parse().unwrap(), item.parse().unwrap())
}

fn pretty(args: &str, item: &str) -> String {
    let tokens = expanded(args, item);
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"));
    prettyplease::unparse(&file)
}

#[test]
fn expansions_are_as_reviewed() {
    expect_file!["expanded/guarded_trait.rs"].assert_eq(&pretty("", TRAIT));
    expect_file!["expanded/guarded_impl.rs"].assert_eq(&pretty("", IMPL));
    let defaults = "guard = self.desk, on_denied = blocked, crate = ::renamed";
    expect_file!["expanded/accounted_impl.rs"].assert_eq(&pretty(defaults, ACCOUNTED));
    let moving = r#"skip(context), default = unguarded(reason = "moved over one by one")"#;
    expect_file!["expanded/accounted_module.rs"].assert_eq(&pretty(moving, MODULE));
    expect_file!["expanded/dispatcher.rs"].assert_eq(&pretty(moving, DISPATCHER));
    let remote = pretty("remote = vendor::Client", REMOTE);
    expect_file!["expanded/decorator.rs"].assert_eq(&remote);
}

#[test]
fn each_guarded_method_asks_once() {
    let tokens = flat(expanded("", TRAIT));
    let count = |name: &str| tokens.iter().filter(|token| *token == name).count();
    // In each of two guarded methods.
    assert_eq!(count("Offer"), 2);
    assert_eq!(tokens.windows(4).filter(|path| *path == ["Offer", ":", ":", "enter"]).count(), 2);
    assert_eq!(count("resource"), 1);
}

const HELD: &str = "never reached its guard";

fn held_bodies(tokens: &TokenStream) -> usize {
    flat(tokens.clone()).iter().filter(|token| token.contains(HELD)).count()
}

/// The marked method of an accounted `impl`, without its attributes.
fn held_method() -> TokenStream {
    let block: syn::ItemImpl = syn::parse2(expanded("", ACCOUNTED)).unwrap();
    let marked = block.items.into_iter().find_map(|item| match item {
        syn::ImplItem::Fn(mut method) if method.sig.ident == "charge" => {
            method.attrs.clear();
            Some(method.to_token_stream())
        }
        _ => None,
    });
    marked.unwrap()
}

#[test]
fn a_marked_body_is_held_until_its_guard_has_it() {
    let released = |item: TokenStream| {
        let args = r#"action = "purchase""#.parse().unwrap();
        crate::expand::requires_permission(args, item)
    };
    // One of three functions is marked.
    assert_eq!(held_bodies(&expanded("", ACCOUNTED)), 1);
    assert_eq!(held_bodies(&expanded("remote = vendor::Client", REMOTE)), 1);
    let method = held_method();
    assert_eq!(held_bodies(&method), 1);
    // What `#[async_trait]` or `#[tool]` make of it, and one that repeats it.
    let syn::ImplItemFn { block, .. } = syn::parse2(method.clone()).unwrap();
    let boxed = quote! {
        fn charge(&self) -> Pin<Box<dyn Future<Output = R> + Send + '_>> {
            Box::pin(async move #block)
        }
    };
    let twice =
        quote!(async fn charge(&self) -> R { if again() { return async #block.await; } #block });
    for item in [method, boxed, twice] {
        let tokens = released(item);
        let flat = flat(tokens.clone());
        assert_eq!(held_bodies(&tokens), 0, "{tokens}");
        assert!(!flat.iter().any(|token| token == "compile_error"), "{tokens}");
        assert!(flat.iter().any(|token| token == "BODY"), "{tokens}");
    }
}

/// An error of the user's own is not ours to take out; nor is ours, where somebody rewrote it.
#[test]
fn other_errors_stay_in_a_body() {
    let text = format!("the body of `charge` {HELD}");
    for body in [quote!(::core::compile_error! { "mine" }), quote!(complain! { #text })] {
        let item = quote!(async fn charge() -> R { #body });
        let args = r#"action = "purchase""#.parse().unwrap();
        let tokens = flat(crate::expand::requires_permission(args, item));
        let kept = |word: &str| tokens.iter().any(|token| token == word);
        assert!(kept("compile_error") || kept("complain"), "{tokens:?}");
    }
}

#[test]
fn code_has_no_place_in_a_signature() {
    let traits = [
        r#"trait T { #[requires_permission(action = "x")] async fn f(&self, x: [u8; { 1 }]) -> R; }"#,
        r#"trait T { #[requires_permission(action = "x")] async fn f(&self, x: made!()) -> R; }"#,
        r#"trait T { #[requires_permission(action = "x")] async fn f(&self) -> [u8; { 1 }]; }"#,
        r#"trait T { #[unguarded(reason = "r")] fn f(&self) -> R where [u8; { 1 }]: Sized; }"#,
        r#"trait T { #[requires_permission(action = "x", on_denied = f::<{ 1 }>)] async fn f(&self) -> R; }"#,
        r#"trait T: Debug<{ 1 }> { #[unguarded(reason = "r")] fn f(&self) -> R; }"#,
        // A word before the braces makes no struct of them.
        r#"trait T { #[unguarded(reason = "r")] fn f(&self) -> [u8; unsafe { fn g() {} 1 }]; }"#,
        r#"trait T { #[unguarded(reason = "r")] fn f(&self) -> [u8; if X { fn g() {} 1 } else { 1 }]; }"#,
        r#"trait T { #[unguarded(reason = "r")] fn f(&self) -> [u8; match X { _ => 1 }]; }"#,
        r#"trait T { #[unguarded(reason = "r")] fn f(&self) -> [u8; loop { let n = 1; break n }]; }"#,
    ];
    let decorators = [
        r#"trait D { #[requires_permission(action = "x")] async fn f(&self, x: [u8; { 1 }]) -> R; }"#,
        r#"trait D { #[requires_permission(action = "x", resource = f::<{ 1 }>())] async fn f(&self) -> R; }"#,
        r#"trait D: Send + Has<{ 1 }> { #[unguarded(reason = "r")] fn f(&self) -> R; }"#,
        r#"trait D { #[requires_permission(action = "x", resource = unsafe { impl A for D {} "r" })] async fn f(&self) -> R; }"#,
    ];
    let remote = decorators.iter().map(|item| ("remote = vendor::Client", item));
    for (args, item) in traits.iter().map(|item| ("", item)).chain(remote) {
        let tokens = flat(expanded(args, item));
        assert!(tokens.iter().any(|token| token.contains("could hold code")), "{item}");
        assert!(!tokens.iter().any(|token| token == "__Key" || token == "inner"), "{item}");
    }
    // A struct is none, and neither is a number.
    for action in ["Buy { n: x[0] }", "Buy { n: a::N, x }", "Buy {}", "Buy { x, ..base(), }"] {
        let fine = format!(
            "trait D {{ #[requires_permission(action = {action})] async fn f(&self, x: [u8; 4]) -> R; }}"
        );
        let tokens = flat(expanded("remote = vendor::Client", &fine));
        assert!(!tokens.iter().any(|token| token.contains("could hold code")), "{action}");
    }
}

#[test]
fn nothing_that_is_looked_up_reaches_the_client() {
    let refused = |said: &str| {
        let item = format!(
            "trait D {{ #[requires_permission(action = {said})] async fn f(&self, x: O) -> R; }}"
        );
        let tokens = flat(expanded("remote = vendor::Client", &item));
        tokens.iter().any(|token| token.contains("out of reach"))
    };
    for said in [
        r#""x", resource = leak(&self.inner)"#,
        r#""x", resource = leak(&(self).r#inner)"#,
        r#""x", args(n = same(self).inner.n)"#,
        r#""x", guard = leak(&self.inner)"#,
        "Buy { n: leak(&self.inner) }",
    ] {
        assert!(refused(said), "{said}");
    }
    for said in [r#""x", resource = self.inner()"#, r#""x", resource = inner"#, "Buy { inner: 1 }"]
    {
        assert!(!refused(said), "{said}");
    }
}

#[test]
fn nothing_of_ours_can_be_shadowed() {
    for (args, item) in [("", TRAIT), ("", IMPL), ("remote = vendor::Client", REMOTE)] {
        let written = flat(item.parse().unwrap());
        let output = flat(expanded(args, item));
        for (index, token) in output.iter().enumerate() {
            let bare = index == 0 || output[index - 1] != ":";
            let ours = SHADOWED.contains(&token.as_str()) && !written.contains(token);
            // `type Action = Purchase;` names an associated type, which has no path.
            let named = index > 0 && output[index - 1] == "type";
            assert!(!(bare && ours) || named, "`{token}` without a path in:\n{item}");
        }
    }
}

#[test]
fn an_error_leaves_no_body() {
    let blocks = [
        ("", "impl Shop { async fn charge(&self) -> R { secret() } }"),
        ("", "impl Shop { #[unguarded] fn new() -> R { secret() } }"),
        ("", "impl Shop { #[cfg_attr(x, requires_permission())] async fn f() -> R { secret() } }"),
        ("", "trait T { async fn charge(&self) -> R { secret() } }"),
        ("", r#"trait T { #[requires_permission(action = "x")] fn f(&self) -> R { secret() } }"#),
        (
            "",
            r#"trait T { #[requires_permission(action = "")] async fn f(&self) -> R { secret() } }"#,
        ),
        ("guard = x", "impl T for X { async fn f(&self) -> R { secret() } }"),
        ("", "impl T for X { const C: u8 = 1; async fn f(&self) -> R { secret() } }"),
        ("", "impl T<u8> for X { async fn f(&self) -> R { secret() } }"),
        ("", "mod m { async fn charge() -> R { secret() } }"),
        ("", "mod m { impl Shop { async fn charge() -> R { secret() } } }"),
        ("", "mod m { made! { secret() } }"),
        ("default = unguarded", "impl Shop { async fn charge(&self) -> R { secret() } }"),
        ("", "async fn call(n: u8) -> R { match n { _ => secret() } }"),
        (
            "",
            "async fn call(n: u8) -> R { secret(); match n { #[unguarded(reason = \"r\")] _ => 1 } }",
        ),
        ("", "impl Shop { #[guarded] async fn call(n: u8) -> R { match n { _ => secret() } } }"),
        (
            "",
            r#"async fn call(n: u8) -> R { match n { #[requires_permission(action = "")] _ => secret() } }"#,
        ),
        ("remote = T", "trait D { #[unguarded(reason = \"r\")] fn f(&self) -> R { secret() } }"),
    ];
    for (args, item) in blocks {
        let tokens = flat(expanded(args, item));
        assert!(tokens.iter().any(|token| token == "compile_error"), "{item}");
        assert!(!tokens.iter().any(|token| token == "secret"), "{item}");
    }
}

#[test]
fn all_errors_are_reported_at_once() {
    let tokens = flat(expanded(
        "gaurd = x",
        r#"unsafe trait T<K>: Iterator {
            type A;
            const B: u8;
            made!();
            async fn forgotten(&self);
            #[requires_permission(action = "", skip(nobody))] fn sync(self, _: u8);
        }"#,
    ));
    let errors = tokens.iter().filter(|token| *token == "compile_error").count();
    // key, unsafe, generic, supertrait, type, const, macro, forgotten, receiver
    assert!(errors >= 9, "{errors}");
}

/// A body that is not Rust is the compiler's to report, not the macro's to trip over.
#[test]
fn half_typed_bodies_do_not_break_it() {
    for item in [
        "impl T for X { async fn f(&self) -> R { let x = self. ; if } }",
        r#"impl X { #[unguarded(reason = "r")] fn f(&self) -> R { let x = self. ; if } }"#,
        r#"trait T { #[requires_permission(action = "x")] async fn f(&self) -> R { let x = ; if } }"#,
    ] {
        let tokens = flat(expanded("", item));
        assert!(!tokens.iter().any(|token| token == "compile_error"), "{item}");
    }
}

#[test]
fn a_module_in_a_file_is_not_taken_for_one_that_was_read() {
    for item in ["mod m;", "mod m { mod more; }"] {
        let tokens = flat(expanded("", item));
        assert!(tokens.iter().any(|token| token.contains("in a file of its own")), "{item}");
        assert!(!tokens.iter().any(|token| token == "more"), "{item}");
    }
}

#[test]
fn what_is_left_open_is_warned_of_whatever_the_level_of_the_program() {
    let warned = expanded(r#"default = unguarded(reason = "later")"#, MODULE).to_string();
    assert!(warned.contains("# [warn (deprecated)]") && warned.contains("before `refund` (later)"));
    let looked_at = format!("#[allow(deprecated)] {MODULE}");
    let allowed = expanded(r#"default = unguarded(reason = "later")"#, &looked_at).to_string();
    let levels = "# [warn (deprecated)] # [allow (deprecated)] const";
    assert!(allowed.contains(levels), "{allowed}");
}
