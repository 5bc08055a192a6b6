//! mosquitto with persistence, as the raw limit of MQTT at QoS 1: every message is queued for a subscriber that is away, and the queue is saved every
//! five seconds. It acknowledges before a message is on the disk.

use super::clients::{greeting, packet};
use anyhow::Context as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A running broker, ended when dropped.
pub struct Broker {
    child: Child,
    pub address: SocketAddr,
}

impl Broker {
    /// Starts it with an empty store and a subscriber to everything that goes away.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let place = folder.join("mosquitto");
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place)?;
        // A free port, a moment ago at least.
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let user = std::env::var("USER").unwrap_or_else(|_| "root".into());
        let settings = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {}/\nautosave_interval 5\n\
             max_queued_messages 0\nmax_connections -1\nset_tcp_nodelay true\nuser {user}\nlog_type error\n",
            address.port(),
            place.display()
        );
        let file = place.join("mosquitto.conf");
        std::fs::write(&file, settings)?;
        let child = Command::new("mosquitto")
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("mosquitto is not installed (Debian: apt-get install mosquitto)")?;
        let broker = Self { child, address };
        broker.subscribe().await?;
        Ok(broker)
    }

    async fn subscribe(&self) -> anyhow::Result<()> {
        let mut attempt = 0;
        let mut stream = loop {
            match TcpStream::connect(self.address).await {
                Ok(stream) => break stream,
                Err(error) if attempt > 50 => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
            attempt += 1;
        };
        stream.write_all(&greeting("subscriber", false)?).await?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await?;
        anyhow::ensure!(answer[3] == 0, "mosquitto refused the subscriber");
        let mut body = vec![0, 1, 0, 9];
        body.extend(b"zhijian/#");
        body.push(1);
        stream.write_all(&packet(0x82, &body)?).await?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await?;
        anyhow::ensure!(answer[4] == 1, "mosquitto did not grant QoS 1");
        stream.write_all(&[0xe0, 0]).await?;
        Ok(())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
