//! The plan's table as the console shows it: the base year beside the years in which the plan is reviewed.

use super::super::evaluate::{self, Line};
use crate::platform::Platform;
use anyhow::Result;
use zhijian_demo::BASE;

/// Years of the plan's reviews.
const REVIEWS: [i32; 2] = [2023, 2025];

/// The base year's table; with a history the years of review (or the last year there is) side by side.
///
/// # Errors
/// The store or the lake failed.
pub async fn show(platform: &Platform, plan: &str) -> Result<String> {
    let base = evaluate::lines(platform, plan, BASE, None, None).await?;
    let mut years = vec![];
    for year in REVIEWS {
        let lines = evaluate::lines(platform, plan, year, None, None).await?;
        if lines.iter().filter(|l| l.counted()).count() * 2 > lines.len() {
            years.push((year, lines));
        }
    }
    if years.is_empty() {
        return Ok(format!("秦皇岛市职业病防治规划 {BASE} 年指标（演示数据，均为合成）\n{}", evaluate::text(&base)));
    }
    Ok(beside(&base, &years))
}

fn beside(base: &[Line], years: &[(i32, Vec<Line>)]) -> String {
    let mut out = String::from("秦皇岛市职业病防治规划指标（演示数据，均为合成）\n");
    let mut heads = vec!["指标".to_owned(), format!("{BASE}年")];
    heads.extend(years.iter().flat_map(|(year, _)| [format!("{year}年"), format!("{year}年目标"), "状态".to_owned()]));
    heads.push("名称".to_owned());
    let mut table = vec![heads];
    for (n, line) in base.iter().enumerate() {
        let mut cells = vec![line.code().to_owned(), line.value()];
        for (year, lines) in years {
            let then = lines.get(n);
            cells
                .extend([then.map(Line::value), then.map(|l| l.target_of(*year)), then.map(Line::standing)].map(Option::unwrap_or_default));
        }
        cells.push(line.title().to_owned());
        table.push(cells);
    }
    let width = |at: usize| table.iter().filter_map(|row| row.get(at)).map(|cell| columns(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table[0].len()).map(width).collect();
    for row in &table {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(columns(cell))))).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// Columns of a terminal that a text takes: Chinese characters take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
