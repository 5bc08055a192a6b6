//! HTTP batches, without the HTTP.

use crate::world::{LOGGER, NOISE, SECRET, World};
use std::io::Write as _;
use std::sync::atomic::Ordering;
use zhijian_gateway::batch::{Receipt, Rejected, Request, take};

fn request(body: &[u8]) -> Request<'_> {
    Request { sender: NOISE, secret: SECRET, csv: false, gzip: false, body }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_batches_are_taken_as_json_and_csv_packed_or_not() {
    let world = World::new().await;
    let now = world.now_ms();
    let json = format!("[{{\"ts\":{},\"value\":80}},{{\"ts\":{},\"value\":81,\"unit\":\"℃\"}}]", now - 2000, now - 1000);
    let Receipt { received, counts } = take(&world.hub, request(json.as_bytes())).await.unwrap();
    assert_eq!((received, counts["new"], counts["unit"]), (2, 1, 1));
    let csv = format!("ts,value,unit,q,seq\n{},82,dB(A),0,1\n{},83,dB(A),0,2\n", now - 500, now - 400);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(csv.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let receipt = take(&world.hub, Request { csv: true, gzip: true, ..request(&packed) }).await.unwrap();
    assert_eq!(receipt.counts["new"], 2);
    assert_eq!(world.kept(NOISE, "P001").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_cannot_be_is_refused_and_one_that_cannot_be_kept_is_to_be_sent_again() {
    let world = World::new().await;
    let wrong = take(&world.hub, Request { secret: "nope", ..request(b"[]") }).await;
    assert!(matches!(wrong, Err(Rejected::Who)));
    assert!(matches!(take(&world.hub, request(b"[]")).await, Err(Rejected::Body(_))));
    assert!(matches!(take(&world.hub, Request { gzip: true, ..request(b"[]") }).await, Err(Rejected::Body(_))));
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 5 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(matches!(take(&world.hub, Request { gzip: true, ..request(&bomb) }).await, Err(Rejected::Large)));
    world.readings.full.store(true, Ordering::SeqCst);
    let body = format!("{{\"ts\":{},\"value\":80}}", world.now_ms());
    assert!(matches!(take(&world.hub, request(body.as_bytes())).await, Err(Rejected::Kept(_))));
    world.readings.full.store(false, Ordering::SeqCst);
    assert!(take(&world.hub, request(body.as_bytes())).await.is_ok());
    let logger = take(&world.hub, Request { sender: LOGGER, ..request(body.as_bytes()) }).await.unwrap();
    assert_eq!(logger.counts["new"], 1, "the only device behind the logger");
}
