//! More functions that compile: their bodies, and their shapes.

use crate::Function;

pub(crate) const TABLE: &[Function] = &[
    Function {
        name: "configured_by_an_attribute",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8, #[cfg_attr(all(), cfg(any()))] m: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "configured_field",
        says: 0,
        source: r#"
#[guard]
pub async fn f(Pair { left, #[cfg(any())] middle, .. }: Pair) -> Result<u8, Denial> {
    Ok(left)
}
"#,
    },
    Function {
        name: "oddly_named",
        says: 1,
        source: r#"
#[guard]
pub async fn f(oddName: u8) -> Result<u8, Denial> {
    Ok(oddName)
}
"#,
    },
    Function {
        name: "oddly_named_as_expected",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[expect(non_snake_case)] oddName: u8) -> Result<u8, Denial> {
    Ok(oddName)
}
"#,
    },
    Function {
        name: "deprecated_type",
        says: 2,
        source: r#"
#[deprecated]
#[derive(serde::Serialize)]
pub struct Old(u8);
#[guard]
pub async fn f(old: Old) -> Result<u8, Denial> {
    Ok(old.0)
}
"#,
    },
    Function {
        name: "deprecated_as_expected",
        says: 3,
        source: r#"
#[deprecated]
#[derive(serde::Serialize)]
pub struct Old(u8);
#[guard]
pub async fn f(#[expect(deprecated)] old: Old) -> Result<u8, Denial> {
    Ok(old.0)
}
"#,
    },
    Function {
        name: "deprecated_function",
        says: 0,
        source: r#"
#[deprecated]
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "local_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let local = 1;
    Ok(n)
}
"#,
    },
    Function {
        name: "local_not_changed",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    let mut local = n;
    Ok(local)
}
"#,
    },
    Function {
        name: "result_dropped",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    fallible();
    Ok(n)
}
"#,
    },
    Function {
        name: "future_dropped",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    later(n);
    Ok(n)
}
"#,
    },
    Function {
        name: "code_after_return",
        says: 2,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    return Ok(n);
    drop(n);
}
"#,
    },
    Function {
        name: "value_after_panic",
        says: 2,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    panic!("no");
    Ok(n)
}
"#,
    },
    Function {
        name: "unfinished",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    panic!()
}
"#,
    },
    Function {
        name: "endless",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    loop {
        drop(later(n).await);
    }
}
"#,
    },
    Function {
        name: "returned_by_statement",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    return Ok(n);
}
"#,
    },
    Function {
        name: "parenthesised",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    if (n > 1) {
        return Ok(1);
    }
    Ok(n)
}
"#,
    },
    Function {
        name: "label_unused",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    'a: loop {
        return Ok(n);
    }
}
"#,
    },
    Function {
        name: "semicolons",
        says: 2,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    drop(n);;
    Ok(n)
}
"#,
    },
    Function {
        name: "inner_levels",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> {
    #![allow(unused_variables)]
    let local = 1;
    Ok(1 + 1)
}
"#,
    },
    Function {
        name: "closure_over_a_parameter",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8, m: u8) -> Result<u8, Denial> {
    let add = |by: u8| n + by;
    Ok(add(1))
}
"#,
    },
    Function {
        name: "moved_into_a_block",
        says: 0,
        source: r#"
#[guard]
pub async fn f(name: String) -> Result<u8, Denial> {
    let inner = async move { name.len() as u8 };
    Ok(inner.await)
}
"#,
    },
    Function {
        name: "opaque_parameter",
        says: 1,
        source: r#"
#[guard]
pub async fn f(name: impl AsRef<str> + serde::Serialize + Sync, n: u8) -> Result<u8, Denial> {
    Ok(n)
}
"#,
    },
    Function {
        name: "opaque_result",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8, m: u8) -> Result<impl Iterator<Item = u8>, Denial> {
    Ok(0..n)
}
"#,
    },
    Function {
        name: "generic",
        says: 1,
        source: r#"
#[guard]
pub async fn f<'a, T: serde::Serialize + Sync>(name: &'a str, value: T) -> Result<&'a str, Denial> {
    Ok(name)
}
"#,
    },
    Function {
        name: "method",
        says: 2,
        source: r#"
pub struct Shop { n: u8 }
impl failclosed::HasGuard for Shop {
    fn guard(&self) -> &failclosed::Guard { panic!() }
}
impl Shop {
    #[guard]
    pub async fn f(&self, n: u8) -> Result<u8, Denial> {
        let l = 1;
        Ok(self.n)
    }
}
"#,
    },
    Function {
        name: "method_by_value",
        says: 2,
        source: r#"
pub struct Shop { n: u8 }
impl failclosed::HasGuard for Shop {
    fn guard(&self) -> &failclosed::Guard { panic!() }
}
impl Shop {
    #[guard]
    pub async fn f(mut self, n: u8) -> Result<u8, Denial> {
        Ok(self.n)
    }
}
"#,
    },
    Function {
        name: "method_that_changes",
        says: 0,
        source: r#"
pub struct Shop { n: u8 }
impl failclosed::HasGuard for Shop {
    fn guard(&self) -> &failclosed::Guard { panic!() }
}
impl Shop {
    #[guard]
    pub async fn f(&mut self, n: u8) -> Result<u8, Denial> {
        self.n = n;
        Ok(n)
    }
}
"#,
    },
    Function {
        name: "boxed",
        says: 1,
        source: r#"
#[guard]
pub fn f(n: u8, m: u8) -> Pin<Box<dyn Future<Output = Result<u8, Denial>> + Send>> {
    Box::pin(async move { Ok(n) })
}
"#,
    },
    Function {
        name: "opaque_future",
        says: 1,
        source: r#"
#[guard]
pub fn f(n: u8, m: u8) -> impl Future<Output = Result<u8, Denial>> {
    async move { Ok(n) }
}
"#,
    },
    Function {
        name: "in_a_trait_of_async_trait",
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
        let l = 1;
        Ok(n)
    }
}
"#,
    },
];
