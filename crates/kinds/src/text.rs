//! Texts as people type them: widths, blanks, empty words, number spellings.

use unicode_normalization::UnicodeNormalization;

/// Words that mean "nothing" in workbooks.
const EMPTY_WORDS: [&str; 7] = ["", "无", "/", "—", "-", "－", "--"];

/// True for blank texts and the words that mean empty (无, /, —, -, －, --).
#[must_use]
pub fn is_blank(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    EMPTY_WORDS.contains(&text) || text == "——" || text == "／"
}

/// White space including tabs, full-width and no-break blanks.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// Trims, and turns full-width digits, letters and signs into half-width ones; Chinese punctuation and special signs stay.
#[must_use]
pub fn tidy(text: &str) -> String {
    text.trim_matches(is_space)
        .chars()
        .map(|c| match c {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '．' | '／' | '－' | '＋' | '％' | '＜' | '＞' | '＝' | '＃' | '＿' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            _ => c,
        })
        .collect()
}

/// True for texts that NFKC leaves as they are: ASCII and the unified Chinese characters, which is nearly everything that offices write.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}'))
}

/// Compatibility form (NFKC) without outer blanks.
#[must_use]
pub fn nfkc(text: &str) -> String {
    if is_plain(text) {
        return text.trim().to_owned();
    }
    text.nfkc().collect::<String>().trim_matches(is_space).to_owned()
}

/// Key for comparing words: NFKC, lower case, no blanks, no final 。.
#[must_use]
pub fn word_key(text: &str) -> String {
    let mut key: String = if is_plain(text) {
        text.chars().filter(|c| !is_space(*c)).map(|c| c.to_ascii_lowercase()).collect()
    } else {
        text.nfkc().filter(|c| !is_space(*c)).flat_map(char::to_lowercase).collect()
    };
    while key.ends_with(['。', '.']) && key.chars().count() > 1 {
        key.pop();
    }
    key
}

/// Organisation name for comparison and storage: NFKC, all blanks removed (（） become ()).
#[must_use]
pub fn org_name(text: &str) -> String {
    if is_plain(text) {
        return text.chars().filter(|c| !is_space(*c)).collect();
    }
    text.nfkc().filter(|c| !is_space(*c)).collect()
}

/// Identifier: NFKC, outer blanks removed, upper case.
#[must_use]
pub fn identifier(text: &str) -> String {
    nfkc(text).to_uppercase()
}

/// A number as JSON would write it: `79`, not `79.0`.
#[must_use]
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number}") }
}

/// A computed number as people read it: four significant digits, no digit before the point lost. The record keeps it whole.
#[must_use]
pub fn rounded_text(number: f64) -> String {
    if number.fract() == 0.0 || !number.is_finite() {
        return number_text(number);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
    let decimals = (3.0 - number.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Reads a number: full-width digits, thousands commas, the given endings and a trailing %.
#[must_use]
pub fn parse_number(text: &str, suffix: &[String]) -> Option<f64> {
    let mut text = nfkc(text);
    for ending in suffix.iter().map(String::as_str).chain(["%"]) {
        let ending = nfkc(ending);
        if let Some(rest) = strip_ending(&text, &ending) {
            text = rest.trim_end_matches(is_space).to_owned();
            break;
        }
    }
    let bare = if text.contains(',') { ungroup(&text)? } else { text };
    let plain = bare.strip_prefix(['+', '-']).unwrap_or(&bare);
    let looks = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !looks {
        return None;
    }
    bare.parse().ok().filter(|n: &f64| n.is_finite())
}

fn strip_ending<'a>(text: &'a str, ending: &str) -> Option<&'a str> {
    if ending.is_empty() {
        return None;
    }
    if let Some(rest) = text.strip_suffix(ending) {
        return Some(rest);
    }
    let cut = text.len().checked_sub(ending.len())?;
    (text.is_char_boundary(cut) && text[cut..].eq_ignore_ascii_case(ending)).then(|| &text[..cut])
}

/// `12,345` → `12345`; refuses groups that are not thousands.
fn ungroup(text: &str) -> Option<String> {
    let whole = text.split('.').next().unwrap_or(text);
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let well = !first.is_empty() && first.trim_start_matches(['+', '-']).len() <= 3 && groups.all(|g| g.len() == 3);
    well.then(|| text.replace(',', ""))
}

/// Splits a list text at ; ； 、 , ， and line breaks.
pub fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', '、', ',', '，', '\n', '|']).map(|part| part.trim_matches(is_space)).filter(|part| !part.is_empty())
}

/// Masks a private text for messages: first and last characters stay.
#[must_use]
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    match chars.len() {
        0 => String::new(),
        1 => "*".into(),
        2..=4 => chars.iter().take(1).chain(std::iter::repeat_n(&'*', chars.len() - 1)).collect(),
        n => {
            let keep = if n >= 15 { 4 } else { 2 };
            chars.iter().take(keep).chain(std::iter::repeat_n(&'*', n - 2 * keep.min(n / 2))).chain(&chars[n - keep..]).collect()
        }
    }
}

/// First letters of the pinyin of a text, for searching (`苯` → `b`); other characters are kept in lower case.
#[must_use]
pub fn pinyin_initials(text: &str) -> String {
    use pinyin::ToPinyin as _;
    text.chars()
        .filter_map(|c| match c.to_pinyin() {
            Some(p) => p.plain().chars().next(),
            None if c.is_alphanumeric() => c.to_lowercase().next(),
            None => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_spelling_offices_use() {
        let rows: &[(&str, &[&str], Option<f64>)] = &[
            ("168,420", &[], Some(168_420.0)),
            ("４１２６０", &[], Some(41_260.0)),
            ("12人", &["人"], Some(12.0)),
            ("8 学时", &["学时"], Some(8.0)),
            ("85.5dB", &["dB"], Some(85.5)),
            ("35%", &[], Some(35.0)),
            ("-3", &[], Some(-3.0)),
            ("1,2", &[], None),
            ("约12", &[], None),
            ("12x", &[], None),
            ("", &[], None),
            ("nan", &[], None),
            ("inf", &[], None),
        ];
        for (text, suffix, expected) in rows {
            let suffix: Vec<String> = suffix.iter().map(|s| (*s).to_owned()).collect();
            assert_eq!(parse_number(text, &suffix), *expected, "{text}");
        }
    }

    #[test]
    fn computed_numbers_are_told_to_four_digits() {
        let rows = [
            (25.833_333_333, "25.83"),
            (11.5, "11.5"),
            (0.000_123_456, "0.0001235"),
            (123_456.7, "123457"),
            (-0.99996, "-1"),
            (85.0, "85"),
        ];
        for (number, text) in rows {
            assert_eq!(rounded_text(number), text);
        }
    }

    #[test]
    fn names_lose_blanks_and_wide_brackets() {
        assert_eq!(org_name(" 秦皇岛测源发（青龙）热电 有限公司\u{3000}"), "秦皇岛测源发(青龙)热电有限公司");
    }

    #[test]
    fn initials_are_searchable() {
        assert_eq!(pinyin_initials("噪声"), "zs");
    }

    #[test]
    fn masks_keep_ends_only() {
        assert_eq!(mask("130322196104169975"), "1303**********9975");
        assert_eq!(mask("张三"), "张*");
    }
}
