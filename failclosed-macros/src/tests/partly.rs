//! A parameter of which an expression shows a part is named in `skip`, or it does not compile.

use super::*;

const ITEM: &str = "async fn f(p: P, q: Q) -> R { BODY }";

fn refusals(args: &str, item: &str) -> usize {
    let args = args.parse().unwrap();
    let tokens = expand::requires_permission(args, item.parse().unwrap()).to_string();
    assert_eq!(tokens.contains("BODY"), !tokens.contains("compile_error"), "{tokens}");
    tokens.matches("is shown only in part").count()
}

/// What a part can be taken by.
const PARTS: [&str; 22] = [
    "p.field",
    "p.a.b",
    "p.0",
    "&p.field",
    "(p.field)",
    "p[0]",
    "list[p]",
    "p as u8",
    "p > 0",
    "1 + p",
    "-p",
    "!p",
    "p.len()",
    "p.min(500)",
    "p.leading_zeros()",
    "p.as_ref()",
    "p.to_string()",
    "p.clone().total()",
    "pick(p, 1)",
    "1.max(p)",
    "Shown { p }",
    "(1, [p.field])",
];

/// What gives a parameter whole.
const WHOLE: [&str; 12] = [
    "p",
    "&p",
    "&mut p",
    "*p",
    "&*p",
    "(p)",
    "p.clone()",
    "p.to_owned()",
    "(*p).clone()",
    "(p, 1)",
    "[1, p]",
    "(1, [p.clone()])",
];

#[test]
fn a_part_is_refused_wherever_an_expression_takes_it() {
    for part in PARTS {
        for args in [
            format!(r#"action = "x", args(a = {part})"#),
            format!("action = X {{ a: {part} }}"),
            format!(r#"action = "x", args(a = {part}), skip(q)"#),
            format!(r#"action = "x", args(q = q, a = {part}, b = {part})"#),
        ] {
            assert_eq!(refusals(&args, ITEM), 1, "{args}");
        }
    }
}

#[test]
fn a_part_beside_the_whole_is_shown() {
    for part in PARTS {
        for args in [
            format!(r#"action = "x", args(a = {part}), skip(p)"#),
            format!(r#"action = "x", args(a = {part}, p = p)"#),
            format!("action = X {{ p }}, args(a = {part})"),
            format!(r#"action = "x", resource = ("P", {part})"#),
        ] {
            assert_eq!(refusals(&args, ITEM), 0, "{args}");
        }
    }
}

/// Once, under the name it is given.
#[test]
fn what_is_shown_whole_is_shown_once() {
    for whole in WHOLE {
        for (args, times) in [
            (format!(r#"action = "x", args(a = {whole})"#), 0),
            (format!("action = X {{ a: {whole} }}"), 0),
            // A resource accounts for nothing: the argument is shown beside it.
            (format!(r#"action = "x", resource = ("P", {whole})"#), 1),
        ] {
            assert_eq!(refusals(&args, ITEM), 0, "{args}");
            let output = expand::requires_permission(args.parse().unwrap(), ITEM.parse().unwrap());
            assert_eq!(output.to_string().matches(r#""p""#).count(), times, "{args}");
        }
    }
}

#[test]
fn a_constant_is_an_argument_like_any_other() {
    let item = "async fn f<T, const CENTS: u64, #[cfg(unix)] const FEE: u8>(p: P) -> R { BODY }";
    let expanded = |args: &str| {
        expand::requires_permission(args.parse().unwrap(), item.parse().unwrap()).to_string()
    };
    let shown = expanded(r#"action = "x""#);
    assert_eq!(shown.matches(r#""CENTS""#).count(), 1, "{shown}");
    assert!(shown.contains("# [cfg (unix)] :: failclosed"), "its condition goes with it: {shown}");
    assert!(!shown.contains("let CENTS"), "{shown}");
    let named = expanded(r#"action = "x", args(total = CENTS), skip(FEE)"#);
    assert!(!named.contains(r#""CENTS""#) && !named.contains(r#""FEE""#), "{named}");
    assert_eq!(refusals(r#"action = "x", args(total = CENTS / 100)"#, item), 1);
    assert!(expanded(r#"action = "x", args(CENTS = 1)"#).contains("shown twice"));
}
