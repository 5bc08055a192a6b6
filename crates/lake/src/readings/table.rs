//! The fact `reading` in SQL.

use super::{Archive, FACT, read};
use crate::error::{LakeError, Result};
use crate::small::Room;
use crate::table::{FileTable, PartFacts, TableFile};
use datafusion::prelude::SessionContext;
use std::sync::Arc;

impl Archive {
    /// Puts the archive as it is now into a session, in place of what was there.
    pub(crate) fn register(&self, session: &SessionContext, room: &Arc<Room>) -> Result<()> {
        let catalog = self.reload()?;
        let files = catalog.pieces().map(|piece| TableFile {
            path: self.root.join(&piece.file),
            rows: piece.rows,
            bytes: piece.bytes,
            part: PartFacts { region: piece.region.clone(), year: piece.year, event_columns: vec!["day".into()] },
            small: None,
        });
        let table = FileTable::new(read::schema(), files.collect(), room)?;
        let failed = |e| LakeError::engine("登记监测数据", e);
        session.deregister_table(FACT).map_err(failed)?;
        session.register_table(FACT, Arc::new(table)).map_err(failed)?;
        Ok(())
    }
}
