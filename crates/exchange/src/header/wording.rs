//! Header wordings made comparable.

use unicode_normalization::UnicodeNormalization;
use zhijian_kinds::text::is_space;

/// The forms of one wording, from exact to loose.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Wording {
    /// NFKC, lower case, without blanks, stars and colons: `接害工龄(年)`.
    pub full: String,
    /// The same without the brackets themselves: `接害工龄年`.
    pub joined: String,
    /// Without the brackets and what is in them: `接害工龄`.
    pub bare: String,
    /// What is in the brackets: `年`.
    pub inside: String,
    /// What is in the last brackets: the unit, if the header names one.
    pub last: String,
}

impl Wording {
    /// Normalises a header.
    pub fn of(text: &str) -> Self {
        let mut full: String =
            text.nfkc().filter(|c| !is_space(*c) && !is_decoration(*c)).flat_map(char::to_lowercase).map(one_bracket).collect();
        for prefix in ["其中:", "其中,", "其中"] {
            if let Some(rest) = full.strip_prefix(prefix).filter(|rest| !rest.is_empty()) {
                full = rest.to_owned();
                break;
            }
        }
        let full = full.trim_matches([':', ',', '。', '.', '、']).to_owned();
        let joined = full.chars().filter(|c| !matches!(c, '(' | ')')).collect();
        let (mut bare, mut inside, mut last) = (String::new(), String::new(), String::new());
        let mut depth = 0usize;
        for c in full.chars() {
            match c {
                '(' => {
                    depth += 1;
                    last.clear();
                }
                ')' => depth = depth.saturating_sub(1),
                _ if depth == 0 => bare.push(c),
                _ => {
                    inside.push(c);
                    last.push(c);
                }
            }
        }
        // A header that stands in brackets as a whole has no other name.
        if bare.is_empty() {
            bare = std::mem::take(&mut inside);
        }
        Self { full, joined, bare, inside, last }
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        self.full.is_empty()
    }

    /// The same but for brackets, and not contradicting each other inside them: 接害工龄(月) is not 接害工龄(年), but Hp(10)(mSv)
    /// is Hp(10).
    pub fn loosely_same(&self, other: &Self) -> bool {
        self.bare == other.bare && (self.inside.starts_with(&other.inside) || other.inside.starts_with(&self.inside))
    }
}

/// Marks that offices put beside headers.
fn is_decoration(c: char) -> bool {
    matches!(c, '*' | '★' | '☆' | '※' | '"' | '“' | '”' | '\'' | '▲' | '△' | '●')
}

fn one_bracket(c: char) -> char {
    match c {
        '[' | '【' | '〔' | '{' | '〈' | '<' => '(',
        ']' | '】' | '〕' | '}' | '〉' | '>' => ')',
        '_' | '—' | '–' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_lose_what_does_not_matter() {
        let rows = [
            ("Hp(10)（mSv）", "hp(10)(msv)", "hp10msv", "hp"),
            ("※单位\n名称 *", "单位名称", "单位名称", "单位名称"),
            ("其中：农民工（人）", "农民工(人)", "农民工人", "农民工"),
            ("游离ＳｉＯ２(%)", "游离sio2(%)", "游离sio2%", "游离sio2"),
            ("（备注）：", "(备注)", "备注", "备注"),
            ("工伤保险参保人数【人】：", "工伤保险参保人数(人)", "工伤保险参保人数人", "工伤保险参保人数"),
        ];
        for (text, full, joined, bare) in rows {
            let wording = Wording::of(text);
            assert_eq!((wording.full.as_str(), wording.joined.as_str(), wording.bare.as_str()), (full, joined, bare), "{text}");
        }
    }

    #[test]
    fn brackets_that_contradict_each_other_do_not_match() {
        let (years, months, plain) = (Wording::of("接害工龄（年）"), Wording::of("接害工龄(月)"), Wording::of("接害工龄"));
        assert!(!years.loosely_same(&months));
        assert!(years.loosely_same(&plain) && plain.loosely_same(&months));
        let (deep, with_unit, skin) = (Wording::of("剂量Hp(10)"), Wording::of("剂量Hp(10)（mSv）"), Wording::of("剂量Hp(0.07)（mSv）"));
        assert!(deep.loosely_same(&with_unit) && with_unit.loosely_same(&deep) && !deep.loosely_same(&skin));
    }
}
