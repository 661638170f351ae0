//! How deep JSON text nests.

use super::escape::units;

/// How deep JSON text nests.
pub(super) fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text) = (0_usize, 0, false);
    for (_, unit) in units(json) {
        match unit {
            "\"" => in_text = !in_text,
            "[" | "{" if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            "]" | "}" if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn depth_is_counted_outside_of_text() {
        assert_eq!(depth(r#""[[[""#), 0);
        assert_eq!(depth(r#"{"a\"[":[[1],[2]]}"#), 3);
    }
}
