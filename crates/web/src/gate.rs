//! What stands between the network and the pages: where the site is, which proxies are believed, passkeys, single sign-on, running figures.

use crate::metrics::Metrics;
use crate::sso::Sso;
use std::net::IpAddr;
use zhijian_records::accounts::Passkeys;

/// Settings of the gate. The default knows nothing of its surroundings: no proxy is believed, passkeys and single sign-on are off.
#[derive(Debug, Default)]
pub struct Gate {
    /// Origin under which people reach the site, `https://zhijian.example`; empty when it is not known.
    pub public_url: String,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Passkeys, where the site's origin allows them.
    pub passkeys: Option<Passkeys>,
    /// Single sign-on, where a provider is configured.
    pub sso: Option<Sso>,
    /// Outlets of notices that are configured: name and title.
    pub outlets: Vec<(&'static str, &'static str)>,
    /// Running figures of this process.
    pub metrics: Metrics,
}

impl Gate {
    /// A gate of a site with this origin (may be empty).
    #[must_use]
    pub fn of(public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self { passkeys: Passkeys::of(&public_url), public_url, ..Self::default() }
    }

    /// Is the site reached over HTTPS only?
    #[must_use]
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
