//! Units named in headers: 总投资（元） in a column that keeps 万元.

use super::wording::Wording;

/// Units that measure the same, each with its size.
const FAMILIES: [&[(&str, f64)]; 7] = [
    &[("元", 1.0), ("千元", 1e3), ("万元", 1e4), ("百万元", 1e6), ("亿元", 1e8)],
    &[("ng/m3", 1e-6), ("μg/m3", 1e-3), ("ug/m3", 1e-3), ("mg/m3", 1.0), ("g/m3", 1e3)],
    &[("ng/l", 1e-6), ("μg/l", 1e-3), ("ug/l", 1e-3), ("ng/ml", 1e-3), ("mg/l", 1.0), ("μg/ml", 1.0), ("ug/ml", 1.0), ("g/l", 1e3)],
    &[("nmol/l", 1e-3), ("μmol/l", 1.0), ("umol/l", 1.0), ("mmol/l", 1e3)],
    &[("秒", 1.0), ("s", 1.0), ("分", 60.0), ("分钟", 60.0), ("min", 60.0), ("小时", 3600.0), ("h", 3600.0)],
    &[("月", 1.0), ("个月", 1.0), ("年", 12.0)],
    &[("μsv", 1e-3), ("usv", 1e-3), ("msv", 1.0), ("sv", 1e3)],
];

/// By how much a number under `header_unit` must be multiplied to stand for `kept_unit`; `None` when there is nothing to convert.
pub(super) fn factor(header_unit: &str, kept_unit: &str) -> Option<f64> {
    let (from, to) = (plain(header_unit), plain(kept_unit));
    FAMILIES.iter().find_map(|family| {
        let size = |unit: &str| family.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size);
        let (from, to) = (size(&from)?, size(&to)?);
        ((from - to).abs() > f64::EPSILON).then_some(from / to)
    })
}

/// `mg/m³` and `mg/m^3` are `mg/m3`.
fn plain(unit: &str) -> String {
    Wording::of(unit).joined.replace('^', "").replace('µ', "μ").replace("单位", "").trim_matches([':', '：']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_family_are_converted_and_others_left_alone() {
        let rows = [
            ("元", "万元", Some(1e-4)),
            ("万元", "万元", None),
            ("mg/L", "μg/L", Some(1e3)),
            ("μg/m³", "mg/m3", Some(1e-3)),
            ("单位：min", "h", Some(1.0 / 60.0)),
            ("年", "月", Some(12.0)),
            ("人", "万元", None),
            ("", "mg/L", None),
            ("g/L", "10^9/L", None),
        ];
        for (from, to, expected) in rows {
            assert_eq!(factor(from, to), expected, "{from} {to}");
        }
    }
}
