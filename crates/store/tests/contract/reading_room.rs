//! The room of the quarantine.

use crate::readings::open_with;
use crate::setup::Base;
use zhijian_telemetry::readings::{Batch, Held, HeldQuery, ReadingStore, Reason, Refused, Room};

fn refused(device: &str, reason: Reason, detail: &str, at: i64) -> Refused {
    Refused { device: device.into(), reason, source: "mqtt".into(), detail: detail.into(), arrived_ms: at }
}

async fn send(store: &dyn ReadingStore, refused: Vec<Refused>) {
    store.append(&Batch { refused, ..Batch::default() }).await.unwrap();
}

async fn held(store: &dyn ReadingStore, device: Option<&str>) -> Vec<Held> {
    let devices = device.map(|device| vec![device.to_owned()]);
    store.held(&HeldQuery { devices, reason: String::new(), skip: 0, limit: 10_000 }).await.unwrap()
}

fn details(held: &[Held]) -> Vec<&str> {
    held.iter().map(|held| held.refused.detail.as_str()).collect()
}

pub async fn rq_026_a_full_quarantine_lets_repeated_entries_go_first_and_counts_them(base: &Base) {
    let store = open_with(base, Room { of_device: 5, in_all: 100 }).await;
    // Oldest first: once, repeated, once, repeated, once.
    for (n, detail) in ["once-1", "again-2", "once-3", "again-4", "once-5"].into_iter().enumerate() {
        let at = n as i64 * 10;
        let times = if detail.starts_with("again") { 3 } else { 1 };
        send(&*store, (0..times).map(|_| refused("A", Reason::Late, detail, at)).collect()).await;
    }
    send(&*store, vec![refused("B", Reason::Late, "other", 1)]).await;
    assert_eq!(held(&*store, Some("A")).await.len(), 5, "as many as there is room for");
    assert_eq!(store.dropped(None).await.unwrap(), 0);
    send(&*store, vec![refused("A", Reason::Unit, "new-6", 60)]).await;
    assert_eq!(details(&held(&*store, Some("A")).await), ["new-6", "once-5", "again-4", "once-3", "once-1"], "the oldest repeated one");
    send(&*store, vec![refused("A", Reason::Unit, "new-7", 70), refused("A", Reason::Unit, "new-8", 80)]).await;
    assert_eq!(details(&held(&*store, Some("A")).await), ["new-8", "new-7", "new-6", "once-5", "once-3"], "then the oldest");
    // The very same again takes no room.
    send(&*store, (0..50).map(|n| refused("A", Reason::Unit, "new-8", 90 + n)).collect()).await;
    assert_eq!(held(&*store, Some("A")).await.len(), 5);
    assert_eq!(details(&held(&*store, Some("B")).await), ["other"], "another device's room is its own");
    let (all, a, b) = (None, Some(&["A".to_owned()][..]), Some(&["B".to_owned()][..]));
    assert_eq!((store.dropped(all).await.unwrap(), store.dropped(a).await.unwrap(), store.dropped(b).await.unwrap()), (3, 3, 0));
    let tallies = store.tallies(a).await.unwrap();
    let of = |what: &str| tallies.iter().find(|tally| tally.what == what).map_or(0, |tally| tally.count);
    assert_eq!((of("late"), of("unit"), of("dropped")), (9, 53, 3), "what went is still counted");
}

pub async fn strangers_share_one_room_and_one_count(base: &Base) {
    let store = open_with(base, Room { of_device: 20, in_all: 1000 }).await;
    send(&*store, vec![refused("MINE", Reason::Late, "mine", 0)]).await;
    for n in 0..100 {
        send(&*store, vec![refused(&format!("X{n:03}"), Reason::Unknown, "CONNECT", 10 + n)]).await;
    }
    let all = held(&*store, None).await;
    assert_eq!(all.iter().filter(|held| held.refused.reason == Reason::Unknown).count(), 20, "however many names they call themselves by");
    assert_eq!(all[0].refused.device, "X099");
    assert_eq!(details(&held(&*store, Some("MINE")).await), ["mine"]);
    let tallies = store.tallies(None).await.unwrap();
    let told: Vec<(&str, &str, u64)> = tallies.iter().map(|tally| (tally.device.as_str(), tally.what.as_str(), tally.count)).collect();
    assert_eq!(told, [("", "dropped", 80), ("", "unknown", 100), ("MINE", "late", 1)]);
}

pub async fn everything_together_has_an_end_too(base: &Base) {
    let store = open_with(base, Room { of_device: 50, in_all: 100 }).await;
    for round in 0..5_i64 {
        for device in ["A", "B", "C", "D"] {
            send(&*store, (0..9).map(|n| refused(device, Reason::Malformed, &format!("{round}-{n}"), round * 10 + n)).collect()).await;
        }
    }
    let entries = held(&*store, None).await;
    let dropped = store.dropped(None).await.unwrap();
    assert_eq!(entries.len() as u64 + dropped, 180);
    assert!((90..=100).contains(&entries.len()), "{}", entries.len());
    assert!(entries.iter().all(|held| !held.refused.detail.starts_with("0-")), "the oldest went");
    // Whose entries went has room again.
    send(&*store, (0..40).map(|n| refused("A", Reason::Malformed, &format!("x{n}"), 900 + n)).collect()).await;
    let of_a = held(&*store, Some("A")).await;
    assert_eq!(of_a.iter().filter(|held| held.refused.detail.starts_with('x')).count(), 40);
    assert!(of_a.len() <= 50, "{}", of_a.len());
}
