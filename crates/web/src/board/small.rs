//! Small numbers of persons (domain A.2 R19): withheld from those who see aggregates only, with whatever would give them away.
//!
//! One region tree below the caller's territory decides: a node that is withheld in it is withheld on every page, in every file and
//! in everything below it. Other dimensions are told for the whole territory only, since the same table for two regions would be
//! a table of two dimensions. Live days and past states of knowledge are not told, since their differences are single cases.

use super::figures::{Question, When};
use super::place::Territory;
use crate::app::App;
use std::collections::HashSet;
use zhijian_calc::epi::{Sum, protect, protect_further};
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::{Indicator, Plan};
use zhijian_lake::{Answer, Dimension, LakeError, Params, PlanRow, Slice, Status};

/// Shown instead of a value.
pub const WITHHELD: &str = "人数过少，已隐去";
/// Digits of a township's code.
const TOWNSHIP: usize = 9;

/// Withholds rows of a plan.
///
/// # Errors
/// The lake failed.
pub async fn plan(
    app: &App,
    territory: &Territory<'_>,
    plan: &Plan,
    node: &str,
    when: When,
    rows: &mut [PlanRow],
) -> Result<(), LakeError> {
    for row in rows {
        if withheld(app, territory, plan, &row.indicator, node, when).await? {
            withhold(&mut row.answer);
            row.status = Status::Pending;
        }
        for part in &mut row.parts {
            if withheld(app, territory, plan, &part.answer.indicator, node, when).await? {
                withhold(&mut part.answer);
                part.status = Status::Pending;
            }
        }
    }
    Ok(())
}

async fn withheld(app: &App, territory: &Territory<'_>, plan: &Plan, code: &str, node: &str, when: When) -> Result<bool, LakeError> {
    let Some(def) = app.catalogue().indicators.get(code) else { return Ok(false) };
    self::node(app, &Question::new(territory, Some(plan), def, node, when)).await
}

/// Must the figure of the question's own node be withheld?
///
/// # Errors
/// The lake failed.
pub async fn node(app: &App, question: &Question<'_>) -> Result<bool, LakeError> {
    let Some(top) = &question.withheld else { return Ok(false) };
    if live(question) {
        return Ok(true);
    }
    let node = question.params.region.as_str();
    let county = node.get(..6).unwrap_or(node);
    let tree = regions(app, question, top).await?;
    // A node that is not in the tree has nobody; a deployment's own top is in its tree.
    if tree.contains(county) || tree.contains(node) {
        return Ok(true);
    }
    if node.len() < TOWNSHIP {
        return Ok(false);
    }
    Ok(towns(app, question, county).await?.contains(node))
}

/// Withholds slices of a breakdown.
///
/// # Errors
/// The lake failed.
pub async fn breakdown(app: &App, question: &Question<'_>, by: Dimension, slices: &mut [Slice]) -> Result<(), LakeError> {
    let Some(top) = &question.withheld else { return Ok(()) };
    let node = question.params.region.as_str();
    let all = node_is_closed(app, question, by, top).await?;
    let hidden: HashSet<String> = match by {
        _ if all => slices.iter().map(|s| s.key.clone()).collect(),
        Dimension::Region => regions(app, question, top).await?,
        Dimension::Town => towns(app, question, node.get(..6).unwrap_or(node)).await?,
        _ => keys(question.def, smallest(app), slices),
    };
    for slice in slices.iter_mut().filter(|slice| hidden.contains(&slice.key)) {
        (slice.numerator, slice.denominator, slice.value, slice.units) = (None, None, None, 0);
        WITHHELD.clone_into(&mut slice.display);
    }
    Ok(())
}

/// Is nothing of the node's breakdown told?
async fn node_is_closed(app: &App, question: &Question<'_>, by: Dimension, top: &str) -> Result<bool, LakeError> {
    let node = question.params.region.as_str();
    let regions = &app.catalogue().regions;
    let fits = match by {
        Dimension::Region => true,
        // Towns of several counties in one table would give the counties away.
        Dimension::Town => !regions.all().iter().any(|r| r.parent == node && r.code.len() < TOWNSHIP),
        _ => node == top,
    };
    Ok(!fits || self::node(app, question).await?)
}

/// The figure without its numbers.
pub fn withhold(answer: &mut Answer) {
    (answer.numerator, answer.denominator, answer.value, answer.interval) = (None, None, None, None);
    (answer.amount, answer.change, answer.units) = (None, None, 0);
    WITHHELD.clone_into(&mut answer.display);
}

/// Differences between two days, or between what was known at two moments, are single cases; a narrowed figure is a further dimension.
fn live(question: &Question<'_>) -> bool {
    question.params.as_of.is_some() || question.params.known_at.is_some() || !question.params.narrow.is_empty()
}

fn smallest(app: &App) -> u64 {
    app.catalogue().roles.smallest_cell
}

/// Nodes of the territory's region tree that are withheld.
async fn regions(app: &App, question: &Question<'_>, top: &str) -> Result<HashSet<String>, LakeError> {
    let params = Params { region: top.to_owned(), ..question.params.clone() };
    let slices = app.evaluator.breakdown(question.def, &params, Dimension::Region).await?;
    Ok(keys(question.def, smallest(app), &slices))
}

/// Townships of a county that are withheld; the county itself is in the region tree.
async fn towns(app: &App, question: &Question<'_>, county: &str) -> Result<HashSet<String>, LakeError> {
    let params = Params { region: county.to_owned(), ..question.params.clone() };
    let slices = app.evaluator.breakdown(question.def, &params, Dimension::Town).await?;
    Ok(keys(question.def, smallest(app), &slices))
}

/// Keys of the slices that must not be told so that no small number follows from the others and the total above them.
#[must_use]
pub fn keys(def: &Indicator, threshold: u64, slices: &[Slice]) -> HashSet<String> {
    // Three counts a slice: those that count, the others, and both together.
    let counts: Vec<[u64; 3]> = slices.iter().map(|slice| split(def, slice)).collect();
    let width = if def.measure == Measure::Count { 1 } else { 3 };
    let mut cells: Vec<u64> = counts.iter().flat_map(|c| c[..width].to_vec()).collect();
    let mut sums: Vec<Sum> = Vec::new();
    if width == 3 {
        sums.extend((0..slices.len()).map(|i| Sum { total: 3 * i + 2, parts: vec![3 * i, 3 * i + 1] }));
    }
    let children = |key: &str, depth: usize| -> Vec<usize> {
        (0..slices.len()).filter(|i| slices[*i].parent == key && slices[*i].depth == depth && !(key.is_empty() && depth > 0)).collect()
    };
    let mut families: Vec<(Option<usize>, Vec<usize>)> =
        slices.iter().enumerate().map(|(i, s)| (Some(i), children(&s.key, s.depth + 1))).filter(|(_, c)| !c.is_empty()).collect();
    let roots = children("", 0);
    if roots.len() > 1 {
        // The figure above the breakdown is their total.
        families.push((None, roots));
    }
    for (parent, members) in families {
        #[expect(clippy::needless_range_loop, reason = "a part is a column of several members' rows")]
        for part in 0..width {
            let total = parent.map_or_else(
                || {
                    cells.push(members.iter().map(|m| counts[*m][part]).sum());
                    cells.len() - 1
                },
                |p| width * p + part,
            );
            sums.push(Sum { total, parts: members.iter().map(|m| width * m + part).collect() });
        }
    }
    let mut hidden = protect(&cells, &sums, threshold);
    // A slice is told whole or not at all: telling one of its numbers and withholding another would tempt to reckon.
    loop {
        let before = hidden.clone();
        for i in 0..slices.len() {
            if (0..width).any(|part| hidden[width * i + part]) {
                (0..width).for_each(|part| hidden[width * i + part] = true);
            }
        }
        hidden = protect_further(&cells, &sums, &hidden, threshold);
        if hidden == before {
            break;
        }
    }
    slices.iter().enumerate().filter(|(i, _)| hidden[width * i]).map(|(_, s)| s.key.clone()).collect()
}

fn split(def: &Indicator, slice: &Slice) -> [u64; 3] {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of persons, never negative")]
    let whole = |x: Option<f64>| x.unwrap_or_default().max(0.0).round() as u64;
    let (num, den) = (whole(slice.numerator), whole(slice.denominator));
    if def.measure == Measure::Count { [num, 0, num] } else { [num, den.saturating_sub(num), den] }
}
