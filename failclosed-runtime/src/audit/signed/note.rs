//! Signed notes, by <https://c2sp.org/signed-note>: a text, a blank line, and who signed it.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{Unproven, key::VerifyingKey};

/// The longest note that is read, in bytes: more than sixteen of the longest signatures there are.
pub(super) const MAX_NOTE_BYTES: usize = 256 * 1024;

/// How a line with a signature begins: a dash (U+2014) and a blank.
const DASH: &str = "\u{2014} ";

/// What a signature begins with: which of the signer's keys it is.
pub(super) const ID_BYTES: usize = 4;

/// The note of this text, which ends with a line feed, with one signature.
pub(super) fn write(text: &str, key: &VerifyingKey, signature: &[u8]) -> String {
    let signature = BASE64.encode([&key.id()[..], signature].concat());
    format!("{text}\n{DASH}{} {signature}\n", key.name())
}

/// The text of a note, and the key that signed it.
///
/// # Errors
/// What is no note, what none of the keys signed, and what one of them is said to have signed and did
/// not. Signatures of other keys are left alone: those of witnesses stand there, too.
pub(super) fn read<'a, 'k>(
    note: &'a str,
    keys: &'k [VerifyingKey],
) -> Result<(&'a str, &'k VerifyingKey), Unproven> {
    let shape = |why: &str| Unproven::new(format_args!("not a signed note: {why}"));
    if note.len() > MAX_NOTE_BYTES {
        return Err(shape("it is too long"));
    }
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(shape("it has control characters"));
    }
    let at = note.rfind("\n\n").ok_or_else(|| shape("it has no signatures"))?;
    let (text, signatures) = (&note[..=at], &note[at + 2..]);
    let signatures = signatures.strip_suffix('\n').ok_or_else(|| shape("it does not end"))?;
    let mut signed_by = None;
    for line in signatures.split('\n') {
        let (name, signature) = line
            .strip_prefix(DASH)
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| shape("a line that should be a signature is none"))?;
        let signature = BASE64.decode(signature).ok();
        let signature = signature.ok_or_else(|| shape("a signature is not in base64"))?;
        let (id, signature) = signature
            .split_first_chunk::<ID_BYTES>()
            .ok_or_else(|| shape("a signature is too short"))?;
        let known = keys.iter().find(|key| key.name() == name && key.id() == *id);
        let Some(key) = known else { continue };
        if !key.verifies(text.as_bytes(), signature) {
            // FAIL CLOSED: also where another one is right: this text is not what was signed.
            return Err(Unproven::new(format_args!("the signature of `{name}` is wrong")));
        }
        signed_by = signed_by.or(Some(key));
    }
    // FAIL CLOSED: what nobody signed whom we know, anybody may have written.
    let key = signed_by.ok_or_else(|| {
        Unproven::new(
            "none of the given keys signed it\nhelp: give the key that the log is signed with",
        )
    })?;
    Ok((text, key))
}

#[cfg(test)]
mod tests;
