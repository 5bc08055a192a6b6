//! Named settings.

use crate::engine::Engine;
use crate::history::one_value;
use crate::query::push_prefix;
use crate::sql::{Sql, Value};
use zhijian_records::port::StoreError;

/// Reads a setting.
pub(crate) async fn setting(engine: &Engine, name: &str) -> Result<Option<String>, StoreError> {
    let sql = Sql::with("读取设置", "SELECT value FROM settings WHERE name = $1", [name.into()]);
    Ok(match one_value(engine, sql).await? {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    })
}

/// Settings whose names begin with a prefix.
pub(crate) async fn settings(engine: &Engine, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
    let mut sql = Sql::new("读取设置", "SELECT name, value FROM settings WHERE ");
    push_prefix(&mut sql, "name", prefix);
    sql.push(" ORDER BY name");
    let rows = engine.backend.read(sql).await?;
    Ok(rows.into_iter().map(|mut row| (row.text(0), row.text(1))).collect())
}

/// Writes a setting.
pub(crate) async fn set_setting(engine: &Engine, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = Sql::with(
        "保存设置",
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name.into(), value.into()],
    );
    engine.write(sql).await.map(drop)
}
