//! The examples of the kinds, held against their own definitions: part of `zhijian check` and of the tests.

use crate::prepare::{self, Frame};
use zhijian_kinds::intake::{Channel, Draft};
use zhijian_kinds::lint::Fault;
use zhijian_kinds::{Catalogue, Level};

/// Day on which examples are read: after all of their dates.
const TODAY: &str = "2026-06-30";

/// Examples that do not pass, unknown functions of derived fields.
#[must_use]
pub fn faults(catalogue: &Catalogue) -> Vec<Fault> {
    let mut faults = Vec::new();
    for kind in catalogue.kinds.values() {
        let file = format!("kinds/{}.v{}.yaml", kind.kind, kind.version);
        faults.extend(crate::derive::faults(kind).into_iter().map(|message| Fault::fatal(&file, 1, message)));
        for (index, example) in kind.examples.iter().enumerate() {
            let Some(document) = example.as_object() else {
                faults.push(Fault::fatal(&file, 1, format!("examples.{index} 应为一组字段")));
                continue;
            };
            // A county of any office will do; references need a register and are tested through the product.
            let frame = Frame { kind, catalogue, channel: Channel::Form, office: "", today: TODAY };
            let mut prepared = prepare::read(frame, &Draft::from_json(kind, document));
            prepare::complete(frame, &mut prepared);
            for problem in prepared.problems.iter().filter(|p| p.level == Level::Error || p.class == "W_RULE") {
                faults.push(Fault::fatal(&file, 1, format!("examples.{index}：{}", problem.message)));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_example_passes_its_own_definition() {
        let shown: Vec<String> = super::faults(&zhijian_kinds::Catalogue::embedded()).iter().map(ToString::to_string).collect();
        assert!(shown.is_empty(), "{}", shown.join("\n"));
    }
}
