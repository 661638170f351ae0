//! Tests of the expansion itself: what it looks like, that nothing in the user's module can shadow
//! it, and that exactly one check stands before a body. What it means is tested from outside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use expect_test::{ExpectFile, expect_file};
use proc_macro2::{TokenStream, TokenTree};

use crate::{derive, expand};

mod guarded;
mod idle;
mod partly;
mod shared;

struct Case {
    name: &'static str,
    args: &'static str,
    item: &'static str,
    expected: ExpectFile,
}

macro_rules! case {
    ($name:literal, $args:literal, $item:literal) => {
        Case {
            name: $name,
            args: $args,
            item: $item,
            expected: expect_file![concat!("tests/expanded/", $name, ".rs")],
        }
    };
}

fn cases() -> Vec<Case> {
    vec![
        case!(
            "free_function",
            r#"action = "purchase", resource = vendor"#,
            "pub async fn charge(vendor: &str, mut amount: u64) -> Result<Receipt, ChargeError> {
                 amount += fee(vendor)?;
                 Ok(Receipt { amount })
             }"
        ),
        case!(
            "method_with_permit",
            "action = Purchase, skip(card)",
            "async fn charge(
                 &self,
                 #[permit] permit: Permit<'_, Purchase>,
                 vendor: &str,
                 card: Card,
             ) -> Result<Receipt, ChargeError> {
                 self.stripe.open(&permit).charge(vendor, card).await
             }"
        ),
        case!(
            "action_with_arguments",
            "action = Purchase { vendor: &order.vendor, amount: order.amount }, skip(order)",
            "async fn charge(#[permit] permit: Permit<'_, Purchase<'_>>, order: Order)
                 -> Result<u64, Denial> {
                 Ok(permit.amount)
             }"
        ),
        case!(
            "boxed_future",
            r#"action = "purchase", crate = ::renamed"#,
            "fn charge<'a>(&'a self, amount: u64) -> Pin<Box<dyn Future<Output = Result<u64, E>> + Send + 'a>> {
                 Box::pin(async move { Ok(amount) })
             }"
        ),
        case!(
            "opaque_future",
            r#"action = "purchase", guard = self.shop.guard"#,
            "fn charge(&self, amount: u64) -> impl Future<Output = Result<u64, E>> {
                 async move { Ok(amount) }
             }"
        ),
        case!(
            "bound_names",
            r#"action = "pay", prepare(path = resolve(&path).await?), args(let mut total: u64 = cart.total()), skip(cart)"#,
            "async fn pay(path: String, cart: Cart) -> Result<u64, Denial> { total += 1; Ok(total) }"
        ),
        case!(
            "other_return_type",
            r#"action = "purchase", on_denied = tool_error"#,
            "async fn charge(&self, Parameters(order): Parameters<Order>) -> Result<CallToolResult, ErrorData> {
                 run(order).await
             }"
        ),
        case!(
            "stream_in_result",
            r#"action = "read""#,
            "async fn read(path: &Path) -> Result<impl Stream<Item = u8>, Denial> { open(path) }"
        ),
    ]
}

fn expanded(case: &Case) -> TokenStream {
    expand::requires_permission(case.args.parse().unwrap(), case.item.parse().unwrap())
}

fn pretty(tokens: &TokenStream) -> String {
    // A method is an item only inside an impl.
    let inside = quote::quote!(impl Shop { #tokens });
    let file = syn::parse2(inside).unwrap_or_else(|error| panic!("{error}: {tokens}"));
    prettyplease::unparse(&file)
}

#[test]
fn expansions_are_as_reviewed() {
    for case in cases() {
        case.expected.assert_eq(&pretty(&expanded(&case)));
    }
}

#[test]
fn derived_impls_are_as_reviewed() {
    let action = r#"#[action(name = "purchase", resource = vendor)]
        struct Purchase<'a> { vendor: &'a str, r#type: u8, #[action(skip)] card: Card }"#;
    let action = derive::action::expand(action.parse().unwrap());
    let guard = "struct Shop<T> { #[guard] guard: Guard, inner: T }";
    let guard = derive::has_guard::expand(guard.parse().unwrap());
    let both = prettyplease::unparse(&syn::parse2(quote::quote!(#action #guard)).unwrap());
    expect_file!["tests/expanded/derives.rs"].assert_eq(&both);
}

/// The example beside the README's: what is made of `purchase.rs` is compiled and run as the program
/// `purchase_expanded`, which has no other text of it.
#[test]
fn the_expanded_example_is_the_expansion_of_the_example() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let source = std::fs::read_to_string(examples.join("purchase.rs")).unwrap();
    let mut expansion = TokenStream::new();
    for item in syn::parse_file(&source).unwrap().items {
        match item {
            syn::Item::Struct(item) => expansion.extend(derived(item)),
            syn::Item::Impl(item) => expansion.extend(rewritten(item)),
            _ => {}
        }
    }
    let expansion = prettyplease::unparse(&syn::parse2(expansion).unwrap());
    expect_file!["../../examples/purchase_expanded/expansion.rs"].assert_eq(&expansion);
}

/// A struct without the attributes that are ours, and what they derive.
fn derived(mut item: syn::ItemStruct) -> TokenStream {
    let tokens = quote::quote!(#item);
    let derives = item.attrs.iter().find(|attr| attr.path().is_ident("derive")).unwrap();
    let list = derives.parse_args::<syn::Ident>().unwrap().to_string();
    let derived = match list.as_str() {
        "Action" => derive::action::expand(tokens),
        "HasGuard" => derive::has_guard::expand(tokens),
        other => panic!("`{other}` is not ours"),
    };
    item.attrs.clear();
    item.fields.iter_mut().for_each(|field| field.attrs.clear());
    quote::quote!(#item #derived)
}

/// An impl whose guarded functions are what the attribute makes of them.
fn rewritten(item: syn::ItemImpl) -> TokenStream {
    let (of, functions) = (&item.self_ty, &item.items);
    let functions = functions.iter().map(|function| {
        let syn::ImplItem::Fn(function) = function else { panic!("something else than functions") };
        let mut function = function.clone();
        let is_ours = |attr: &syn::Attribute| attr.path().is_ident("requires_permission");
        let at = function.attrs.iter().position(is_ours).unwrap();
        let attribute = function.attrs.remove(at);
        function.attrs.clear();
        let syn::Meta::List(list) = attribute.meta else { panic!("without arguments") };
        expand::requires_permission(list.tokens, quote::quote!(#function))
    });
    quote::quote!(impl #of { #(#functions)* })
}

/// The names that a user's module most often has others of.
const SHADOWED: [&str; 11] = [
    "Result",
    "Ok",
    "Err",
    "Option",
    "Some",
    "None",
    "Box",
    "Action",
    "Arguments",
    "HasGuard",
    "FromDenial",
];

#[test]
fn nothing_of_ours_can_be_shadowed() {
    for case in cases() {
        let input: Vec<_> = flat(case.item.parse().unwrap());
        let from_user = |name: &str| input.iter().any(|token| token == name);
        let output = flat(expanded(&case));
        for (index, token) in output.iter().enumerate() {
            let bare = index == 0 || output[index - 1] != ":";
            let ours = SHADOWED.contains(&token.as_str()) && !from_user(token);
            assert!(!(bare && ours), "{}: `{token}` without a path", case.name);
        }
    }
}

#[test]
fn one_check_stands_before_each_body() {
    for case in cases() {
        let tokens = flat(expanded(&case));
        let checks = tokens.iter().filter(|token| *token == "enter").count();
        assert_eq!(checks, 1, "{}", case.name);
        // The item has one group of braces for its body; all of its tokens come after the check.
        let body = case.item.parse::<TokenStream>().unwrap().into_iter().last().unwrap();
        let TokenTree::Group(body) = body else { panic!("{}", case.name) };
        let body = flat(body.stream());
        let check = tokens.iter().position(|token| token == "enter").unwrap();
        let starts = tokens
            .windows(body.len())
            .enumerate()
            .filter(|(_, window)| *window == body)
            .map(|(start, _)| start)
            .collect::<Vec<_>>();
        assert!(!starts.is_empty() && starts.iter().all(|start| *start > check), "{}", case.name);
    }
}

#[test]
fn an_error_leaves_no_body() {
    let bodies = [
        (r#"action = """#, "async fn f() -> Result<(), E> { secret() }"),
        (r#"actoin = "x""#, "async fn f() -> Result<(), E> { secret() }"),
        (r#"action = "x""#, "fn f() -> Result<(), E> { secret() }"),
        (r#"action = "x""#, "const fn f() -> Result<(), E> { secret() }"),
        (r#"action = "x", skip(nobody)"#, "async fn f() -> Result<(), E> { secret() }"),
        (r#"action = "x", crate = relative"#, "async fn f() -> Result<(), E> { secret() }"),
        ("", "fn f() -> impl Future<Output = Result<(), E>> { secret() }"),
        ("", "fn f() -> BoxFuture<'static, Result<(), E>> { secret() }"),
        ("", "async fn f() -> impl Stream { secret() }"),
    ];
    for (args, item) in bodies {
        let output = expand::requires_permission(args.parse().unwrap(), item.parse().unwrap());
        let tokens = flat(output);
        assert!(tokens.iter().any(|token| token == "compile_error"), "{item}");
        assert!(!tokens.iter().any(|token| token == "secret"), "{item}");
    }
}

#[test]
fn all_errors_are_reported_at_once() {
    let output = expand::requires_permission(
        r#"action = "", gaurd = x, skip(nobody), resource"#.parse().unwrap(),
        "const fn f(a: u8) { act() }".parse().unwrap(),
    );
    let errors = flat(output).iter().filter(|token| *token == "compile_error").count();
    assert_eq!(
        errors, 6,
        "blank action, unknown key, no value, const, not async, unknown parameter"
    );
}

/// A body that is not Rust is the compiler's to report, not the macro's to trip over.
#[test]
fn half_typed_bodies_do_not_break_it() {
    let output = expand::requires_permission(
        r#"action = "x""#.parse().unwrap(),
        "async fn f() -> Result<(), E> { let x = self. ; foo(); if }".parse().unwrap(),
    );
    assert!(!flat(output).iter().any(|token| token == "compile_error"));
}

fn flat(tokens: TokenStream) -> Vec<String> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                all.push("{".to_owned());
                all.extend(flat(group.stream()));
                all.push("}".to_owned());
            }
            other => all.push(other.to_string()),
        }
    }
    all
}

/// A condition goes with all that is made for its parameter, and with nothing else.
#[test]
fn a_condition_follows_its_parameter() {
    let item = "async fn f(#[cfg(unix)] a: u8, #[cfg(not(unix))] a: u16, b: u8) -> R { BODY }";
    let tokens =
        expand::requires_permission(r#"action = "x""#.parse().unwrap(), item.parse().unwrap())
            .to_string();
    // The parameter, its entry in the list, its binding.
    assert_eq!(tokens.matches("cfg (unix)").count(), 3, "{tokens}");
    assert_eq!(tokens.matches("cfg (not (unix))").count(), 3, "{tokens}");
}

#[test]
fn a_condition_never_hides_a_parameter_that_exists() {
    let args = "action = Purchase { #[cfg(any())] amount }";
    let refused = |item: &str| {
        let tokens = expand::requires_permission(args.parse().unwrap(), item.parse().unwrap());
        tokens.to_string().contains("could hide") || tokens.to_string().contains("compile_error")
    };
    assert!(refused("async fn f(amount: u8) -> R { BODY }"));
    assert!(refused("async fn f(#[cfg(unix)] amount: u8) -> R { BODY }"));
    assert!(!refused("async fn f(#[cfg(any())] amount: u8) -> R { BODY }"));
}
