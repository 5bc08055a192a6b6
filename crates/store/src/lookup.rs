//! Finding records by the ways that references use: credit code, name, case number.

use crate::engine::Engine;
use crate::sql::{List, Sql};
use zhijian_records::port::{LookupHit, StoreError};

/// Records that have one of the values in this way; retracted ones left out.
pub(crate) async fn lookup(engine: &Engine, kind: &str, way: &str, values: &[String]) -> Result<Vec<LookupHit>, StoreError> {
    let table = engine.table(kind)?;
    let mut sql = Sql::new(
        "按引用查找记录",
        format!(
            "SELECT l.value, r.id, r.region, r.town, r.owner FROM lookups l JOIN {} r ON r.id = l.id \
             WHERE r.retracted = 0 AND l.kind = $1 AND l.way = $2 AND ",
            table.newest.table
        ),
    );
    sql.values = vec![kind.into(), way.into()];
    sql.bind_list(engine.backend.dialect(), "l.value", List::Texts(values.to_vec())).push(" ORDER BY r.id, l.value");
    let rows = engine.backend.read(sql).await?;
    Ok(rows
        .into_iter()
        .map(|mut row| LookupHit { value: row.text(0), id: row.text(1), region: row.text(2), town: row.text(3), owner: row.text(4) })
        .collect())
}
