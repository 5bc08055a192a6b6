//! What a workbook's checks of other records cost: questions, not time.

use super::{Scene, set};
use crate::world::operator;
use serde_json::json;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::Door;
use zhijian_records::bulk::{Bulk, BulkRow};

async fn questions(door: &Door, rows: usize, decl_type: &str) -> u64 {
    let kind = door.kind("declaration").unwrap();
    let row = |n: usize| {
        let document = json!({"employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25", "decl_type": decl_type, "change_reason": "测",
            "declared_on": format!("{}-{:02}-{:02}", 2010 + n / 300, 1 + n % 12, 1 + n / 12 % 25), "hazards": ["D001"], "exposed_total": 60});
        BulkRow { row: u32::try_from(n).unwrap(), draft: Draft::from_json(&kind, document.as_object().unwrap()) }
    };
    let mut bulk = Bulk::new(door, &operator(), "declaration", "130300", "job", "excel").unwrap();
    bulk.chunk(bulk.ahead((0..rows).map(row).collect()), |_| None).await.unwrap();
    bulk.questions()
}

/// Three variables are asked for, whether a chunk has two rows or three hundred; a cancellation asks for none.
#[tokio::test]
async fn rq_018_a_chunk_asks_once_a_variable_not_once_a_row() {
    for rows in [2, 300] {
        let (_world, door) = set(&Scene::with(Vec::new())).await;
        assert_eq!(questions(&door, rows, "3").await, 3, "{rows} rows");
    }
    let (_world, door) = set(&Scene::with(Vec::new())).await;
    assert_eq!(questions(&door, 300, "4").await, 0, "what no check looks at is not asked for");
    assert!(Catalogue::embedded().kind("declaration").unwrap().around.len() > 3, "there are more variables than were asked for");
}
