//! Figures in sentences: what the rules of `definitions/evaluation/narrative.yaml` are told, and the texts that follow.

use super::super::content::{Driver, Figure, Figures, Said, Texts};
use crate::board::numbers::grouped;
use crate::words::moment;
use std::collections::BTreeMap;
use zhijian_kinds::evaluation::{Narrative, Words};

/// Names in a list before “等”.
const NAMED: usize = 4;

/// Fresh texts; what somebody has written stays.
#[must_use]
pub fn texts(rules: &Narrative, figures: &Figures, kind: &str, old: &Texts) -> Texts {
    let sections = section_words(figures, kind);
    let keep = |old: Option<&Said>, fresh: String| match old {
        Some(said) if said.edited => said.clone(),
        _ => Said { text: fresh, edited: false },
    };
    Texts {
        sections: rules.sections.iter().map(|rule| (rule.key.clone(), keep(old.sections.get(&rule.key), rule.of(&sections)))).collect(),
        figures: figures
            .rows
            .iter()
            .map(|row| (row.code.clone(), keep(old.figures.get(&row.code), rules.of_figure(&figure_words(row, figures.year)))))
            .collect(),
    }
}

fn yes(holds: bool) -> String {
    if holds { "yes".into() } else { "no".into() }
}

fn figure_words(row: &Figure, year: i32) -> Words {
    let number = |n: Option<f64>| n.map(grouped).unwrap_or_default();
    let before = row.trend.iter().find(|p| p.year == year - 1).and_then(|p| p.value);
    let shown = |text: &str| if text == crate::board::lines::NOTHING { String::new() } else { text.to_owned() };
    [
        ("name", row.name.clone()),
        ("year", year.to_string()),
        ("display", row.shown.clone()),
        ("numerator", number(row.numerator)),
        ("denominator", number(row.denominator)),
        ("baseline", row.baseline_value.map(|_| row.baseline.clone()).unwrap_or_default()),
        ("goal", shown(&row.goal)),
        ("goal_year", row.goal_year.map(|y| y.to_string()).unwrap_or_default()),
        ("gap", row.gap.clone()),
        ("still", row.still.clone()),
        ("change_base", changed(row, row.baseline_value)),
        ("change_year", changed(row, before)),
        ("gap_first", firsts(&row.gap_drivers)),
        ("change_first", firsts(&row.change_drivers)),
        ("status", row.status.clone()),
        ("trend", course(row).to_owned()),
        ("data", yes(row.data)),
        ("failed", yes(!row.failure.is_empty())),
        ("withheld", yes(row.withheld)),
        ("parts", yes(row.numerator.is_some() && row.denominator.is_some())),
        ("failure", row.failure.clone()),
    ]
    .into_iter()
    .collect()
}

/// `上升 2.10 个百分点`; nothing where there is nothing to compare.
#[must_use]
pub fn changed(row: &Figure, before: Option<f64>) -> String {
    let (Some(now), Some(before)) = (row.value, before) else { return String::new() };
    let difference = now - before;
    if row.percent {
        return match difference {
            d if d.abs() < 0.005 => "持平".into(),
            d => format!("{} {:.2} 个百分点", if d > 0.0 { "上升" } else { "下降" }, d.abs()),
        };
    }
    let unit = if row.unit == "people" { " 人" } else { "" };
    match difference {
        d if d.abs() < 0.5 => "持平".into(),
        d => format!("{} {}{unit}", if d > 0.0 { "增加" } else { "减少" }, grouped(d.abs())),
    }
}

/// The first drivers of the first dimension.
fn firsts(drivers: &[Driver]) -> String {
    let Some(first) = drivers.first() else { return String::new() };
    drivers.iter().filter(|d| d.by == first.by).take(3).map(|d| format!("{}{}", d.name, d.shown)).collect::<Vec<_>>().join("、")
}

/// Which way the years go.
#[must_use]
pub fn course(row: &Figure) -> &'static str {
    let values: Vec<f64> = row.trend.iter().filter_map(|p| p.value).collect();
    let steps = || values.windows(2).map(|pair| pair[1] - pair[0]);
    match values.len() {
        0 | 1 => "",
        _ if steps().all(|s| s > 0.0) => "up",
        _ if steps().all(|s| s < 0.0) => "down",
        _ => "mixed",
    }
}

fn named<'a>(rows: impl Iterator<Item = &'a str>) -> String {
    rows.collect::<Vec<_>>().join("、")
}

fn section_words(figures: &Figures, kind: &str) -> Words {
    let rows = &figures.rows;
    let of = |status: &'static str| rows.iter().filter(move |r| r.failure.is_empty() && r.status == status);
    let (met, near, missed) = (of("达标").count(), of("接近").count(), of("未达标").count());
    let missed_gaps = of("未达标").filter(|r| !r.gap.is_empty()).map(|r| format!("{}（{}）", r.name, r.gap)).collect::<Vec<_>>().join("、");
    let tasks = &figures.tasks;
    let counted: Vec<_> = tasks.iter().filter(|t| t.state != "dropped").collect();
    let state = |state: &str| counted.iter().filter(|t| t.state == state).count();
    let late: Vec<&str> = counted
        .iter()
        .filter(|t| t.state != "done" && t.due_year.is_some_and(|due| due <= i64::from(figures.year)))
        .map(|t| t.task.as_str())
        .collect();
    // Names of tasks hold 、 themselves.
    let late = if late.len() > NAMED { format!("{}等 {} 项", late[..NAMED].join("；"), late.len()) } else { late.join("；") };
    let mean =
        if counted.is_empty() { 0 } else { counted.iter().map(|t| t.progress).sum::<i64>() / i64::try_from(counted.len()).unwrap_or(1) };
    let funds = &figures.funds;
    let executed = if funds.amount > 0.0 { format!("{:.1}", funds.used / funds.amount * 100.0) } else { "0".into() };
    [
        ("plan", figures.plan.clone()),
        ("plan_title", figures.plan_title.clone()),
        ("place", figures.place.clone()),
        ("kind", kind.to_owned()),
        ("year", figures.year.to_string()),
        ("stand", moment(figures.stand)),
        ("unfinished", yes(figures.unfinished)),
        ("count", rows.len().to_string()),
        ("met", met.to_string()),
        ("near", near.to_string()),
        ("missed", missed.to_string()),
        ("pending", (of("待评估").count() + rows.iter().filter(|r| !r.failure.is_empty()).count()).to_string()),
        ("void", of("不适用").count().to_string()),
        ("met_names", named(of("达标").map(|r| r.name.as_str()))),
        ("missed_names", named(of("未达标").map(|r| r.name.as_str()))),
        ("pending_names", named(of("待评估").map(|r| r.name.as_str()))),
        ("failed_names", named(rows.iter().filter(|r| !r.failure.is_empty()).map(|r| r.name.as_str()))),
        ("missed_gaps", missed_gaps),
        ("weak_counties", weak(rows)),
        ("tasks", counted.len().to_string()),
        ("tasks_done", state("done").to_string()),
        ("tasks_going", state("going").to_string()),
        ("tasks_planned", state("planned").to_string()),
        ("tasks_progress", mean.to_string()),
        ("tasks_evidence", counted.iter().filter(|t| !t.evidence.is_empty()).count().to_string()),
        ("tasks_late", late),
        ("has_tasks", yes(!counted.is_empty())),
        ("has_funds", yes(!funds.lines.is_empty())),
        ("funds_amount", grouped(funds.amount)),
        ("funds_used", grouped(funds.used)),
        ("funds_pct", executed),
        ("clean", yes(missed == 0 && near == 0 && met == rows.len())),
    ]
    .into_iter()
    .collect()
}

/// Counties that lie below the whole in at least three indicators, and in more than half of those that they have; the worst first.
fn weak(rows: &[Figure]) -> String {
    let mut counties: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.percent) {
        let Some(whole) = row.value else { continue };
        for place in &row.places {
            let Some(value) = place.value else { continue };
            let found = counties.entry(&place.name).or_default();
            found.0 += usize::from(value < whole);
            found.1 += 1;
        }
    }
    let mut weak: Vec<(&str, usize)> =
        counties.into_iter().filter(|(_, (below, all))| *below >= 3 && below * 2 > *all).map(|(name, (below, _))| (name, below)).collect();
    weak.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    weak.iter().take(3).map(|(name, below)| format!("{name}（{below} 项）")).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::super::super::content::{PlaceRow, YearPoint};
    use super::*;
    use zhijian_kinds::Catalogue;

    fn row(code: &str, value: f64, status: &str) -> Figure {
        let place = |name: &str, value: f64| PlaceRow { name: name.into(), value: Some(value), ..PlaceRow::default() };
        let year = |year: i32, value: f64| YearPoint { year, value: Some(value), ..YearPoint::default() };
        Figure {
            code: code.into(),
            name: format!("指标{code}"),
            percent: true,
            numerator: Some(value),
            denominator: Some(100.0),
            value: Some(value),
            shown: format!("{value:.2} %"),
            baseline: "80.00 %".into(),
            baseline_value: Some(80.0),
            goal: "≥ 90 %".into(),
            goal_year: Some(2023),
            status: status.into(),
            gap: if status == "达标" { "+2 个百分点".into() } else { "−8 个百分点".into() },
            data: true,
            trend: vec![year(2022, value - 2.1), year(2023, value)],
            places: vec![place("甲县", value - 5.0), place("乙县", value + 5.0)],
            ..Figure::default()
        }
    }

    #[test]
    fn rq_159_the_texts_say_what_the_figures_say() {
        let rules = &Catalogue::embedded().narrative;
        let figures = Figures {
            plan_title: "某规划".into(),
            place: "某市".into(),
            year: 2023,
            rows: vec![row("I-02", 92.0, "达标"), row("I-04", 82.0, "未达标"), row("I-05", 81.0, "未达标")],
            ..Figures::default()
        };
        let texts = texts(rules, &figures, "中期评估", &Texts::default());
        let said = &texts.figures["I-02"].text;
        for part in [
            "2023年，指标I-02为92.00 %（92／100）。",
            "较基数上升 12.00 个百分点",
            "较上年上升 2.10 个百分点",
            "已达到2023年目标（≥ 90 %）",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("未达到"), "{said}");
        assert!(texts.figures["I-04"].text.contains("未达到2023年目标（≥ 90 %），差距−8 个百分点。"));
        let overview = &texts.sections["overview"].text;
        assert!(overview.contains("规划的3项指标中，1项达标，0项接近目标，2项未达标"), "{overview}");
        assert!(texts.sections["problems"].text.contains("甲县（3 项）"), "{:?}", texts.sections["problems"]);
    }

    #[test]
    fn rq_159_to_whom_the_results_go_is_said_as_the_plan_says_it() {
        let rules = &Catalogue::embedded().narrative;
        let measures = |plan: &str| {
            let figures = Figures { plan: plan.into(), year: 2023, ..Figures::default() };
            texts(rules, &figures, "中期评估", &Texts::default()).sections["measures"].text.clone()
        };
        assert!(measures("xinyang").contains("评估结果报市政府"), "{}", measures("xinyang"));
        assert!(measures("wanzhou").contains("区政府职业病防治领导小组"), "{}", measures("wanzhou"));
        assert!(measures("baisha").contains("评估结果报县政府"), "{}", measures("baisha"));
        for silent in ["qinhuangdao", "jinnan"] {
            assert!(!measures(silent).contains("按规划"), "{silent} says nothing: {}", measures(silent));
        }
    }

    #[test]
    fn what_somebody_wrote_stays_when_it_is_computed_again() {
        let rules = &Catalogue::embedded().narrative;
        let figures = Figures { year: 2023, rows: vec![row("I-02", 92.0, "达标")], ..Figures::default() };
        let mut old = Texts::default();
        old.figures.insert("I-02".into(), Said { text: "人工撰写".into(), edited: true });
        old.sections.insert("overview".into(), Said { text: "旧的".into(), edited: false });
        let fresh = texts(rules, &figures, "中期评估", &old);
        assert_eq!(fresh.figures["I-02"].text, "人工撰写");
        assert!(fresh.sections["overview"].text.contains("1项指标"), "what nobody wrote follows the figures");
    }

    #[test]
    fn an_indicator_that_failed_says_why_and_is_counted_as_pending() {
        let rules = &Catalogue::embedded().narrative;
        let failed = Figure {
            code: "I-05".into(),
            name: "剂量".into(),
            status: "待评估".into(),
            failure: "指标计算失败".into(),
            ..Figure::default()
        };
        let figures = Figures { year: 2023, rows: vec![failed], ..Figures::default() };
        let texts = texts(rules, &figures, "年度评估", &Texts::default());
        assert_eq!(texts.figures["I-05"].text, "本项未能计算：指标计算失败。");
        assert!(texts.sections["overview"].text.contains("1项待评估"), "{:?}", texts.sections["overview"]);
    }
}
