//! Issuing over a real store: numbers, access, copies, checks. PostgreSQL is named by `ZHIJIAN_TEST_POSTGRES` (`scripts/with-postgres.sh`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use zhijian_documents::check::{by_code, by_file};
use zhijian_documents::content::{Content, Filled};
use zhijian_documents::register::text;
use zhijian_documents::{KIND, PaperError, Wanted, docx, issue, issued_of, offered, open, pdf, preview};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::port::{Action, AuditQuery};
use zhijian_records::read::indexes;
use zhijian_records::submit::Entry;
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door, DoorError};
use zhijian_store::TableSpec;

const SITE: &str = "https://zhijian.example";

struct World {
    door: Door,
    _home: tempfile::TempDir,
}

async fn door_at(url: &str) -> Door {
    let catalogue = Catalogue::embedded();
    let tables: Vec<TableSpec> =
        catalogue.kinds.values().map(|kind| TableSpec { kind: kind.kind.clone(), indexes: indexes(kind) }).collect();
    let store = zhijian_store::open(url, &tables).await.unwrap();
    let now = start_of("2026-06-30").unwrap() + 9 * 3_600_000_000;
    let vault = Arc::new(Vault::new(&[(1, vec![7; 32])]).unwrap());
    Door { store, catalogue, vault, clock: Arc::new(FixedClock(AtomicI64::new(now))) }
}

impl World {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let door = door_at(&format!("sqlite://{}/test.sqlite", home.path().display())).await;
        Self { door, _home: home }
    }

    /// Files the example of a kind with some fields changed.
    async fn file(&self, kind: &str, changes: &Value) -> String {
        let mut data = self.door.kind(kind).unwrap().examples[0].clone();
        for (name, value) in changes.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        let draft = Draft::from_json(&self.door.kind(kind).unwrap(), data.as_object().unwrap());
        self.door.submit(&Caller::system("test"), kind, &draft, Entry::default()).await.unwrap().id
    }

    /// A declaration that was accepted.
    async fn accepted(&self, day: &str) -> String {
        let id = self.file("declaration", &json!({"declared_on": day, "receipt_no": null, "receipt_on": null})).await;
        for step in ["submit", "accept"] {
            let view = self.door.open(&Caller::system("test"), "declaration", &id, None).await.unwrap();
            let kind = self.door.kind("declaration").unwrap();
            let given = json!({"accepted_on": "2026-06-30", "signed_form": "a.pdf"});
            let draft = Draft::from_json(&kind, given.as_object().unwrap());
            self.door.advance(&Caller::system("test"), "declaration", &id, view.rev, step, &draft, Entry::default()).await.unwrap();
        }
        id
    }

    /// A register with an employer and the institutions.
    async fn seeded() -> Self {
        let world = Self::new().await;
        world.file("employer", &json!({})).await;
        let institutions = world.door.kind("institution").unwrap().examples.clone();
        for example in institutions {
            let draft = Draft::from_json(&world.door.kind("institution").unwrap(), example.as_object().unwrap());
            world.door.submit(&Caller::system("test"), "institution", &draft, Entry::default()).await.unwrap();
        }
        world
    }

    /// The first record of a kind; its example is filed when there is none.
    async fn first(&self, kind: &str) -> String {
        let request = zhijian_records::read::ListRequest { limit: 1, ..Default::default() };
        let page = self.door.list(&Caller::system("test"), kind, &request).await.unwrap();
        match page.rows.into_iter().next() {
            Some(row) => row.id,
            None => self.file(kind, &json!({})).await,
        }
    }

    async fn institution(&self, name: &str) -> String {
        let request = zhijian_records::read::ListRequest { limit: 100, ..Default::default() };
        let page = self.door.list(&Caller::system("test"), "institution", &request).await.unwrap();
        page.rows.into_iter().find(|r| r.data["name"] == name).unwrap().id
    }
}

fn receipt(id: &str) -> Wanted<'_> {
    Wanted { kind: "declaration", id, document: "declaration_receipt", purpose: "", source: "web", site: SITE }
}

fn officer() -> Caller {
    Caller::of("officer", &["R03"], "130300", "")
}

#[tokio::test]
async fn rq_018_a_receipt_is_issued_once_accepted_with_its_number_and_check() {
    let world = World::seeded().await;
    let draft_id = world.file("declaration", &json!({"declared_on": "2020-01-02"})).await;
    let refused = issue(&world.door, &officer(), receipt(&draft_id)).await.unwrap_err();
    assert!(matches!(&refused, PaperError::Refused(m) if m.contains("已受理")), "{refused}");

    let id = world.accepted("2020-03-04").await;
    let issued = issue(&world.door, &officer(), receipt(&id)).await.unwrap();
    let view = world.door.open(&officer(), "declaration", &id, None).await.unwrap();
    assert_eq!(issued.number, format!("{}202600001", view.region), "area6 + year4 + seq5");
    assert_eq!(view.data["receipt_no"], issued.number, "the declaration knows its receipt");
    assert_eq!(issued.content.check_at, format!("{SITE}/verify/{}", issued.code));
    assert!(issued.file.starts_with(b"%PDF"));

    let found = by_code(&world.door, &issued.code.to_lowercase()).await.unwrap().unwrap();
    assert_eq!((found.number.as_str(), found.voided), (issued.number.as_str(), false));
    assert_eq!(by_file(&world.door, &issued.file).await.unwrap(), Some(found));
    let mut forged = issued.file.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(by_file(&world.door, &forged).await.unwrap(), None, "one bit more or less is another file");
    assert_eq!(by_code(&world.door, "0000-0000-0000-0000").await.unwrap(), None);
}

#[tokio::test]
async fn a_copy_is_the_same_file_even_when_the_record_went_on() {
    let world = World::seeded().await;
    let id = world.accepted("2020-03-04").await;
    let issued = issue(&world.door, &officer(), receipt(&id)).await.unwrap();
    let view = world.door.open(&officer(), "declaration", &id, None).await.unwrap();
    let kind = world.door.kind("declaration").unwrap();
    let draft = Draft::from_json(&kind, json!({"address": "搬走了的地址１２３"}).as_object().unwrap());
    world.door.amend(&officer(), "declaration", &id, view.rev, &draft, Entry::default()).await.unwrap();
    let copy = open(&world.door, &officer(), &issued.id, "", "web").await.unwrap();
    assert_eq!(copy.content, issued.content);
    assert_eq!(copy.content.digest(), text(&copy.entry, "content_digest"), "what is kept is what was digested, full-width signs and all");
    let (file, same) = copy.pdf(&world.door).await.unwrap();
    assert!(same && file == issued.file, "byte for byte");
    assert_eq!(issued_of(&world.door, &officer(), "declaration", &id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_voided_document_keeps_its_number_and_says_so() {
    let world = World::seeded().await;
    let id = world.accepted("2020-03-04").await;
    let one = issue(&world.door, &officer(), receipt(&id)).await.unwrap();
    let entry = world.door.open(&officer(), KIND, &one.id, None).await.unwrap();
    let kind = world.door.kind(KIND).unwrap();
    let bare = Draft::default();
    let refused = world.door.advance(&officer(), KIND, &one.id, entry.rev, "void", &bare, Entry::default()).await;
    assert!(matches!(refused, Err(DoorError::Invalid(_))), "a reason is needed");
    let why = Draft::from_json(&kind, json!({"void_reason": "单位名称有误"}).as_object().unwrap());
    world.door.advance(&officer(), KIND, &one.id, entry.rev, "void", &why, Entry::default()).await.unwrap();
    assert!(by_code(&world.door, &one.code).await.unwrap().unwrap().voided);
    let copy = open(&world.door, &officer(), &one.id, "", "web").await.unwrap();
    assert_eq!(copy.printed().mark, "已作废");
    assert_eq!(copy.content, one.content, "what stood in it is kept");
    let two = issue(&world.door, &officer(), receipt(&id)).await.unwrap();
    assert!(two.number.ends_with("00002"), "{} is not used again", one.number);
}

#[tokio::test]
async fn nobody_files_a_document_by_hand_or_issues_what_is_not_theirs() {
    let world = World::seeded().await;
    let id = world.accepted("2020-03-04").await;
    let kind = world.door.kind(KIND).unwrap();
    let forged = Draft::from_json(&kind, kind.examples[0].as_object().unwrap());
    for role in world.door.catalogue.roles.roles.keys() {
        let somebody = Caller::of("somebody", &[role], "130300", "");
        let refused = world.door.submit(&somebody, KIND, &forged, Entry::default()).await;
        assert!(matches!(refused, Err(DoorError::NotAllowed { .. })), "{role} files a document");
    }
    let elsewhere = Caller::of("elsewhere", &["R03"], "140100", "");
    let refused = issue(&world.door, &elsewhere, receipt(&id)).await.unwrap_err();
    assert!(matches!(refused, PaperError::Door(DoorError::NotFound)), "another region's record does not exist: {refused}");
    let inspector = Caller::of("inspector", &["R04"], "130300", "");
    let refused = issue(&world.door, &inspector, receipt(&id)).await.unwrap_err();
    assert!(matches!(refused, PaperError::Door(DoorError::NotAllowed { .. })), "{refused}");
    assert!(offered(&world.door, &inspector, &world.door.open(&inspector, "declaration", &id, None).await.unwrap()).is_empty());
}

async fn exam(world: &World, changes: &Value) -> String {
    let id = world.file("exam", changes).await;
    for step in ["begin", "conclude"] {
        let view = world.door.open(&Caller::system("test"), "exam", &id, None).await.unwrap();
        world.door.advance(&Caller::system("test"), "exam", &id, view.rev, step, &Draft::default(), Entry::default()).await.unwrap();
    }
    id
}

#[tokio::test]
async fn rq_028_rq_033_a_notice_of_suspicion_needs_a_purpose_and_leaves_a_trace() {
    let world = World::seeded().await;
    let example = world.door.kind("exam").unwrap().examples[0].clone();
    let institution = "海港区测例人民医院".to_owned();
    let doctor = Caller::of("doctor", &["R11"], "", &world.institution(&institution).await);
    let id = exam(&world, &json!({"conclusion": "3", "suspected_disease": "矽肺", "institution": institution})).await;
    let wanted = Wanted { kind: "exam", id: &id, document: "suspected_notice", purpose: "", source: "web", site: SITE };
    assert!(issue(&world.door, &doctor, wanted).await.is_err(), "without a purpose nothing is issued");
    let masked = preview(&world.door, &doctor, wanted).await.unwrap();
    assert!(masked.starts_with(b"%PDF"));

    let issued = issue(&world.door, &doctor, Wanted { purpose: "随访与救助", ..wanted }).await.unwrap();
    let (name, number) = (example["person_name"].as_str().unwrap(), example["id_no"].as_str().unwrap());
    let all = issued.content.text();
    assert!(all.contains(name) && all.contains(number), "the notice names the person");
    assert!(all.contains("矽肺") && all.contains("30 日内"));
    let lines = world
        .door
        .store
        .audit_page(&AuditQuery { kind: "exam".into(), record: id.clone(), limit: 50, ..AuditQuery::default() })
        .await
        .unwrap();
    let look =
        lines.iter().find(|l| l.action == Action::View && l.stamp.reason.contains("疑似职业病告知书")).expect("the look is on the chain");
    assert!(look.stamp.reason.contains("随访与救助") && look.stamp.actor == "doctor", "{look:?}");
    // The register and the public check tell nothing of the person.
    let entry = world.door.open(&doctor, KIND, &issued.id, None).await.unwrap();
    let told = format!("{:?}{:?}", entry.data, by_code(&world.door, &issued.code).await.unwrap());
    assert!(!told.contains(name) && !told.contains(number), "{told}");
    // Whoever sees conclusions only gets no copy of what the institution wrote of the exposure.
    let owner = world.door.open(&Caller::system("test"), "exam", &id, None).await.unwrap().data["employer_id"].as_str().unwrap().to_owned();
    let manager = Caller::of("manager", &["R09"], "", &owner);
    let refused = open(&world.door, &manager, &issued.id, "随访与救助", "web").await.unwrap_err();
    assert!(matches!(refused, PaperError::Door(DoorError::NotAllowed { .. })), "{refused}");
    assert!(open(&world.door, &doctor, &issued.id, "", "web").await.is_err(), "a copy needs a purpose too");
}

#[tokio::test]
async fn rq_028_the_summary_lists_tables_e1_to_e6_of_its_employer_institution_and_period() {
    let world = World::seeded().await;
    let summary = world.door.kind("exam_summary").unwrap().examples[0].clone();
    let text_of = |name: &str| summary[name].as_str().unwrap().to_owned();
    let (institution, from) = (text_of("institution"), text_of("exam_from"));
    let doctor = Caller::of("doctor", &["R11"], "", &world.institution(&institution).await);
    let common = json!({
        "institution": institution, "institution_uscc": null, "exam_type": summary["exam_type"],
        "employer_name": summary["employer_name"], "uscc": summary["uscc"], "examined_on": from,
    });
    let people = [("110101199003070134", "1"), ("110101199003072877", "3"), ("110101199003074514", "4"), ("110101199003076210", "5")];
    let mut wrong = Vec::new();
    for (number, conclusion) in people {
        let mut changes = common.clone();
        changes["id_no"] = json!(number);
        changes["birth_date"] = json!("1990-03-07");
        changes["sex"] = json!("1");
        changes["conclusion"] = json!(conclusion);
        changes["suspected_disease"] = json!(if conclusion == "3" { "矽肺" } else { "" });
        changes["contraindication"] = json!(if conclusion == "4" { "噪声敏感" } else { "" });
        let kind = world.door.kind("exam").unwrap();
        let mut data = kind.examples[0].clone();
        for (name, value) in changes.as_object().unwrap() {
            data[name] = value.clone();
        }
        let draft = Draft::from_json(&kind, data.as_object().unwrap());
        if let Err(error) = world.door.submit(&Caller::system("test"), "exam", &draft, Entry::default()).await {
            wrong.push(format!("{number}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    let id = world.file("exam_summary", &json!({"institution_uscc": null})).await;
    let wanted =
        Wanted { kind: "exam_summary", id: &id, document: "exam_summary_report", purpose: "随访与救助", source: "web", site: SITE };
    let issued = issue(&world.door, &doctor, wanted).await.unwrap();
    let tables: Vec<(&str, usize)> = issued
        .content
        .blocks
        .iter()
        .filter_map(|b| match b {
            Filled::Table { title, rows, .. } => Some((title.as_str(), rows.len())),
            _ => None,
        })
        .collect();
    let count = |mark: &str| tables.iter().find(|(title, _)| title.contains(mark)).unwrap_or_else(|| panic!("{mark}: {tables:?}")).1;
    assert_eq!([count("E.1"), count("E.2"), count("E.4"), count("E.6")], [1, 1, 1, 4], "{tables:?}");
    assert!(tables.iter().any(|(t, _)| t.contains("E.3")) && tables.iter().any(|(t, _)| t.contains("E.5")));
}

/// Every document is set from its kind's first example, as PDF and, where it comes so, as Word.
#[tokio::test]
async fn rq_003_every_document_is_set_from_its_kinds_example() {
    let world = World::seeded().await;
    let nobody = Caller::system("test");
    for kind in world.door.catalogue.in_dependency_order() {
        world.first(&kind.kind).await;
    }
    for document in world.door.catalogue.documents.values() {
        let kind = world.door.kind(&document.kind).unwrap();
        let id = world.first(&kind.kind).await;
        let view = world.door.reveal(&nobody, &kind.kind, &id, "试排", "test").await.unwrap();
        let filling = zhijian_documents::fill::Filling {
            door: &world.door,
            caller: &nobody,
            document,
            kind: &kind,
            view: &view,
            purpose: Some("试排"),
            source: "test",
        };
        let words = zhijian_documents::fill::Words { number: "1", day: "2026年6月30日", issuer: "单位", place: "海港区" };
        let content = Content {
            document: document.document.clone(),
            version: document.version,
            title: document.title.clone(),
            to: filling.text(&document.to, &words),
            issuer: filling.text(&document.issuer, &words),
            number: "1".into(),
            code: "7K3M-9QXT-2WHD-5RVB".into(),
            issued_on: "2026-06-30".into(),
            day: "2026年6月30日".into(),
            check_at: "7K3M-9QXT-2WHD-5RVB".into(),
            basis: zhijian_documents::content::printed_basis(&document.basis),
            mark: String::new(),
            blocks: filling.blocks(&words).await.unwrap(),
        };
        let file = pdf::made(&world.door.catalogue, &content, false).unwrap_or_else(|e| panic!("{}: {e}", document.document));
        assert!(file.len() > 5_000, "{}", document.document);
        if let Ok(folder) = std::env::var("ZHIJIAN_DOCUMENT_SAMPLES") {
            std::fs::write(format!("{folder}/{}.pdf", document.document), &file).unwrap();
            std::fs::write(format!("{folder}/{}.docx", document.document), docx::make(&content).unwrap()).unwrap();
        }
        assert!(docx::make(&content).unwrap().starts_with(b"PK"), "{}", document.document);
    }
}

/// Parallel issuing from two doors over one database, as two processes would: no number twice, none left out.
async fn parallel(one: Door, other: Door, ids: Vec<String>) {
    let mut all = tokio::task::JoinSet::new();
    for (index, id) in ids.into_iter().enumerate() {
        let door = if index % 2 == 0 { one.clone() } else { other.clone() };
        all.spawn(async move { issue(&door, &officer(), receipt(&id)).await.unwrap().number });
    }
    let numbers: BTreeSet<String> = all.join_all().await.into_iter().collect();
    let expected: BTreeSet<String> = (1..=numbers.len()).map(|n| format!("{}{n:05}", &numbers.first().unwrap()[..10])).collect();
    assert_eq!(numbers, expected, "without gaps, each once");
    assert_eq!(numbers.len(), 8);
}

async fn eight(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    for day in 1..=8 {
        ids.push(world.accepted(&format!("2020-03-0{day}")).await);
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_under_parallel_issuing_on_sqlite() {
    let world = World::seeded().await;
    let ids = eight(&world).await;
    let other = door_at(&format!("sqlite://{}/test.sqlite", world._home.path().display())).await;
    parallel(world.door.clone(), other, ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_under_parallel_issuing_on_postgresql() {
    let Ok(server) = std::env::var("ZHIJIAN_TEST_POSTGRES") else {
        assert!(
            std::env::var_os("ZHIJIAN_SKIP_POSTGRES").is_some(),
            "run through scripts/with-postgres.sh, or set ZHIJIAN_SKIP_POSTGRES=1"
        );
        return;
    };
    let schema = format!("documents_{}", std::process::id());
    let run = |sql: String| std::process::Command::new("psql").args([&server, "-q", "-v", "ON_ERROR_STOP=1", "-c", &sql]).status().unwrap();
    assert!(run(format!("CREATE SCHEMA {schema}")).success(), "psql can make a schema");
    let join = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{join}options[search_path]={schema}");
    let world = World { door: door_at(&url).await, _home: tempfile::tempdir().unwrap() };
    world.file("employer", &json!({})).await;
    let ids = eight(&world).await;
    parallel(world.door.clone(), door_at(&url).await, ids).await;
    run(format!("DROP SCHEMA {schema} CASCADE"));
}
