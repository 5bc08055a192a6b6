//! Parameters of the operations about plans and indicators.

use super::operation::{Holds, Param};

/// Place.
pub(super) const REGION: Param = Param::new("region", Holds::Text, "区划代码：自己的区划或其下级");
const YEAR: Param = Param::needed("year", Holds::Number(2000, 2100), "年度");
const AS_OF: Param = Param::new("as_of", Holds::Day, "截止日；默认为该年 12 月 31 日 24 时，本年度为今天");
const KNOWN_AT: Param = Param::new("known_at", Holds::Moment, "按当时已入库的数据计算，可重现过去的评估");
const PLAN: Param = Param::new("plan", Holds::Text, "按这部规划的口径");
/// Form of the answer.
pub(super) const FORMAT: Param = Param::new("format", Holds::OneOf(&["json", "csv", "xlsx"]), "格式，默认 json");

/// Parameters of an evaluation.
pub const EVALUATION: [Param; 5] = [YEAR, AS_OF, KNOWN_AT, REGION, FORMAT];
/// Parameters of what each place adds to a gap.
pub const GAP: [Param; 4] = [YEAR, AS_OF, KNOWN_AT, REGION];
/// Parameters of one indicator; without a year only its definition is given.
pub const FIGURE: [Param; 5] = [Param { required: false, ..YEAR }, AS_OF, KNOWN_AT, PLAN, REGION];
/// Parameters of a breakdown.
pub const BREAKDOWN: [Param; 7] = [
    Param::needed(
        "by",
        Holds::OneOf(&["region", "town", "industry", "size", "hazard", "month"]),
        "分解维度：region 区县，town 乡镇街道，industry 行业，size 规模，hazard 危害因素，month 月份",
    ),
    YEAR,
    AS_OF,
    KNOWN_AT,
    PLAN,
    REGION,
    FORMAT,
];
/// Parameters of the units.
pub const UNITS: [Param; 15] = [
    Param::needed(
        "which",
        Holds::OneOf(&["numerator", "denominator", "missing"]),
        "numerator 分子，denominator 分母，missing 未达成（待办）",
    ),
    YEAR,
    AS_OF,
    KNOWN_AT,
    PLAN,
    REGION,
    FORMAT,
    Param::new("q", Holds::Text, "名称中的字"),
    Param::new("town", Holds::Text, "乡镇街道代码"),
    Param::new("industry", Holds::Text, "行业门类、大类或更细的代码"),
    Param::new("size", Holds::Text, "企业规模代码"),
    Param::new("hazard", Holds::Text, "危害因素代码"),
    Param::new("month", Holds::Text, "月份，如 2020-05"),
    Param::new("cursor", Holds::Number(0, i64::MAX), "上一页的 next"),
    Param::new("limit", Holds::Number(1, 1000), "每页条数，默认 50"),
];
