//! Identifiers: 公民身份号码 (GB 11643-1999) and 统一社会信用代码 (GB 32100-2015).

use crate::dates;

/// A valid identity number and what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdNo {
    /// The 18-character form.
    pub number: String,
    /// Birth date, ISO.
    pub birth: String,
    /// `1` male, `2` female (GB/T 2261.1).
    pub sex: &'static str,
    /// It was written with 15 digits.
    pub converted: bool,
}

/// Province prefixes of GB/T 2260 (83: residence permits of Taiwan residents).
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46", "50",
    "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
];

const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECK: &[u8; 11] = b"10X98765432";

/// Checks an identity number (18 characters, or 15 digits, which are converted).
///
/// # Errors
/// What is wrong, in Chinese: length, form, region, date, future, sequence or check character.
///
/// # Example
/// ```
/// let id = zhijian_kinds::ident::id_no("13032218870925005X", "2020-12-31").unwrap();
/// assert_eq!((id.birth.as_str(), id.sex), ("1887-09-25", "1"));
/// assert!(zhijian_kinds::ident::id_no("500101189503120091", "2020-12-31").is_err());
/// ```
pub fn id_no(text: &str, today: &str) -> Result<IdNo, &'static str> {
    let number = crate::text::identifier(text);
    let bytes = number.as_bytes();
    let digits = |slice: &[u8]| slice.iter().all(u8::is_ascii_digit);
    let full = match bytes.len() {
        18 if digits(&bytes[..17]) && (bytes[17].is_ascii_digit() || bytes[17] == b'X') => number.clone(),
        15 if digits(bytes) => {
            let century = if (996..=999).contains(&number[12..].parse::<u32>().unwrap_or(0)) { "18" } else { "19" };
            let body = format!("{}{century}{}", &number[..6], &number[6..]);
            let check = char::from(ID_CHECK[id_sum(body.as_bytes())]);
            format!("{body}{check}")
        }
        18 | 15 => return Err("含有不允许的字符"),
        _ => return Err("位数不对，应为18位"),
    };
    if !PROVINCES.contains(&&full[..2]) {
        return Err("地区码不存在");
    }
    let birth = format!("{}-{}-{}", &full[6..10], &full[10..12], &full[12..14]);
    let real = match full[6..10].parse::<i32>() {
        // `dates` refuses years before 1900; numbers of the 1800s are valid in form.
        Ok(year) if (1800..1900).contains(&year) => time::Month::try_from(full[10..12].parse::<u8>().unwrap_or(0))
            .is_ok_and(|month| time::Date::from_calendar_date(year, month, full[12..14].parse().unwrap_or(0)).is_ok()),
        _ => dates::parse_iso(&birth).is_some(),
    };
    if !real {
        return Err("出生日期不存在");
    }
    if birth.as_str() > today {
        return Err("出生日期晚于今天");
    }
    if &full[14..17] == "000" {
        return Err("顺序码不能为000");
    }
    if full.as_bytes()[17] != ID_CHECK[id_sum(&full.as_bytes()[..17])] {
        return Err("校验码不对");
    }
    let sex = if (full.as_bytes()[16] - b'0') % 2 == 1 { "1" } else { "2" };
    Ok(IdNo { converted: bytes.len() == 15, number: full, birth, sex })
}

fn id_sum(body: &[u8]) -> usize {
    body.iter().zip(ID_WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum::<u32>() as usize % 11
}

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Checks a unified social credit code and gives its normalised form.
///
/// # Errors
/// What is wrong, in Chinese.
pub fn uscc(text: &str) -> Result<String, &'static str> {
    let code = crate::text::identifier(text);
    let value = |b: &u8| USCC_ALPHABET.iter().position(|a| a == b);
    if code.len() != 18 {
        return Err("位数不对，应为18位");
    }
    let values: Option<Vec<usize>> = code.bytes().map(|b| value(&b)).collect();
    let Some(values) = values else { return Err("含有不允许的字符（不用 I、O、S、V、Z）") };
    if !b"123456789ANY".contains(&code.as_bytes()[0]) {
        return Err("登记管理部门代码不存在");
    }
    let area = &code[2..8];
    if !area.bytes().all(|b| b.is_ascii_digit()) || !(area == "100000" || PROVINCES.contains(&&area[..2])) {
        return Err("登记机关行政区划码不存在");
    }
    let sum: usize = values.iter().zip(USCC_WEIGHTS).map(|(v, w)| v * w).sum();
    if (31 - sum % 31) % 31 == values[17] { Ok(code) } else { Err("校验码不对") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        let mut reader = csv::Reader::from_reader(include_str!("../tests/identifier_vectors.csv").as_bytes());
        let mut seen = 0;
        for row in reader.records() {
            let row = row.unwrap();
            let (kind, value, valid, reason) = (&row[0], &row[1], &row[2] == "1", &row[3]);
            let got = match kind {
                "id18" | "id15" => id_no(value, "2026-01-01").map(|id| id.number),
                "uscc" => uscc(value),
                _ => continue,
            };
            if reason == "inner" {
                continue; // early codes break the inner check: no refusal
            }
            assert_eq!(got.is_ok(), valid, "{kind} {value} {reason}: {got:?}");
            if kind == "id15" && valid {
                assert_eq!(got.unwrap(), row[4], "{value}");
            }
            seen += 1;
        }
        assert!(seen > 90);
    }
}
