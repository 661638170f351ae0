//! Types of other crates, as arguments: their features choose how they are written, and none of them may
//! choose that something is rounded.

use std::{
    str::FromStr,
    sync::{Arc, Mutex},
};

use failclosed::{
    Cause, Decision, Denial, Guard, Subject, authority::answer_fn, request::Argument,
    requires_permission,
};
use rust_decimal::Decimal;

#[requires_permission(action = "show")]
async fn show<T: Argument>(value: T) -> Result<(), Denial> {
    drop(value);
    Ok(())
}

/// The argument as its JSON text; or why it cannot be shown, and then nobody was asked.
async fn shown(value: impl Argument) -> Result<String, String> {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    let authority = answer_fn(move |request| {
        let text = request.value("value").unwrap().json().to_owned();
        assert!(seen.lock().unwrap().replace(text).is_none(), "asked twice");
        Decision::allow().into()
    });
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            authority,
            failclosed::audit::MemoryLog::new(),
        ),
        "a test",
    )
    .unwrap();
    let result = guard.scope(show(value)).await;
    let asked = asked.lock().unwrap().take();
    match (result, asked) {
        (Ok(()), Some(text)) => Ok(text),
        (Err(denial), None) => {
            assert_eq!(denial.cause(), Cause::Malformed);
            Err(denial.detail().unwrap_or_default().to_owned())
        }
        (result, asked) => panic!("{result:?} after {asked:?}"),
    }
}

#[tokio::test]
async fn types_of_other_crates_are_shown_as_they_are_written() {
    let uuid = uuid::Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
    let text = r#""67e55044-10b1-426f-9247-bb680e5fe0c8""#;
    assert_eq!(shown(uuid).await.unwrap(), text);
    let url = url::Url::parse("https://shop.example/a?b=c").unwrap();
    assert_eq!(shown(url).await.unwrap(), r#""https://shop.example/a?b=c""#);
    let day = chrono::DateTime::from_timestamp(1_700_000_000, 5).unwrap();
    assert_eq!(shown(day).await.unwrap(), r#""2023-11-14T22:13:20.000000005Z""#);
    let day = time::macros::date!(2023 - 11 - 14);
    assert_eq!(shown(day).await.unwrap(), r#""2023-11-14""#);
    assert_eq!(shown(smol_str::SmolStr::new("a")).await.unwrap(), r#""a""#);
    assert_eq!(shown(bytes::Bytes::from_static(b"\x01a")).await.unwrap(), "[1,97]");
    let map = indexmap::IndexMap::from([("b", 1), ("a", 2)]);
    assert_eq!(shown(map).await.unwrap(), r#"{"b":1,"a":2}"#);
}

/// `serde-arbitrary-precision` and `serde-float` write a decimal as a number.
#[tokio::test]
async fn decimals_are_exact_or_refused() {
    for (decimal, text) in [("742", "742"), ("-0.1", "-0.1"), ("19.99", "19.99"), ("2.50", "2.5")] {
        let found = shown(Decimal::from_str(decimal).unwrap()).await.unwrap();
        assert_eq!(found, text, "{decimal}");
    }
    // More than a reader of JSON keeps.
    for decimal in ["79228162514264337593543950335", "0.1234567890123456789012345678"] {
        let refused = shown(Decimal::from_str(decimal).unwrap()).await.unwrap_err();
        assert!(refused.contains("64"), "{decimal}: {refused}");
    }
}

/// Where the JSON library itself reads a value as another one, the authority is shown the one that the
/// body has.
#[tokio::test]
async fn numbers_are_shown_as_the_body_reads_them() {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    // The nearest float, by its shortest name.
    let short = serde_json::json!(0.1_f32);
    assert_eq!(short.as_f64(), Some(0.1));
    assert_eq!(shown(short).await.unwrap(), "0.1");
    // An object that the library takes for a number.
    let posing = read(r#"{"$serde_json::private::Number":"7"}"#);
    assert_eq!(posing.as_u64(), Some(7));
    assert_eq!(shown(posing).await.unwrap(), "7");
    // And what no float tells apart from its neighbour, or from zero, is not shown.
    for text in ["18446744073709551616", "0.1000000000000000055", "1e-400", "-1e-400"] {
        let refused = shown(read(text)).await.unwrap_err();
        assert!(refused.contains("64"), "{text}: {refused}");
    }
    let refused = shown(read("1e400")).await.unwrap_err();
    assert!(refused.contains("not finite"), "{refused}");
}

/// A list as deep as its author likes: the library reads it where some crate took its limit away. What
/// the library needs for that is a large stack; what the guard needs is not.
#[test]
fn values_deeper_than_the_limit_are_refused() {
    for (depth, is_shown) in [(60, true), (65, false), (5000, false)] {
        let value = with_stack(1 << 28, move || nested(depth));
        let value = with_stack(1 << 19, move || {
            let shown = failclosed_tests::block_on(shown(Arc::clone(&value)));
            match shown {
                Ok(_) => assert!(is_shown, "{depth}"),
                Err(refused) => {
                    assert!(!is_shown && refused.contains("nested deeper"), "{depth}: {refused}");
                }
            }
            value
        });
        with_stack(1 << 28, move || drop(value));
    }
}

fn nested(depth: usize) -> Arc<serde_json::Value> {
    let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let mut reader = serde_json::Deserializer::from_str(&text);
    reader.disable_recursion_limit();
    Arc::new(serde::Deserialize::deserialize(&mut reader).unwrap())
}

fn with_stack<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(bytes).spawn(work);
    thread.unwrap().join().unwrap()
}
