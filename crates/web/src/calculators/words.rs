//! Wording of warnings, confirmation and keys inside outputs.

use zhijian_calc::tables::Status;

/// A warning of a calculator in Chinese.
#[must_use]
pub fn warning(code: &str) -> &str {
    match code {
        "extrapolated" => "超出标准的适用范围，为外推值",
        "print_gap" => "标准印本在此处有空档，按较低一级给出",
        "small_sample" => "数据少，结果不稳定",
        "high_censoring" => "半数以上低于检出限，宜用贝叶斯模型并降低检出限",
        "use_bayes_seg" => "80 % 以上低于检出限，应改用贝叶斯模型",
        "overlong_shift" => "超过 12 h，限值应折减",
        "table_unverified" => "所用表格或公式尚待与标准原文核对",
        "edition_superseded" => "该版本已被新版代替",
        "high_gsd" => "几何标准差异常（> 4 或 < 1.2），请核对分组",
        "notional_dose" => "含名义剂量，须由指定人员批准",
        "spread_over_3db" => "同一任务的样品相差 3 dB 以上，宜细分任务或增加样品",
        "no_response" => "有频率最大输出无反应，按该输出值计",
        "tnw_above_ta" => "自然湿球温度高于干球温度，请核对",
        "flat_baseline" => "基线没有波动，标准差按 0.5 计",
        "total_reveals" => "由合计仍能推出被隐藏的数，请不要公布合计",
        "p_not_computed" => "没有计算 p 值",
        "plaque_not_ticked" => "勾选了胸膜斑的范围而未勾选胸膜斑",
        other => other,
    }
}

/// How well formula and figures are confirmed.
#[must_use]
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Firm => "已核实",
        Status::Print => "按印本，印本有疑处",
        Status::Verify => "待与标准原文核对",
    }
}

/// A key inside an output: `500`, `pred`, `trouble_12m`.
#[must_use]
pub fn key(key: &str) -> String {
    let word = match key {
        "pred" => "预计值",
        "lln" => "正常下限",
        "z" => "z",
        "pct_pred" => "占预计值 %",
        "fev1" => "FEV1",
        "fvc" => "FVC",
        "ratio" => "FEV1/FVC",
        "trouble_12m" => "12 个月内有症状",
        "prevented_12m" => "12 个月内影响工作",
        "trouble_7d" => "7 天内有症状",
        "yes" => "是",
        "answered" => "已答",
        "prevalence" => "患病率",
        "wilson" => "95 % 区间",
        _ if key.parse::<u32>().is_ok() => return format!("{key} Hz"),
        other => other,
    };
    word.to_owned()
}
