//! Open duties: replaced as a whole, listed by due day within a caller's share, counted with the same meaning.

use crate::setup::Base;
use zhijian_records::duties::{Ask, DutyRow, Part};
use zhijian_records::port::{Held, Scope};

fn row(duty: &str, id: &str, region: &str, owner: &str, due_on: &str) -> DutyRow {
    DutyRow {
        duty: duty.into(),
        kind: "exam".into(),
        id: id.into(),
        region: region.into(),
        town: String::new(),
        owner: owner.into(),
        data: format!(r#"{{"institution":"医院{owner}"}}"#),
        since: "2026-01-01".into(),
        due_on: due_on.into(),
        warn_on: "2026-01-20".into(),
        escalate_on: "2026-03-01".into(),
        paused: false,
        doubtful: false,
    }
}

fn share(scope: Scope, escalated_by: Option<&str>) -> Ask {
    let part = Part { duties: vec!["report".into(), "recheck".into()], scope, escalated_by: escalated_by.map(str::to_owned) };
    Ask { parts: vec![part], limit: 100, ..Ask::default() }
}

fn all() -> Ask {
    share(Scope { all: true, ..Scope::default() }, None)
}

async fn ids(base: &Base, ask: &Ask) -> Vec<String> {
    base.store.duties(ask).await.unwrap().into_iter().map(|r| format!("{}/{}", r.id, r.duty)).collect()
}

async fn filled(base: &Base) {
    let rows = [
        row("report", "a", "130302", "o1", "2026-02-10"),
        row("recheck", "a", "130302", "o1", "2026-02-01"),
        row("report", "b", "130303", "o2", "2026-02-05"),
        DutyRow { paused: true, ..row("report", "c", "140100", "", "2026-02-20") },
    ];
    let names = ["report", "recheck"].map(str::to_owned);
    base.store.replace_duties(&names, &["a", "b", "c"].map(str::to_owned), &rows).await.unwrap();
}

pub async fn rows_are_replaced_for_the_records_looked_at(base: &Base) {
    filled(base).await;
    assert_eq!(ids(base, &all()).await, ["a/recheck", "b/report", "a/report", "c/report"], "by due day");
    let changed = row("report", "a", "130302", "o1", "2026-02-28");
    base.store.replace_duties(&["report".into(), "recheck".into()], &["a".into()], std::slice::from_ref(&changed)).await.unwrap();
    assert_eq!(ids(base, &all()).await, ["b/report", "c/report", "a/report"]);
    assert_eq!(
        base.store.duties(&Ask { record: Some(("exam".into(), "a".into())), ..all() }).await.unwrap(),
        [changed],
        "written as given"
    );
    base.store.clear_duties().await.unwrap();
    assert_eq!(ids(base, &all()).await, [] as [&str; 0]);
}

pub async fn a_share_is_the_union_of_its_parts(base: &Base) {
    filled(base).await;
    let regions = |r: &str| Scope { regions: vec![r.into()], ..Scope::default() };
    let held = Held { path: "institution".into(), value: "医院o2".into(), ..Held::default() };
    let rows: [(&str, Ask, &[&str]); 6] = [
        ("nobody's share", share(Scope::default(), None), &[]),
        ("no parts", Ask { limit: 100, ..Ask::default() }, &[]),
        ("a city", share(regions("1303"), None), &["a/recheck", "b/report", "a/report"]),
        ("an owner", share(Scope { owners: vec!["o1".into()], ..Scope::default() }, None), &["a/recheck", "a/report"]),
        ("an institution's own", share(Scope { fields: vec![held], ..Scope::default() }, None), &["b/report"]),
        ("not escalated yet", share(regions("1303"), Some("2026-02-28")), &[]),
    ];
    for (why, ask, expected) in rows {
        assert_eq!(ids(base, &ask).await, expected, "{why}");
        let counts = base.store.duty_counts(&ask, "2026-02-05").await.unwrap();
        let sum: u64 = counts.iter().map(|c| c.overdue + c.soon + c.later + c.paused).sum();
        assert_eq!(sum, expected.len() as u64, "{why}: count");
        let days: u64 = base.store.duty_days(&ask).await.unwrap().into_iter().map(|(_, n)| n).sum();
        assert_eq!(days, expected.len() as u64, "{why}: by day");
    }
    assert_eq!(ids(base, &share(regions("1303"), Some("2026-03-01"))).await.len(), 3, "escalated");
}

pub async fn counts_and_pages_follow_the_days(base: &Base) {
    filled(base).await;
    let counts = base.store.duty_counts(&all(), "2026-02-05").await.unwrap();
    let told: Vec<_> = counts.iter().map(|c| (c.duty.as_str(), c.overdue, c.soon, c.later, c.paused)).collect();
    assert_eq!(told, [("recheck", 1, 0, 0, 0), ("report", 0, 2, 0, 1)]);
    let counts = base.store.duty_counts(&Ask { duty: Some("report".into()), ..all() }, "2026-01-10").await.unwrap();
    assert_eq!((counts[0].soon, counts[0].later), (0, 2), "before the first warning");
    let first = base.store.duties(&Ask { limit: 2, ..all() }).await.unwrap();
    let last = first.last().unwrap();
    let after = Some((last.due_on.clone(), last.id.clone(), last.duty.clone()));
    assert_eq!(ids(base, &Ask { after, ..all() }).await, ["a/report", "c/report"]);
    let between = Ask { from: Some("2026-02-05".into()), until: Some("2026-02-10".into()), ..all() };
    assert_eq!(ids(base, &between).await, ["b/report", "a/report"]);
    assert_eq!(ids(base, &Ask { paused: Some(true), ..all() }).await, ["c/report"]);
}
