//! A body that does nothing is a check whose answer can get lost.

use super::*;

fn is_refused(output: &str, body: &str) -> bool {
    let item = format!("async fn f() -> {output} {{ {body} }}").parse().unwrap();
    let args = r#"action = "x", on_denied = blocked"#;
    let output = expand::requires_permission(args.parse().unwrap(), item).to_string();
    output.contains("this body does nothing")
}

#[test]
fn what_does_nothing_is_refused() {
    for body in ["Ok(())", "Ok(true)", "Ok(0)", "Ok(\"yes\")", "Ok((()))"] {
        assert!(is_refused("Result<T, E>", body), "{body}");
    }
    for body in ["", "true", "false", "()", "0", "\"yes\"", "{}", "Ok(())"] {
        assert!(is_refused("Reply", body), "{body}");
    }
}

#[test]
fn what_may_do_something_is_not() {
    for body in ["Ok(amount)", "pay()", "Ok(pay())", "Err(())", "Ok(());", "stop!()", "Self", "[]"]
    {
        assert!(!is_refused("Result<T, E>", body) && !is_refused("Reply", body), "{body}");
    }
    // Half a body: the compiler says what is missing, at the body.
    for body in ["", "0", "{}"] {
        assert!(!is_refused("std::result::Result<T, E>", body), "{body}");
    }
}
