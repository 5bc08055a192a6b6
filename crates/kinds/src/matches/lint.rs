//! What is wrong with matches.

use super::Match;
use crate::Catalogue;
use crate::catalogue::{File, read_all};
use crate::lint::Fault;
use crate::tables;

/// Faults of all matches.
pub fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What cannot be read was reported when it was loaded.
    for (path, def, document) in read_all::<Match>(files, "matches/", &mut Vec::new()) {
        let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
        if path != format!("matches/{}.yaml", def.name) {
            say("match", format!("match 名“{}”与文件名不一致", def.name));
        }
        for (at, name) in [("layer", &def.layer), ("site_layer", &def.site_layer)] {
            match catalogue.layers.get(name) {
                None => say(at, format!("没有名为“{name}”的图层")),
                Some(layer) if layer.query.is_none() => say(at, format!("图层“{name}”没有自己的计算语句")),
                Some(_) => {}
            }
        }
        if catalogue.list(&def.apart.list).is_none() {
            say("apart", format!("代码表“{}”不存在", def.apart.list));
        }
        for name in def.persons.iter().filter(|name| catalogue.kind(name).is_none()) {
            say("persons", format!("没有名为“{name}”的表单"));
        }
        for (at, line) in [("apart", &def.apart.line), ("need", &def.need.line), ("capacity", &def.capacity), ("served", &def.served.line)]
        {
            tables::facts_wrong(catalogue, line).into_iter().for_each(|message| say(at, message));
        }
        for (at, located) in [("places", &def.places), ("site_places", &def.site_places)] {
            for column in ["region", "town", "lon", "lat"].iter().filter(|column| !located.sql.contains(**column)) {
                say(at, format!("计算语句要给出列 {column}"));
            }
            for fact in located.facts.iter().filter(|fact| !tables::is_fact(catalogue, fact)) {
                say(at, format!("事实表“{fact}”不存在"));
            }
        }
        for (at, setting) in [("within_km", &def.within_km), ("per_unit", &def.per_unit)] {
            if setting.default <= 0.0 {
                say(at, format!("“{}”应大于 0", setting.title));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;
    use crate::catalogue::embedded_files;

    #[test]
    fn a_faulty_match_is_told_with_file_and_line() {
        let rows = [
            ("a layer that is not there", "site_layer: stations", "site_layer: nowhere", "nowhere"),
            ("a list that is not there", "list: PNEUSTG", "list: NOWHERE", "NOWHERE"),
            ("a fact that is not there", "facts: [employer, station]", "facts: [employers, station]", "employers"),
            ("a way of nothing", "default: 20}\nper_unit", "default: 0}\nper_unit", "应大于 0"),
        ];
        for (why, from, to, expected) in rows {
            let mut files = embedded_files();
            let (_, content) = files.iter_mut().find(|(p, _)| p == "matches/rehab.yaml").unwrap();
            assert!(content.contains(from), "{why}");
            *content = content.replacen(from, to, 1);
            let found: Vec<String> = Catalogue::load(&files).1.iter().map(ToString::to_string).collect();
            assert!(found.iter().any(|f| f.starts_with("matches/rehab.yaml:") && f.contains(expected)), "{why}: {found:?}");
        }
        assert!(Catalogue::embedded().matches.contains_key("rehab"));
    }
}
