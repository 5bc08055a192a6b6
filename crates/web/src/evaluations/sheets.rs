//! All figures of an evaluation as a workbook: one sheet a table, each row with the page where it opens.

use super::content::Figures;
use super::store::{self, Evaluation};
use super::{address, figure_address, tasks_address};
use crate::app::App;
use crate::words;
use zhijian_exchange::write::{Cell, Table};

fn table(title: &str, columns: &[(&str, u16)], rows: Vec<Vec<Cell>>) -> Table<String> {
    Table { title: title.into(), notes: Vec::new(), columns: columns.iter().map(|(n, w)| ((*n).to_owned(), *w)).collect(), rows }
}

#[expect(clippy::cast_precision_loss, reason = "years and numbers of a plan")]
fn whole(n: impl Into<i64>) -> Cell {
    Cell::Number(n.into() as f64)
}

/// The sheets with their names.
#[must_use]
pub fn of(app: &App, evaluation: &Evaluation, figures: &Figures) -> Vec<(String, Table<String>)> {
    let id = evaluation.view.id.as_str();
    let site = app.gate.public_url.trim_end_matches('/');
    let at = |code: &str| Cell::Text(format!("{site}{}", figure_address(id, code)));
    let mut overview = table(
        &format!("{} {}", figures.plan_title, store::name(app, &evaluation.view)),
        &[
            ("序号", 6),
            ("指标代码", 10),
            ("指标", 44),
            ("分子", 12),
            ("分母", 12),
            ("值（未取整）", 16),
            ("值", 16),
            ("95%区间", 18),
            ("2020年基数", 14),
            ("2023年目标", 12),
            ("2025年目标", 12),
            ("状态", 10),
            ("差距", 18),
            ("待办", 12),
            ("未能计算的原因", 24),
            ("打开", 40),
        ],
        figures
            .rows
            .iter()
            .map(|row| {
                vec![
                    whole(row.seq),
                    row.code.as_str().into(),
                    row.name.as_str().into(),
                    Cell::number(row.numerator),
                    Cell::number(row.denominator),
                    Cell::number(row.value),
                    row.shown.as_str().into(),
                    row.interval.as_str().into(),
                    row.baseline.as_str().into(),
                    row.target_2023.as_str().into(),
                    row.target_2025.as_str().into(),
                    row.status.as_str().into(),
                    row.gap.as_str().into(),
                    row.still.as_str().into(),
                    row.failure.as_str().into(),
                    at(&row.code),
                ]
            })
            .collect(),
    );
    overview.notes = vec![
        format!("地区：{}；年度：{}；数据截至 {}", figures.place, figures.year, words::moment(figures.stand)),
        format!("评估页面：{site}{}；数值摘要（SM3）：{}", address(id), evaluation.text("figures_digest")),
    ];
    let trend = figures.rows.iter().flat_map(|row| {
        row.trend.iter().map(|p| {
            vec![
                row.code.as_str().into(),
                row.name.as_str().into(),
                whole(p.year),
                Cell::number(p.numerator),
                Cell::number(p.denominator),
                Cell::number(p.value),
                p.shown.as_str().into(),
                at(&row.code),
            ]
        })
    });
    let places = figures.rows.iter().flat_map(|row| {
        row.places.iter().map(|p| {
            vec![
                row.code.as_str().into(),
                row.name.as_str().into(),
                p.code.as_str().into(),
                p.name.as_str().into(),
                Cell::number(p.numerator),
                Cell::number(p.denominator),
                Cell::number(p.value),
                p.shown.as_str().into(),
                at(&row.code),
            ]
        })
    });
    let drivers = figures.rows.iter().flat_map(|row| {
        let tagged = row.gap_drivers.iter().map(|d| ("差距", d)).chain(row.change_drivers.iter().map(|d| ("变化", d)));
        tagged.map(|(of, d)| {
            vec![
                row.code.as_str().into(),
                row.name.as_str().into(),
                of.into(),
                d.by.as_str().into(),
                d.name.as_str().into(),
                Cell::Number(d.amount),
                d.shown.as_str().into(),
                at(&row.code),
            ]
        })
    });
    let tasks = figures.tasks.iter().map(|t| {
        vec![
            t.no.as_str().into(),
            t.section.as_str().into(),
            t.task.as_str().into(),
            t.departments.as_str().into(),
            t.milestone.as_str().into(),
            t.due_year.map_or_else(|| "".into(), whole),
            whole(t.progress),
            t.status.as_str().into(),
            t.situation.as_str().into(),
            t.evidence.as_str().into(),
            format!("{site}{}", tasks_address(&figures.plan)).into(),
        ]
    });
    let funds = figures.funds.lines.iter().map(|f| {
        vec![
            whole(f.year),
            f.title.as_str().into(),
            f.source.as_str().into(),
            Cell::Number(f.amount),
            Cell::number(f.used),
            f.result.as_str().into(),
        ]
    });
    let places_head = [
        ("指标代码", 10),
        ("指标", 44),
        ("地区代码", 12),
        ("地区", 20),
        ("分子", 12),
        ("分母", 12),
        ("值（未取整）", 16),
        ("值", 16),
        ("打开", 40),
    ];
    vec![
        ("指标".into(), overview),
        (
            "历年".into(),
            table(
                "历年数值",
                &[("指标代码", 10), ("指标", 44), ("年度", 8), ("分子", 12), ("分母", 12), ("值（未取整）", 16), ("值", 16), ("打开", 40)],
                trend.collect(),
            ),
        ),
        ("地区".into(), table("各地区数值", &places_head, places.collect())),
        (
            "差距与变化".into(),
            table(
                "差距与变化的来源",
                &[("指标代码", 10), ("指标", 44), ("来源", 8), ("维度", 10), ("名称", 24), ("数量", 14), ("说明", 24), ("打开", 40)],
                drivers.collect(),
            ),
        ),
        (
            "任务".into(),
            table(
                "规划任务",
                &[
                    ("编号", 10),
                    ("章节", 30),
                    ("任务", 44),
                    ("责任部门", 24),
                    ("节点", 24),
                    ("完成年度", 10),
                    ("进度（%）", 10),
                    ("状态", 10),
                    ("进展", 30),
                    ("凭据", 30),
                    ("打开", 40),
                ],
                tasks.collect(),
            ),
        ),
        (
            "经费".into(),
            table("经费（万元）", &[("年度", 8), ("项目", 36), ("来源", 12), ("预算", 12), ("已使用", 12), ("绩效", 36)], funds.collect()),
        ),
    ]
}
