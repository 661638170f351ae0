//! Numbers of a JSON library that was told to keep every digit.
//!
//! With `serde_json/arbitrary_precision`, which any crate of a program can switch on, each number of
//! a `serde_json::Value` tells a serializer that it is a struct of this name with its text inside.
//! Read as the number it is; the snapshot of a value is the same with the feature and without it.

use super::{NotShowable, writer::Writer};

/// The struct, and its one field.
pub(super) const NAME: &str = "$serde_json::private::Number";

/// As many significant digits as tell one 64-bit float from every other.
const MOST_DIGITS: usize = 17;

/// Writes the number that `text` spells.
///
/// # Denies
/// A number of more than 64 bits, and one with more digits than a float keeps, or smaller than any: a
/// reader would round it.
pub(super) fn write(writer: &mut Writer, text: &str) -> Result<(), NotShowable> {
    if let Ok(value) = text.parse::<u64>() {
        return writer.unsigned(value);
    }
    if let Ok(value) = text.parse::<i64>() {
        // `-0`, which is a float without the feature: whole numbers have one zero.
        return if value == 0 { writer.float(-0.0) } else { writer.signed(value) };
    }
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse::<f64>() {
        // FAIL CLOSED: JSON readers fail on it or round it.
        _ if !is_number || is_whole => Err(NotShowable::new("a number of more than 64 bits")),
        // FAIL CLOSED: too small for a float, which would be zero.
        Ok(0.0) if significant_digits(text) > 0 => {
            Err(NotShowable::new("a number that is not zero, and zero as a 64-bit float"))
        }
        Ok(value) if significant_digits(text) <= MOST_DIGITS => writer.float(value),
        // FAIL CLOSED: the authority would be shown another number than the body has.
        Ok(_) | Err(_) => Err(NotShowable::new(
            "a number with more digits than a 64-bit float keeps; help: pass it as text",
        )),
    }
}

fn significant_digits(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len()
}
