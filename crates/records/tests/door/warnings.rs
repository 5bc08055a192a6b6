//! Warnings: raised once, followed, held, raised again; thresholds of regions; who may touch them.

use crate::derived::employer;
use crate::world::{World, example, file};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_kinds::warning::Warning;
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::duties::Clerk;
use zhijian_records::port::{Instant, Query, Stored};
use zhijian_records::submit::Entry;
use zhijian_records::warnings::backtest::{self, Asked};
use zhijian_records::warnings::{Facts, Round, Row, Watch};
use zhijian_records::{Caller, Door, DoorError};

/// Facts as the test says them: what EW-11 gives, or the rule that a row names in `of`.
#[derive(Default)]
struct Said {
    rows: Mutex<Vec<Value>>,
    stand: AtomicI64,
}

impl Said {
    fn says(&self, rows: &[Value]) {
        *self.rows.lock().unwrap() = rows.to_vec();
        self.stand.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

#[async_trait]
impl Facts for Said {
    async fn rows(&self, rule: &Warning, _today: &str) -> Result<Vec<Row>, String> {
        let rows = self.rows.lock().unwrap().clone();
        let of = |row: &Value| row.get("of").and_then(Value::as_str).unwrap_or("EW-11") == rule.warning;
        Ok(rows.iter().filter(|r| of(r)).filter_map(|r| r.as_object().cloned()).collect())
    }
    fn stand(&self) -> Instant {
        self.stand.load(std::sync::atomic::Ordering::SeqCst)
    }
}

fn cluster(employer: &str, cases: u32) -> Value {
    json!({"key": format!("{employer}/粉尘"), "subject": "海港样嘉盛建材厂：粉尘所致疑似职业病", "employer": employer, "region": "130302",
           "value": cases, "evidence": "exam:e1;exam:e2", "cases": cases, "in_post": 0})
}

async fn world() -> (World, Door, String, Arc<Said>) {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let id = employer(&door).await;
    (world, door, id, Arc::default())
}

/// The same door on another day.
fn on(door: &Door, day: &str) -> Door {
    Door { clock: Arc::new(FixedClock(AtomicI64::new(start_of(day).unwrap() + 9 * 3_600_000_000))), ..door.clone() }
}

async fn watch(door: &Door, facts: &Arc<Said>) -> Round {
    Watch::new(door.clone(), Arc::clone(facts) as Arc<dyn Facts>).catch_up().await.unwrap().unwrap()
}

async fn all(door: &Door) -> Vec<Stored> {
    let mut rows = door.store.query(&Query::everything("warning", Vec::new())).await.unwrap().rows;
    rows.sort_by_key(|s| s.document()["episode"].as_u64());
    rows
}

fn shown(rows: &[Stored]) -> Vec<String> {
    rows.iter()
        .map(|s| {
            let d = s.document();
            let word = |name: &str| d.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
            format!("{} {} 级{} 高{} {} {}", word("rule"), d["episode"], word("level"), word("peak"), word("signal"), s.state)
        })
        .collect()
}

async fn step(door: &Door, id: &str, step: &str, given: Value) -> Result<(), DoorError> {
    let officer = Caller::of("haigang", &["R03"], "130302", "");
    let seen = door.store.find("warning", id).await.unwrap().unwrap().rev;
    let draft = Draft::from_json(&door.kind("warning").unwrap(), given.as_object().unwrap());
    let entry = Entry { reason: "", source: "test", idempotency: None };
    door.advance(&officer, "warning", id, seen, step, &draft, entry).await.map(drop)
}

async fn close(door: &Door, id: &str, day: &str) {
    for (name, given) in [
        ("acknowledge", json!({"acknowledged_on": day})),
        ("confirm", json!({"verified_on": day, "verification": "属实"})),
        ("handle", json!({"measures": "同岗位复查"})),
        ("close", json!({"closed_on": day, "outcome": "已处置"})),
    ] {
        step(door, id, name, given).await.unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[tokio::test]
async fn rq_168_an_overdue_duty_is_a_warning_and_a_table_made_anew_clears_nothing() {
    let (_world, door, id, facts) = world().await;
    crate::duties::step(&door, "employer", &id, "confirm", json!({})).await;
    let clerk = Clerk::new(door.clone());
    let tests = async || -> Vec<String> { shown(&all(&door).await).into_iter().filter(|w| w.starts_with("EW-06")).collect() };
    watch(&door, &facts).await;
    assert_eq!(tests().await, [""; 0], "duties that nobody has computed yet are not looked at");
    assert!(clerk.catch_up().await.unwrap());
    watch(&door, &facts).await;
    let raised = tests().await;
    assert!(!raised.is_empty() && raised.iter().all(|w| w.starts_with("EW-06 1 级3 高3 present")), "{raised:?}");

    // The rules changed: the table is empty for a while, and no duty has been done for that.
    Clerk::forget(door.store.as_ref()).await.unwrap();
    door.store.clear_duties().await.unwrap();
    watch(&on(&door, "2026-07-01"), &facts).await;
    assert_eq!(tests().await, raised);
    assert!(clerk.catch_up().await.unwrap());
    watch(&on(&door, "2026-07-02"), &facts).await;
    assert_eq!(tests().await, raised);

    // The employer closes: nobody owes a test any more.
    crate::duties::step(&door, "employer", &id, "close", json!({})).await;
    assert!(clerk.catch_up().await.unwrap());
    watch(&on(&door, "2026-07-03"), &facts).await;
    assert!(tests().await.iter().all(|w| w.contains(" cleared ")), "{:?}", tests().await);
}

#[tokio::test]
async fn rq_027_an_alarm_of_a_device_raises_a_warning_of_its_level_and_goes_up_with_it() {
    let (_world, door, _, facts) = world().await;
    let kind = door.kind("alarm").unwrap();
    let lasting = json!({"started_on": "2026-06-12", "started_at": "2026-06-12T09:12:00+08:00", "raised_at": "2026-06-12T09:13:00+08:00",
        "level": "1", "level_now": "1", "ended_at": null, "ack_due_at": null, "escalated_at": null, "acknowledged_by": null, "cause": null,
        "measures": null, "false_alarm": null, "closed_on": null, "status": "raised"});
    let id = file(&door, "alarm", &example(&kind, &lasting)).await;
    assert_eq!(watch(&door, &facts).await.opened, 1);
    assert_eq!(shown(&all(&door).await), ["EW-05 1 级2 高2 present pushed"]);
    crate::reactions::amend(&door, "alarm", &id, json!({"level": "3", "level_now": "3"})).await;
    assert_eq!(watch(&door, &facts).await.changed, 1);
    assert_eq!(shown(&all(&door).await), ["EW-05 1 级4 高4 present pushed"], "one warning, one level up");
}

#[tokio::test]
async fn rq_027_noise_warns_by_the_level_of_its_shift_and_not_by_a_minute() {
    let (_world, door, _, facts) = world().await;
    let kind = door.kind("online_shift").unwrap();
    let shift = |day: &str, value: Value| {
        let (valid, noon) = (!value.is_null(), format!("{day}T08:00:00+08:00"));
        let document = json!({"hazard": "P001", "unit": "dB(A)", "measure": "lex_8h", "worked_on": day, "began_at": noon,
            "ended_at": format!("{day}T16:00:00+08:00"), "value": value, "mean": value, "limit": 85, "limit_kind": "LEX", "edition": "GBZ 2.2-2007",
            "valid": valid, "over": null, "short_max": null, "short_at": null, "short_limit": null, "short_limit_kind": null, "short_over": null});
        example(&kind, &document)
    };
    // A minute over the set point of a noise device is an alarm, and no warning.
    let alarm = example(
        &door.kind("alarm").unwrap(),
        &json!({"hazard": "P001", "unit": "dB(A)", "started_on": "2026-06-12",
        "started_at": "2026-06-12T09:12:00+08:00", "raised_at": "2026-06-12T09:13:00+08:00", "ended_at": null, "ack_due_at": null,
        "escalated_at": null, "acknowledged_by": null, "cause": null, "measures": null, "closed_on": null, "status": "raised"}),
    );
    file(&door, "alarm", &alarm).await;
    // Exactly 85 is not over, and a shift with too few minutes says nothing.
    file(&door, "online_shift", &shift("2026-06-12", json!(85.0))).await;
    file(&door, "online_shift", &shift("2026-06-13", Value::Null)).await;
    assert_eq!(watch(&door, &facts).await.opened, 0);
    file(&door, "online_shift", &shift("2026-06-14", json!(85.1))).await;
    assert_eq!(watch(&door, &facts).await.opened, 1);
    assert_eq!(shown(&all(&door).await), ["EW-05 1 级2 高2 present pushed"]);
    assert_eq!(all(&door).await[0].document()["value"], json!(85.1));
    file(&door, "online_shift", &shift("2026-06-15", json!(100.5))).await;
    watch(&door, &facts).await;
    assert_eq!(shown(&all(&door).await), ["EW-05 1 级3 高3 present pushed"], "one warning of the post, one level up");
    file(&door, "online_shift", &shift("2026-06-16", json!(80.0))).await;
    watch(&door, &facts).await;
    assert_eq!(shown(&all(&door).await), ["EW-05 1 级3 高3 cleared pushed"]);
}

#[tokio::test]
async fn rq_168_a_cluster_is_raised_once_goes_up_clears_and_waits_for_people() {
    let (_world, door, id, facts) = world().await;
    facts.says(&[cluster(&id, 2)]);
    let round = watch(&door, &facts).await;
    assert_eq!((round.opened, round.pushed, round.refused, round.failed.len()), (1, 1, 0, 0), "{round:?}");
    assert_eq!(shown(&all(&door).await), ["EW-11 1 级2 高2 present pushed"]);
    let first = all(&door).await.remove(0);
    let document = first.document();
    assert_eq!((first.region.as_str(), &first.owner), ("130302", &id));
    assert_eq!((&document["due_on"], &document["thresholds"]), (&json!("2026-07-15"), &json!("yellow=2 orange=3 red=5 red_post=2")));
    assert_eq!(document["evidence"].as_array().map(Vec::len), Some(2), "{document:?}");

    // Nothing new, the service restarted, facts that changed elsewhere: nothing doubles.
    assert_eq!(watch(&door, &facts).await, Round::default());
    let later = on(&door, "2026-07-01");
    assert_eq!(watch(&later, &facts).await, Round::default(), "another day, the same signal");
    facts.says(&[cluster(&id, 5)]);
    let later = on(&door, "2026-07-02");
    assert_eq!(watch(&later, &facts).await.changed, 1);
    assert_eq!(shown(&all(&door).await), ["EW-11 1 级4 高4 present pushed"]);
    assert_eq!(all(&door).await[0].document()["due_on"], "2026-07-05", "a graver level leaves less time");

    facts.says(&[]);
    let later = on(&door, "2026-07-03");
    assert_eq!(watch(&later, &facts).await.changed, 1);
    assert_eq!(shown(&all(&door).await), ["EW-11 1 级4 高4 cleared pushed"], "a signal that is gone closes nothing");
    let changes: Vec<Value> = all(&door).await[0].document()["changes"].as_array().unwrap().iter().map(|c| c["change"].clone()).collect();
    assert_eq!(changes, ["opened", "raised", "cleared"]);
}

#[tokio::test]
async fn rq_170_a_closed_warning_is_held_for_its_quiet_period_and_comes_again() {
    let (_world, door, id, facts) = world().await;
    facts.says(&[cluster(&id, 3)]);
    watch(&door, &facts).await;
    let first = all(&door).await.remove(0);
    close(&door, &first.id, "2026-06-30").await;
    assert_eq!(watch(&on(&door, "2026-07-02"), &facts).await.opened, 0, "the same level is held");
    assert_eq!(shown(&all(&door).await), ["EW-11 1 级3 高3 held closed"]);
    assert_eq!(watch(&on(&door, "2026-09-28"), &facts).await.opened, 0, "the ninetieth day");
    let round = watch(&on(&door, "2026-09-29"), &facts).await;
    assert_eq!(round.opened, 1, "{round:?}");
    assert_eq!(shown(&all(&door).await), ["EW-11 1 级3 高3 held closed", "EW-11 2 级3 高3 present pushed"]);
    assert_eq!(watch(&on(&door, "2026-09-30"), &facts).await.opened, 0, "and once");
    // A graver one does not wait for the period after this closing.
    let second = all(&door).await.remove(1);
    let day = on(&door, "2026-09-30");
    close(&day, &second.id, "2026-09-30").await;
    facts.says(&[cluster(&id, 6)]);
    assert_eq!(watch(&on(&door, "2026-10-01"), &facts).await.opened, 1);
    assert_eq!(all(&door).await.len(), 3);
}

#[tokio::test]
async fn false_alarms_and_true_ones_make_the_precision_of_a_rule() {
    let (_world, door, id, facts) = world().await;
    let mut other = cluster(&id, 4);
    other["key"] = json!(format!("{id}/化学因素"));
    facts.says(&[cluster(&id, 2), other]);
    watch(&door, &facts).await;
    let rows = all(&door).await;
    assert_eq!(rows.len(), 2);
    close(&door, &rows[0].id, "2026-06-30").await;
    step(&door, &rows[1].id, "acknowledge", json!({"acknowledged_on": "2026-06-30"})).await.unwrap();
    let refused = step(&door, &rows[1].id, "reject", json!({"verified_on": "2026-06-30"})).await;
    assert!(matches!(refused, Err(DoorError::Invalid(_))), "a false alarm needs its reason: {refused:?}");
    step(&door, &rows[1].id, "reject", json!({"verified_on": "2026-06-30", "false_reason": "重复登记的体检"})).await.unwrap();
    let officer = Caller::of("haigang", &["R03"], "130302", "");
    let numbers = door.warning_precision(&officer).await.unwrap()["EW-11"];
    assert_eq!((numbers.all, numbers.open, numbers.right, numbers.wrong, numbers.percent()), (2, 1, 1, 1, Some(50.0)));
    step(&door, &rows[1].id, "close", json!({"closed_on": "2026-06-30", "outcome": "误报"})).await.unwrap();
    let numbers = door.warning_precision(&officer).await.unwrap()["EW-11"];
    assert_eq!((numbers.all, numbers.open, numbers.right, numbers.wrong), (2, 0, 1, 1));
}

#[tokio::test]
async fn a_county_sets_its_own_thresholds_and_may_switch_a_rule_off() {
    let (_world, door, id, facts) = world().await;
    let set = |from: &str, enabled: bool, orange: f64| {
        json!({"rule": "EW-11", "county": "130302", "valid_from": from, "enabled": enabled, "reason": "本区体检集中",
               "values": [{"threshold_name": "yellow", "threshold_value": orange}]})
    };
    file(&door, "warning_threshold", &set("2026-06-01", true, 3.0)).await;
    file(&door, "warning_threshold", &set("2026-07-10", false, 2.0)).await;
    facts.says(&[cluster(&id, 2)]);
    assert_eq!(watch(&door, &facts).await.opened, 0, "below the county's own threshold");
    facts.says(&[cluster(&id, 3)]);
    let round = watch(&on(&door, "2026-07-01"), &facts).await;
    assert_eq!(round.opened, 1, "{round:?}");
    facts.says(&[]);
    let later = on(&door, "2026-07-11");
    assert_eq!(watch(&later, &facts).await, Round::default(), "a rule that is off says nothing, not even that a signal is gone");
    assert!(all(&door).await[0].document()["thresholds"].as_str().unwrap().contains("yellow=3"));
}

#[tokio::test]
async fn nobody_writes_a_warning_by_hand_and_other_counties_do_not_see_it() {
    let (_world, door, id, facts) = world().await;
    facts.says(&[cluster(&id, 2)]);
    watch(&door, &facts).await;
    let row = all(&door).await.remove(0);
    let draft = Draft::from_json(&door.kind("warning").unwrap(), json!({"level": "1"}).as_object().unwrap());
    for roles in [&["R02"][..], &["R03"], &["R06"], &["R01"], &["R09"]] {
        let somebody = Caller::of("x", roles, "130302", "");
        let entry = || Entry { reason: "", source: "test", idempotency: None };
        assert!(door.amend(&somebody, "warning", &row.id, row.rev, &draft, entry()).await.is_err(), "{roles:?}");
        assert!(door.submit(&somebody, "warning", &draft, entry()).await.is_err(), "{roles:?}");
    }
    let elsewhere = Caller::of("funing", &["R03"], "130306", "");
    assert!(matches!(door.open(&elsewhere, "warning", &row.id, None).await, Err(DoorError::NotFound)));
}

/// A measurement whose result has been calculated.
async fn issued(door: &Door, sample: &str, day: &str, result: f64) -> String {
    let kind = door.kind("measurement").unwrap();
    let changes = json!({
        "sample_no": sample, "sampled_on": day, "surveyed_on": null, "report_issued_on": null, "published_on": null, "submitted_on": null,
        "sample_hours": 8, "result": result, "reported_value": null, "reported_judge": null, "status": null,
    });
    let id = file(door, "measurement", &example(&kind, &changes)).await;
    for name in ["review_contract", "survey", "plan", "sample", "deliver", "analyse", "calculate"] {
        crate::duties::step(door, "measurement", &id, name, json!({})).await;
    }
    id
}

#[tokio::test]
async fn rq_168_a_post_over_its_limit_warns_and_a_later_good_result_clears_it() {
    let (_world, door, _, facts) = world().await;
    let id = issued(&door, "S1", "2026-06-01", 3.2).await;
    let stored = door.store.find("measurement", &id).await.unwrap().unwrap();
    let ratio = stored.document()["exposure"]["ratio"].as_f64().unwrap();
    watch(&door, &facts).await;
    let found: Vec<Stored> = all(&door).await.into_iter().filter(|s| s.document()["rule"] == "EW-01").collect();
    assert_eq!(found.len(), 1, "state {} ratio {ratio}: {:?}", stored.state, shown(&all(&door).await));
    assert_eq!(found[0].document()["evidence"][0]["evidence_id"], json!(id));
    assert!(ratio > 1.0 && found[0].document()["value"].as_f64() == Some(ratio));

    // A late record of an earlier day is kept, and says nothing of today.
    issued(&door, "S0", "2026-05-01", 0.1).await;
    watch(&door, &facts).await;
    let now = door.store.find("warning", &found[0].id).await.unwrap().unwrap();
    assert_eq!(now.document()["signal"], "present");
    issued(&door, "S2", "2026-06-20", 0.1).await;
    watch(&door, &facts).await;
    let now = door.store.find("warning", &found[0].id).await.unwrap().unwrap();
    assert_eq!((now.document()["signal"].as_str(), now.state.as_str()), (Some("cleared"), "pushed"));
    assert_eq!(watch(&door, &facts).await, Round::default());
}

#[tokio::test]
async fn imported_history_raises_nothing() {
    let (_world, door, _, facts) = world().await;
    issued(&door, "S1", "2021-06-01", 3.2).await;
    watch(&door, &facts).await;
    assert_eq!(shown(&all(&door).await), Vec::<String>::new());
}

#[tokio::test]
async fn a_look_back_counts_by_month_and_writes_nothing() {
    let (_world, door, id, facts) = world().await;
    issued(&door, "S1", "2026-02-03", 3.2).await;
    facts.says(&[cluster(&id, 3)]);
    let rule = &door.catalogue.warnings["EW-11"];
    let thresholds = rule.defaults();
    let asked = Asked { rule, thresholds: &thresholds, from: "2026-01", to: "2026-03", region: "1303" };
    let found = backtest::run(&door, facts.as_ref(), &asked).await.unwrap();
    let months: Vec<(String, [u64; 4])> = found.months.iter().map(|m| (m.month.clone(), m.raised)).collect();
    assert_eq!(months, [("2026-01".into(), [0, 0, 1, 0]), ("2026-02".into(), [0; 4]), ("2026-03".into(), [0; 4])]);
    let mut strict = thresholds.clone();
    strict["orange"] = 4.0;
    let found = backtest::run(&door, facts.as_ref(), &Asked { thresholds: &strict, ..asked.clone() }).await.unwrap();
    assert_eq!(found.totals(), [0, 1, 0, 0], "other thresholds, another answer");

    let rule = &door.catalogue.warnings["EW-01"];
    let thresholds = rule.defaults();
    let of_records = Asked { rule, thresholds: &thresholds, ..asked.clone() };
    let found = backtest::run(&door, facts.as_ref(), &of_records).await.unwrap();
    assert_eq!(found.months.iter().map(|m| m.raised.iter().sum::<u64>()).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(all(&door).await.len(), 0);
    for (from, to) in [("2026-03", "2026-01"), ("x", "2026-01"), ("2010-01", "2026-01")] {
        assert!(backtest::run(&door, facts.as_ref(), &Asked { from, to, ..asked.clone() }).await.is_err(), "{from} {to}");
    }
}

/// A row of a plan at the end of the year, as the lake forecasts it.
fn outlook(region: &str, projected: f64) -> Value {
    json!({"of": "EW-28", "key": format!("qinhuangdao/I-02/{region}/2026"), "subject": "工业企业职业病危害项目申报率（2026年）", "employer": null,
           "region": region, "value": projected, "evidence": format!("plan:qinhuangdao/I-02?year=2026&as_of=2026-05-31&region={region}"),
           "projected": projected, "low": projected - 2.0, "high": projected + 2.0, "goal": 90.0, "now": 50.0, "months": 5, "year": 2026, "goal_year": 2025})
}

#[tokio::test]
async fn rq_161_rq_168_a_row_of_a_plan_that_will_miss_its_target_is_raised_once_and_closed() {
    let (_world, door, _, facts) = world().await;
    facts.says(&[outlook("130300", 70.0), outlook("130302", 70.0), outlook("130322", 95.0)]);
    assert_eq!(watch(&door, &facts).await.opened, 2, "the city and the county that will miss it");
    let raised = ["EW-28 1 级2 高2 present pushed", "EW-28 1 级2 高2 present pushed"];
    assert_eq!(shown(&all(&door).await), raised);
    let city = all(&door).await.into_iter().find(|s| s.region == "130300").unwrap();
    let document = city.document();
    assert_eq!(document["evidence"][0]["evidence_kind"], "plan");
    assert_eq!(document["evidence"][0]["evidence_id"], "qinhuangdao/I-02?year=2026&as_of=2026-05-31&region=130300");
    assert!(document["inputs"].as_str().unwrap().contains("goal=90"), "{document:?}");

    // The same again raises nothing; a better forecast clears and waits for somebody.
    facts.says(&[outlook("130300", 71.0), outlook("130302", 93.0), outlook("130322", 95.0)]);
    assert_eq!(watch(&on(&door, "2026-07-20"), &facts).await.opened, 0);
    let county = all(&door).await.into_iter().find(|s| s.region == "130302").unwrap();
    assert_eq!(shown(std::slice::from_ref(&county)), ["EW-28 1 级2 高2 cleared pushed"]);
    close(&on(&door, "2026-07-21"), &county.id, "2026-07-21").await;
    let county = all(&door).await.into_iter().find(|s| s.region == "130302").unwrap();
    assert_eq!(shown(std::slice::from_ref(&county)), ["EW-28 1 级2 高2 cleared closed"]);

    // Missed again within the quiet days: held, not raised.
    facts.says(&[outlook("130300", 71.0), outlook("130302", 60.0)]);
    assert_eq!(watch(&on(&door, "2026-08-05"), &facts).await.opened, 0);
}
