//! What leaves the platform: a plan's table, a breakdown, a list of units.

use super::figures::{Question, When};
use super::lines::Line;
use super::parts;
use crate::app::App;
use crate::words;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::{Catalogue, Plan};
use zhijian_lake::{PlanRow, Slice, Unit, Which};
use zhijian_records::Caller;
use zhijian_records::clock::shown;

/// Lines under an exported table: what it stands for, who took it out and when.
fn notes(app: &App, caller: &Caller, place: &str, when: When) -> Vec<String> {
    let stand = words::moment(app.lake.stand());
    let mut notes = vec![format!("区划：{place}；年度：{}；数据截至 {stand}", when.year)];
    if let Some(day) = parts::cut_short(app, when) {
        notes.push(format!("截止日：{day} 24:00"));
    }
    if let Some(at) = when.known_at {
        notes.push(format!("按 {} 已入库的数据计算", shown(at)));
    }
    notes.push(format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())));
    notes
}

/// A plan's table.
#[must_use]
pub fn plan(app: &App, caller: &Caller, plan: &Plan, node: &str, when: When, rows: &[PlanRow]) -> Table {
    let place = app.catalogue().regions.full_name(node);
    let mut lines = Vec::new();
    for row in rows {
        lines.push((Line::of(row), row.answer.numerator, row.answer.denominator));
        lines.extend(row.parts.iter().map(|part| (Line::of_part(part, row), part.answer.numerator, part.answer.denominator)));
    }
    Table {
        title: format!("{} {}年评估（{}）", plan.title, when.year, app.catalogue().regions.name(node)),
        notes: notes(app, caller, &place, when),
        columns: vec![
            ("序号", 6),
            ("指标代码", 10),
            ("指标名称", 44),
            ("分子", 12),
            ("分母", 12),
            ("值", 16),
            ("95%区间", 18),
            ("2020年基数", 14),
            ("2023年目标", 12),
            ("2025年目标", 12),
            ("状态", 10),
            ("差距", 18),
            ("待办", 12),
        ],
        rows: lines
            .into_iter()
            .map(|(line, numerator, denominator)| {
                vec![
                    line.seq.into(),
                    line.code.into(),
                    line.name.into(),
                    Cell::number(numerator),
                    Cell::number(denominator),
                    line.value.into(),
                    line.interval.into(),
                    line.baseline.into(),
                    line.target_2023.into(),
                    line.target_2025.into(),
                    line.status.word().into(),
                    line.gap.into(),
                    line.still.into(),
                ]
            })
            .collect(),
    }
}

/// A breakdown.
#[must_use]
pub fn breakdown(app: &App, caller: &Caller, question: &Question<'_>, by: &str, slices: &[Slice]) -> Table {
    let node = &question.params.region;
    Table {
        title: format!("{} {}年 按{by}", question.name(), question.params.year),
        notes: notes(app, caller, &app.catalogue().regions.full_name(node), question.when()),
        columns: vec![("代码", 12), ("名称", 40), ("层级", 6), ("分子", 12), ("分母", 12), ("值", 14)],
        rows: slices
            .iter()
            .map(|slice| {
                vec![
                    slice.key.clone().into(),
                    slice.label.clone().into(),
                    #[expect(clippy::cast_precision_loss, reason = "a depth of a few levels")]
                    Cell::Number(slice.depth as f64),
                    Cell::number(slice.numerator),
                    Cell::number(slice.denominator),
                    slice.display.clone().into(),
                ]
            })
            .collect(),
    }
}

/// Name of a list.
#[must_use]
pub fn which_word(which: Which) -> &'static str {
    match which {
        Which::Numerator => "分子",
        Which::Denominator => "分母",
        Which::Missing => "未达成",
    }
}

/// A list of units.
#[must_use]
pub fn units(app: &App, caller: &Caller, question: &Question<'_>, which: Which, units: &[Unit]) -> Table {
    let catalogue = app.catalogue();
    let node = &question.params.region;
    Table {
        title: format!("{} {}年 {}名单", question.name(), question.params.year, which_word(which)),
        notes: notes(app, caller, &catalogue.regions.full_name(node), question.when()),
        columns: vec![
            ("名称", 48),
            ("区县", 16),
            ("乡镇街道", 16),
            ("行业", 24),
            ("规模", 8),
            ("危害因素", 16),
            ("月份", 10),
            ("分子", 8),
            ("分母", 8),
            ("表单", 16),
            ("记录号", 36),
        ],
        rows: units.iter().map(|unit| unit_row(catalogue, unit)).collect(),
    }
}

fn unit_row(catalogue: &Catalogue, unit: &Unit) -> Vec<Cell> {
    let coded = |list: &str, code: &str| catalogue.list(list).map_or(code, |l| l.label(code)).to_owned();
    let kind = catalogue.kind(&unit.kind).map_or(unit.kind.as_str(), |k| k.title.as_str());
    vec![
        unit.label.clone().into(),
        catalogue.regions.name(&unit.region).into(),
        catalogue.regions.name(&unit.town).into(),
        coded("INDUSTRY", &unit.industry).into(),
        coded("SIZE", &unit.size).into(),
        coded("HAZARD", &unit.hazard).into(),
        unit.month.clone().into(),
        Cell::Number(unit.num),
        Cell::Number(unit.den),
        kind.into(),
        unit.record.clone().into(),
    ]
}
