//! Notices: who is told what, once; what may still be seen; what leaves the platform.

use crate::duties::{declared, step};
use crate::world::World;
use async_trait::async_trait;
use serde_json::json;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use zhijian_kinds::Catalogue;
use zhijian_kinds::notice::Level;
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::duties::Clerk;
use zhijian_records::notices::port::Standing;
use zhijian_records::notices::wishes::Wish;
use zhijian_records::notices::{Contact, Inbox, Message, Notifier, Outlet, OutletError, Post, Shown, Wishes};
use zhijian_records::port::{Account, Action, AuditQuery};
use zhijian_records::{Caller, Door};

const HOUR: i64 = 3_600_000_000;

/// A door whose clock the test moves.
struct Scene {
    door: Door,
    clock: Arc<FixedClock>,
    _world: World,
}

impl Scene {
    async fn at(day: &str) -> Self {
        let world = World::new();
        let mut door = world.door(Catalogue::embedded()).await;
        let clock = Arc::new(FixedClock(AtomicI64::new(0)));
        door.clock = Arc::clone(&clock) as Arc<_>;
        let scene = Self { door, clock, _world: world };
        scene.day(day);
        scene
    }

    fn day(&self, day: &str) {
        self.clock.0.store(start_of(day).unwrap() + 9 * HOUR, Ordering::SeqCst);
    }

    async fn account(&self, login: &str, roles: &[&str], region: &str, organisation: &str) -> Caller {
        let account = Account { password: "x".into(), ..Account::new(login, login, roles, region, organisation) };
        self.door.put_account(&Caller::system("test"), &account).await.unwrap();
        self.door.caller(&account).await.unwrap()
    }

    async fn run(&self) -> u64 {
        Clerk::new(self.door.clone()).catch_up().await.unwrap();
        Notifier::new(self.door.clone(), vec!["smtp".into()]).catch_up().await.unwrap().expect("nobody else is at it").notices
    }

    async fn inbox(&self, caller: &Caller) -> Vec<Shown> {
        let page = self.door.inbox(caller, &Inbox { limit: 100, ..Inbox::default() }).await.unwrap();
        let counted: u64 = self.door.unread(caller).await.unwrap().iter().map(|(_, n)| n).sum();
        assert_eq!(counted, page.rows.iter().filter(|n| n.read == 0).count() as u64, "the bell counts what the list shows");
        page.rows
    }

    async fn names(&self, caller: &Caller) -> Vec<String> {
        self.inbox(caller).await.into_iter().map(|n| n.notice).collect()
    }
}

#[tokio::test]
async fn rq_138_a_returned_declaration_is_told_to_the_employer_and_not_to_who_returned_it() {
    let scene = Scene::at("2026-06-30").await;
    scene.run().await;
    let (id, declaration) = declared(&scene.door, "2026-06-18").await;
    let firm = scene.account("firm", &["R09"], "", &id).await;
    let other = scene.account("other", &["R09"], "", "0000").await;
    step(&scene.door, "declaration", &declaration, "submit", json!({})).await;
    step(&scene.door, "declaration", &declaration, "return", json!({"return_reason": "附件不清"})).await;
    assert_eq!(scene.run().await, 1);
    assert_eq!(scene.run().await, 0, "told once");
    let got = scene.inbox(&firm).await;
    assert_eq!(got.len(), 1);
    assert_eq!((got[0].notice.as_str(), got[0].record.as_str()), ("returned", declaration.as_str()));
    assert!(got[0].text.contains("被退回"), "{}", got[0].text);
    assert_eq!(scene.inbox(&other).await, []);
    // The reader moves to another organisation: what it may not read any more is gone from list and bell.
    let moved = scene.account("firm", &["R09"], "", "0000").await;
    assert_eq!(scene.inbox(&moved).await, []);
    assert!(scene.door.open_notice(&moved, &got[0].id).await.is_err());
    let back = scene.account("firm", &["R09"], "", &id).await;
    assert_eq!(scene.door.open_notice(&back, &got[0].id).await.unwrap().record, declaration);
    assert!(scene.inbox(&back).await[0].read > 0, "opening it is reading it");
    assert!(scene.door.open_notice(&other, &got[0].id).await.is_err(), "somebody else's notice reads as not found");
}

/// The day; what the county, its chief and the city have been told by then, the newest first.
type Told<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str]);

#[tokio::test]
async fn rq_168_an_overdue_duty_warns_escalates_and_ends_by_the_days() {
    let scene = Scene::at("2026-06-18").await;
    scene.run().await;
    let (_, declaration) = declared(&scene.door, "2026-06-18").await;
    let county = scene.account("county", &["R03"], "130302", "").await;
    let chief = scene.account("chief", &["R02"], "130302", "").await;
    let city = scene.account("city", &["R02"], "130300", "").await;
    step(&scene.door, "declaration", &declaration, "submit", json!({})).await;
    // Five working days over the dragon boat festival: due on 26 June.
    let rows: [Told; 7] = [
        ("2026-06-18", &[], &[], &[]),
        ("2026-06-22", &["duty_warned"], &[], &[]),
        ("2026-06-25", &["duty_warned", "duty_warned"], &[], &[]),
        ("2026-06-27", &["duty_overdue", "duty_warned", "duty_warned"], &["duty_escalated"], &[]),
        ("2026-07-03", &["duty_overdue", "duty_warned", "duty_warned"], &["duty_escalated", "duty_escalated"], &[]),
        ("2026-07-20", &["duty_overdue", "duty_warned", "duty_warned"], &["duty_escalated", "duty_escalated"], &[]),
        ("2026-07-26", &["duty_overdue", "duty_warned", "duty_warned"], &["duty_escalated", "duty_escalated"], &["duty_escalated"]),
    ];
    let mine = async |caller: &Caller| -> Vec<String> {
        let all = scene.inbox(caller).await;
        all.into_iter().filter(|n| n.record == declaration && n.text.contains("回执")).map(|n| n.notice).collect()
    };
    for (day, party, above, far) in rows {
        scene.day(day);
        scene.run().await;
        scene.run().await;
        assert_eq!(mine(&county).await, party, "{day} the office");
        let chiefs: Vec<String> = mine(&chief).await.into_iter().filter(|n| n == "duty_escalated").collect();
        assert_eq!(chiefs, above, "{day} its chief, who watches it from the first day on");
        assert_eq!(mine(&city).await.into_iter().filter(|n| n == "duty_escalated").collect::<Vec<_>>(), far, "{day} the city");
    }
    step(&scene.door, "declaration", &declaration, "accept", json!({"accepted_on": "2026-07-26"})).await;
    step(&scene.door, "declaration", &declaration, "receipt", json!({"receipt_no": "130302202600001"})).await;
    scene.run().await;
    assert_eq!(mine(&county).await.first().map(String::as_str), Some("duty_resolved"));
    assert_eq!(mine(&city).await.first().map(String::as_str), Some("duty_resolved"), "whoever was told that it is late");
    scene.day("2026-08-26");
    scene.run().await;
    assert_eq!(mine(&city).await.len(), 2, "what is done is not escalated any further");
}

#[tokio::test]
async fn an_escalation_is_stopped_by_who_watches_with_a_reason_until_a_day_and_on_record() {
    let scene = Scene::at("2026-06-18").await;
    scene.run().await;
    let (_, declaration) = declared(&scene.door, "2026-06-18").await;
    let county = scene.account("county", &["R03"], "130302", "").await;
    let chief = scene.account("chief", &["R02"], "130302", "").await;
    let stranger = scene.account("stranger", &["R02"], "140100", "").await;
    step(&scene.door, "declaration", &declaration, "submit", json!({})).await;
    scene.day("2026-06-28");
    scene.run().await;
    let hold = async |by: &Caller, until: &str, reason: &str| {
        scene.door.hold_escalation(by, "declaration", &declaration, "declaration_receipt", until, reason).await.map_err(|e| e.to_string())
    };
    let watches = scene.door.may_hold_escalation(&chief, "declaration_receipt");
    assert!(watches, "the duty is watched by R02");
    assert!(hold(&chief, "2026-07-10", "短").await.unwrap_err().contains("理由"));
    assert!(hold(&chief, "2026-06-01", "企业补正材料中").await.unwrap_err().contains("2026-06-28"));
    assert!(hold(&stranger, "2026-07-10", "企业补正材料中").await.unwrap_err().contains("没有找到"), "another region's duty");
    if !scene.door.may_hold_escalation(&county, "declaration_receipt") {
        assert!(hold(&county, "2026-07-10", "企业补正材料中").await.unwrap_err().contains("角色"));
    }
    hold(&chief, "2026-07-10", "企业补正材料中").await.unwrap();
    let asked = AuditQuery { action: Some(Action::Administer), record: declaration.clone(), limit: 9, ..AuditQuery::default() };
    let line = scene.door.store.audit_page(&asked).await.unwrap().remove(0);
    assert!(line.stamp.reason.contains("暂停督办至 2026-07-10：企业补正材料中") && line.stamp.actor == "chief", "{}", line.stamp.reason);
    let before = scene.names(&chief).await;
    scene.day("2026-07-04");
    scene.run().await;
    assert_eq!(scene.names(&chief).await, before, "nobody is told while it is stopped");
    let row = scene.door.own_duty(&chief, "declaration", &declaration, "declaration_receipt").await.unwrap();
    assert_eq!(scene.door.escalation_holds(&[row]).await.unwrap().len(), 1);
    scene.day("2026-07-06");
    scene.door.lift_escalation(&chief, "declaration", &declaration, "declaration_receipt").await.unwrap();
    scene.run().await;
    assert_eq!(scene.names(&chief).await.len(), before.len() + 1, "it goes on");
}

/// Lets a future go on for some polls only, then drops it where it stands: a kill.
struct Killed<F> {
    inner: F,
    polls: u32,
}

impl<F: Future + Unpin> Future for Killed<F> {
    type Output = Option<F::Output>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        Pin::new(&mut self.inner).poll(cx).map(Some)
    }
}

/// Everything that was told: reader, notice, record, text.
async fn told(scene: &Scene, readers: &[Caller]) -> Vec<(String, String, String, String)> {
    let mut all = Vec::new();
    for reader in readers {
        all.extend(scene.inbox(reader).await.into_iter().map(|n| (reader.login.clone(), n.notice, n.record, n.text)));
    }
    all
}

/// One history of a declaration over six weeks, with or without kills.
async fn history(seed: u64, kills: bool) -> Vec<(String, String, String)> {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let scene = Scene::at("2026-06-18").await;
    scene.run().await;
    let (id, declaration) = declared(&scene.door, "2026-06-18").await;
    let readers = [
        scene.account("county", &["R03"], "130302", "").await,
        scene.account("chief", &["R02"], "130302", "").await,
        scene.account("city", &["R02"], "130300", "").await,
        scene.account("firm", &["R09"], "", &id).await,
    ];
    let steps: [&[(&str, serde_json::Value)]; 3] = [
        &[("submit", json!({}))],
        &[("return", json!({"return_reason": "附件不清"})), ("submit", json!({}))],
        &[("accept", json!({"accepted_on": "2026-07-26"})), ("receipt", json!({"receipt_no": "130302202600001"}))],
    ];
    let days: Vec<i64> = (0..6).map(|_| i64::try_from(next(9)).unwrap() + 1).collect();
    let mut done = 0;
    for (round, more) in days.into_iter().enumerate() {
        if round % 2 == 0 && done < steps.len() {
            for (name, given) in steps[done] {
                step(&scene.door, "declaration", &declaration, name, given.clone()).await;
            }
            done += 1;
        }
        scene.clock.0.fetch_add(more * 24 * HOUR, Ordering::SeqCst);
        if kills {
            for _ in 0..next(4) {
                let notifier = Notifier::new(scene.door.clone(), vec!["smtp".into()]);
                if next(2) == 0 {
                    Clerk::new(scene.door.clone()).catch_up().await.unwrap();
                }
                let polls = u32::try_from(next(60)).unwrap() + 1;
                let _ = Killed { inner: pin!(notifier.catch_up()), polls }.await;
            }
        }
        scene.run().await;
        if kills && next(2) == 0 {
            // Two services at once, and a clerk that computes everything anew beside them.
            let (a, b) = (Notifier::new(scene.door.clone(), vec![]), Notifier::new(scene.door.clone(), vec![]));
            let clerk = Clerk::new(scene.door.clone());
            let (a, b, c) = tokio::join!(a.catch_up(), b.catch_up(), clerk.renew());
            assert!(a.is_ok() && b.is_ok() && c.is_ok());
        }
    }
    scene.run().await;
    let mut all: Vec<(String, String, String)> = told(&scene, &readers)
        .await
        .into_iter()
        .filter(|n| n.2 == declaration || n.2 == id)
        .map(|(who, what, _, text)| (who, what, text))
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_told_twice_whenever_the_notifier_is_killed() {
    for seed in 1..=6 {
        let quiet = history(seed, false).await;
        assert!(quiet.len() >= 3, "seed {seed} tells something: {quiet:?}");
        assert_eq!(history(seed, true).await, quiet, "seed {seed}");
    }
}

/// An outlet that fails as often as it is told and remembers what it took.
#[derive(Default)]
struct Fake {
    failures: AtomicU32,
    lasting: bool,
    taken: Mutex<Vec<Message>>,
}

#[async_trait]
impl Outlet for Fake {
    fn name(&self) -> &'static str {
        "smtp"
    }
    fn title(&self) -> &'static str {
        "邮件"
    }
    async fn send(&self, message: &Message) -> Result<(), OutletError> {
        if self.lasting {
            return Err(OutletError::Lasting("收件地址不存在".into()));
        }
        let left = self.failures.load(Ordering::SeqCst);
        if left > 0 {
            self.failures.store(left - 1, Ordering::SeqCst);
            return Err(OutletError::Passing("对方忙".into()));
        }
        self.taken.lock().unwrap().push(message.clone());
        Ok(())
    }
}

/// A scene in which an employer that wants mail has had a declaration returned.
async fn returned(delivery: Wish) -> (Scene, Caller) {
    let scene = Scene::at("2026-06-30").await;
    scene.run().await;
    let (id, declaration) = declared(&scene.door, "2026-06-18").await;
    let firm = scene.account("firm", &["R09"], "", &id).await;
    let wishes = Wishes { outlets: [("smtp".to_owned(), delivery)].into(), muted: BTreeSet::new() };
    let contact = Contact { mail: "li@firm.example.cn".into(), phone: String::new() };
    scene.door.set_own_wishes(&firm, &wishes, Some(&contact)).await.unwrap();
    step(&scene.door, "declaration", &declaration, "submit", json!({})).await;
    step(&scene.door, "declaration", &declaration, "return", json!({"return_reason": "附件不清"})).await;
    scene.run().await;
    (scene, firm)
}

#[tokio::test]
async fn an_outlet_that_fails_is_tried_again_with_the_same_key_and_says_nothing_of_the_record() {
    let (scene, _) = returned(Wish::On).await;
    let outlet = Arc::new(Fake { failures: AtomicU32::new(2), ..Fake::default() });
    let post = Post::new(scene.door.clone(), vec![Arc::clone(&outlet) as Arc<dyn Outlet>], "https://zhijian.example/");
    assert_eq!(post.deliver().await.unwrap().unwrap().later, 1);
    assert_eq!(post.deliver().await.unwrap().unwrap().later, 0, "not before the pause is over");
    scene.clock.0.fetch_add(2 * 60_000_000, Ordering::SeqCst);
    assert_eq!(post.deliver().await.unwrap().unwrap().later, 1);
    scene.clock.0.fetch_add(6 * 60_000_000, Ordering::SeqCst);
    assert_eq!(post.deliver().await.unwrap().unwrap().sent, 1);
    assert_eq!(post.deliver().await.unwrap().unwrap().sent, 0);
    let taken = outlet.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].contact.mail, "li@firm.example.cn");
    assert_eq!(taken[0].text, "职健平台：有一条退回，请登录查看。\nhttps://zhijian.example/notices");
    assert!(!format!("{:?} {:?}", taken[0], taken[0].contact).contains("li@"), "addresses do not get into logs");
}

#[tokio::test]
async fn a_message_that_is_given_up_is_shown_to_administrators_who_may_send_it_again() {
    let (scene, firm) = returned(Wish::On).await;
    let broken = Arc::new(Fake { lasting: true, ..Fake::default() });
    let post = |outlet: &Arc<Fake>| Post::new(scene.door.clone(), vec![Arc::clone(outlet) as Arc<dyn Outlet>], "");
    assert_eq!(post(&broken).deliver().await.unwrap().unwrap().failed, 1);
    let admin = scene.account("admin", &["R01"], "", "").await;
    let given_up = scene.door.letters(&admin, Some(Standing::Failed), 10).await.unwrap();
    assert_eq!((given_up.len(), given_up[0].fault.as_str()), (1, "收件地址不存在"));
    assert!(scene.door.letters(&firm, None, 10).await.is_err(), "not for everybody");
    assert_eq!(scene.door.resend_letters(&admin, Some("no such"), "web").await.unwrap(), 0);
    assert_eq!(scene.door.resend_letters(&admin, None, "web").await.unwrap(), 1);
    let well = Arc::new(Fake::default());
    assert_eq!(post(&well).deliver().await.unwrap().unwrap().sent, 1);
    assert!(scene.door.letters(&admin, Some(Standing::Failed), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_message_of_the_day_gathers_what_is_still_unread() {
    let (scene, firm) = returned(Wish::Daily).await;
    let outlet = Arc::new(Fake::default());
    let post = Post::new(scene.door.clone(), vec![Arc::clone(&outlet) as Arc<dyn Outlet>], "");
    assert_eq!(post.deliver().await.unwrap().unwrap().sent, 0, "not before the morning");
    scene.day("2026-07-01");
    assert_eq!(post.deliver().await.unwrap().unwrap().sent, 1);
    assert_eq!(outlet.taken.lock().unwrap()[0].text, "职健平台：有1条通知（退回1条），请登录查看。");
    // Read before the morning: there is nothing to say.
    let (scene, _) = (scene, firm);
    let (second, firm) = returned(Wish::Daily).await;
    drop(scene);
    second.door.mark_all_read(&firm).await.unwrap();
    second.day("2026-07-01");
    let post = Post::new(second.door.clone(), vec![Arc::clone(&outlet) as Arc<dyn Outlet>], "");
    post.deliver().await.unwrap();
    assert_eq!(outlet.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn reading_everything_can_be_taken_back_and_statutory_notices_cannot_be_muted() {
    let (scene, firm) = returned(Wish::On).await;
    let (at, number) = scene.door.mark_all_read(&firm).await.unwrap();
    assert_eq!(number, 1);
    assert!(scene.inbox(&firm).await.iter().all(|n| n.read > 0));
    assert_eq!(scene.door.undo_all_read(&firm, at).await.unwrap(), 1);
    assert!(scene.inbox(&firm).await.iter().all(|n| n.read == 0 && n.level == Level::Attention));
    let muted = |name: &str| Wishes { outlets: [].into(), muted: [name.to_owned()].into() };
    let refused = scene.door.set_own_wishes(&firm, &muted("returned"), None).await.unwrap_err().to_string();
    assert!(refused.contains("法定职责"), "{refused}");
    scene.door.set_own_wishes(&firm, &muted("task_opened"), None).await.unwrap();
    let (_, contact) = scene.door.own_wishes(&firm).await.unwrap();
    assert_eq!(contact.mail, "li@firm.example.cn", "addresses stay as they were");
    let kept = scene.door.store.choice("firm").await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&kept.contact).contains("firm.example"), "sealed at rest");
}

#[tokio::test]
async fn jobs_exports_and_emergencies_are_told_to_those_they_concern() {
    let scene = Scene::at("2026-06-30").await;
    scene.run().await;
    let clerk = scene.account("clerk", &["R03"], "130302", "").await;
    let chief = scene.account("chief", &["R02"], "130302", "").await;
    let mut job = zhijian_records::port::Job::begun("import", "clerk", "名录.xlsx", scene.door.now());
    scene.door.store.put_job(&job).await.unwrap();
    scene.run().await;
    assert_eq!(scene.names(&clerk).await, [] as [&str; 0], "it still runs");
    job.state = "done".into();
    scene.door.store.put_job(&job).await.unwrap();
    scene.clock.0.fetch_add(2 * 60_000_000, Ordering::SeqCst);
    scene.run().await;
    let got = scene.inbox(&clerk).await;
    assert_eq!((got[0].text.as_str(), got[0].link.as_str()), ("导入任务已完成", format!("/import/{}", job.id).as_str()));
    assert_eq!(scene.names(&chief).await, [] as [&str; 0], "nobody else's job");
    let wanted = zhijian_records::exports::Wanted {
        kind: "employer".into(),
        format: "xlsx".into(),
        purpose: "统计".into(),
        full: true,
        ..Default::default()
    };
    let request = scene.door.ask_export(&clerk, wanted, "年度统计需要").await.unwrap();
    scene.run().await;
    assert_eq!(scene.names(&chief).await, ["export_asked"]);
    scene.door.decide_export(&chief, &request.id, true, "").await.unwrap();
    scene.run().await;
    assert_eq!(scene.names(&clerk).await, ["export_decided", "job_finished"]);
}
