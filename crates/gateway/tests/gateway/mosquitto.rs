//! A real broker (Debian package `mosquitto`, installed by scripts/debian.sh) on a port of its own.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const USER: &str = "platform";
pub const PASSWORD: &str = "broker-secret";

/// A broker that keeps sessions and messages over a stop.
pub struct Mosquitto {
    pub address: SocketAddr,
    pub home: TempDir,
    child: Option<Child>,
}

fn run(program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program} ({error}): run scripts/debian.sh"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Mosquitto {
    pub fn start(tls: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name).display().to_string();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        std::fs::write(at("users"), "").unwrap();
        for user in [USER, "device"] {
            run("mosquitto_passwd", &["-b", &at("users"), user, PASSWORD]);
        }
        let mut settings = format!(
            "user root\npersistence true\npersistence_location {}/\nmax_queued_messages 0\nallow_anonymous false\npassword_file {}\nlistener {} 127.0.0.1\n",
            home.path().display(),
            at("users"),
            address.port()
        );
        if tls {
            let (key, certificate) = (at("key.pem"), at("cert.pem"));
            let names = "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=localhost\n\
                         [ext]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n";
            std::fs::write(at("openssl.cnf"), names).unwrap();
            let config = at("openssl.cnf");
            let kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
            run("openssl", &[&kind[..], &["-config", &config, "-keyout", &key, "-out", &certificate]].concat());
            settings += &format!("certfile {certificate}\nkeyfile {key}\n");
        }
        std::fs::write(at("mosquitto.conf"), settings).unwrap();
        let mut broker = Self { address, home, child: None };
        broker.begin();
        broker
    }

    pub fn certificate(&self) -> std::path::PathBuf {
        self.home.path().join("cert.pem")
    }

    /// Starts it, with what it had kept.
    pub fn begin(&mut self) {
        // Debian keeps it where only root's path leads.
        let program = if Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" };
        let config = self.home.path().join("mosquitto.conf");
        let log = std::fs::File::create(self.home.path().join("log")).unwrap();
        let child = Command::new(program).arg("-c").arg(config).stdout(Stdio::null()).stderr(log).spawn();
        self.child = Some(child.unwrap_or_else(|error| panic!("mosquitto ({error}): run scripts/debian.sh")));
        let since = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(since.elapsed() < Duration::from_secs(10), "mosquitto does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it in order, so that it writes down what it keeps.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            run("kill", &["-TERM", &child.id().to_string()]);
            child.wait().unwrap();
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
