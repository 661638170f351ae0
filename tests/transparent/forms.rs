//! Functions in further forms: patterns, receivers, bounds, macros, and the attributes around them.

use crate::Function;

pub(crate) const TABLE: &[Function] = &[
    Function {
        name: "form_expect_unused",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[expect(unused_variables, reason = "x")] a: u8, n: u8) -> Result<u8, Denial> { Ok(n) }
"#,
    },
    Function {
        name: "form_expect_unfulfilled",
        says: 1,
        source: r#"
#[guard]
pub async fn f(#[expect(unused_variables)] a: u8) -> Result<u8, Denial> { Ok(a) }
"#,
    },
    Function {
        name: "raw_names",
        says: 0,
        source: r#"
#[guard]
pub async fn f(r#type: u8, r#match: &str) -> Result<u8, Denial> { Ok(r#type + r#match.len() as u8) }
"#,
    },
    Function {
        name: "form_ref_pattern",
        says: 1,
        source: r#"
#[guard]
pub async fn f(&n: &u8, m: u8) -> Result<u8, Denial> { Ok(n) }
"#,
    },
    Function {
        name: "tuple_apart",
        says: 1,
        source: r#"
#[guard]
pub async fn f((a, b): (u8, u8)) -> Result<u8, Denial> { Ok(a) }
"#,
    },
    Function {
        name: "array_apart",
        says: 1,
        source: r#"
#[guard]
pub async fn f([a, mut b]: [u8; 2]) -> Result<u8, Denial> { Ok(a + b) }
"#,
    },
    Function {
        name: "form_slice_rest",
        says: 0,
        source: r#"
#[guard(skip(all))]
pub async fn f(all @ [a, ..]: [u8; 3]) -> Result<u8, Denial> { Ok(a + all[1]) }
"#,
    },
    Function {
        name: "form_hrtb",
        says: 0,
        source: r#"
#[guard(skip(g))]
pub async fn f<F>(g: F, n: u8) -> Result<u8, Denial> where for<'a> F: Fn(&'a u8) -> u8 { Ok(g(&n)) }
"#,
    },
    Function {
        name: "with_a_constant",
        says: 1,
        source: r#"
#[guard]
pub async fn f<const N: usize>(a: [u8; 4], m: u8) -> Result<u8, Denial> { Ok(a[N]) }
"#,
    },
    Function {
        name: "form_must_use",
        says: 1,
        source: r#"
#[guard]
#[must_use]
pub async fn f(n: u8, m: u8) -> Result<u8, Denial> { Ok(n) }
"#,
    },
    Function {
        name: "inlined",
        says: 1,
        source: r#"
#[guard]
#[inline]
#[cold]
#[doc(hidden)]
pub async fn f(n: u8, m: u8) -> Result<u8, Denial> { Ok(n) }
"#,
    },
    Function {
        name: "changed_through_a_reference",
        says: 1,
        source: r#"
#[guard]
pub async fn f(v: &mut Vec<u8>, m: u8) -> Result<u8, Denial> { v.push(1); Ok(1) }
"#,
    },
    Function {
        name: "borrowed_or_owned",
        says: 1,
        source: r#"
#[guard]
pub async fn f<'a, 'b: 'a>(v: std::borrow::Cow<'a, str>, w: &'b [&'a str]) -> Result<&'a str, Denial> { Ok(w[0]) }
"#,
    },
    Function {
        name: "form_boxerr",
        says: 1,
        source: r#"
#[guard]
pub async fn f(v: u8, m: u8) -> Result<u8, Box<dyn std::error::Error + Send + Sync>> { let n: u8 = "1".parse()?; Ok(n + v) }
"#,
    },
    Function {
        name: "form_letelse",
        says: 2,
        source: r#"
#[guard]
pub async fn f(v: Option<u8>, m: u8) -> Result<u8, Denial> { let Some(x) = v else { return Ok(0) }; let y = 1; Ok(x) }
"#,
    },
    Function {
        name: "looping",
        says: 1,
        source: r#"
#[guard]
pub async fn f(v: u8, m: u8) -> Result<u8, Denial> { loop { if v > 1 { break Ok(v) } else { later(1).await?; } } }
"#,
    },
    Function {
        name: "form_asyncclosure",
        says: 1,
        source: r#"
#[guard]
pub async fn f(v: u8, m: u8) -> Result<u8, Denial> { let c = async |x: u8| x + v; Ok(c(1).await) }
"#,
    },
    Function {
        name: "form_box_self",
        says: 1,
        source: r#"
pub struct S;
impl failclosed::HasGuard for S { fn guard(&self) -> &failclosed::Guard { panic!() } }
impl S {
#[guard]
pub async fn f(self: Box<Self>, n: u8, m: u8) -> Result<u8, Denial> { drop(self); Ok(n) }
}
"#,
    },
    Function {
        name: "form_mut_self",
        says: 1,
        source: r#"
pub struct S(u8);
impl failclosed::HasGuard for S { fn guard(&self) -> &failclosed::Guard { panic!() } }
impl S {
#[guard]
pub async fn f(mut self, n: u8, m: u8) -> Result<Self, Denial> { self.0 = n; Ok(self) }
}
"#,
    },
    Function {
        name: "form_pin_self",
        says: 1,
        source: r#"
pub struct S(u8);
impl failclosed::HasGuard for S { fn guard(&self) -> &failclosed::Guard { panic!() } }
impl S {
#[guard]
pub async fn f(self: std::pin::Pin<&mut Self>, n: u8, m: u8) -> Result<u8, Denial> { Ok(self.0 + n) }
}
"#,
    },
    Function {
        name: "form_trait_default",
        says: 1,
        source: r#"
pub trait T: failclosed::HasGuard + Sync {
#[allow(async_fn_in_trait)]
#[guard]
async fn f(&self, n: u8, m: u8) -> Result<u8, Denial> { Ok(n) }
}
"#,
    },
    Function {
        name: "form_generic_impl",
        says: 1,
        source: r#"
pub struct S<T>(T);
impl<T> failclosed::HasGuard for S<T> { fn guard(&self) -> &failclosed::Guard { panic!() } }
impl<T: Clone + Sync> S<T> {
#[guard]
pub async fn f<U: Into<u8> + serde::Serialize + Sync + Copy>(&self, n: U, m: u8) -> Result<T, Denial> { let _x: u8 = n.into(); Ok(self.0.clone()) }
}
"#,
    },
    Function {
        name: "values_dropped",
        says: 2,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> { "x".len(); std::mem::size_of::<u8>(); later(n).await }
"#,
    },
    Function {
        name: "shadowed",
        says: 0,
        source: r#"
#[guard]
pub async fn f(n: u8) -> Result<u8, Denial> { let n = n + 1; let n = n + 1; Ok(n) }
"#,
    },
    Function {
        name: "dynamic",
        says: 1,
        source: r#"
#[guard(skip(g))]
pub async fn f(g: &(dyn Fn(u8) -> u8 + Sync), n: u8, m: u8) -> Result<u8, Denial> { Ok(g(n)) }
"#,
    },
    Function {
        name: "form_cfg_attr_unused",
        says: 0,
        source: r#"
#[guard]
pub async fn f(#[cfg_attr(all(), allow(unused_variables))] a: u8, n: u8) -> Result<u8, Denial> { Ok(n) }
"#,
    },
    Function {
        name: "form_cfg_two",
        says: 1,
        source: r#"
#[guard]
pub async fn f(#[cfg(all())] a: u8, #[cfg(not(all()))] a: u16, m: u8) -> Result<u8, Denial> { Ok(a) }
"#,
    },
    Function {
        name: "named_against_the_rules",
        says: 2,
        source: r#"
#[guard]
pub async fn f(BadName: u8, n: u8) -> Result<u8, Denial> { Ok(BadName) }
"#,
    },
    Function {
        name: "lifetime_of_its_own",
        says: 1,
        source: r#"
#[guard]
pub async fn f<'a>(a: &'a str, m: u8) -> Result<usize, Denial> { Ok(a.len()) }
"#,
    },
    Function {
        name: "form_let_chain",
        says: 1,
        source: r#"
#[guard]
pub async fn f(v: Option<u8>, m: u8) -> Result<u8, Denial> { if let Some(x) = v && x > 1 { return Ok(x) } Ok(0) }
"#,
    },
    Function {
        name: "form_unit_struct",
        says: 1,
        source: r#"
#[derive(serde::Serialize)] pub struct W { a: u8, b: u8 }
#[guard]
pub async fn f(W { a, b: renamed }: W) -> Result<u8, Denial> { Ok(a) }
"#,
    },
    Function {
        name: "form_impl_fn_ret",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: u8, m: u8) -> Result<Box<dyn Fn(u8) -> u8 + Send>, Denial> { Ok(Box::new(move |x| x + n)) }
"#,
    },
    Function {
        name: "static_inside",
        says: 1,
        source: r#"
#[guard]
pub async fn f(n: &'static str, m: u8) -> Result<&'static str, Denial> { static S: u8 = 1; Ok(if S > 0 { n } else { "" }) }
"#,
    },
];
