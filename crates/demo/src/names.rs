//! Names and numbers that belong to nobody: marked as synthetic, with valid check characters.

use crate::days::{iso, nth};
use crate::dice::Dice;
use time::Date;

/// Alphabet of credit codes (GB 32100) and of the code of the organisation within (GB 11714).
const CODE: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CODE_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const INNER_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// The credit code of the n-th new firm of a county. The bodies begin with `TE5TH`, which the workbooks of 2020 do not use.
pub(crate) fn credit_code(kind: &str, county: &str, n: usize) -> String {
    let (a, b, c) = (CODE[n / 961 % 31], CODE[n / 31 % 31], CODE[n % 31]);
    let body = format!("TE5TH{}{}{}", char::from(a), char::from(b), char::from(c));
    let inner: usize = body.bytes().zip(INNER_WEIGHTS).map(|(byte, w)| w * digit36(byte)).sum();
    let inner = match 11 - inner % 11 {
        10 => 'X',
        11 => '0',
        n => char::from(b'0' + u8::try_from(n).unwrap_or(0)),
    };
    let code = format!("{kind}{county}{body}{inner}");
    let sum: usize = code.bytes().zip(CODE_WEIGHTS).map(|(byte, w)| w * CODE.iter().position(|c| *c == byte).unwrap_or(0)).sum();
    format!("{code}{}", char::from(CODE[(31 - sum % 31) % 31]))
}

fn digit36(byte: u8) -> usize {
    usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 })
}

/// A person who does not exist.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Identity number with a sequence of 996–999.
    pub id_no: String,
    /// `1` male, `2` female.
    pub sex: String,
    /// Day of birth.
    pub birth: Date,
}

impl Person {
    /// Full years on a day.
    pub(crate) fn age(&self, on: Date) -> i64 {
        let had = (on.month() as u8, on.day()) >= (self.birth.month() as u8, self.birth.day());
        i64::from(on.year() - self.birth.year()) - i64::from(!had)
    }

    /// Day of birth as records write it.
    pub(crate) fn born(&self) -> String {
        iso(self.birth)
    }
}

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋",
    "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕",
];
const MARKS: [&str; 5] = ["样", "测", "试", "例", "虚"];
const MEN: [&str; 24] = [
    "民", "强", "军", "平", "安", "志", "勇", "刚", "伟", "海", "山", "林", "峰", "涛", "波", "武", "新", "达", "良", "勤", "俭", "立",
    "柏", "川",
];
const WOMEN: [&str; 16] = ["兰", "玉", "英", "华", "霞", "梅", "青", "美", "玲", "芳", "静", "洁", "秀", "萍", "云", "燕"];

/// Areas of the identity numbers: neighbours of the region, so that nobody is taken for a person of the workbooks of 2020.
const AREAS: [&str; 12] =
    ["130202", "130203", "130209", "130224", "130225", "130227", "130229", "130281", "130283", "130284", "130821", "211421"];
/// Birth days run over these years.
const BORN: (i32, i64) = (1967, 36 * 365);

/// The n-th person; no two have the same number.
pub(crate) fn person(seed: u64, n: u64, men: f64) -> Person {
    let mut dice = Dice::of(seed, "person", &n.to_string());
    let areas = AREAS.len() as u64;
    let days = BORN.1.unsigned_abs();
    let (area, turn) = (AREAS[usize::try_from(n % areas).unwrap_or(0)], n / areas);
    // A step that shares no divisor with the number of days visits them all.
    let at = i64::try_from(turn * 7_919 % days).unwrap_or(0);
    let birth = nth(BORN.0 + i32::try_from(at / 365).unwrap_or(0), at % 365 + 1);
    let man = dice.chance(men);
    let sequence = if (turn / days).is_multiple_of(2) { 999 } else { 997 } - i32::from(!man);
    let body = format!("{area}{:04}{:02}{:02}{sequence}", birth.year(), birth.month() as u8, birth.day());
    let given = dice.one(if man { &MEN[..] } else { &WOMEN[..] });
    let name = format!("{}{}{given}", dice.one(&SURNAMES), dice.one(&MARKS));
    Person { name, id_no: id_no(&body), sex: if man { "1" } else { "2" }.to_owned(), birth }
}

/// The identity number of a body of 17 digits (GB 11643).
fn id_no(body: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let check = b"10X98765432"[usize::try_from(sum % 11).unwrap_or(0)];
    format!("{body}{}", char::from(check))
}

const FIRST: [&str; 20] =
    ["金", "恒", "永", "盛", "嘉", "瑞", "宏", "广", "祥", "和", "昌", "隆", "泰", "顺", "康", "兴", "鑫", "源", "丰", "达"];
const SECOND: [&str; 20] =
    ["达", "源", "顺", "茂", "远", "业", "通", "利", "成", "安", "发", "泽", "润", "博", "诚", "旺", "凯", "拓", "联", "亿"];
const LEGAL: [&str; 5] = ["有限公司", "有限责任公司", "股份有限公司", "厂", "有限公司"];

/// The name of a new firm.
pub(crate) fn firm(dice: &mut Dice, place: &str, trade: &str) -> String {
    let place = if dice.chance(0.4) { "秦皇岛" } else { place };
    format!("{place}{}{}{}{trade}{}", dice.one(&MARKS[..4]), dice.one(&FIRST), dice.one(&SECOND), dice.one(&LEGAL))
}

/// A telephone number that nobody has.
pub(crate) fn phone(dice: &mut Dice) -> String {
    format!("0000-{:07}", dice.between(1_000_000, 9_999_999))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use zhijian_kinds::ident;

    #[test]
    fn numbers_are_valid_marked_and_nobody_shares_one() {
        let people: Vec<Person> = (0..40_000).map(|n| person(7, n, 0.7)).collect();
        let different: HashSet<&str> = people.iter().map(|p| p.id_no.as_str()).collect();
        assert_eq!(different.len(), people.len(), "an identity number belongs to one person");
        for p in people.iter().step_by(97) {
            let read = ident::id_no(&p.id_no, "2021-12-31").unwrap_or_else(|why| panic!("{}: {why}", p.id_no));
            assert_eq!((read.birth, read.sex), (p.born(), p.sex.as_str()), "the number tells birth and sex");
            assert!((996..=999).contains(&p.id_no[14..17].parse().unwrap_or(0)), "{} is marked as synthetic", p.id_no);
        }
    }

    #[test]
    fn credit_codes_are_valid_marked_and_different() {
        let codes: HashSet<String> = (0..5_000).map(|n| credit_code("91", "130302", n)).collect();
        assert_eq!(codes.len(), 5_000);
        for code in codes.iter().take(200) {
            assert_eq!(ident::uscc(code).as_deref(), Ok(code.as_str()));
            assert_eq!(&code[8..12], "TE5T");
        }
        assert_eq!(credit_code("91", "130302", 0)[8..17].len(), 9);
    }
}
