//! JSON text: what can stand in it as it is, eight bytes at a time.

/// Whether a byte of the eight is a quote, a backslash or a control character.
fn needs_escape(eight: u64) -> bool {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    // A byte that is less than what is taken from it borrows a high bit that it did not have. With its second
    // bit turned, a quote is the space's number, right behind the control characters.
    let controls_and_quotes = (eight ^ each(0x02)).wrapping_sub(each(0x21));
    let backslashes = (eight ^ each(b'\\')).wrapping_sub(each(0x01));
    ((controls_and_quotes | backslashes) & !eight & each(0x80)) != 0
}

/// Whether the text stands in JSON as it is.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let (eights, rest) = text.as_chunks::<8>();
    !eights.iter().any(|eight| needs_escape(u64::from_ne_bytes(*eight)))
        && (rest.is_empty() || !needs_escape(last_eight(text)))
}

/// The last eight bytes; of a shorter text all of them, some twice, with spaces for what is left.
fn last_eight(text: &[u8]) -> u64 {
    if let Some(eight) = text.last_chunk::<8>() {
        return u64::from_ne_bytes(*eight);
    }
    let two = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return two(u32::from_ne_bytes(*first), u32::from_ne_bytes(*last));
    }
    let byte = |at: usize| text.get(at).copied().unwrap_or(b' ');
    two(u32::from_ne_bytes([byte(0), byte(1), byte(2), b' ']), u32::from_ne_bytes([b' '; 4]))
}

/// Writes a text as JSON, with its quotes.
#[inline]
pub(crate) fn write_text(into: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    if is_plain(text.as_bytes()) {
        into.reserve(text.len() + 2);
        into.push(b'"');
        into.extend_from_slice(text.as_bytes());
        into.push(b'"');
        return Ok(());
    }
    write_escaped(into, text)
}

/// Escapes are rare; the library knows them.
#[cold]
fn write_escaped(into: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    serde_json::to_writer(into, text)
}

/// Writes a part of a text, without quotes.
pub(super) fn write_part(into: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    if is_plain(text.as_bytes()) {
        into.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    let start = into.len();
    write_escaped(into, text)?;
    // What it writes has quotes.
    into.pop();
    into.remove(start);
    Ok(())
}

/// The end of the text that begins, with its quote, at `start`: behind its closing quote.
pub(super) fn end_of_text(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

/// The end of the value that begins at `start`.
pub(super) fn end_of_value(json: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => {
                at = end_of_text(json, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b':' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_needs_an_escape_is_found_at_every_place() {
        for byte in 0..=255_u8 {
            for at in 0..19 {
                let mut text = [b'a'; 19];
                text[at] = byte;
                let plain = !matches!(byte, b'"' | b'\\' | 0..0x20);
                assert_eq!(is_plain(&text), plain, "byte {byte:#x} at {at}");
                for (start, end) in (0..=at).flat_map(|start| [(start, at + 1), (start, 19)]) {
                    let part = &text[start..end];
                    assert_eq!(is_plain(part), plain, "byte {byte:#x} in {part:?}");
                }
            }
        }
    }

    #[test]
    fn values_end_where_they_end() {
        for (json, end) in [
            (r#""a\"b",1"#, 6),
            ("12,3", 2),
            ("true}", 4),
            (r#"{"a":[1,{"b":"}"}]},2"#, 19),
            ("[]", 2),
            ("null", 4),
        ] {
            assert_eq!(end_of_value(json.as_bytes(), 0), end, "{json}");
        }
    }
}
