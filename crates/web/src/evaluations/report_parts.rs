//! Parts of the report: the overview, an indicator, counties, appendices.

use super::content::{Driver, Figure, Figures, Said, tone};
use super::figure_address;
use super::store::Evaluation;
use crate::board::numbers::{grouped, short};
use crate::words;
use std::collections::HashSet;
use zhijian_documents::content::{Row, printed_basis};
use zhijian_documents::report::{Chart, Goal, Piece, Point, Source};

/// Most rows of a chart of counties.
const BARS: usize = 20;

/// References of tables and charts.
pub struct Numbered;

impl Numbered {
    /// A reference.
    pub fn at(code: &str, path: String) -> Source {
        Source { code: code.to_owned(), path }
    }
}

fn number(n: Option<f64>) -> String {
    n.map_or_else(|| words::NONE.to_owned(), grouped)
}

/// What stands below the line: a count has nothing there, also where an evaluation frozen earlier kept a nought.
fn below(row: &Figure, n: Option<f64>) -> String {
    number(n.filter(|n| row.percent || *n != 0.0))
}

fn texts<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// All indicators in one table.
pub fn overview(id: &str, figures: &Figures) -> Piece {
    let rows = figures.rows.iter().map(|row| {
        let goal = row.goal_year.map_or_else(|| row.goal.clone(), |year| format!("{}（{year}）", row.goal));
        vec![
            row.seq.to_string(),
            format!("{} {}", row.name, row.code),
            row.baseline.clone(),
            row.shown.clone(),
            goal,
            row.status.clone(),
            row.gap.clone(),
        ]
    });
    Piece::Table {
        source: Numbered::at("表 总-1", super::address(id)),
        title: "指标完成情况总表".into(),
        head: texts(["序号", "指标", "2020年基数", "现值", "目标", "状态", "差距"]),
        rows: rows.collect(),
        widths: vec![6, 36, 13, 13, 15, 9, 15],
        more: String::new(),
    }
}

/// One indicator: numbers, three charts, counties, drivers.
pub fn indicator(pieces: &mut Vec<Piece>, id: &str, year: i32, row: &Figure, said: &Said) {
    let path = figure_address(id, &row.code);
    let source = |what: &str, n: u8| Numbered::at(&format!("{what} {}-{n}", row.code), path.clone());
    pieces.push(Piece::Heading { level: 2, text: format!("{}. {}（{}）", row.seq, row.name, row.code) });
    if !said.text.trim().is_empty() {
        pieces.push(Piece::Text { text: said.text.trim().to_owned() });
    }
    let fact = |label: &str, value: String| Row { label: label.into(), value };
    let mut facts = vec![
        fact(
            "现值",
            format!("{} {}", row.shown, if row.interval.is_empty() { String::new() } else { format!("（95% 区间 {}）", row.interval) })
                .trim()
                .to_owned(),
        ),
        fact("分子／分母", format!("{}／{}", number(row.numerator), below(row, row.denominator))),
        fact("2020年基数", row.baseline.clone()),
        fact("目标", format!("2023年 {}；2025年 {}", row.target_2023, row.target_2025)),
        fact(
            "状态",
            [row.status.as_str(), row.gap.as_str(), row.still.as_str()]
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join("，"),
        ),
    ];
    facts.extend(row.parts.iter().map(|part| {
        fact(&part.name, format!("{}（{}／{}）{}", part.shown, number(part.numerator), below(row, part.denominator), part.status))
    }));
    pieces.push(Piece::Fields { rows: facts });
    if row.percent && row.value.is_some() {
        pieces.push(bullet(row, source("图", 1)));
    }
    if row.trend.iter().any(|p| p.value.is_some()) {
        pieces.push(trend(row, year, source("图", 2)));
    }
    if row.places.iter().any(|p| p.value.is_some()) {
        pieces.push(bars(row, source("图", 3)));
        pieces.push(Piece::Table {
            source: source("表", 1),
            title: format!("按{}", row.places_are),
            head: texts([&row.places_are, "分子", "分母", "值"]),
            rows: row
                .places
                .iter()
                .map(|p| vec![p.name.clone(), number(p.numerator), below(row, p.denominator), p.shown.clone()])
                .collect(),
            widths: vec![4, 2, 2, 3],
            more: String::new(),
        });
    }
    drivers(pieces, "未完成的数量集中在", &row.gap_drivers, source("表", 2));
    drivers(pieces, "与上年相比的贡献", &row.change_drivers, source("表", 3));
}

fn goals(row: &Figure) -> Vec<Goal> {
    row.goals.iter().map(|(year, value)| Goal { label: year.to_string(), value: *value }).collect()
}

fn bullet(row: &Figure, source: Source) -> Piece {
    Piece::Chart {
        source,
        title: "现值、基数与目标（%）".into(),
        spoken: format!("{} 现值 {}，基数 {}，目标 {}", row.name, row.shown, row.baseline, row.goal),
        chart: Chart::Bullet {
            value: row.value,
            shown: row.shown.clone(),
            base: row.baseline_value,
            goals: goals(row),
            tone: tone(&row.status).into(),
        },
    }
}

/// The years up to the end of the plan, so that the targets stand in their years.
fn trend(row: &Figure, year: i32, source: Source) -> Piece {
    let last = row.goals.iter().map(|(y, _)| *y).chain([year]).max().unwrap_or(year);
    let first = row.trend.first().map_or(year, |p| p.year);
    let points = (first..=last).map(|year| {
        let found = row.trend.iter().find(|p| p.year == year);
        let value = found.and_then(|p| p.value);
        let shown = value.map_or_else(String::new, |v| if row.percent { format!("{} %", short(v)) } else { grouped(v) });
        Point { label: year.to_string(), value, shown }
    });
    let spoken = row.trend.iter().filter(|p| p.value.is_some()).map(|p| format!("{}年 {}", p.year, p.shown)).collect::<Vec<_>>().join("，");
    Piece::Chart {
        source,
        title: "历年变化与目标".into(),
        spoken,
        chart: Chart::Line { points: points.collect(), goals: goals(row), unit: if row.percent { "%".into() } else { String::new() } },
    }
}

fn bars(row: &Figure, source: Source) -> Piece {
    let bars = row.places.iter().take(BARS).map(|p| Point { label: p.name.clone(), value: p.value, shown: p.shown.clone() });
    Piece::Chart {
        source,
        title: format!("按{}比较", row.places_are),
        spoken: row.places.iter().take(BARS).map(|p| format!("{} {}", p.name, p.shown)).collect::<Vec<_>>().join("，"),
        chart: Chart::Bars {
            bars: bars.collect(),
            goal: row.goal_value.filter(|_| row.percent),
            unit: if row.percent { "%".into() } else { String::new() },
        },
    }
}

fn drivers(pieces: &mut Vec<Piece>, title: &str, drivers: &[Driver], source: Source) {
    if drivers.is_empty() {
        return;
    }
    pieces.push(Piece::Table {
        source,
        title: title.to_owned(),
        head: texts(["维度", "名称", "贡献"]),
        rows: drivers.iter().map(|d| vec![d.by.clone(), d.name.clone(), d.shown.clone()]).collect(),
        widths: vec![2, 6, 4],
        more: String::new(),
    });
}

/// Counties against indicators.
pub fn matrix(pieces: &mut Vec<Piece>, id: &str, figures: &Figures) {
    let told: Vec<&Figure> = figures.rows.iter().filter(|r| r.percent && !r.places.is_empty()).collect();
    let mut places: Vec<(&str, &str)> = Vec::new();
    for place in told.iter().flat_map(|r| &r.places) {
        if !places.iter().any(|(code, _)| *code == place.code) {
            places.push((&place.code, &place.name));
        }
    }
    if places.is_empty() {
        pieces.push(Piece::Text { text: "本次评估没有按地区的比率指标。".into() });
        return;
    }
    let head = std::iter::once("地区".to_owned()).chain(told.iter().map(|r| r.code.clone())).collect();
    let cell =
        |row: &Figure, code: &str| row.places.iter().find(|p| p.code == code).map_or_else(|| words::NONE.to_owned(), |p| p.shown.clone());
    let mut rows: Vec<Vec<String>> =
        places.iter().map(|(code, name)| std::iter::once((*name).to_owned()).chain(told.iter().map(|r| cell(r, code))).collect()).collect();
    rows.push(std::iter::once("全域".to_owned()).chain(told.iter().map(|r| r.shown.clone())).collect());
    pieces.push(Piece::Table {
        source: Numbered::at("表 地区-1", super::address(id)),
        title: "各地区各项指标".into(),
        widths: std::iter::once(16).chain(told.iter().map(|_| 10)).collect(),
        head,
        rows,
        more: told.iter().map(|r| format!("{} {}", r.code, r.name)).collect::<Vec<_>>().join("；"),
    });
}

/// Appendix: definitions.
pub fn definitions(pieces: &mut Vec<Piece>, id: &str, figures: &Figures) {
    pieces.push(Piece::Page);
    pieces.push(Piece::Heading { level: 1, text: "附录一　指标定义".into() });
    pieces.push(Piece::Text {
        text: "规划均未规定分子、分母，口径为本平台的理解（未注明出处的如实标明）；目标一律与未取整的值比较，接近指达到目标的 95% 以上。"
            .into(),
    });
    for row in &figures.rows {
        let mut rows = vec![Row { label: "分子".into(), value: row.numerator_means.clone() }];
        if !row.denominator_means.is_empty() {
            rows.push(Row { label: "分母".into(), value: row.denominator_means.clone() });
        }
        rows.extend(row.options.iter().map(|o| Row { label: "本规划的口径".into(), value: o.clone() }));
        let basis = printed_basis(&row.basis);
        if !basis.is_empty() {
            rows.push(Row { label: "依据".into(), value: basis });
        }
        rows.push(Row { label: "打开".into(), value: figure_address(id, &row.code) });
        pieces.push(Piece::Heading { level: 2, text: format!("{} {}", row.code, row.name) });
        pieces.push(Piece::Fields { rows });
    }
}

/// Appendix: what is left to do, by name.
pub fn lists(pieces: &mut Vec<Piece>, id: &str, figures: &Figures, listed: &HashSet<&str>) {
    pieces.push(Piece::Page);
    pieces.push(Piece::Heading { level: 1, text: "附录二　未完成名单".into() });
    let rows: Vec<&Figure> = figures.rows.iter().filter(|r| !r.missing.is_empty()).collect();
    let (open, closed): (Vec<&Figure>, Vec<&Figure>) = rows.into_iter().partition(|r| listed.contains(r.code.as_str()));
    if !closed.is_empty() {
        let names = closed.iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join("、");
        pieces.push(Piece::Text { text: format!("下列指标的名单不在打印人的查看范围内，从略：{names}。") });
    }
    if open.is_empty() && closed.is_empty() {
        pieces.push(Piece::Text {
            text: "没有可列的名单。涉及个人的指标不列名单，请在平台按权限查看。".into()
        });
    }
    for row in open {
        let more = if row.missing_total > row.missing.len() as u64 {
            format!("共 {} 个，此处列前 {} 个。", row.missing_total, row.missing.len())
        } else {
            String::new()
        };
        pieces.push(Piece::Table {
            source: Numbered::at(&format!("表 {}-4", row.code), format!("{}#records", figure_address(id, &row.code))),
            title: format!("{}：未完成", row.name),
            head: texts(["序号", "名称", "地区"]),
            rows: row.missing.iter().enumerate().map(|(i, u)| vec![(i + 1).to_string(), u.name.clone(), u.place.clone()]).collect(),
            widths: vec![1, 7, 5],
            more,
        });
    }
}

/// Appendix: how to check the report.
pub fn about(pieces: &mut Vec<Piece>, id: &str, figures: &Figures, evaluation: &Evaluation) {
    pieces.push(Piece::Page);
    pieces.push(Piece::Heading { level: 1, text: "附录三　数据说明与核对".into() });
    let fact = |label: &str, value: String| Row { label: label.into(), value };
    pieces.push(Piece::Fields {
        rows: vec![
            fact("评估页面", super::address(id)),
            fact("计算时刻", figures.computed_at.get(..16).unwrap_or_default().replace('T', " ")),
            fact("数据截至", words::moment(figures.stand)),
            fact("数值摘要（SM3）", evaluation.text("figures_digest").to_owned()),
        ],
    });
    pieces.push(Piece::Text {
        text: "每张图表标题后的地址即其在平台的页面，登录后可打开同一数值，并按权限逐级看到分子、分母名单和每一条记录；名单按评估时已入库的数据重新列出。定稿后数值不再改变，更正另出新版并写明理由。涉及个人健康且人数过少的数值已隐去。".into(),
    });
}
