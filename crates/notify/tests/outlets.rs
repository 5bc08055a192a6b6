//! Outlets against real servers on this machine: mail, and receivers that fail, redirect and dawdle.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use zhijian_notify::{Mac, Settings, Webhook};
use zhijian_records::notices::{Contact, Message, Outlet, OutletError};

fn message() -> Message {
    Message {
        key: "k-1".into(),
        login: "firm".into(),
        contact: Contact { mail: "li@firm.example.cn".into(), phone: "13800138000".into() },
        subject: "职健平台：有一条退回，请登录查看".into(),
        text: "职健平台：有一条退回，请登录查看。\nhttps://zhijian.example/notices".into(),
        link: "https://zhijian.example/notices".into(),
    }
}

/// A mail server that takes letters, or refuses recipients with a code. Gives its port and what it took.
async fn mail_server(refuse: Option<&'static str>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                write.write_all(b"220 test\r\n").await.unwrap();
                let mut letter: Option<String> = None;
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some(text) = &mut letter {
                        if line == "." {
                            kept.lock().unwrap().push(letter.take().unwrap());
                            write.write_all(b"250 kept\r\n").await.unwrap();
                        } else {
                            text.push_str(&line);
                            text.push('\n');
                        }
                        continue;
                    }
                    let answer = match line.split(' ').next().unwrap_or_default().to_ascii_uppercase().as_str() {
                        "EHLO" => "250-test\r\n250 8BITMIME",
                        "RCPT" => refuse.unwrap_or("250 ok"),
                        "DATA" => {
                            letter = Some(String::new());
                            "354 go on"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    };
                    write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
            });
        }
    });
    (port, taken)
}

fn mail(port: u16) -> Arc<dyn Outlet> {
    let settings = Settings {
        smtp_host: "127.0.0.1".into(),
        smtp_port: port,
        smtp_tls: "none".into(),
        smtp_from: "职健平台 <notice@zhijian.example>".into(),
        ..Settings::default()
    };
    settings.outlets().unwrap().remove(0)
}

#[tokio::test]
async fn mail_goes_out_with_its_key_as_its_id() {
    let (port, taken) = mail_server(None).await;
    mail(port).send(&message()).await.unwrap();
    let letters = taken.lock().unwrap().clone();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].contains("Message-ID: <k-1@zhijian.example>"), "{}", letters[0]);
    assert!(letters[0].contains("To: li@firm.example.cn"), "{}", letters[0]);
}

#[tokio::test]
async fn a_mail_server_says_whether_trying_again_helps_and_no_address_gets_into_the_words() {
    for (answer, lasting) in [("550 5.1.1 <li@firm.example.cn> unknown", true), ("451 try later", false)] {
        let (port, taken) = mail_server(Some(answer)).await;
        let error = mail(port).send(&message()).await.unwrap_err();
        assert_eq!(matches!(error, OutletError::Lasting(_)), lasting, "{answer}: {error}");
        assert!(error.to_string().contains(&answer[..3]) && !error.to_string().contains("firm"), "{error}");
        assert!(taken.lock().unwrap().is_empty());
    }
    assert!(matches!(mail(1).send(&message()).await.unwrap_err(), OutletError::Passing(_)), "nobody listens");
}

// The transport starts its pool at once, which needs a running reactor.
#[tokio::test]
async fn mail_without_encryption_is_for_this_machine_only_and_secrets_are_not_printed() {
    let settings = |host: &str, tls: &str| Settings {
        smtp_host: host.into(),
        smtp_tls: tls.into(),
        smtp_from: "a@b.cn".into(),
        smtp_password: "hush-hush".into(),
        webhook_secret: "hush-hush".into(),
        ..Settings::default()
    };
    assert!(settings("mail.example.cn", "none").outlets().is_err());
    assert!(settings("mail.example.cn", "plain").outlets().is_err());
    for tls in ["", "tls", "starttls"] {
        assert!(settings("mail.example.cn", tls).outlets().is_ok(), "{tls}");
    }
    assert!(!format!("{:?}", settings("mail.example.cn", "")).contains("hush"));
}

/// A receiver that gives these answers in turn and keeps requests.
async fn receiver(answers: &'static [&'static str]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://127.0.0.1:{}/hook?key=hush", listener.local_addr().unwrap().port());
    let got = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&got);
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let read = stream.read(&mut piece).await.unwrap();
                request.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                if read == 0 || body.len() >= length.and_then(|l| l.parse().ok()).unwrap_or(0) {
                    kept.lock().unwrap().push(text);
                    break;
                }
            }
            stream.write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        }
    });
    (address, got)
}

#[tokio::test]
async fn a_webhook_is_signed_tried_again_with_the_same_key_and_follows_nobody() {
    let (url, got) = receiver(&["503 busy", "200 ok", "302 Found\r\nlocation: http://127.0.0.1:1/", "410 Gone"]).await;
    let hook = Webhook::new(&url, "0123456789abcdef", Mac::Sm3, true).unwrap();
    let first = hook.send(&message()).await.unwrap_err();
    assert!(matches!(&first, OutletError::Passing(words) if words == "对方答复 503"), "{first}");
    hook.send(&message()).await.unwrap();
    let redirected = hook.send(&message()).await.unwrap_err();
    assert!(matches!(&redirected, OutletError::Lasting(words) if words.contains("不跟随跳转")), "{redirected}");
    assert!(matches!(hook.send(&message()).await.unwrap_err(), OutletError::Lasting(_)), "gone is gone");
    let requests = got.lock().unwrap().clone();
    for request in &requests {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let header =
            |name: &str| head.lines().find_map(|l| l.strip_prefix(&format!("{name}: "))).unwrap_or_else(|| panic!("{name} in {head}"));
        assert_eq!(header("idempotency-key"), "k-1");
        let expected = Mac::Sm3.sign(b"0123456789abcdef", header("x-zhijian-timestamp").parse().unwrap(), body.as_bytes());
        assert_eq!(header("x-zhijian-signature"), expected);
        assert!(!body.contains("firm.example.cn") && !body.contains("13800138000"), "no addresses: {body}");
    }
}

#[tokio::test]
async fn a_receiver_in_the_own_network_is_refused_unless_it_is_allowed() {
    let make = |url: &str, private: bool| Webhook::new(url, "0123456789abcdef", Mac::Sha256, private);
    for url in [
        "http://hooks.example.cn/",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://[::1]/",
        "https://localhost/",
        "https://u:p@hooks.example.cn/",
        "ftp://x/",
    ] {
        assert!(make(url, false).is_err(), "{url}");
    }
    assert!(make("http://10.0.0.8/", true).is_err(), "without encryption on this machine only");
    assert!(make("https://10.0.0.8/", true).is_ok());
    assert!(Webhook::new("https://hooks.example.cn/", "short", Mac::Sm3, false).is_err());
    // A public name that leads inwards: looked at when it is resolved.
    let hook = make("https://localhost.localdomain/", false);
    if let Ok(hook) = hook {
        let error = hook.send(&message()).await.unwrap_err();
        assert!(!error.to_string().contains("localhost"), "{error}");
    }
}

#[tokio::test]
async fn a_file_gets_one_line_a_message_without_addresses() {
    let path = std::env::temp_dir().join(format!("zhijian-notify-{}.jsonl", std::process::id()));
    let outlet = Settings { file: path.display().to_string(), ..Settings::default() }.outlets().unwrap().remove(0);
    outlet.send(&message()).await.unwrap();
    outlet.send(&message()).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains("\"key\":\"k-1\"") && !text.contains("firm.example"), "{text}");
}
