//! Settings: where things are. Read from `zhijian.toml` in the data folder, then from the environment (`ZHIJIAN_…`), which wins.
//! An unknown key refuses the start, so that a misspelt setting is not silently ignored.

use anyhow::{Context as _, Result};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use zhijian_records::vault::Algorithm;

/// Settings of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Data folder. Environment: `ZHIJIAN_HOME`. Default: `./data`.
    pub home: PathBuf,
    /// Database. Environment: `ZHIJIAN_DATABASE_URL`. Default: `sqlite://<home>/zhijian.sqlite`.
    pub database_url: Option<String>,
    /// File with the master key (hex), readable by its owner only. Environment: `ZHIJIAN_KEY_FILE`. Default: `<home>/keys/data.key`, made at the first start.
    pub key_file: Option<PathBuf>,
    /// The master key itself (hex, at least 64 digits), for key managers that hand secrets over in the environment: `ZHIJIAN_KEY`.
    pub key: Option<String>,
    /// Command that wraps and unwraps data keys, for a hardware module or key service that keeps the master key: `ZHIJIAN_KEY_COMMAND`.
    pub key_command: Option<String>,
    /// Cipher of new data keys: `sm4-gcm` or `aes-256-gcm`. Environment: `ZHIJIAN_CIPHER`. Default: `sm4-gcm`.
    pub cipher: String,
    /// Region of the office (division code). Environment: `ZHIJIAN_REGION`. Default: what `zhijian init --region` stored, else inferred at each import.
    pub region: Option<String>,
    /// Address to listen on. Environment: `ZHIJIAN_LISTEN`. Default: `127.0.0.1:8080`.
    pub listen: String,
    /// Folder into which a signed head of the audit chain is written every day while the service runs, for keeping elsewhere.
    /// Environment: `ZHIJIAN_AUDIT_HEAD_FOLDER`. Needs `audit_head_key`.
    pub audit_head_folder: Option<PathBuf>,
    /// SM2 private key (PEM) that signs those heads. Environment: `ZHIJIAN_AUDIT_HEAD_KEY`.
    pub audit_head_key: Option<PathBuf>,
    /// Origin under which people reach the site, `https://zhijian.example`. Environment: `ZHIJIAN_PUBLIC_URL`. Sessions are then bound to HTTPS;
    /// passkeys, single sign-on and invitation links need it.
    pub public_url: String,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed, separated by commas. Environment: `ZHIJIAN_PROXIES`.
    pub proxies: String,
    /// OpenID Connect provider. Environment: `ZHIJIAN_OIDC_ISSUER`.
    pub oidc_issuer: String,
    /// Our client there. Environment: `ZHIJIAN_OIDC_CLIENT_ID`.
    pub oidc_client_id: String,
    /// Its secret. Environment: `ZHIJIAN_OIDC_CLIENT_SECRET`.
    pub oidc_client_secret: String,
    /// Name on the button. Environment: `ZHIJIAN_OIDC_NAME`. Default: 单点登录.
    pub oidc_name: String,
    /// Outlets of notices: `[notify]` here, `ZHIJIAN_NOTIFY_…` in the environment (`docs/how-to/notifications.md`).
    pub notify: zhijian_notify::Settings,
    /// File of on-line readings for SQLite (`sqlite://…`). Environment: `ZHIJIAN_READINGS_URL`. Default: `<home>/readings.db`. With PostgreSQL they are in its database.
    pub readings_url: Option<String>,
    /// Days that readings stay in the database; older ones are in the archive alone. No source names a figure. Environment: `ZHIJIAN_READINGS_KEEP_DAYS`. Default: 400, so that a year's chart is quick.
    pub readings_keep_days: u32,
    /// Most entries of one device in the quarantine of readings. Environment: `ZHIJIAN_QUARANTINE_OF_DEVICE`. Default: 2000 (design).
    pub quarantine_of_device: u64,
    /// Most entries in it in all. Environment: `ZHIJIAN_QUARANTINE_IN_ALL`. Default: 200000 (design).
    pub quarantine_in_all: u64,
    /// Address of the MQTT gateway; none by default. Environment: `ZHIJIAN_MQTT`.
    pub mqtt: Option<String>,
    /// Address of the MQTT gateway for encrypted connections, beside the other: then that one is not encrypted. Needs the certificate. Environment: `ZHIJIAN_MQTT_TLS`.
    pub mqtt_tls: Option<String>,
    /// Certificate chain (PEM) of the MQTT gateway; without it connections are not encrypted. Environment: `ZHIJIAN_MQTT_CERTIFICATE`.
    pub mqtt_certificate: Option<PathBuf>,
    /// Its private key (PEM). Environment: `ZHIJIAN_MQTT_KEY`.
    pub mqtt_key: Option<PathBuf>,
    /// External MQTT broker whose readings are consumed, `mqtt(s)://user@host:port`; none by default. Environment: `ZHIJIAN_MQTT_BROKER`.
    pub mqtt_broker: Option<String>,
    /// File that holds the password for it. Environment: `ZHIJIAN_MQTT_BROKER_PASSWORD_FILE`.
    pub mqtt_broker_password_file: Option<PathBuf>,
    /// The password itself, for key managers that hand secrets over in the environment: `ZHIJIAN_MQTT_BROKER_PASSWORD`.
    pub mqtt_broker_password: Option<String>,
    /// Group of consumers that share the messages (`$share/…`); empty, the default: this one takes them all. Environment: `ZHIJIAN_MQTT_BROKER_GROUP`.
    pub mqtt_broker_group: String,
    /// Name of our session there. Environment: `ZHIJIAN_MQTT_BROKER_CLIENT`. Default: made at the first start and kept in `<home>/mqtt-client`.
    pub mqtt_broker_client: Option<String>,
    /// Version of the protocol, `5` or `3.1.1`. Environment: `ZHIJIAN_MQTT_BROKER_PROTOCOL`. Default: `5`.
    pub mqtt_broker_protocol: String,
    /// Authorities (PEM) that may have signed its certificate; default: those of the public web. Environment: `ZHIJIAN_MQTT_BROKER_CA`.
    pub mqtt_broker_ca: Option<PathBuf>,
    /// Address of the HJ 212 gateway; none by default. Environment: `ZHIJIAN_HJ212`.
    pub hj212: Option<String>,
    /// Folder of boundaries (`regions_counties.geojson`, `china_provinces.geojson`) that stand instead of the embedded ones. Environment: `ZHIJIAN_MAPS_DIR`. Default: `<home>/maps`.
    pub maps_dir: Option<PathBuf>,
    /// Log filter, `error,zhijian=info` by default. Environment: `ZHIJIAN_LOG`.
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            home: PathBuf::from("data"),
            database_url: None,
            key_file: None,
            key: None,
            key_command: None,
            cipher: "sm4-gcm".into(),
            region: None,
            listen: "127.0.0.1:8080".into(),
            audit_head_folder: None,
            audit_head_key: None,
            public_url: String::new(),
            proxies: String::new(),
            oidc_issuer: String::new(),
            oidc_client_id: String::new(),
            oidc_client_secret: String::new(),
            oidc_name: String::new(),
            notify: zhijian_notify::Settings::default(),
            readings_url: None,
            readings_keep_days: 400,
            quarantine_of_device: zhijian_telemetry::readings::Room::default().of_device,
            quarantine_in_all: zhijian_telemetry::readings::Room::default().in_all,
            mqtt: None,
            mqtt_tls: None,
            mqtt_certificate: None,
            mqtt_key: None,
            mqtt_broker: None,
            mqtt_broker_password_file: None,
            mqtt_broker_password: None,
            mqtt_broker_group: String::new(),
            mqtt_broker_client: None,
            mqtt_broker_protocol: "5".into(),
            mqtt_broker_ca: None,
            hj212: None,
            maps_dir: None,
            log: "error,zhijian=info".into(),
        }
    }
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Unknown key, wrong type, unreadable file.
    pub fn load() -> Result<Self> {
        let home = std::env::var_os("ZHIJIAN_HOME").filter(|home| !home.is_empty()).map_or_else(|| PathBuf::from("data"), PathBuf::from);
        let known = [
            "home",
            "database_url",
            "key_file",
            "key",
            "key_command",
            "cipher",
            "region",
            "listen",
            "audit_head_folder",
            "audit_head_key",
            "public_url",
            "proxies",
            "oidc_issuer",
            "oidc_client_id",
            "oidc_client_secret",
            "oidc_name",
            "readings_url",
            "readings_keep_days",
            "quarantine_of_device",
            "quarantine_in_all",
            "mqtt",
            "mqtt_tls",
            "mqtt_certificate",
            "mqtt_key",
            "mqtt_broker",
            "mqtt_broker_password_file",
            "mqtt_broker_password",
            "mqtt_broker_group",
            "mqtt_broker_client",
            "mqtt_broker_protocol",
            "mqtt_broker_ca",
            "hj212",
            "maps_dir",
            "log",
        ];
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(home.join("zhijian.toml")))
            // Variables of tests and scripts (ZHIJIAN_TEST_…) are not settings.
            .merge(Env::prefixed("ZHIJIAN_").only(&known))
            .merge(Env::prefixed("ZHIJIAN_NOTIFY_").map(|name| format!("notify.{name}").into()))
            .extract()
            .context("配置有误（zhijian.toml 或 ZHIJIAN_… 环境变量）")?;
        Ok(Self { home, ..config })
    }

    /// What stands between the network and the pages.
    ///
    /// # Errors
    /// A proxy that is no address; a provider that cannot work.
    pub fn gate(&self) -> Result<zhijian_web::gate::Gate> {
        let mut gate = zhijian_web::gate::Gate::of(&self.public_url);
        for proxy in self.proxies.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            gate.proxies.push(proxy.parse().with_context(|| format!("proxies 中的“{proxy}”应为 IP 地址"))?);
        }
        if !self.oidc_issuer.is_empty() {
            let (client, secret) = (&self.oidc_client_id, &self.oidc_client_secret);
            gate.sso = Some(zhijian_web::sso::Sso::new(&self.public_url, &self.oidc_issuer, client, secret, &self.oidc_name)?);
        }
        gate.outlets = self.notify.outlets()?.iter().map(|outlet| (outlet.name(), outlet.title())).collect();
        Ok(gate)
    }

    /// Address of the database.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", self.home.join("zhijian.sqlite").display()))
    }

    /// Folder of an office's own boundaries.
    #[must_use]
    pub fn maps_dir(&self) -> PathBuf {
        self.maps_dir.clone().unwrap_or_else(|| self.home.join("maps"))
    }

    /// Cipher of new data keys.
    ///
    /// # Errors
    /// There is no cipher of that name.
    pub fn algorithm(&self) -> Result<Algorithm> {
        self.cipher.parse().map_err(|e: String| anyhow::anyhow!("设置 cipher：{e}"))
    }

    /// Path of the key file.
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.home.join("keys").join("data.key"))
    }
}
