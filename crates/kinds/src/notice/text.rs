//! Texts with names in braces.

/// Names in braces, in order.
#[must_use]
pub fn names(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// The text with its names filled; what is not known becomes a dash.
#[must_use]
pub fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut pieces = text.split('{');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some((name, rest)) => {
                out.push_str(value(name).filter(|v| !v.is_empty()).as_deref().unwrap_or("—"));
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_filled_and_a_gap_is_a_dash() {
        let text = "“{duty}”须在{due_on}前办理，{unknown}";
        assert_eq!(names(text), ["duty", "due_on", "unknown"]);
        let value = |name: &str| match name {
            "duty" => Some("出具{回执}".to_owned()),
            "due_on" => Some("2026-06-30".to_owned()),
            _ => None,
        };
        assert_eq!(filled(text, value), "“出具{回执}”须在2026-06-30前办理，—", "a value's own braces stay as they are");
    }
}
