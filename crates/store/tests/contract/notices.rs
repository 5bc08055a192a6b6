//! Notices: told once under a mark, read by their reader, followed by messages; wishes and holds.

use crate::setup::Base;
use zhijian_records::notices::port::{AskNotices, Choice, Hold, Letter, Mark, NewLetter, NewNotice, Standing, Telling};

fn mark(key: &str, kind: &str, duty: &str) -> Mark {
    Mark { key: key.into(), kind: kind.into(), id: "r1".into(), duty: duty.into(), due_on: "2026-02-01".into(), at: 100 }
}

fn notice(id: &str, login: &str, outlets: &[&str]) -> NewNotice {
    NewNotice {
        id: id.into(),
        login: login.into(),
        notice: "returned".into(),
        level: "urgent".into(),
        kind: "exam".into(),
        record: "r1".into(),
        params: "{}".into(),
        letters: outlets.iter().map(|o| NewLetter { outlet: (*o).into(), digest: *o == "sms", due: 200 }).collect(),
    }
}

fn of(login: &str) -> AskNotices {
    AskNotices { login: login.into(), limit: 10, ..AskNotices::default() }
}

async fn ids(base: &Base, ask: &AskNotices) -> Vec<String> {
    base.store.notices(ask).await.unwrap().into_iter().map(|n| n.id).collect()
}

pub async fn what_is_marked_is_never_told_again(base: &Base) {
    let telling = Telling { mark: mark("k1", "", ""), notices: vec![notice("n1", "a", &["smtp"]), notice("n2", "b", &[])], ends: false };
    assert!(base.store.tell(&telling).await.unwrap());
    let again = Telling { notices: vec![notice("n3", "a", &["smtp"]), notice("n4", "c", &[])], ..telling };
    assert!(!base.store.tell(&again).await.unwrap());
    assert_eq!(ids(base, &of("a")).await, ["n1"]);
    assert_eq!(ids(base, &of("c")).await, [] as [&str; 0]);
    assert_eq!(base.store.letters(None, 10).await.unwrap().len(), 1);
    let keys = ["k1", "k2"].map(str::to_owned);
    assert_eq!(base.store.marked(&keys).await.unwrap().into_iter().collect::<Vec<_>>(), ["k1"]);
}

pub async fn two_who_tell_the_same_tell_it_once(base: &Base) {
    let telling = |n: usize| Telling { mark: mark("same", "", ""), notices: vec![notice(&format!("n{n}"), "a", &[])], ends: false };
    let (first, second, third) = (telling(1), telling(2), telling(3));
    let (first, second, third) = tokio::join!(base.store.tell(&first), base.store.tell(&second), base.store.tell(&third));
    assert_eq!([first, second, third].into_iter().filter(|d| matches!(d, Ok(true))).count(), 1);
    assert_eq!(ids(base, &of("a")).await.len(), 1);
}

pub async fn a_reader_pages_filters_and_reads_its_own_notices(base: &Base) {
    for n in 1..=5 {
        let login = if n == 3 { "b" } else { "a" };
        let told = NewNotice { level: if n > 3 { "info" } else { "urgent" }.into(), ..notice(&format!("n{n}"), login, &[]) };
        base.store.tell(&Telling { mark: mark(&format!("k{n}"), "", ""), notices: vec![told], ends: false }).await.unwrap();
    }
    assert_eq!(ids(base, &of("a")).await, ["n5", "n4", "n2", "n1"], "newest first");
    assert_eq!(ids(base, &AskNotices { before: Some("n4".into()), limit: 1, ..of("a") }).await, ["n2"]);
    assert_eq!(ids(base, &AskNotices { level: Some("info".into()), ..of("a") }).await, ["n5", "n4"]);
    assert_eq!(ids(base, &AskNotices { notice: Some("other".into()), ..of("a") }).await, [] as [&str; 0]);
    let all = ["n1", "n3", "n5"].map(str::to_owned);
    assert_eq!(base.store.set_read("a", &all, 500).await.unwrap(), 2, "not somebody else's");
    assert_eq!(base.store.set_read("a", &all, 600).await.unwrap(), 0, "read once");
    let unread = AskNotices { unread: true, ..of("a") };
    assert_eq!(ids(base, &unread).await, ["n4", "n2"]);
    assert_eq!(base.store.unread_again("a", 500).await.unwrap(), 2);
    assert_eq!(ids(base, &unread).await.len(), 4);
    assert!(base.store.notice("b", "n1").await.unwrap().is_none());
    base.store.set_read("a", &["n1".into()], 700).await.unwrap();
    assert_eq!(base.store.sweep_notices(701).await.unwrap(), 1);
    assert_eq!(ids(base, &of("a")).await, ["n5", "n4", "n2"]);
}

pub async fn the_end_of_a_duty_is_waited_for_and_told_to_its_readers(base: &Base) {
    for (key, login) in [("overdue", "a"), ("step1", "b")] {
        let telling = Telling { mark: mark(key, "exam", "report"), notices: vec![notice(&format!("n-{key}"), login, &[])], ends: false };
        base.store.tell(&telling).await.unwrap();
    }
    let waiting = base.store.awaited("", 10).await.unwrap();
    assert_eq!(waiting.iter().map(|m| m.key.as_str()).collect::<Vec<_>>(), ["overdue", "step1"]);
    assert_eq!(base.store.awaited("overdue", 10).await.unwrap(), [mark("step1", "exam", "report")], "as it was written");
    assert_eq!(base.store.readers_of(&waiting[0]).await.unwrap(), ["a", "b"]);
    let end = Telling { mark: mark("resolved", "exam", "report"), notices: vec![notice("n-end", "a", &[])], ends: true };
    assert!(base.store.tell(&end).await.unwrap());
    assert!(base.store.awaited("", 10).await.unwrap().is_empty());
}

pub async fn messages_wait_are_sent_or_given_up(base: &Base) {
    let telling = Telling { mark: mark("k", "", ""), notices: vec![notice("n1", "a", &["smtp", "sms"])], ends: false };
    base.store.tell(&telling).await.unwrap();
    assert!(base.store.letters_due(199, 10).await.unwrap().is_empty());
    let due = base.store.letters_due(200, 10).await.unwrap();
    let short: Vec<(&str, &str, bool)> = due.iter().map(|l| (l.id.as_str(), l.outlet.as_str(), l.digest)).collect();
    assert_eq!(short, [("n1-sms", "sms", true), ("n1-smtp", "smtp", false)]);
    let sent = Letter { standing: Standing::Sent, attempts: 1, at: 300, ..due[0].clone() };
    let failed = Letter { standing: Standing::Failed, attempts: 7, at: 400, fault: "对方答复 410".into(), ..due[1].clone() };
    base.store.put_letters(&[sent.clone(), failed.clone()]).await.unwrap();
    assert!(base.store.letters_due(900, 10).await.unwrap().is_empty());
    assert_eq!(base.store.letters(Some(Standing::Failed), 10).await.unwrap(), std::slice::from_ref(&failed), "written as given");
    assert_eq!(base.store.letters(None, 10).await.unwrap(), [failed, sent], "the last changed first");
    let counts = base.store.letter_counts().await.unwrap();
    assert_eq!(counts, [("sms".into(), Standing::Sent, 1), ("smtp".into(), Standing::Failed, 1)]);
    let by_id = base.store.notices_by_id(&["n1".into(), "gone".into()]).await.unwrap();
    assert_eq!(by_id.len(), 1);
}

pub async fn wishes_and_holds_are_replaced(base: &Base) {
    let choice = |wishes: &str| Choice { login: "a".into(), wishes: wishes.into(), contact: vec![1, 2, 3] };
    assert_eq!(base.store.choice("a").await.unwrap(), None);
    base.store.put_choice(&choice("{}")).await.unwrap();
    base.store.put_choice(&choice(r#"{"muted":[]}"#)).await.unwrap();
    assert_eq!(base.store.choices().await.unwrap(), [choice(r#"{"muted":[]}"#)]);
    let hold = |until: &str| Hold {
        kind: "exam".into(),
        id: "r1".into(),
        duty: "report".into(),
        until: until.into(),
        reason: "补正中".into(),
        by: "chief".into(),
        at: 5,
    };
    base.store.put_hold(&hold("2026-03-01")).await.unwrap();
    base.store.put_hold(&hold("")).await.unwrap();
    assert_eq!(base.store.holds(&["r1".into(), "r2".into()]).await.unwrap(), [hold("")]);
    assert!(base.store.holds(&["r2".into()]).await.unwrap().is_empty());
}
