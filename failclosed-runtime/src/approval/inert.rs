//! Markdown in which nothing is markup.

/// A code block around lines of text, with a fence that none of them can close.
pub(crate) fn inert(lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", lines.trim_end_matches('\n'))
}
