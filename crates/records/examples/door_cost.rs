//! What the pure steps of the door cost a record: `perf stat -e instructions:u door_cost KIND N` over the kind's examples, read and completed as a
//! workbook row is.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a measuring tool talks to its terminal and stops at the first surprise")]

use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::{Channel, Draft};
use zhijian_records::prepare::{self, Frame};

fn main() {
    let mut args = std::env::args().skip(1);
    let (kind, count) = (args.next().unwrap_or_default(), args.next().and_then(|n| n.parse().ok()).unwrap_or(0_usize));
    let catalogue = Catalogue::embedded();
    let kind = catalogue.kind(&kind).expect("a kind");
    let drafts: Vec<Draft> = kind.examples.iter().filter_map(|e| e.as_object()).map(|e| Draft::from_json(kind, e)).collect();
    let frame = Frame { kind, catalogue: &catalogue, channel: Channel::Bulk, office: "130300", today: "2026-06-30" };
    let mut fields = 0;
    for draft in drafts.iter().cycle().take(count) {
        let mut prepared = prepare::read(frame, draft);
        prepare::complete(frame, &mut prepared);
        fields += prepared.document.len();
    }
    println!("{fields}");
}
