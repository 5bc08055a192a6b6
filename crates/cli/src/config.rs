//! Settings: where things are. Read from `zhijian.toml` in the data folder, then from the environment (`ZHIJIAN_…`), which wins.
//! An unknown key refuses the start, so that a misspelt setting is not silently ignored.

use anyhow::{Context as _, Result};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Settings of a deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Data folder. Environment: `ZHIJIAN_HOME`. Default: `./data`.
    pub home: PathBuf,
    /// Database. Environment: `ZHIJIAN_DATABASE_URL`. Default: `sqlite://<home>/zhijian.sqlite`.
    pub database_url: Option<String>,
    /// File with the data key (hex). Environment: `ZHIJIAN_KEY_FILE`. Default: `<home>/keys/data.key`, made at the first start.
    pub key_file: Option<PathBuf>,
    /// The data key itself (hex, at least 64 digits), for key managers that hand secrets over in the environment: `ZHIJIAN_KEY`.
    pub key: Option<String>,
    /// Region of the office (division code). Environment: `ZHIJIAN_REGION`. Default: what `zhijian init --region` stored, else inferred at each import.
    pub region: Option<String>,
    /// Address to listen on. Environment: `ZHIJIAN_LISTEN`. Default: `127.0.0.1:8080`.
    pub listen: String,
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
            region: None,
            listen: "127.0.0.1:8080".into(),
            public_url: String::new(),
            proxies: String::new(),
            oidc_issuer: String::new(),
            oidc_client_id: String::new(),
            oidc_client_secret: String::new(),
            oidc_name: String::new(),
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
        let home = std::env::var_os("ZHIJIAN_HOME").map_or_else(|| PathBuf::from("data"), PathBuf::from);
        let known = [
            "home",
            "database_url",
            "key_file",
            "key",
            "region",
            "listen",
            "public_url",
            "proxies",
            "oidc_issuer",
            "oidc_client_id",
            "oidc_client_secret",
            "oidc_name",
            "log",
        ];
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(home.join("zhijian.toml")))
            // Variables of tests and scripts (ZHIJIAN_TEST_…) are not settings.
            .merge(Env::prefixed("ZHIJIAN_").only(&known))
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
        Ok(gate)
    }

    /// Address of the database.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", self.home.join("zhijian.sqlite").display()))
    }

    /// Path of the key file.
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.home.join("keys").join("data.key"))
    }
}

/// The key ring: one line a key, `number:hex`. Made with one random key when there is none.
///
/// # Errors
/// The file cannot be read or written, or holds something else.
pub fn keys(config: &Config) -> Result<Vec<(u8, Vec<u8>)>> {
    if let Some(hex) = &config.key {
        return Ok(vec![(1, unhex(hex).context("ZHIJIAN_KEY 应为十六进制")?)]);
    }
    let path = config.key_path();
    if !path.exists() {
        create(&path)?;
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("无法读取密钥文件 {}", path.display()))?;
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (number, hex) = line.trim().split_once(':').context("密钥文件每行应为“编号:十六进制”")?;
            Ok((number.parse().context("密钥编号应为 0–255")?, unhex(hex).context("密钥应为十六进制")?))
        })
        .collect()
}

fn create(path: &Path) -> Result<()> {
    use std::io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("无法建立 {}", folder.display()))?;
    }
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("无法取得随机数：{e}"))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = match options.open(path) {
        Ok(file) => file,
        // Another process was faster: its key is the key.
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(e) => return Err(e).with_context(|| format!("无法写入密钥文件 {}", path.display())),
    };
    writeln!(file, "# 数据密钥：丢失后加密字段无法恢复，请另行妥善备份\n1:{}", zhijian_records::audit::hex(&bytes))?;
    file.sync_all()?;
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    text.len().is_multiple_of(2).then_some(())?;
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}
