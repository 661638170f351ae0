//! Mistakes that end the compiler's work before it looks at types.

use crate::Function;

pub(crate) const TABLE: &[Function] = &[
    Function {
        name: "a_name_that_is_not_there",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    Ok(n + m)
}
"#,
    },
    Function {
        name: "a_macro_that_is_not_there",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    frobnicate!(n);
    Ok(n)
}
"#,
    },
    Function {
        name: "a_type_that_is_not_there",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let m: Nothing = n;
    Ok(m)
}
"#,
    },
    Function {
        name: "a_let_without_a_value",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let m = ;
    Ok(n)
}
"#,
    },
    Function {
        name: "a_break_outside_a_loop",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    if n > 1 {
        break;
    }
    Ok(n)
}
"#,
    },
];
