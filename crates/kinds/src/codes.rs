//! Code lists (代码表), each with its standard, edition and validity.

use crate::text;
use std::collections::HashMap;

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Code as stored.
    pub code: String,
    /// Chinese label.
    pub label: String,
    /// Other spellings that are understood.
    pub synonyms: Vec<String>,
    /// Superior code, or empty.
    pub parent: String,
    /// First day of validity, ISO, or empty.
    pub valid_from: String,
    /// Last day, or empty.
    pub valid_to: String,
    /// Note.
    pub note: String,
    /// Further columns, in the order of [`CodeList::extra`].
    pub more: Vec<String>,
    /// Pinyin initials of the label, for searching.
    pub initials: String,
}

impl Code {
    /// Valid on a day (ISO text; empty: always).
    #[must_use]
    pub fn valid_on(&self, day: &str) -> bool {
        day.is_empty()
            || ((self.valid_from.is_empty() || self.valid_from.as_str() <= day)
                && (self.valid_to.is_empty() || day <= self.valid_to.as_str()))
    }
}

/// A code list with its origin.
#[derive(Debug, Default)]
pub struct CodeList {
    /// Name, `SEX`.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// Standard.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Source.
    pub source: String,
    /// `firm`, `design`, `secondary` or `unsourced`.
    pub status: String,
    /// Spellings understood.
    pub forms: Vec<String>,
    /// Names of the further columns.
    pub extra: Vec<String>,
    /// The codes in order.
    pub codes: Vec<Code>,
    by_code: HashMap<String, usize>,
    /// The codes exactly as stored: the common question needs no normal form.
    exact: HashMap<String, usize>,
    /// Word key → codes in file order (editions share labels).
    by_word: HashMap<String, Vec<usize>>,
}

impl CodeList {
    /// Reads a CSV with its comment head.
    ///
    /// # Errors
    /// `(line, message)` of the first fault: missing head, wrong columns, repeated code, synonym of two codes.
    pub fn parse(file: &str, content: &str) -> Result<Self, (usize, String)> {
        let mut list = Self::default();
        let mut head = 0;
        for line in content.lines() {
            let Some(rest) = line.strip_prefix('#') else { break };
            head += 1;
            let Some((key, value)) = rest.split_once(':') else { continue };
            let value = value.trim().to_owned();
            match key.trim() {
                "list" => list.name = value,
                "title" => list.title = value,
                "standard" => list.standard = value,
                "edition" => list.edition = value,
                "source" => list.source = value,
                "status" => list.status = value,
                "forms" => list.forms = value.split([',', ' ', ';']).filter(|f| !f.is_empty()).map(str::to_owned).collect(),
                _ => {}
            }
        }
        if list.name.is_empty() || list.title.is_empty() {
            return Err((1, format!("{file}：表头缺少 list 或 title")));
        }
        for form in &list.forms {
            if !matches!(form.as_str(), "strip_letter" | "pad4" | "pad3" | "pad2" | "leading_code") {
                return Err((1, format!("forms：不认识“{form}”")));
            }
        }
        let body: String = content.lines().skip(head).flat_map(|line| [line, "\n"]).collect();
        let mut reader = csv::ReaderBuilder::new().from_reader(body.as_bytes());
        let columns = reader.headers().map_err(|e| (head + 1, e.to_string()))?.clone();
        let wanted = ["code", "label", "synonyms", "parent", "valid_from", "valid_to", "note"];
        if columns.iter().take(7).ne(wanted) {
            return Err((head + 1, format!("列应为 {}", wanted.join(","))));
        }
        list.extra = columns.iter().skip(7).map(str::to_owned).collect();
        for (index, row) in reader.records().enumerate() {
            let line = head + 2 + index;
            let row = row.map_err(|e| (line, e.to_string()))?;
            let cell = |i: usize| row.get(i).unwrap_or_default().trim().to_owned();
            let synonyms: Vec<String> = cell(2).split(';').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect();
            let code = Code {
                code: cell(0),
                initials: text::pinyin_initials(&cell(1)),
                label: cell(1),
                synonyms,
                parent: cell(3),
                valid_from: cell(4),
                valid_to: cell(5),
                note: cell(6),
                more: (7..columns.len()).map(cell).collect(),
            };
            if code.code.is_empty() || code.label.is_empty() {
                return Err((line, "code 或 label 为空".into()));
            }
            if list.by_code.insert(text::word_key(&code.code), list.codes.len()).is_some() {
                return Err((line, format!("代码“{}”重复", code.code)));
            }
            list.exact.insert(code.code.clone(), list.codes.len());
            list.codes.push(code);
        }
        list.index_words();
        Ok(list)
    }

    fn index_words(&mut self) {
        for (index, code) in self.codes.iter().enumerate() {
            for word in std::iter::once(&code.label).chain(&code.synonyms) {
                let entry = self.by_word.entry(text::word_key(word)).or_default();
                if !entry.contains(&index) {
                    entry.push(index);
                }
            }
        }
    }

    /// The entry with this exact code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Code> {
        self.exact.get(code).or_else(|| self.by_code.get(&text::word_key(code))).map(|i| &self.codes[*i])
    }

    /// Label of a code; the code itself when it is unknown.
    #[must_use]
    pub fn label<'a>(&'a self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |c| c.label.as_str())
    }

    /// A further column of a code.
    #[must_use]
    pub fn column(&self, code: &str, column: &str) -> Option<&str> {
        self.of(self.get(code)?, column)
    }

    /// A further column of an entry of this list.
    #[must_use]
    pub fn of<'a>(&self, code: &'a Code, column: &str) -> Option<&'a str> {
        let at = self.extra.iter().position(|c| c == column)?;
        code.more.get(at).map(String::as_str)
    }

    /// Understands a text: a code, a label, a synonym, or one of the list's special spellings. Among entries that share a
    /// label the one valid on `day` wins, else the first.
    #[must_use]
    pub fn resolve(&self, input: &str, day: &str) -> Option<&Code> {
        let key = text::word_key(input);
        if key.is_empty() {
            return None;
        }
        // A lost leading zero comes before a shorter code of a higher level: 810 in a column of four-digit codes is 0810.
        if self.forms.iter().any(|f| f == "pad4")
            && key.len() == 3
            && key.bytes().all(|b| b.is_ascii_digit())
            && let Some(index) = self.by_code.get(&format!("0{key}"))
        {
            return Some(&self.codes[*index]);
        }
        if let Some(code) = self.by_key(&key, day) {
            return Some(code);
        }
        self.forms.iter().find_map(|form| {
            let other = match form.as_str() {
                "strip_letter" => {
                    key.strip_prefix(|c: char| c.is_ascii_alphabetic()).filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()))?.to_owned()
                }
                "pad3" if key.len() == 2 => format!("0{key}"),
                "pad2" if key.len() == 1 => format!("0{key}"),
                "leading_code" => {
                    let tidy = text::nfkc(input);
                    let cut = tidy.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tidy.len());
                    return self.by_code.get(&text::word_key(&tidy[..cut])).map(|i| &self.codes[*i]);
                }
                _ => return None,
            };
            self.by_code.get(&other).map(|i| &self.codes[*i])
        })
    }

    fn by_key(&self, key: &str, day: &str) -> Option<&Code> {
        if let Some(index) = self.by_code.get(key) {
            return Some(&self.codes[*index]);
        }
        let candidates = self.by_word.get(key)?;
        candidates.iter().find(|i| self.codes[**i].valid_on(day)).or_else(|| candidates.first()).map(|i| &self.codes[*i])
    }

    /// Entries that match a search text by code, label fragment, synonym, pinyin initials or CAS number.
    pub fn search<'a>(&'a self, input: &str) -> impl Iterator<Item = &'a Code> {
        let key = text::word_key(input);
        self.codes.iter().filter(move |c| {
            key.is_empty()
                || text::word_key(&c.code).starts_with(&key)
                || text::word_key(&c.label).contains(&key)
                || c.initials.starts_with(&key)
                || c.synonyms.iter().any(|s| text::word_key(s).contains(&key))
                || c.more.iter().any(|m| m.split(';').any(|cas| cas == key))
        })
    }

    /// Words of several codes: a synonym that two codes valid on the same day share.
    #[must_use]
    pub fn collisions(&self) -> Vec<String> {
        let mut found: Vec<String> = self
            .by_word
            .iter()
            .filter(|(_, list)| {
                list.len() > 1
                    && list.iter().enumerate().any(|(n, a)| {
                        list[n + 1..].iter().any(|b| {
                            let (a, b) = (&self.codes[*a], &self.codes[*b]);
                            let apart = (!a.valid_to.is_empty() && !b.valid_from.is_empty() && a.valid_to < b.valid_from)
                                || (!b.valid_to.is_empty() && !a.valid_from.is_empty() && b.valid_to < a.valid_from);
                            !apart && a.label != b.label
                        })
                    })
            })
            .map(|(word, list)| {
                format!("“{word}”同时属于 {}", list.iter().map(|i| self.codes[*i].code.as_str()).collect::<Vec<_>>().join("、"))
            })
            .collect();
        found.sort();
        found
    }
}
