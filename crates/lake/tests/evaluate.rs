//! Scopes, breakdowns, lists and plans over one small lake.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::sync::{Arc, atomic::Ordering};

use common::{MemoryStore, golden, stored};
use serde_json::json;
use zhijian_kinds::{Catalogue, Outlines, Plan, dates};
use zhijian_lake::{Dimension, Evaluator, Lake, Params, PlanRow, Status, UnitFilter, Which};
use zhijian_records::{
    clock::{Clock, FixedClock, start_of},
    port::Scope,
};

struct World {
    _home: tempfile::TempDir,
    store: MemoryStore,
    catalogue: Arc<Catalogue>,
    evaluator: Evaluator,
}

/// Employers of two counties and a zone; the odd ones have declared.
async fn world() -> World {
    let (home, store, catalogue) = (tempfile::tempdir().unwrap(), MemoryStore::default(), Catalogue::embedded());
    let rows = [
        ("e1", "130302", "130302001", "3021"),
        ("e2", "130302", "130302002", "0610"),
        ("e3", "130303", "", "3021"),
        ("e4", "130371", "", "3120"),
    ];
    for (i, (id, region, town, industry)) in rows.into_iter().enumerate() {
        let data = json!({"name": format!("试例{id}厂"), "status": "10", "industry": industry, "size": "3", "exposed_total": 1});
        let mut employer = stored("employer", id, region, "2020-01-01", data.to_string());
        employer.town = town.into();
        store.commit(i as i64 * 10 + 1, vec![employer]);
        if i % 2 == 0 {
            let data = json!({"employer_id": id, "decl_type": "1", "declared_on": "2020-05-01", "status": "valid"});
            store.commit(i as i64 * 10 + 2, vec![stored("declaration", &format!("d{id}"), region, "2020-05-01", data.to_string())]);
        }
    }
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&store).await.unwrap();
    World { _home: home, store, evaluator: Evaluator::new(lake, Arc::clone(&catalogue)), catalogue }
}

impl World {
    async fn shown(&self, scope: Scope) -> String {
        let params = Params { scope, ..Params::new("130300", 2020) };
        let answer = self.evaluator.indicator(&self.catalogue.indicators["I-02"], &params).await.unwrap();
        format!("{}/{}", answer.numerator.unwrap(), answer.denominator.unwrap())
    }
}

fn regions(prefixes: &[&str]) -> Scope {
    Scope { regions: prefixes.iter().map(|p| (*p).to_owned()).collect(), ..Scope::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_restricts_totals_breakdowns_and_lists_alike() {
    let world = world().await;
    let rows = [
        ("everything", Scope { all: true, ..Scope::default() }, "2/4"),
        ("the city", regions(&["1303"]), "2/4"),
        ("a county", regions(&["130302"]), "1/2"),
        ("a township", regions(&["130302002"]), "0/1"),
        ("two counties", regions(&["130303", "130371"]), "1/2"),
        ("an employer sees itself", Scope { owners: vec!["e2".into()], ..Scope::default() }, "0/1"),
        ("nothing allowed, nothing counted", Scope::default(), "0/0"),
    ];
    for (why, scope, expected) in rows {
        assert_eq!(world.shown(scope.clone()).await, expected, "{why}");
        let params = Params { scope, ..Params::new("130300", 2020) };
        let def = &world.catalogue.indicators["I-02"];
        let sum: f64 = world.evaluator.breakdown(def, &params, Dimension::Town).await.unwrap().iter().map(|s| s.denominator.unwrap()).sum();
        let listed = world.evaluator.units(def, &params, Which::Denominator, &UnitFilter::default(), 0, 100).await.unwrap().total;
        let denominator: f64 = expected.split('/').nth(1).unwrap().parse().unwrap();
        assert_eq!((sum, listed as f64), (denominator, denominator), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parents_are_sums_of_leaves() {
    let world = world().await;
    let def = &world.catalogue.indicators["I-02"];
    let params = Params::new("130300", 2020);
    let tree = world.evaluator.breakdown(def, &params, Dimension::Region).await.unwrap();
    let shown: Vec<String> = tree
        .iter()
        .map(|s| format!("{}{} {}/{} {}", "  ".repeat(s.depth), s.key, s.numerator.unwrap(), s.denominator.unwrap(), s.display))
        .collect();
    assert_eq!(shown, ["130300 2/4 50.00 %", "  130302 1/2 50.00 %", "  130303 1/1 100.00 %", "  130371 0/1 0.00 %"]);
    assert_eq!(tree[0].label, "秦皇岛市");
    let industries = world.evaluator.breakdown(def, &params, Dimension::Industry).await.unwrap();
    let section = industries.iter().find(|s| s.key == "C").unwrap();
    assert_eq!((section.numerator, section.denominator, section.depth, section.sum), (Some(2.0), Some(3.0), 0, true), "manufacturing");
    let refused = world.evaluator.breakdown(def, &params, Dimension::Hazard).await;
    assert!(refused.is_err(), "an employer has no single hazard");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_174_the_to_do_list_is_what_is_missing() {
    let world = world().await;
    let def = &world.catalogue.indicators["I-02"];
    let params = Params::new("130300", 2020);
    let list = |which, filter: UnitFilter, offset, limit| {
        let (evaluator, params) = (&world.evaluator, &params);
        async move {
            let page = evaluator.units(def, params, which, &filter, offset, limit).await.unwrap();
            (page.rows.iter().map(|u| u.unit.clone()).collect::<Vec<_>>().join(" "), page.total)
        }
    };
    let all = UnitFilter::default;
    assert_eq!(list(Which::Missing, all(), 0, 10).await, ("e2 e4".into(), 2));
    assert_eq!(list(Which::Numerator, all(), 0, 10).await, ("e1 e3".into(), 2));
    assert_eq!(list(Which::Denominator, all(), 1, 2).await, ("e2 e3".into(), 4), "a page in order of region and name");
    assert_eq!(list(Which::Denominator, UnitFilter { text: "e3".into(), ..all() }, 0, 9).await, ("e3".into(), 1));
    assert_eq!(list(Which::Denominator, UnitFilter { industry: "C".into(), ..all() }, 0, 9).await, ("e1 e3 e4".into(), 3));
    assert_eq!(list(Which::Denominator, UnitFilter { industry: "06".into(), ..all() }, 0, 9).await, ("e2".into(), 1));
    assert_eq!(list(Which::Denominator, UnitFilter { region: "130302".into(), ..all() }, 0, 9).await, ("e1 e2".into(), 2));
    assert_eq!(
        list(Which::Denominator, UnitFilter { text: "' OR 1=1 --".into(), ..all() }, 0, 9).await,
        (String::new(), 0),
        "a quote stays a quote"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_follow_the_lake_and_the_past_can_be_repeated() {
    let world = world().await;
    assert_eq!(world.shown(regions(&["1303"])).await, "2/4");
    let data = json!({"employer_id": "e2", "decl_type": "1", "declared_on": "2020-06-01", "status": "valid"});
    world.store.commit(100, vec![stored("declaration", "de2", "130302", "2020-06-01", data.to_string())]);
    assert_eq!(world.shown(regions(&["1303"])).await, "2/4", "figures stand up to the last refresh");
    world.evaluator.lake().refresh(&world.store).await.unwrap();
    assert_eq!(world.shown(regions(&["1303"])).await, "3/4");
    assert_eq!(world.evaluator.lake().stand(), 100);
    let params = Params { known_at: Some(99), ..Params::new("130300", 2020) };
    let before = world.evaluator.indicator(&world.catalogue.indicators["I-02"], &params).await.unwrap();
    assert_eq!((before.numerator, before.denominator), (Some(2.0), Some(4.0)), "as it was known before");
}

const PLAN: &str = "
plan: test
title: 试验规划
region: '130300'
options: {I-10: {required_count: 1}}
targets:
  - {seq: 1, indicator: I-01, name: 工伤保险参保人数, direction: up, unit: people, test: trend_up, baseline_2020: 500000, target_2023: 稳步提升, target_2025: 稳步提升}
  - {seq: 2, indicator: I-02, name: 申报率, direction: at_least, unit: percent, test: ge, baseline_2020: 87.01, target_2023: 52, target_2025: 90}
  - {seq: 5, indicator: I-06, name: 知晓率, direction: at_least, unit: percent, test: ge, baseline_2020: 项目尚未启动, target_2023: 70, target_2025: 85}
  - {seq: 7, indicator: I-08, name: 查处率, direction: at_least, unit: percent, test: eq, target_2025: 100}
  - {seq: 8, indicator: I-19, name: 防治机构, direction: up, unit: milestone, test: state, baseline_2020: 已设立, target_2023: 持续提升, target_2025: 持续提升}
  - {seq: 10, indicator: I-12, name: 培训率, direction: at_least, unit: percent, test: all_ge, target_2025: 95}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_running_year_stands_at_the_day_on_which_it_is_asked_for() {
    let World { _home, evaluator, catalogue, .. } = world().await;
    let today = Arc::new(FixedClock(start_of("2020-03-31").unwrap().into()));
    let evaluator = evaluator.with_clock(Arc::clone(&today) as Arc<dyn Clock>);
    let day = |text: &str| dates::parse_iso(text).unwrap();
    let rows = [
        ("the running year", 2020, None, "2020-03-31"),
        ("a day that is asked for holds", 2020, Some("2020-12-31"), "2020-12-31"),
        ("a year that is over", 2019, None, "2019-12-31"),
        ("a day after its year does not move it", 2019, Some("2020-03-31"), "2019-12-31"),
        ("a year that has not begun", 2021, None, "2021-12-31"),
    ];
    for (why, year, as_of, expected) in rows {
        assert_eq!(evaluator.cut(year, as_of.map(day)), day(expected), "{why}");
    }
    let answer = evaluator.indicator(&catalogue.indicators["I-02"], &Params::new("130300", 2020)).await.unwrap();
    assert!(answer.notes.iter().any(|note| note == "截止：2020-03-31 24:00"), "{:?}", answer.notes);
    let before = answer.numerator;
    today.0.store(start_of("2020-05-02").unwrap(), Ordering::SeqCst);
    let later = evaluator.indicator(&catalogue.indicators["I-02"], &Params::new("130300", 2020)).await.unwrap().numerator;
    assert_eq!((before, later), (Some(0.0), Some(2.0)), "declared on 1 May; the answer of another day is not kept for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_gives_every_row_in_order_with_its_status() {
    let world = world().await;
    for (year, insured) in [(2019, 489_600), (2020, 500_000), (2021, 510_000), (2022, 505_000)] {
        let data = json!({"stat_year": year, "insured": insured});
        world
            .store
            .commit(200 + year, vec![stored("insured_count", &format!("i{year}"), "130300", &format!("{year}-12-31"), data.to_string())]);
    }
    world.evaluator.lake().refresh(&world.store).await.unwrap();
    let (plan, _) = zhijian_kinds::yaml::read::<Plan>(PLAN).unwrap();
    let all = Scope { all: true, ..Scope::default() };
    let rows = world.evaluator.evaluate_plan(&plan, 2020, None, None, &all).await.unwrap_or_else(|e| panic!("{}", golden::chain(&e)));
    let shown: Vec<String> = rows.iter().map(line).collect();
    assert_eq!(
        shown,
        [
            "1 I-01 500000 2023=稳步提升 达标",
            "2 I-02 50.00 % 2023=52 接近",
            "5 I-06 项目尚未启动 2023=70 待评估",
            "7 I-08 不适用 2025=100 不适用",
            "8 I-19 未设立 2023=持续提升 未达标",
            "10 I-12 不适用 2025=95 不适用",
        ]
    );
    let parts: Vec<&str> = rows[5].parts.iter().map(|p| p.answer.indicator.as_str()).collect();
    assert_eq!(parts, ["I-12a", "I-12b", "I-12c"]);
    assert!(rows[1].answer.interval.is_some_and(|i| i.low < 50.0 && i.high > 50.0));
    for (year, status, why) in
        [(2021, Status::Met, "risen"), (2022, Status::Missed, "fallen though above the base"), (2023, Status::Pending, "no data yet")]
    {
        let rows = world.evaluator.evaluate_plan(&plan, year, None, None, &all).await.unwrap();
        assert_eq!(rows[0].status, status, "{year}: {why}");
    }
}

fn line(row: &PlanRow) -> String {
    let target = row.target.as_ref().map(|t| t.as_str().map_or_else(|| t.to_string(), str::to_owned)).unwrap_or_default();
    format!("{} {} {} {}={} {}", row.seq, row.indicator, row.answer.display, row.target_year.unwrap_or(0), target, row.status.word())
}

/// Every shipped plan evaluates, also over nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_plan_is_evaluated() {
    let world = world().await;
    let all = Scope { all: true, ..Scope::default() };
    for plan in world.catalogue.plans.values() {
        let rows = world
            .evaluator
            .evaluate_plan(plan, 2020, None, None, &all)
            .await
            .unwrap_or_else(|e| panic!("{}: {}", plan.plan, golden::chain(&e)));
        assert_eq!(rows.len(), plan.targets.len(), "{}", plan.plan);
    }
}

/// B5: on-line values are an indication. They stand beside the records of measurements, and no indicator looks at them.
#[tokio::test(flavor = "multi_thread")]
async fn rq_026_online_values_never_enter_the_pass_rate_nor_any_indicator() {
    let world = world().await;
    let online = ["device", "alarm", "online_shift"];
    for indicator in world.catalogue.indicators.values() {
        let named = indicator.facts.iter().find(|fact| online.contains(&fact.as_str()));
        assert!(named.is_none(), "{} counts {named:?}", indicator.code);
    }
    let rate = async || {
        let params = Params { scope: Scope { all: true, ..Scope::default() }, ..Params::new("130300", 2020) };
        let answer = world.evaluator.indicator(&world.catalogue.indicators["I-04"], &params).await.unwrap();
        (answer.numerator, answer.denominator)
    };
    let place = json!({"employer_id": "e1", "workshop": "A", "post": "saw"});
    let with = |more: serde_json::Value| {
        let mut document = place.clone();
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document.to_string()
    };
    let tested = json!({"mon_type": "4", "factor": "P001", "point": "1", "sample_type": "5", "sampled_on": "2020-05-01", "sample_hours": 8,
        "shift_hours": 8, "week_days": 5, "result": 80, "limit": {"value": 85}});
    let mut measured = stored("measurement", "m1", "130302", "2020-05-01", with(tested));
    measured.owner = "e1".into();
    world.store.commit(100, vec![measured]);
    world.evaluator.lake().refresh(&world.store).await.unwrap();
    assert_eq!(rate().await, (Some(1.0), Some(1.0)));
    // Every day of the year far over the limit on line: the tested post has passed all the same, and no post more is counted.
    let far = json!({"device_no": "Z1", "hazard": "P001", "worked_on": "2020-05-02", "measure": "lex_8h", "value": 110, "over": true, "valid": true});
    let high = json!({"device_no": "Z1", "hazard": "P001", "level": "3", "started_on": "2020-05-02", "started_at": "2020-05-02T08:00:00+08:00", "peak": 120});
    world.store.commit(101, vec![stored("online_shift", "s1", "130302", "2020-05-02", with(far))]);
    world.store.commit(102, vec![stored("alarm", "a1", "130302", "2020-05-02", with(high))]);
    world.evaluator.lake().refresh(&world.store).await.unwrap();
    assert_eq!(rate().await, (Some(1.0), Some(1.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_judged_by_the_offices_own_outlines() {
    let (home, catalogue) = (tempfile::tempdir().unwrap(), Catalogue::embedded());
    let square = br#"{"features": [{"properties": {"code": "130302"}, "geometry": {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}}]}"#;
    let rows = [
        ("built in", None, "false,true"),
        ("the office's own", Some(Outlines::read(square)), "true,false"),
        ("a file without outlines changes nothing", Some(Outlines::read(b"{}")), "false,true"),
    ];
    for (why, own, expected) in rows {
        let lake = Lake::open(home.path(), &catalogue).unwrap();
        let lake = match own {
            Some(own) => lake.with_outlines(|| own),
            None => lake,
        };
        let sql =
            "SELECT CAST(in_outline('130302', 1.5, 1.5) AS VARCHAR) || ',' || CAST(in_outline('130302', 119.6, 39.94) AS VARCHAR) AS told";
        let found = lake.query(sql, None).await.unwrap();
        let shown = datafusion::arrow::util::display::array_value_to_string(found[0].column(0), 0).unwrap();
        assert_eq!(shown, expected, "{why}");
    }
}
