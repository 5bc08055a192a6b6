//! What is wrong with boards.

use super::{Board, Chart, Panel};
use crate::Catalogue;
use crate::catalogue::{File, read_all};
use crate::indicator::Measure;
use crate::lint::Fault;
use crate::tables::{self, From};
use std::collections::HashSet;

/// Faults of all boards.
pub fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What cannot be read was reported when it was loaded.
    for (path, board, document) in read_all::<Board>(files, "boards/", &mut Vec::new()) {
        let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
        if path != format!("boards/{}.yaml", board.board) {
            say("board", format!("board 名“{}”与文件名不一致", board.board));
        }
        if board.panels.is_empty() {
            say("panels", "看板至少要有一个面板".into());
        }
        let mut seen = HashSet::new();
        for (i, panel) in board.panels.iter().enumerate() {
            let at = format!("panels.{i}");
            if !seen.insert(panel.panel.as_str()) {
                say(&at, format!("面板名“{}”重复", panel.panel));
            }
            for message in of_panel(catalogue, &board, panel) {
                say(&at, message);
            }
        }
    }
    faults
}

fn of_panel(catalogue: &Catalogue, board: &Board, panel: &Panel) -> Vec<String> {
    let mut found = Vec::new();
    let sources = [!panel.indicators.is_empty(), panel.table.is_some(), !panel.lines.is_empty()];
    if sources.iter().filter(|there| **there).count() != 1 {
        return vec!["indicators、table 与 lines 应写且只写一种".into()];
    }
    for code in &panel.indicators {
        match catalogue.indicators.get(code) {
            None => found.push(format!("指标“{code}”没有定义")),
            Some(def) => {
                let word = panel.by.and_then(|by| serde_json::to_value(by).ok()).and_then(|v| v.as_str().map(str::to_owned));
                if let Some(word) = word.filter(|w| w != "years" && !def.dimensions.contains(w)) {
                    found.push(format!("指标“{code}”不能按 {word} 分解"));
                }
            }
        }
    }
    if panel.by.is_some() && panel.indicators.len() != 1 {
        found.push("by 只用于单个指标".into());
    }
    if let Some(name) = &panel.table {
        match catalogue.tables.get(name) {
            None => found.push(format!("统计表“{name}”不存在")),
            Some(table) => {
                for key in panel.only.iter().filter(|key| !table.lines.iter().any(|line| line.key == **key)) {
                    found.push(format!("统计表“{name}”没有行“{key}”"));
                }
            }
        }
    }
    for axis in panel.rows.iter().chain(&panel.columns) {
        found.extend(tables::wrong(catalogue, axis));
    }
    let of_lines = panel.rows.as_ref().is_some_and(|axis| axis.from == From::Lines);
    for line in &panel.lines {
        if line.sql.is_some() == line.none.is_some() {
            found.push("lines 中 sql 与 none 应写且只写一个".into());
        }
        if of_lines && (line.key.is_empty() || line.label.is_empty()) {
            found.push("以各行为轴的面板，每行要有 key 和 label".into());
        }
        if !matches!(line.measure.unwrap_or(panel.measure), Measure::Count | Measure::Rate) {
            found.push("面板的数只有 count 和 rate".into());
        }
        found.extend(tables::facts_wrong(catalogue, line));
        let sql = line.sql.as_deref().unwrap_or_default();
        for filter in board.filters.iter().filter(|_| panel.narrows && line.sql.is_some()) {
            if !sql.contains(filter.column()) {
                found.push(format!("narrows 的面板，计算语句要给出列 {}", filter.column()));
            }
        }
    }
    let mixed =
        panel.lines.iter().filter(|l| l.sql.is_some()).map(|l| l.measure.unwrap_or(panel.measure)).collect::<HashSet<_>>().len() > 1;
    if mixed && !matches!(panel.chart, Chart::Number | Chart::Table) {
        found.push("人数与比率不能画在同一坐标轴上：改用 number 或 table，或分成两个面板".into());
    }
    for name in panel.persons.iter().flatten().chain(&board.persons).filter(|name| catalogue.kind(name).is_none()) {
        found.push(format!("没有名为“{name}”的表单"));
    }
    found
}
