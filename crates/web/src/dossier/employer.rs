//! `GET /employers/{id}/file`: 一企一档.

use super::ask::{self, Rows};
use super::parts::{self, Section};
use super::{cases, completeness, coverage, declared, hygiene, profile, risk, tasks, timeline};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, posted};
use axum::extract::{Path, RawQuery, State};
use maud::{Markup, html};
use std::collections::BTreeMap;
use zhijian_records::port::Op;

/// Code of `CONC` for a suspected occupational disease.
const SUSPECTED: &str = "3";
/// What the file is made of, and how much of it at most.
const ASKED: [(&str, u32); 12] = [
    ("declaration", 20),
    ("construction_project", 20),
    ("measurement", 200),
    ("exam_summary", 50),
    ("exam", 100),
    ("diagnosis", 50),
    ("training", 50),
    ("steward_agreement", 10),
    ("labour_contract", 10),
    ("collective_contract", 20),
    ("inspection", 20),
    ("violation", 20),
];
const PROJECTS: [&str; 7] = ["project_name", "project_type", "risk_class", "status", "started_on", "accepted_on", "production_on"];
const TRAININGS: [&str; 7] = ["person_name", "trainee_group", "content", "trained_on", "hours", "test_result", "valid_until"];
const STEWARDS: [&str; 6] = ["provider_name", "model", "valid_from", "valid_to", "service_items", "status"];
const CONTRACTS: [&str; 7] = ["counted_on", "employees", "signed", "hazard_notified", "clause_items", "notified_pct", "notice_ref"];
const COLLECTIVE: [&str; 7] = ["contract_type", "union_name", "signed_on", "valid_from", "valid_to", "covered_pct", "status"];
const INSPECTIONS: [&str; 7] = ["inspected_on", "inspection_kind", "result", "findings", "rectify_by", "recheck_result", "status"];
const VIOLATIONS: [&str; 6] = ["case_no", "found_on", "facts", "penalties", "fine", "case_status"];

/// What the address asks of the timeline.
#[derive(Debug, Default)]
struct Asked {
    events: String,
    all: bool,
}

impl Asked {
    fn read(query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            match name.as_str() {
                "events" if value.is_empty() || ASKED.iter().any(|(kind, _)| *kind == value) => asked.events = value,
                "all" if matches!(value.as_str(), "" | "true" | "false") => asked.all = value == "true",
                "events" | "all" => return Err(PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别"))),
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            }
        }
        Ok(asked)
    }
}

/// `GET /employers/{id}/file`
pub async fn show(signed: Signed, State(app): State<App>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let asked = Asked::read(&query.unwrap_or_default())?;
    let kind = app.door.kind("employer")?;
    let view = app.door.open(&signed.caller, "employer", &id, None).await?;
    let (app_, signed_, id_) = (&app, &signed, id.as_str());
    let lists =
        ASKED.map(|(kind, limit)| async move { Ok::<_, PageError>((kind, ask::owned(app_, signed_, kind, id_, &[], limit).await?)) });
    let suspected = [("conclusion".to_owned(), Op::Eq, SUSPECTED.to_owned())];
    let lists = async {
        let rows: BTreeMap<&'static str, Option<Rows>> = futures::future::try_join_all(lists).await?.into_iter().collect();
        Ok::<_, PageError>(rows)
    };
    let suspected = ask::owned(&app, &signed, "exam", &id, &suspected, 20);
    let (rows, suspected, cards, duties) =
        futures::future::try_join4(lists, suspected, coverage::cards(&app, &signed, &id), tasks::of(&app, &signed, &id)).await?;
    let counted = risk::cases(&app, &signed, &id).await?;
    let online = crate::online::of_employer(&app, &signed, &id).await?;
    let of = |kind: &str| rows.get(kind).and_then(Option::as_ref);
    let listed = |kind: &str, columns: &[&str]| of(kind).map(|rows| parts::table(&app, rows, columns));
    let section = |id: &'static str, title: &'static str, body: Option<Markup>| Section { id, title, body };
    let sections = [
        section("basics", "基本情况", Some(profile::basics(&app, &kind, &view))),
        section("posts", "场所、岗位与危害因素", profile::posts(&app, &kind, &view)),
        section("risk", "风险", risk::body(&app, &signed, &view, of("measurement"), of("inspection"), duties.as_deref(), &counted)),
        section("declarations", "危害项目申报", of("declaration").map(|rows| declared::body(&app, rows))),
        section("projects", "建设项目“三同时”", listed("construction_project", &PROJECTS)),
        section("measurements", "危害因素监测", of("measurement").map(|rows| hygiene::body(&app, &id, rows))),
        section("online", "在线监测", online),
        section("exams", "职业健康检查", coverage::body(&app, &id, cards.as_ref(), of("declaration"), of("exam_summary"))),
        section("cases", "疑似职业病与职业病", cases::body(&app, suspected.as_ref(), of("diagnosis"))),
        section("training", "培训", listed("training", &TRAININGS)),
        section("contracts", "劳动合同告知", listed("labour_contract", &CONTRACTS)),
        section("collective", "集体合同", listed("collective_contract", &COLLECTIVE)),
        section("steward", "健康管家协议", listed("steward_agreement", &STEWARDS)),
        section("duties", "待办与期限", duties.as_deref().map(|rows| tasks::body(&app, rows))),
        section("inspections", "监督检查", listed("inspection", &INSPECTIONS)),
        section("violations", "违法案件", listed("violation", &VIOLATIONS)),
        section("archive", "档案完整性", Some(completeness::body(&id, &rows, cards.as_ref()))),
        section("timeline", "时间轴", Some(timeline::body(&app, &id, rows.values().flatten(), &asked.events, asked.all))),
    ];
    let name = cells::name(&app, &kind, &view.data);
    let body = html! {
        (parts::style())
        (parts::made(&app, &signed.account.name))
        @if view.retracted { div.notice.notice-warning { "该用人单位已作废，只供查阅。" } }
        (parts::sections(&sections))
    };
    let active = links::list("employer");
    let crumbs = [(kind.title.as_str(), active.clone()), (name.as_str(), links::record("employer", &id))];
    let title = format!("{} · {name}", super::EMPLOYER);
    let frame = Frame {
        title: &title,
        signed: Some(&signed),
        active: &active,
        breadcrumbs: &crumbs,
        actions: parts::print(),
        scripts: parts::SCRIPTS,
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}
