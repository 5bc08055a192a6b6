//! A device whose clock jumps.

use super::{NOISE, SECRET, Server, deployment, kept, now_ms};
use crate::Outcome;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn rq_026_readings_of_a_clock_that_jumped_are_in_quarantine_and_the_right_ones_go_on() -> Outcome {
    const HOUR: i64 = 3_600_000;
    let home = deployment()?;
    let server = Server::start(&home)?;
    let now = now_ms() / 1000 * 1000;
    let send = |at: i64, value: f64| -> Result<Value, Box<dyn std::error::Error>> {
        let (status, body) = server.post(NOISE, SECRET, &json!([{"ts": at, "value": value, "seq": 0}]).to_string())?;
        assert_eq!(status, 200, "kept either way, so that it is not sent for ever: {body}");
        Ok(serde_json::from_str::<Value>(&body)?["counts"].clone())
    };
    assert_eq!(send(now - 120_000, 70.0)?, json!({"new": 1}));
    assert_eq!(send(now + HOUR, 70.0)?, json!({"clock": 1}), "an hour ahead");
    assert_eq!(send(now + 24 * 366 * HOUR, 70.0)?, json!({"clock": 1}), "years ahead");
    assert_eq!(send(now - 73 * HOUR, 70.0)?, json!({"late": 1}), "back by days");
    assert_eq!(send(now - 2 * HOUR, 71.0)?, json!({"new": 1}), "back by two hours cannot be told from late: kept under its moment");
    assert_eq!(send(now - 60_000, 72.0)?, json!({"new": 1}), "set right again");
    // Put back by a minute and gone on from there: the same moment again with another value is a contradiction, not a second row.
    assert_eq!(send(now - 60_000, 73.0)?, json!({"contradiction": 1}));
    let expected = BTreeMap::from([(now - 2 * HOUR, 71.0), (now - 120_000, 70.0), (now - 60_000, 73.0)]);
    assert_eq!(kept(&home, NOISE)?, expected, "of two the higher is kept");
    Ok(())
}
