//! Parts that several board pages share: switches, region tree, stand, legend, rule editions.

use super::asked::{Asked, PAGE};
use super::figures::{self, When};
use super::place::Territory;
use crate::app::App;
use crate::words;
use maud::{Markup, html};
use time::{Date, Month};
use zhijian_kinds::dates;

/// Year, cut-off day and knowledge switch; a plain form that works without scripts.
#[must_use]
pub fn switch(path: &str, app: &App, asked: &Asked, when: When) -> Markup {
    let last = format!("{}-12-31", when.year);
    html! {
        form.board-switch method="get" action=(path) {
            @for (name, value) in asked.carried(&["year", "as_of", "known_at", "format", "page"]) { input type="hidden" name=(name) value=(value); }
            label { span { "年度" }
                select.form-select name="year" { @for year in figures::years(app).rev() { option value=(year) selected[year == when.year] { (year) } } }
            }
            label { span { "截止日" }
                input.form-control type="date" name="as_of" min=(format!("{}-01-01", when.year)) max=(last) value=[when.as_of.map(dates::iso)];
            }
            label title="按这一天结束时已入库的数据重算，可重现当时的评估" { span { "入库截至" }
                input.form-control type="date" name="known_at" value=[Some(asked.text("known_at")).filter(|t| !t.is_empty())];
            }
            button.btn.btn-primary type="submit" { "查看" }
        }
    }
}

/// Where in the region tree, and the way up and down.
#[must_use]
pub fn tree(territory: &Territory<'_>, path: &str, asked: &Asked, node: &str, top: &str) -> Markup {
    let to = |code: &str| asked.here(path, &[("region", if code == top { "" } else { code }), ("page", "")]);
    let way = territory.way(node, top);
    let children = territory.children(node);
    html! {
        nav.region-tree aria-label="区划" {
            span.muted { "区划" }
            ol {
                @for region in &way {
                    li { @if region.code == node { strong { (region.name) } } @else { a href=(to(&region.code)) { (region.name) } } }
                }
            }
            @if !children.is_empty() {
                details {
                    summary { "下级（" (children.len()) "）" }
                    ul { @for region in children { li { a href=(to(&region.code)) { (region.name) } } } }
                }
            }
        }
    }
}

/// The day at which the figures stand when it is not the last one of the year: what was asked for, or today in the running year.
#[must_use]
pub fn cut_short(app: &App, when: When) -> Option<Date> {
    let end = Date::from_calendar_date(when.year, Month::December, 31).ok();
    Some(app.evaluator.cut(when.year, when.as_of)).filter(|day| Some(*day) != end)
}

/// The moment for which the figures stand.
#[must_use]
pub fn stand(app: &App, when: When) -> Markup {
    html! {
        p.board-stand {
            "数据截至 " time { (words::moment(app.lake.stand())) }
            @if let Some(day) = cut_short(app, when) { "；截止日 " (dates::iso(day)) " 24:00" @if when.as_of.is_none() { "（本年未结束，按今天计算）" } } @else { "；时点指标取 " (when.year) "-12-31 24:00，时期指标取全年" }
            @if let Some(at) = when.known_at { "；按 " (words::moment(at)) " 已入库的数据计算" }
        }
    }
}

/// The way through the pages of a list; `path` may end in a fragment.
#[must_use]
pub fn paging(asked: &Asked, path: &str, total: u64) -> Markup {
    let (at, last) = (asked.page(), total.div_ceil(PAGE).max(1));
    let (path, fragment) = path.split_once('#').map_or((path, String::new()), |(path, fragment)| (path, format!("#{fragment}")));
    let to = |n: u64| format!("{}{fragment}", asked.here(path, &[("page", &n.to_string())]));
    #[expect(clippy::cast_precision_loss, reason = "a number of rows for display")]
    let shown = super::numbers::grouped(total as f64);
    html! {
        nav.board-paging aria-label="翻页" {
            span { "共 " (shown) " 条，第 " (at) " / " (last) " 页" }
            @if at > 1 { a.btn.btn-sm rel="prev" href=(to(at - 1)) { "上一页" } }
            @if at < last { a.btn.btn-sm rel="next" href=(to(at + 1)) { "下一页" } }
        }
    }
}

/// What colours and marks mean.
#[must_use]
pub fn legend() -> Markup {
    html! {
        ul.board-legend aria-label="图例" {
            li { span.mark.mark-value {} "现值" }
            li { span.mark.mark-interval {} "95% 区间" }
            li { span.mark.mark-base {} "2020年基数" }
            li { span.mark.mark-goal {} "目标（2023、2025）" }
        }
    }
}

/// The rule sets in force on the last day that counts.
#[must_use]
pub fn editions(app: &App, when: When) -> Markup {
    let (day, rows) = editions_at(app, when);
    html! {
        table.slim {
            caption { "规则版本（" (day) " 施行；逐条按事件日期取用）" }
            thead { tr { th { "主题" } th { "版本" } th { "编号" } } }
            tbody { @for row in rows { tr { td { (row.title) } td { (row.rule) } td { code { (row.id) } } } } }
        }
    }
}

/// A rule set in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Subject.
    pub title: String,
    /// The rule set.
    pub rule: String,
    /// Its number.
    pub id: String,
}

/// The rule sets in force at the end of what is asked for, and that day.
#[must_use]
pub fn editions_at(app: &App, when: When) -> (String, Vec<Edition>) {
    let day = dates::iso(app.evaluator.cut(when.year, when.as_of));
    let rows = in_force(app.catalogue().rules.get("rule_sets").map_or("", String::as_str), &day);
    (day, rows)
}

/// Rule sets whose days include `day`.
fn in_force(table: &str, day: &str) -> Vec<Edition> {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut found = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, title, id, rule, from, to, ..] = cells.as_slice() else { continue };
        // A set without any day is one whose first day is not known.
        let known = !(from.is_empty() && to.is_empty());
        if known && (from.is_empty() || *from <= day) && (to.is_empty() || day <= *to) {
            found.push(Edition { title: (*title).to_owned(), rule: (*rule).to_owned(), id: (*id).to_owned() });
        }
    }
    found
}

/// Data for a chart, read by the page's script; `<` is written so that no text can end the element.
#[must_use]
pub fn data(id: &str, value: &serde_json::Value) -> Markup {
    let text = value.to_string().replace('<', "\\u003c");
    html! { script type="application/json" id=(id) { (maud::PreEscaped(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_set_of_the_day_is_named() {
        let table = "# head\ntopic,title,rule_set_id,rule,valid_from,valid_to,status,note\n\
                     exam,检查,OLD,旧,,2020-03-31,firm,\nexam,检查,NEW,新,2020-04-01,,firm,\nx,待定,OPEN,未知,,,unsourced,\n";
        let ids = |day: &str| in_force(table, day).into_iter().map(|e| e.id).collect::<Vec<_>>();
        assert_eq!(ids("2020-03-31"), ["OLD"]);
        assert_eq!(ids("2020-04-01"), ["NEW"]);
    }

    #[test]
    fn data_cannot_end_its_element() {
        assert!(!data("d", &serde_json::json!("</script>")).into_string().contains("</script>\""));
    }
}
