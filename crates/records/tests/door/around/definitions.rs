//! `zhijian check` of `around:`: what is named must be there, and a message tells nothing of a person.

use zhijian_kinds::Catalogue;
use zhijian_kinds::catalogue::embedded_files;

/// Faults of the declaration (or another kind) with a text replaced.
fn faults(path: &str, text: &str, by: &str) -> Vec<String> {
    let mut files = embedded_files();
    let (_, content) = files.iter_mut().find(|(p, _)| p == path).unwrap();
    assert!(content.contains(text), "{path} has no “{text}”");
    *content = content.replacen(text, by, 1);
    Catalogue::load(&files).1.iter().map(ToString::to_string).filter(|f| f.starts_with(path)).collect()
}

#[test]
fn the_shipped_definitions_are_right() {
    let faults: Vec<String> = Catalogue::load(&embedded_files()).1.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn names_that_point_nowhere_are_found_with_their_line() {
    const DECLARATION: &str = "kinds/declaration.v1.yaml";
    const CASE: &str = "kinds/case_report.v1.yaml";
    let rows = [
        (DECLARATION, "    kind: measurement\n", "    kind: measuring\n", "表单“measuring”不存在"),
        (DECLARATION, "    take: {set: factor}", "    take: {set: factors}", "没有字段“factors”"),
        (DECLARATION, "    take: {set: factor}", "    take: {set: factor, count: true}", "须写且只写一个"),
        (DECLARATION, "    states: [issued, published", "    states: [printed, published", "没有状态“printed”"),
        (DECLARATION, "only: [{field: mon_type, is: ['2', '3'", "only: [{field: montype, is: ['2', '3'", "没有公开字段“montype”"),
        (DECLARATION, "    ref: agency_id\n", "    ref: employer_id\n", "“employer_id”不是对"),
        (DECLARATION, "    same: {owner: owner}\n", "    same: {owner: agency_id}\n", "不能比较"),
        (DECLARATION, "    same: {owner: owner}\n", "    same: {change_reason: remark}\n", "没有索引"),
        (
            DECLARATION,
            "within: {months_before: 36, days_after: 0}",
            "within: {of: hazards, months_before: 36}",
            "不是职业病危害项目申报的日期字段",
        ),
        (DECLARATION, "    same: {owner: owner}\n", "    by: owner\n", "不属于"),
        (DECLARATION, "rule: len(minus(tested_factors, hazards)) == 0", "rule: len(hazards) >= 0", "没有校验用到“tested_factors”"),
        (
            DECLARATION,
            "when: \"decl_type != '4'\"\n    take: {set: factor}",
            "when: len(last) > 0\n    take: {set: factor}",
            "when 只能用本表单的字段",
        ),
        (CASE, "该劳动者同一病种已有同类报告卡", "该劳动者同一病种已有 {same_disease} 张", "提示中不能写出其内容"),
        (CASE, "    take: {count: true}", "    take: {max: id_no}", "是个人信息，不能取"),
    ];
    for (path, text, by, says) in rows {
        let found = faults(path, text, by);
        let line = |fault: &String| fault[path.len() + 1..].split(':').next().and_then(|n| n.parse::<usize>().ok()).is_some_and(|n| n > 1);
        assert!(found.iter().any(|f| f.contains(says) && line(f)), "{by}: {found:?}");
    }
}

#[test]
fn the_length_of_what_a_rule_walks_over_is_bounded() {
    let rule = "rule: len(minus(tested_factors, hazards)) == 0";
    assert!(faults("kinds/declaration.v1.yaml", rule, "rule: tested_factors.all(t, t in hazards)").is_empty(), "a set is bounded");
    let found = faults("kinds/declaration.v1.yaml", rule, "rule: tested_factors.all(t, examined_factors.all(e, e != t))");
    assert!(found.iter().any(|f| f.contains("超过上限")), "{found:?}");
}
