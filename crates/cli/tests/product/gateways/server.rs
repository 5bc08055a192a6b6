//! The service as a child process.

use crate::Outcome;
use crate::home::Home;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A running service; ended when dropped.
pub struct Server {
    child: Child,
    pub http: String,
    pub mqtt: String,
    pub hj212: String,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts it on free ports. A file that may not grow further is an error of the write, as on a full disk, and not the end of the process.
    pub fn start(home: &Home) -> Result<Self, Box<dyn std::error::Error>> {
        let args = ["serve", "--listen", "127.0.0.1:0", "--hj212", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"];
        let product = home.command(&args);
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(product.get_program()).args(product.get_args());
        for (name, value) in product.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("stderr")?).lines();
        let (mut http, mut mqtt, mut hj212) = (String::new(), String::new(), String::new());
        for line in lines.by_ref() {
            let line = line?;
            if let Some(address) = line.strip_prefix("HJ 212 网关：") {
                address.clone_into(&mut hj212);
            }
            if let Some(address) = line.strip_prefix("MQTT 网关：") {
                address.clone_into(&mut mqtt);
            }
            if let Some(address) = line.strip_prefix("服务已启动：http://") {
                address.split('/').next().unwrap_or_default().clone_into(&mut http);
                break;
            }
        }
        assert!(!(http.is_empty() || mqtt.is_empty() || hj212.is_empty()), "the server says where it is");
        let said = Arc::new(Mutex::new(String::new()));
        let writing = Arc::clone(&said);
        // The pipe is read on, or the server would wait for it.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut said = writing.lock().unwrap_or_else(PoisonError::into_inner);
                said.push_str(&line);
                said.push('\n');
            }
        });
        Ok(Self { child, http, mqtt, hj212, said })
    }

    /// What it wrote since its start.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a power cut would.
    pub fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// A batch by HTTP: status and body.
    pub fn post(&self, sender: &str, secret: &str, body: &str) -> Result<(u16, String), Box<dyn std::error::Error>> {
        let mut stream = TcpStream::connect(&self.http)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let head = format!(
            "POST /api/v1/readings HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {sender}:{secret}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.http,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("a status")?;
        Ok((status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
