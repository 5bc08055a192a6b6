//! A logger over HJ 212: raw frames.

use crate::world::{DUST, LOGGER, SECRET, World};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use zhijian_records::clock;
use zhijian_telemetry::hj212::encode;

/// `YYYYMMDDhhmmss` in China.
pub fn stamp(at_ms: i64) -> String {
    clock::shown(at_ms * 1000).chars().filter(char::is_ascii_digit).take(14).collect()
}

pub fn upload(secret: &str, at_ms: i64, values: &str) -> Vec<u8> {
    let at = stamp(at_ms);
    encode(format!("QN={at}000;ST=22;CN=2011;PW={secret};MN={LOGGER};Flag=5;CP=&&DataTime={at};{values}&&").as_bytes()).unwrap()
}

/// What the platform answers within a moment.
pub async fn answer(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    match timeout(Duration::from_secs(10), stream.read(&mut buffer)).await.unwrap() {
        Ok(count) => String::from_utf8_lossy(&buffer[..count]).into_owned(),
        Err(_) => String::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_an_upload_is_answered_when_it_is_kept_however_its_bytes_are_cut() {
    let world = World::new().await;
    let at = world.now_ms() - 60_000;
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    let frame = upload(SECRET, at, "a34001-Rtd=0.5,a34001-Flag=N;a34004-Rtd=1");
    stream.write_all(b"noise##00").await.unwrap();
    for byte in &frame {
        stream.write_all(&[*byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    let answer = answer(&mut stream).await;
    assert!(answer.contains("CN=9014") && answer.contains(&format!("MN={LOGGER}")) && answer.contains("Flag=4"), "{answer}");
    let kept = world.kept(DUST, "D001").await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].reading.at_ms, kept[0].reading.value), (at - at % 1000, 0.5));
    assert_eq!(world.held(LOGGER, "foreign").await, 1, "a factor that nobody mapped is listed");
    // The same again: answered again, kept once.
    stream.write_all(&frame).await.unwrap();
    assert!(self::answer(&mut stream).await.contains("CN=9014"));
    assert_eq!(world.kept(DUST, "D001").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_refused_by_the_standards_codes_and_keep_nothing() {
    let world = World::new().await;
    let at = world.now_ms();
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    stream.write_all(&upload("wrong1", at, "a34001-Rtd=0.5")).await.unwrap();
    let refused = answer(&mut stream).await;
    assert!(refused.contains("CN=9011") && refused.contains("QnRtn=3"), "{refused}");
    let unknown =
        encode(b"QN=20260305120000000;ST=22;CN=2011;PW=123456;MN=NOBODY;Flag=5;CP=&&DataTime=20260305120000;a34001-Rtd=1&&").unwrap();
    stream.write_all(&unknown).await.unwrap();
    let refused = answer(&mut stream).await;
    assert!(refused.contains("QnRtn=4"), "{refused}");
    assert_eq!((world.held(LOGGER, "secret").await, world.held("NOBODY", "unknown").await), (1, 1));
    assert_eq!(world.hub.store.count().await.unwrap(), 0);
    let all = world.hub.store.held(&zhijian_telemetry::readings::HeldQuery { limit: 100, ..Default::default() }).await.unwrap();
    assert!(
        all.iter().all(|held| !held.refused.detail.contains("wrong1") && !held.refused.detail.contains("123456")),
        "no password is kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_answered_that_is_not_on_the_disk() {
    let world = World::new().await;
    world.readings.full.store(true, Ordering::SeqCst);
    let frame = upload(SECRET, world.now_ms(), "a34001-Rtd=0.5");
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    stream.write_all(&frame).await.unwrap();
    assert_eq!(answer(&mut stream).await, "", "the connection ends");
    world.readings.full.store(false, Ordering::SeqCst);
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    stream.write_all(&frame).await.unwrap();
    assert!(answer(&mut stream).await.contains("CN=9014"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flags_minute_data_and_broken_frames_have_their_places() {
    let world = World::new().await;
    let at = world.now_ms() - 120_000;
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    let mut broken = upload(SECRET, at, "a34001-Rtd=9.9");
    let place = broken.len() - 12;
    broken[place] ^= 1;
    let minute = String::from_utf8(upload(SECRET, at, "a34001-Avg=0.7,a34001-Flag=N")).unwrap().replace("CN=2011", "CN=2051");
    let segment = &minute[6..minute.len() - 6];
    let minute = encode(segment.as_bytes()).unwrap();
    let mut all = broken;
    all.extend(upload(SECRET, at, "a34001-Rtd=0.5,a34001-Flag=D"));
    all.extend(minute);
    stream.write_all(&all).await.unwrap();
    let mut answers = String::new();
    while answers.matches("CN=9014").count() < 2 {
        answers += &answer(&mut stream).await;
    }
    let live = world.kept(DUST, "D001").await;
    assert_eq!(live.iter().map(|kept| (kept.reading.value, kept.reading.quality.code())).collect::<Vec<_>>(), [(0.5, 3)]);
    let minutes = world.kept(DUST, "D001/2051-Avg").await;
    assert_eq!(minutes.iter().map(|kept| kept.reading.value).collect::<Vec<_>>(), [0.7], "beside the watched series, not in it");
    assert!(world.held("", "malformed").await >= 1, "the broken frame is told");
}
