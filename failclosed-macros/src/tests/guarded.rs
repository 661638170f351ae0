//! Tests of `#[guarded]`'s expansion.

use expect_test::expect_file;
use proc_macro2::TokenStream;

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
    let remote = pretty("remote = vendor::Client", REMOTE);
    expect_file!["expanded/decorator.rs"].assert_eq(&remote);
}

#[test]
fn each_guarded_method_asks_once() {
    let tokens = flat(expanded("", TRAIT));
    let count = |name: &str| tokens.iter().filter(|token| *token == name).count();
    // Made, asked and concluded in each of two guarded methods.
    assert_eq!(count("Offer"), 6);
    assert_eq!(tokens.windows(4).filter(|path| *path == ["Offer", ":", ":", "enter"]).count(), 2);
    // Declared and called by each of the two: as a method of `Carried`, and the door itself.
    assert_eq!(count("resource_of"), 1);
    assert_eq!(count("Entry"), 2);
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
