//! Charts as Word draws them itself (DrawingML charts, ISO/IEC 29500-1 section 21.2): with their numbers inside, so that they can be restyled.

use super::{Chart, Goal, Point};
use crate::docx::parts::escape;
use std::fmt::Write as _;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>"#;
const TAIL: &str = r#"<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr></c:chartSpace>"#;
/// Colours: values, targets.
const VALUE: &str = "1F6F8B";
const GOAL: &str = "B3261E";

/// The part of one chart.
#[must_use]
pub(super) fn part(chart: &Chart) -> String {
    let mut out = HEAD.to_owned();
    match chart {
        Chart::Bullet { value, shown, base, goals, .. } => {
            let mut bars = Vec::new();
            let mut bar = |label: &str, value: Option<f64>, shown: String| bars.push(Point { label: label.into(), value, shown });
            if base.is_some() {
                bar("2020年基数", *base, String::new());
            }
            bar("本次评估", *value, shown.clone());
            for goal in goals {
                bar(&format!("{}年目标", goal.label), Some(goal.value), String::new());
            }
            bars_of(&mut out, &bars, "%");
        }
        Chart::Line { points, goals, unit } => line(&mut out, points, goals, unit),
        Chart::Bars { bars, goal, unit } => {
            // The target is a bar of its own: a bar chart has no line.
            let goal = goal.map(|value| Point { label: "目标".into(), value: Some(value), shown: String::new() });
            let all: Vec<Point> = bars.iter().cloned().chain(goal).collect();
            bars_of(&mut out, &all, unit);
        }
    }
    out.push_str(TAIL);
    out
}

/// Height of the drawing, English metric units.
pub(super) fn height(chart: &Chart) -> u32 {
    match chart {
        Chart::Bullet { .. } => 1_500_000,
        Chart::Line { .. } => 2_300_000,
        Chart::Bars { bars, .. } => 900_000 + 230_000 * u32::try_from(bars.len()).unwrap_or(10).min(24),
    }
}

fn bars_of(out: &mut String, bars: &[Point], unit: &str) {
    out.push_str(r#"<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>"#);
    series(out, unit, 0, "数值", VALUE, bars.iter().map(|b| (b.label.as_str(), b.value)), false);
    out.push_str(r#"<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>"#);
    axes(out, "l", "b", true, unit);
    out.push_str("</c:plotArea>");
}

fn line(out: &mut String, points: &[Point], goals: &[Goal], unit: &str) {
    out.push_str(r#"<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>"#);
    series(out, unit, 0, "数值", VALUE, points.iter().map(|p| (p.label.as_str(), p.value)), true);
    if !goals.is_empty() {
        let at = |label: &str| goals.iter().find(|g| g.label == label).map(|g| g.value);
        series(out, unit, 1, "目标", GOAL, points.iter().map(|p| (p.label.as_str(), at(&p.label))), true);
    }
    out.push_str(r#"<c:marker val="1"/><c:axId val="1"/><c:axId val="2"/></c:lineChart>"#);
    axes(out, "b", "l", false, unit);
    out.push_str(r#"</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>"#);
}

/// How numbers are written: percent as they are, counts in groups of three digits.
fn format(unit: &str) -> &'static str {
    if unit == "%" { "General" } else { "#,##0" }
}

fn series<'a>(
    out: &mut String,
    unit: &str,
    at: usize,
    name: &str,
    colour: &str,
    points: impl Iterator<Item = (&'a str, Option<f64>)> + Clone,
    lined: bool,
) {
    let _ = write!(out, r#"<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:v>{name}</c:v></c:tx>"#);
    if lined {
        let _ = write!(
            out,
            r#"<c:spPr><a:ln w="22225"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:ln></c:spPr><c:marker><c:symbol val="circle"/><c:size val="6"/></c:marker>"#
        );
    } else {
        let _ = write!(out, r#"<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>"#);
    }
    let code = format(unit);
    let _ = write!(
        out,
        r#"<c:dLbls><c:numFmt formatCode="{code}" sourceLinked="0"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>"#
    );
    let count = points.clone().count();
    let _ = write!(out, r#"<c:cat><c:strLit><c:ptCount val="{count}"/>"#);
    for (index, (label, _)) in points.clone().enumerate() {
        let _ = write!(out, r#"<c:pt idx="{index}"><c:v>{}</c:v></c:pt>"#, escape(label));
    }
    let _ = write!(out, r#"</c:strLit></c:cat><c:val><c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>"#);
    for (index, (_, value)) in points.enumerate() {
        if let Some(value) = value {
            let _ = write!(out, r#"<c:pt idx="{index}"><c:v>{}</c:v></c:pt>"#, (value * 100.0).round() / 100.0);
        }
    }
    out.push_str("</c:numLit></c:val></c:ser>");
}

/// Both axes: categories at `across`, values at `along`.
fn axes(out: &mut String, across: &str, along: &str, reversed: bool, unit: &str) {
    let order = if reversed { "maxMin" } else { "minMax" };
    let cross = if reversed { "max" } else { "autoZero" };
    let _ = write!(
        out,
        r#"<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/><c:axPos val="{across}"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="{along}"/><c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>"#
    );
    if !unit.is_empty() {
        let _ = write!(
            out,
            r#"<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:rPr lang="zh-CN" sz="900" b="0"/><a:t>{}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>"#,
            escape(unit)
        );
    }
    let _ = write!(
        out,
        r#"<c:numFmt formatCode="{}" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/><c:crosses val="{cross}"/></c:valAx>"#,
        format(unit)
    );
}
