//! What is wrong with layers.

use super::Layer;
use crate::Catalogue;
use crate::catalogue::{File, read_all};
use crate::indicator::Measure;
use crate::lint::Fault;
use crate::tables;

/// Columns that a query of points gives.
const POINT: [&str; 7] = ["record", "label", "owner", "region", "town", "lon", "lat"];

/// Faults of all layers.
pub fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What cannot be read was reported when it was loaded.
    for (path, layer, document) in read_all::<Layer>(files, "layers/", &mut Vec::new()) {
        let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
        if path != format!("layers/{}.yaml", layer.layer) {
            say("layer", format!("layer 名“{}”与文件名不一致", layer.layer));
        }
        if layer.indicator.is_some() == layer.query.is_some() {
            say("layer", "indicator 与 query 应写且只写一种".into());
        }
        if let Some(code) = &layer.indicator {
            match catalogue.indicators.get(code) {
                None => say("indicator", format!("指标“{code}”没有定义")),
                Some(def) if !def.dimensions.iter().any(|d| d == "region") => say("indicator", format!("指标“{code}”不能按区划分解")),
                Some(def) if !matches!(def.measure, Measure::Count | Measure::Rate) => {
                    say("indicator", format!("指标“{code}”不是数目或比率"))
                }
                Some(_) => {}
            }
        }
        if let Some(line) = &layer.query {
            if line.sql.is_none() {
                say("query", "query 要写 sql".into());
            }
            tables::facts_wrong(catalogue, line).into_iter().for_each(|message| say("query", message));
        }
        if !matches!(layer.measure, Measure::Count | Measure::Rate) {
            say("measure", "图层的数只有 count 和 rate".into());
        }
        for name in layer.persons.iter().filter(|name| catalogue.kind(name).is_none()) {
            say("persons", format!("没有名为“{name}”的表单"));
        }
        if let Some(points) = &layer.points {
            if catalogue.kind(&points.kind).is_none() {
                say("points", format!("没有名为“{}”的表单", points.kind));
            }
            for column in POINT.iter().filter(|column| !points.sql.contains(**column)) {
                say("points", format!("点位的计算语句要给出列 {column}"));
            }
            for fact in points.facts.iter().filter(|fact| !tables::is_fact(catalogue, fact)) {
                say("points", format!("事实表“{fact}”不存在"));
            }
        }
    }
    faults
}
