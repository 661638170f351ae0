//! Numbers of a JSON library that was told to keep every digit.
//!
//! With `serde_json/arbitrary_precision`, which any crate of a program can switch on, each number of
//! a `serde_json::Value` tells a serializer that it is a struct of this name with its text inside.
//! Read as the number it is; the snapshot of a value is the same with the feature and without it.

use super::{NotShowable, writer::Writer};

/// The struct, and its one field.
pub(super) const NAME: &str = "$serde_json::private::Number";

/// Writes the number that `text` spells.
///
/// # Denies
/// A number of more than 64 bits, and one that a float does not keep exactly: a reader would round it.
pub(super) fn write(writer: &mut Writer, text: &str) -> Result<(), NotShowable> {
    if text == "-0" {
        // As a reader takes it that does not keep the digits.
        return writer.float(-0.0);
    }
    if let Ok(value) = text.parse::<u64>() {
        return writer.unsigned(value);
    }
    if let Ok(value) = text.parse::<i64>() {
        return writer.signed(value);
    }
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse::<f64>() {
        // FAIL CLOSED: JSON readers fail on it or round it.
        _ if !is_number || is_whole => Err(NotShowable::new("a number of more than 64 bits")),
        Ok(value) => {
            let start = writer.page.text.len();
            writer.float(value)?;
            let written = writer.page.text.get(start..).and_then(|text| str::from_utf8(text).ok());
            let (asked, shown) = (Decimal::of(text), written.and_then(Decimal::of));
            if asked.is_some() && asked == shown { Ok(()) } else { Err(inexact()) }
        }
        Err(_) => Err(inexact()),
    }
}

fn inexact() -> NotShowable {
    // FAIL CLOSED: the authority would be shown another number than the body has.
    NotShowable::new("a number that a 64-bit float does not keep exactly; help: pass it as text")
}

/// What a number is worth, however it is spelled: its digits from the first to the last that is not
/// zero, and the power of ten of the last.
#[derive(PartialEq)]
struct Decimal {
    digits: String,
    power: i64,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole.trim_start_matches(['+', '-']), part].concat();
        let kept = digits.trim_end_matches('0');
        let zeros = digits.len() - kept.len();
        let kept = kept.trim_start_matches('0');
        if kept.is_empty() {
            return Some(Self { digits: String::new(), power: 0 });
        }
        let moved = i64::try_from(zeros).ok()?.checked_sub(i64::try_from(part.len()).ok()?)?;
        let power = power.parse::<i64>().ok()?.checked_add(moved)?;
        Some(Self { digits: kept.to_owned(), power })
    }
}
