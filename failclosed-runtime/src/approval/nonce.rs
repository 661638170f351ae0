//! What nobody can have guessed, or kept from another question.

use crate::decision::NoDecision;

/// Bytes from the system's source.
///
/// # Denies
/// Where the system has none: a question that could be answered by guessing is not put.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoDecision> {
    let mut bytes = [0; N];
    // FAIL CLOSED: without randomness an old answer would fit a new question.
    getrandom::fill(&mut bytes)
        .map_err(|error| NoDecision::unavailable(format_args!("no randomness: {error}")))?;
    Ok(bytes)
}
