//! `mqtt(s)://user@host:port`.

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Over TLS (`mqtts`).
    pub tls: bool,
    /// User name; empty when there is none.
    pub user: String,
    /// Host name or IP address.
    pub host: String,
    /// Port: 1883, or 8883 over TLS, where none is written.
    pub port: u16,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// It is none, or holds a password, which belongs into a file or the environment: addresses stand in logs and lists of processes.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("MQTT 服务器地址为“{}”，应为 mqtt://用户名@主机:端口 或 mqtts://…", shown(text));
        let (tls, rest) = match text.split_once("://") {
            Some(("mqtt", rest)) => (false, rest),
            Some(("mqtts", rest)) => (true, rest),
            _ => return Err(wrong()),
        };
        let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        if user.contains(':') {
            return Err("MQTT 服务器地址中不得写密码：请用 mqtt_broker_password_file 或环境变量 ZHIJIAN_MQTT_BROKER_PASSWORD".into());
        }
        let place = place.trim_end_matches('/');
        // [::1]:1883 holds colons of its own.
        let (host, port) = match place.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or_else(wrong)?)),
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        if host.is_empty() || host.contains(['/', '?', '#']) {
            return Err(wrong());
        }
        let port = match port {
            None => {
                if tls {
                    8883
                } else {
                    1883
                }
            }
            Some(text) => text.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?,
        };
        Ok(Self { tls, user: user.to_owned(), host: host.to_owned(), port })
    }
}

/// What of a wrong address may be shown: nothing that could be a password.
fn shown(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, place)| place)
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_never_hold_a_password() {
        let read = |text: &str| Address::read(text).map(|a| (a.tls, a.user, a.host, a.port));
        assert_eq!(read("mqtt://broker.example").unwrap(), (false, String::new(), "broker.example".into(), 1883));
        assert_eq!(read("mqtts://zj@10.0.0.7").unwrap(), (true, "zj".into(), "10.0.0.7".into(), 8883));
        assert_eq!(read("mqtt://zj@[::1]:2883/").unwrap(), (false, "zj".into(), "::1".into(), 2883));
        for wrong in
            ["", "broker:1883", "http://broker", "mqtt://", "mqtt://broker:x", "mqtt://broker:0", "mqtt://broker/topic", "mqtt://[::1]1"]
        {
            assert!(read(wrong).unwrap_err().contains("应为"), "{wrong}");
        }
        let told = read("mqtt://zj:geheim@broker").unwrap_err();
        assert!(told.contains("不得写密码") && !told.contains("geheim"));
        assert!(!read("tcp://zj:geheim@broker").unwrap_err().contains("geheim"));
    }
}
