//! Functions that do not compile, each by one mistake in its body.

use crate::Function;

pub(crate) const TABLE: &[Function] = &[
    Function {
        name: "no_value_at_the_end",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    drop(n);
}
"#,
    },
    Function {
        name: "a_value_and_a_semicolon",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    Ok::<u8, Denial>(n);
}
"#,
    },
    Function {
        name: "an_empty_body",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {}
"#,
    },
    Function {
        name: "a_statement_alone",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let twice = n * 2;
}
"#,
    },
    Function {
        name: "a_branch_without_its_other",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    if n > 1 {
        return Ok(1);
    }
}
"#,
    },
    Function {
        name: "a_branch_with_a_value_without_its_other",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    if n > 1 {
        Ok(1)
    }
}
"#,
    },
    Function {
        name: "a_loop_at_the_end",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    while n > 1 {}
}
"#,
    },
    Function {
        name: "a_bare_value",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    n
}
"#,
    },
    Function {
        name: "another_type_inside",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    Ok(n == 1)
}
"#,
    },
    Function {
        name: "another_type_early",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    if n > 1 {
        return n;
    }
    Ok(n)
}
"#,
    },
    Function {
        name: "nothing_early",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    if n > 1 {
        return;
    }
    Ok(n)
}
"#,
    },
    Function {
        name: "another_error",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let m = fallible()?;
    Ok(n + m)
}
"#,
    },
    Function {
        name: "an_option_with_a_question_mark",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let m = n.checked_add(1)?;
    Ok(m)
}
"#,
    },
    Function {
        name: "arms_of_two_types",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    match n {
        0 => Ok(1),
        _ => "one",
    }
}
"#,
    },
    Function {
        name: "an_arm_too_few",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    match n {
        0 => Ok(1),
    }
}
"#,
    },
    Function {
        name: "a_method_that_is_not_there",
        says: 1,
        source: r#"
#[guard]
pub async fn f(name: String) -> Result<u8, Denial> {
    Ok(name.length())
}
"#,
    },
    Function {
        name: "a_field_that_is_not_there",
        says: 1,
        source: r#"
#[guard]
pub async fn f(pair: Pair) -> Result<u8, Denial> {
    Ok(pair.middle)
}
"#,
    },
    Function {
        name: "another_type_in_a_let",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let m: u16 = n;
    Ok(m as u8)
}
"#,
    },
    Function {
        name: "another_type_as_an_argument",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: &str) -> Result<u8, Denial> {
    later(n).await
}
"#,
    },
    Function {
        name: "an_argument_too_few",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    drop(n);
    later().await
}
"#,
    },
    Function {
        name: "an_await_too_few",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    later(n)
}
"#,
    },
    Function {
        name: "a_question_mark_before_the_await",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let m = later(n)?;
    Ok(m)
}
"#,
    },
    Function {
        name: "a_value_moved_twice",
        says: 1,
        source: r#"
#[guard]
pub async fn f(name: Named) -> Result<u8, Denial> {
    drop(name);
    drop(name);
    later(1).await
}
"#,
    },
    Function {
        name: "a_parameter_that_is_not_mut",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    n += 1;
    Ok(n)
}
"#,
    },
    Function {
        name: "a_parameter_borrowed_mutably",
        says: 1,
        source: r#"
#[guard]
pub async fn f(name: Named) -> Result<u8, Denial> {
    name.0.push('a');
    later(1).await
}
"#,
    },
    Function {
        name: "a_reference_that_is_not_mut",
        says: 1,
        source: r#"
#[guard]
pub async fn f(name: &Named) -> Result<u8, Denial> {
    name.0.push('a');
    later(1).await
}
"#,
    },
    Function {
        name: "two_mutable_borrows",
        says: 1,
        source: r#"
#[guard]
pub async fn f(mut pair: Pair) -> Result<u8, Denial> {
    let one = &mut pair.left;
    let other = &mut pair.left;
    *one += *other;
    Ok(*one)
}
"#,
    },
    Function {
        name: "a_borrow_of_a_local",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<&'static str, Denial> {
    let text = n.to_string();
    Ok(text.as_str())
}
"#,
    },
    Function {
        name: "a_borrow_of_a_parameter",
        says: 1,
        source: r#"
#[guard]
pub async fn f<'a>(name: Named, other: &'a str) -> Result<&'a str, Denial> {
    let _ = other;
    Ok(name.0.as_str())
}
"#,
    },
    Function {
        name: "a_type_nobody_knows",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let list = Vec::new();
    Ok(n)
}
"#,
    },
    Function {
        name: "a_closure_of_another_type",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let add = |by: u8| -> u16 { n + by };
    drop(add);
    Ok(n)
}
"#,
    },
    Function {
        name: "a_bound_that_is_not_met",
        says: 1,
        source: r#"
#[guard]
pub async fn f(pair: Pair) -> Result<u8, Denial> {
    drop(pair.clone());
    Ok(pair.left)
}
"#,
    },
    Function {
        name: "an_operator_that_is_not_there",
        says: 1,
        source: r#"
#[guard]
pub async fn f(pair: Pair) -> Result<u8, Denial> {
    Ok(pair + 1)
}
"#,
    },
    Function {
        name: "no_value_in_a_method",
        says: 1,
        source: r#"
pub struct Shop;
impl failclosed::HasGuard for Shop {
    fn guard(&self) -> &failclosed::Guard { panic!() }
}
impl Shop {
    #[guard]
    pub async fn f(&self, n: u8) -> Result<u8, Denial> {
        drop(n);
    }
}
"#,
    },
    Function {
        name: "no_value_in_a_trait_method",
        says: 1,
        source: r#"
pub trait Pay: failclosed::HasGuard {
    #[guard]
    async fn f(&self, n: u8) -> Result<u8, Denial> {
        drop(n);
    }
}
"#,
    },
    Function {
        name: "no_value_in_a_box",
        says: 1,
        source: r#"
#[guard]
pub fn f(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, Denial>> + Send>> {
    drop(n);
}
"#,
    },
    Function {
        name: "no_value_inside_a_box",
        says: 1,
        source: r#"
#[guard]
pub fn f(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, Denial>> + Send>> {
    Box::pin(async move {
        drop(n);
    })
}
"#,
    },
    Function {
        name: "another_type_inside_a_box",
        says: 1,
        source: r#"
#[guard]
pub fn f(n: u8) -> Pin<Box<dyn Future<Output = Result<u8, Denial>> + Send>> {
    Box::pin(async move { n })
}
"#,
    },
    Function {
        name: "no_value_in_an_opaque_result",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<impl Iterator<Item = u8>, Denial> {
    drop(n);
}
"#,
    },
    Function {
        name: "no_value_under_async_trait",
        says: 1,
        source: r#"
#[async_trait::async_trait]
pub trait Pay {
    async fn f(&self, n: u8) -> Result<u8, Denial>;
}
pub struct Shop;
impl failclosed::HasGuard for Shop {
    fn guard(&self) -> &failclosed::Guard { panic!() }
}
#[async_trait::async_trait]
impl Pay for Shop {
    #[guard]
    async fn f(&self, n: u8) -> Result<u8, Denial> {
        drop(n);
    }
}
"#,
    },
];
