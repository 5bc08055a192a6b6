//! Named settings.

use crate::engine::Engine;
use crate::history::one_value;
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

/// Writes a setting.
pub(crate) async fn set_setting(engine: &Engine, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = Sql::with(
        "保存设置",
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name.into(), value.into()],
    );
    engine.write(sql).await.map(drop)
}
