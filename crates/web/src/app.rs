//! What every handler can reach.

use crate::gate::Gate;
use crate::purposes::Purposes;
use crate::tables::published::Published;
use std::path::PathBuf;
use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_lake::{Evaluator, Lake};
use zhijian_records::Door;

/// State of the web server.
#[derive(Debug, Clone)]
pub struct App {
    /// The door.
    pub door: Door,
    /// The lake.
    pub lake: Arc<Lake>,
    /// Indicators over the lake; keeps answers until the lake changes.
    pub evaluator: Arc<Evaluator>,
    /// Folder for uploads, job results and the lake.
    pub home: PathBuf,
    /// Code of the region that the deployment serves.
    pub region: String,
    /// Purposes that were stated for records, a session at a time.
    pub purposes: Arc<Purposes>,
    /// What is withheld of small numbers, while the lake stands as it does.
    pub published: Arc<Published>,
    /// Where the site is and who stands before it.
    pub gate: Arc<Gate>,
    /// Folder whose GeoJSON files stand instead of the embedded ones of the same name.
    pub maps: PathBuf,
    /// Shows the banner of demo data.
    pub demo: bool,
    /// On-line monitoring; `None` where it is not run (tests of other things).
    pub online: Option<zhijian_gateway::Hub>,
}

impl App {
    /// The definitions.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.door.catalogue
    }

    /// Name of the deployment's region.
    #[must_use]
    pub fn region_name(&self) -> &str {
        self.door.catalogue.regions.name(&self.region)
    }
}
