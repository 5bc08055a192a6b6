//! Words of a query: just enough of SQL to say which rows it counts, with brackets and quotes kept together.

/// Blanks made single, aliases of one letter taken off (`d.region`): what is left says the same of the rows.
pub fn plain(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quoted = false;
    let words: Vec<char> = sql.chars().collect();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some(c) = words.get(at).copied() {
        quoted ^= c == '\'';
        if quoted {
            out.push(c);
        } else if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if c.is_ascii_lowercase() && words.get(at + 1) == Some(&'.') && !out.chars().next_back().is_some_and(word) {
            at += 1;
        } else {
            out.push(c);
        }
        at += 1;
    }
    out.trim().to_owned()
}

/// The text cut at a word that stands outside brackets and quotes.
pub fn cut<'a>(text: &'a str, at: &str) -> Vec<&'a str> {
    let (mut depth, mut quoted, mut from, mut parts) = (0_i32, false, 0, Vec::new());
    for (i, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 && !quoted && i >= from && text.get(i..).is_some_and(|rest| rest.starts_with(at)) {
            parts.push(text.get(from..i).unwrap_or_default());
            from = i + at.len();
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts.into_iter().map(str::trim).collect()
}

/// Conditions joined by AND; `x BETWEEN a AND b` stays one.
pub fn conditions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in cut(text, " AND ") {
        match found.last_mut().filter(|last| last.contains(" BETWEEN ") && !last.contains(" AND ")) {
            Some(last) => last.push_str(&format!(" AND {part}")),
            None => found.push(part.to_owned()),
        }
    }
    found.retain(|part| !part.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_cut_at_words_outside_brackets_and_quotes() {
        assert_eq!(plain("SELECT d.region,\n  'a.b  c' AS x"), "SELECT region, 'a.b  c' AS x");
        assert_eq!(cut("a, f(b, c), ', ' AS d", ", "), ["a", "f(b, c)", "', ' AS d"]);
        let found = conditions("on_day BETWEEN {from} AND {to} AND x = 'a AND b' AND (p OR q AND r)");
        assert_eq!(found, ["on_day BETWEEN {from} AND {to}", "x = 'a AND b'", "(p OR q AND r)"]);
    }
}
