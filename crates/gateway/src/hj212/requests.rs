//! Requests on record (kind `device_request`): whoever holds the connection of the device sends them, and writes down how they ended.
//!
//! People file them, on the page of the device or at the console; only the platform moves them on, by revisions that two processes cannot both write.
//! So a request goes out once, whichever process the device is connected to.

use super::asking::EXECUTION_MS;
use super::lines::{End, Ended, Order};
use crate::hub::Hub;
use crate::register::Device;
use serde_json::{Map, Value};
use std::time::Duration;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};
use tokio::sync::oneshot;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query, Stored};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError, clock};
use zhijian_telemetry::hj212::{Ask, Asks, ExeRtn, Given, QnRtn, Table, label};

/// The kind of their records.
pub const KIND: &str = "device_request";
/// How often new ones are looked for.
const TICK: Duration = Duration::from_secs(1);
/// How long a request waits for its device to be connected, milliseconds (design): a logger that is just coming back gets it.
pub const WAIT_MS: i64 = 15_000;

/// Sends requests until the task is ended.
pub async fn tend(hub: Hub) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = round(&hub).await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot send requests to devices");
        }
    }
}

/// One round over those that are not sent yet, and those whose end nobody will tell.
///
/// # Errors
/// The store or the door failed; what is not done is done in the next round.
pub async fn round(hub: &Hub) -> Result<(), DoorError> {
    let door = hub.register.door();
    for stored in open(door, "asked").await? {
        let device = hub.register.device(&text(&stored, "device_no"));
        let connected = device.as_ref().is_some_and(|device| hub.lines().connected(device.sender()));
        match device {
            Some(device) if connected => send(hub, &device, stored).await?,
            _ if door.now() - stored.recorded_from > WAIT_MS * 1000 => {
                finish(door, &stored, stored.rev, "fail", "设备未连接，没有发送", None).await?;
            }
            _ => {}
        }
    }
    // A process that died took with it what it waited for.
    let longest = i64::try_from(EXECUTION_MS).unwrap_or(i64::MAX).saturating_add(120_000).saturating_mul(1000);
    for stored in open(door, "sent").await? {
        if door.now() - stored.recorded_from > longest {
            finish(door, &stored, stored.rev, "fail", "服务中断，结果未知", None).await?;
        }
    }
    Ok(())
}

async fn open(door: &Door, state: &str) -> Result<Vec<Stored>, DoorError> {
    door.store.all(Query::everything(KIND, vec![Filter::system("state", Op::Eq, state)])).await.map_err(Door::store_error(KIND))
}

/// What a record asks for.
///
/// # Errors
/// Something that cannot be asked, in words.
pub fn ask_of(catalogue: &Catalogue, document: &Map<String, Value>, now_ms: i64) -> Result<Ask, String> {
    let asks = Asks::parse(catalogue.rules.get("device_requests").map_or("", String::as_str))?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let local = |name: &str| OffsetDateTime::parse(text(name), &Rfc3339).ok().map(china);
    let number = |name: &str| document.get(name).and_then(Value::as_i64);
    let now = OffsetDateTime::from_unix_timestamp(now_ms.div_euclid(1000)).map(china).map_err(|error| error.to_string())?;
    let given = Given {
        interval: number("interval"),
        timeout_s: number("timeout_s"),
        resends: number("resend_times"),
        stretch: local("begin_at").zip(local("end_at")),
        factor: text("factor"),
        now,
    };
    asks.read(text("command"), &given).map_err(|error| error.to_string())
}

/// Whether a command is for a factor of the device: on-site actions.
#[must_use]
pub fn with_factor(command: &str) -> bool {
    command.starts_with('3')
}

/// The factor under which a device reports, by its register: what on-site actions are for when nobody names another.
#[must_use]
pub fn reported(device: &Map<String, Value>) -> Option<String> {
    let channel = device.get("channel").and_then(Value::as_str)?;
    Some(channel.split_once('-').map_or(channel, |(code, _)| code).to_owned()).filter(|code| !code.is_empty())
}

/// Device time is that of China, UTC+8.
fn china(at: OffsetDateTime) -> PrimitiveDateTime {
    let at = at.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC));
    PrimitiveDateTime::new(at.date(), at.time())
}

async fn send(hub: &Hub, device: &Device, stored: Stored) -> Result<(), DoorError> {
    let door = hub.register.door().clone();
    let now_ms = door.now().div_euclid(1000);
    let ask = match ask_of(&door.catalogue, &stored.document(), now_ms) {
        Ok(ask) => ask,
        Err(why) => return finish(&door, &stored, stored.rev, "fail", &why, None).await,
    };
    let Some(secret) = hub.register.secret(device.sender()) else {
        return finish(&door, &stored, stored.rev, "fail", "设备没有密码，不能发送", None).await;
    };
    let qn = request_number(now_ms);
    let mut given = nothing();
    given.insert("request_no".into(), Value::from(qn.as_str()));
    given.insert("sent_at".into(), Value::from(shown(now_ms)));
    // Written before it is sent: a request that was perhaps sent is not sent again.
    let Some(rev) = advance(&door, &stored, stored.rev, "send", &given, "发送给设备").await? else { return Ok(()) };
    let (ended, end) = oneshot::channel();
    let order = Order { sender: device.sender().to_owned(), secret, ask, qn, ended };
    if !hub.lines().hand(order) {
        return finish(&door, &stored, rev, "fail", "设备连接已断，没有发送", None).await;
    }
    tokio::spawn(async move {
        let written = match end.await {
            Ok(ended) => {
                let (step, words) = outcome(&ended);
                finish(&door, &stored, rev, step, &words, Some(&ended)).await
            }
            Err(_) => finish(&door, &stored, rev, "fail", "设备连接中断，结果未知", None).await,
        };
        if let Err(error) = written {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot write down how a request ended");
        }
    });
    Ok(())
}

/// The step that an end is, and its words.
fn outcome(ended: &Ended) -> (&'static str, String) {
    let named = |table, code: u8, fallback: &str| label(table, &code.to_string()).unwrap_or(fallback).to_owned();
    match ended.end {
        End::Executed(Some(ExeRtn::Done)) => ("finish", "执行成功".into()),
        End::Executed(Some(result)) => ("fail", named(Table::ExecutionResult, result.code(), "执行失败")),
        End::Noticed => ("finish", "设备已应答通知（这个命令没有执行结果）".into()),
        End::Executed(None) => ("fail", "设备返回的执行结果无法识别".into()),
        End::Refused(code) => ("refuse", named(Table::RequestResult, QnRtn::code(code), "请求被拒绝")),
        End::Silent { accepted: false } => ("fail", format!("设备没有应答（重发 {} 次）", ended.resent)),
        End::Silent { accepted: true } => ("fail", "设备接受了请求，但没有返回执行结果".into()),
        End::Unsent => ("fail", "没有发送".into()),
    }
}

async fn finish(door: &Door, stored: &Stored, rev: u32, step: &str, words: &str, ended: Option<&Ended>) -> Result<(), DoorError> {
    let mut given = if rev == stored.rev && stored.state == "asked" { nothing() } else { Map::new() };
    given.insert("result".into(), Value::from(words));
    given.insert("finished_at".into(), Value::from(shown(door.now().div_euclid(1000))));
    if let Some(ended) = ended {
        given.insert("resent".into(), Value::from(ended.resent));
        given.insert("readings".into(), Value::from(ended.readings));
        if !ended.answer.is_empty() {
            given.insert("answer".into(), Value::from(ended.answer.as_str()));
        }
    }
    advance(door, stored, rev, step, &given, "设备请求的结果").await.map(drop)
}

/// The new revision; `None` when another process was first.
async fn advance(
    door: &Door,
    stored: &Stored,
    rev: u32,
    step: &str,
    given: &Map<String, Value>,
    reason: &str,
) -> Result<Option<u32>, DoorError> {
    let kind = door.kind(KIND)?;
    let caller = Caller { region: stored.region.clone(), ..Caller::system("requests") };
    let entry = Entry { source: "system", reason, idempotency: None };
    match door.advance(&caller, KIND, &stored.id, rev, step, &Draft::from_json(&kind, given), entry).await {
        Ok(saved) => Ok(Some(saved.rev)),
        Err(DoorError::Stale { .. } | DoorError::BadRequest(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What only the platform may say, not said yet: whatever somebody filled in there does not count.
fn nothing() -> Map<String, Value> {
    ["request_no", "sent_at", "resent", "finished_at", "result", "answer", "readings"]
        .map(|name| (name.to_owned(), Value::Null))
        .into_iter()
        .collect()
}

fn text(stored: &Stored, name: &str) -> String {
    stored.document().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// As records keep moments.
fn shown(at_ms: i64) -> String {
    clock::shown(at_ms.div_euclid(1000) * 1_000_000)
}

/// `YYYYMMDDhhmmsszzz`; two of the same millisecond differ in nothing, so one of them is not sent.
fn request_number(at_ms: i64) -> String {
    let digits: String = clock::shown(at_ms * 1000).chars().filter(char::is_ascii_digit).take(14).collect();
    format!("{digits}{:03}", at_ms.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_may_choose_is_what_the_table_can_write() {
        let catalogue = Catalogue::embedded();
        let asks = Asks::parse(&catalogue.rules["device_requests"]).unwrap();
        let mut table: Vec<&str> = asks.commands().collect();
        let mut list: Vec<&str> = catalogue.list("DEVASK").unwrap().codes.iter().map(|code| code.code.as_str()).collect();
        table.sort_unstable();
        list.sort_unstable();
        assert_eq!(table, list);
    }
}
