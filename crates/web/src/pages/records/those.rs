//! Records that something else named, as the door shows them to the caller.

use crate::app::App;
use std::collections::HashMap;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::{Caller, DoorError};

/// Records of a kind by id, at most 500; what the caller may not see is missing.
///
/// # Errors
/// The caller may not read the kind; the store failed.
pub async fn those<Id: AsRef<str>>(app: &App, caller: &Caller, kind: &str, ids: &[Id]) -> Result<HashMap<String, View>, DoorError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let listed = ids.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(",");
    let request =
        ListRequest { filters: vec![("id".into(), Op::In, listed)], sort: Some("id".into()), limit: 500, ..ListRequest::default() };
    let found = app.door.list(caller, kind, &request).await?;
    Ok(found.rows.into_iter().map(|view| (view.id.clone(), view)).collect())
}
