//! Wiring: store, keys, door and lake of one deployment.

use crate::config::Config;
use crate::master;
use anyhow::{Context as _, Result};
use std::sync::Arc;
use zhijian_kinds::{Catalogue, Outlines};
use zhijian_lake::{Evaluator, Lake};
use zhijian_records::clock::SystemClock;
use zhijian_records::keys::Keyring;
use zhijian_records::read::indexes;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;
use zhijian_web::maps::geometry::{COUNTIES_FILE, own};

/// Everything a command works with.
pub struct Platform {
    /// Settings.
    pub config: Config,
    /// The door.
    pub door: Door,
    /// The data keys.
    pub keys: Arc<Keyring>,
    /// The lake.
    pub lake: Arc<Lake>,
    /// Readings of closed days.
    pub archive: Arc<zhijian_lake::readings::Archive>,
    /// Indicators.
    pub evaluator: Arc<Evaluator>,
}

/// Setting under which the office's region is kept.
const REGION: &str = "region";

impl Platform {
    /// Opens a deployment, making folder, key and database at the first start.
    ///
    /// # Errors
    /// Anything that keeps it from working, in words.
    pub async fn open(config: Config) -> Result<Self> {
        let platform = Self::open_as_it_is(config).await?;
        platform.door.note_definitions(&Caller::system("start")).await?;
        Ok(platform)
    }

    /// Opens a deployment without adding anything to its audit chain.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_as_it_is(config: Config) -> Result<Self> {
        let platform = Self::open_unchecked(config).await?;
        anyhow::ensure!(
            !zhijian_records::backup::interrupted(&platform.door).await?,
            "上次恢复没有完成：请重新运行 zhijian restore（会从头开始），完成前不能使用"
        );
        Ok(platform)
    }

    /// Opens a deployment in which a restore may have been cut short.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_unchecked(config: Config) -> Result<Self> {
        std::fs::create_dir_all(&config.home).with_context(|| format!("无法建立数据目录 {}", config.home.display()))?;
        let catalogue = Catalogue::embedded();
        let algorithm = config.algorithm()?;
        let provider = master::provider(&config)?;
        let store = zhijian_store::open(&config.database(), &tables(&catalogue)).await?;
        let keys = Keyring::open(Arc::clone(&store), provider, Arc::new(SystemClock), algorithm).await.context("无法打开加密字段的密钥")?;
        let keys = Arc::new(keys);
        // A long import or a server learns of new keys while it works.
        tokio::spawn(Arc::clone(&keys).keep_following());
        let archive = Arc::new(zhijian_lake::readings::Archive::open(&config.home)?);
        let maps = config.maps_dir();
        let outlines = move || own(&maps, COUNTIES_FILE).map(|text| Outlines::read(&text)).unwrap_or_default();
        let lake = Arc::new(Lake::open(&config.home, &catalogue)?.with_readings(Arc::clone(&archive)).with_outlines(outlines));
        let evaluator = Arc::new(Evaluator::new(Arc::clone(&lake), Arc::clone(&catalogue)).with_clock(Arc::new(SystemClock)));
        let door = Door { store, catalogue, vault: Arc::clone(&keys.vault), clock: Arc::new(SystemClock) };
        Ok(Self { config, door, keys, lake, archive, evaluator })
    }

    /// The operator at the console.
    #[must_use]
    pub fn operator() -> Caller {
        Caller::system("console")
    }

    /// The office's region: from the settings, else what was stored.
    ///
    /// # Errors
    /// The store failed.
    pub async fn region(&self) -> Result<Option<String>> {
        match &self.config.region {
            Some(region) => Ok(Some(region.clone())),
            None => Ok(self.door.store.setting(REGION).await?),
        }
    }

    /// Stores the office's region.
    ///
    /// # Errors
    /// Unknown division code; the store failed.
    pub async fn set_region(&self, region: &str) -> Result<()> {
        anyhow::ensure!(self.door.catalogue.regions.get(region).is_some(), "区划代码“{region}”不存在");
        Ok(self.door.set(&Self::operator(), REGION, region, "console").await?)
    }

    /// Brings the lake up to the records.
    ///
    /// # Errors
    /// The store or the lake failed.
    pub async fn refresh(&self) -> Result<()> {
        self.lake.refresh(self.door.store.as_ref()).await?;
        Ok(())
    }
}

/// Tables and indexes of the kinds.
fn tables(catalogue: &Catalogue) -> Vec<TableSpec> {
    catalogue.kinds.values().map(|kind| TableSpec { kind: kind.kind.clone(), indexes: indexes(kind) }).collect()
}
