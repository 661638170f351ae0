//! Functions that compile, and what the compiler warns of.

use crate::Function;

pub(crate) const TABLE: &[Function] = &[
    Function {
        name: "quiet",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "parameter_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8, unused: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "every_parameter_unused",
        says: 2,
        source: r#"
#[guard]
pub async fn f(one: u8, other: &str) -> Result<u8, Denial> {
    later(1).await
}
"#,
    },
    Function {
        name: "parameter_not_changed",
        says: 1,
        source: r#"
#[guard]
pub async fn f(mut n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "parameter_changed",
        says: 0,
        source: r#"
#[guard]
pub async fn f(mut n: u8) -> Result<u8, Denial> {
    n += 1;
    Ok(n)
}
"#,
    },
    Function {
        name: "parameter_unused_and_not_changed",
        says: 2,
        source: r#"
#[guard]
pub async fn f(mut n: u8) -> Result<u8, Denial> {
    later(1).await
}
"#,
    },
    Function {
        name: "parameter_assigned_and_not_read",
        says: 1,
        source: r#"
#[guard]
pub async fn f(mut n: u8) -> Result<u8, Denial> {
    let old = n;
    n = 3;
    Ok(old)
}
"#,
    },
    Function {
        name: "parameter_overwritten",
        says: 2,
        source: r#"
#[guard]
pub async fn f(mut n: u8) -> Result<u8, Denial> {
    n = 3;
    later(1).await
}
"#,
    },
    Function {
        name: "parameter_shadowed",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let n = 2_u8;
    Ok(n)
}
"#,
    },
    Function {
        name: "skipped_parameter_unused",
        says: 1,
        source: r#"
#[guard(skip(card))]
pub async fn f(n: u8, card: Pair) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "underscored_parameter",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, _m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "underscored_parameter_used",
        says: 0,
        source: r#"
#[guard]
pub async fn f(_n: u8) -> Result<u8, Denial> {
    Ok(_n)
}
"#,
    },
    Function {
        name: "underscored_parameter_not_changed",
        says: 0,
        source: r#"
#[guard]
pub async fn f(mut _n: u8) -> Result<u8, Denial> {
    Ok(_n)
}
"#,
    },
    Function {
        name: "unnamed_parameter",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, _: Pair) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "pattern_partly_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f(Pair { left, right }: Pair) -> Result<u8, Denial> {
    Ok(left)
}
"#,
    },
    Function {
        name: "pattern_not_changed",
        says: 1,
        source: r#"
#[guard]
pub async fn f((mut left, right): (u8, u8)) -> Result<u8, Denial> {
    Ok(left + right)
}
"#,
    },
    Function {
        name: "slice_pattern_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f([first, second]: [u8; 2]) -> Result<u8, Denial> {
    Ok(first)
}
"#,
    },
    Function {
        name: "reference_pattern_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f(&n: &u8) -> Result<u8, Denial> {
    later(1).await
}
"#,
    },
    Function {
        name: "bound_twice",
        says: 1,
        source: r#"
#[guard]
pub async fn f(all @ (n, _): (u8, u8)) -> Result<u8, Denial> {
    Ok(all.1)
}
"#,
    },
    Function {
        name: "allowed_unused",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, #[allow(unused_variables)] m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "expected_unused",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, #[expect(unused_variables)] m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "expected_unused_for_a_reason",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8, #[expect(unused_variables, reason = "later")] m: u8) -> Result<u8, Denial> {
    Ok(n + m)
}
"#,
    },
    Function {
        name: "expected_in_vain",
        says: 1,
        source: r#"
#[guard]
pub async fn f(#[expect(unused_variables)] n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "allowed_not_changed",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[allow(unused_mut)] mut n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "expected_not_changed",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[expect(unused_mut)] mut n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "expected_of_either",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[expect(unused_variables)] (left, right): (u8, u8)) -> Result<u8, Denial> {
    Ok(left)
}
"#,
    },
    Function {
        name: "warned_inside_an_allow",
        says: 1,
        source: r#"
#[allow(unused_variables)]
#[guard]
pub async fn f(n: u8, #[warn(unused_variables)] m: u8) -> Result<u8, Denial> {
    let l = 1;
    Ok(n)
}
"#,
    },
    Function {
        name: "levels_below_a_condition",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, #[cfg_attr(all(), allow(unused_variables))] m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "configured_away",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, #[cfg(any())] m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "configured_in_and_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8, #[cfg(all())] m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "configured_twice",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[cfg(all())] n: u8, #[cfg(not(all()))] n: u16) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
];
