//! `GET /persons/{kind}/{id}/file`: 一人一档 of the person whom a record is about: all records with the same identity number.
//!
//! Names and numbers stay masked until a purpose is stated; the look then goes on record at the record that led here. Other records'
//! private fields are opened in those records.

use super::ask::{self, Rows, shown};
use super::parts::{self, Section};
use super::{care, curves, doses, exposure, hearing};
use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::pages::records::{cells, reveal as purpose};
use crate::posted::{self, Posted};
use crate::session::Signed;
use axum::extract::{Path, RawQuery, State};
use maud::{Markup, html};
use std::collections::BTreeMap;
use zhijian_kinds::Kind;
use zhijian_records::person::Person;
use zhijian_records::read::View;

/// Kinds whose records lead to a person's file.
pub const ANCHORS: [&str; 7] = ["exam", "exposed_worker", "radiation_worker", "dose", "diagnosis", "patient", "follow_up"];
/// What the file is made of, and how much of it at most.
const ASKED: [(&str, u32); 11] = [
    ("exposed_worker", 20),
    ("radiation_worker", 10),
    ("exam", 30),
    ("dose", 60),
    ("diagnosis", 20),
    ("patient", 5),
    ("follow_up", 30),
    ("rehab_assessment", 20),
    ("aid_case", 20),
    ("referral", 20),
    ("training", 20),
];
/// Rows when all are asked for.
const ALL: u32 = 500;
const WHO: [&str; 6] = ["person_name", "sex", "birth_date", "id_type", "id_no", "phone"];
const EXAMS: [&str; 8] =
    ["examined_on", "exam_type", "employer_name", "post", "conclusion", "suspected_disease", "contraindication", "advice"];
const DIAGNOSES: [&str; 8] =
    ["diagnosed_on", "disease", "stage", "degree", "conclusion", "institution", "appraisal_result", "disability_grade"];
const TRAININGS: [&str; 6] = ["trained_on", "employer_name", "content", "hours", "test_result", "valid_until"];

/// `GET /persons/{kind}/{id}/file`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Markup, PageError> {
    let all = all(&query.unwrap_or_default())?;
    let person = person(&app, &signed, &kind, &id).await?;
    let view = app.door.open(&signed.caller, &kind, &id, None).await?;
    page(&app, &signed, &person, &view, all).await
}

/// `POST /persons/{kind}/{id}/file`: with the person's name and number, for a purpose.
pub async fn reveal(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Markup, PageError> {
    let why = purpose::purpose(&app, &posted)?;
    let signed = &posted.signed;
    let person = person(&app, signed, &kind, &id).await?;
    let view = app.door.open(&signed.caller, &kind, &id, Some(&format!("{}·{why}", super::PERSON))).await?;
    app.purposes.remember(signed, &kind, &id, app.door.now(), posted.get("purpose"), posted.get("remark"));
    page(&app, signed, &person, &view, false).await
}

async fn person(app: &App, signed: &Signed, kind: &str, id: &str) -> Result<Person, PageError> {
    if !ANCHORS.contains(&kind) {
        return Err(PageError::NotFound("这类记录没有一人一档".into()));
    }
    Ok(app.door.person_of(&signed.caller, kind, id).await?)
}

/// Does the address ask for all rows?
///
/// # Errors
/// Unknown parameters.
pub fn all(query: &str) -> Result<bool, PageError> {
    let mut all = false;
    for (name, value) in posted::pairs(query.as_bytes()) {
        match (name.as_str(), value.as_str()) {
            ("all", "true") => all = true,
            ("all", "" | "false") => {}
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}={value}”"))),
        }
    }
    Ok(all)
}

/// The person's records as the caller may see them.
pub type Gathered = BTreeMap<&'static str, Option<Rows>>;

/// Asks for them, a fixed number of questions.
///
/// # Errors
/// The store failed.
pub async fn gather(app: &App, signed: &Signed, person: &Person, all: bool) -> Result<Gathered, PageError> {
    let asked = ASKED.map(|(kind, limit)| async move {
        let mut rows = ask::persons(app, signed, kind, person, if all { ALL } else { limit }).await?;
        if let Some(rows) = rows.as_mut().filter(|rows| rows.more && !all) {
            rows.all = Some("?all=true".into());
        }
        Ok::<_, PageError>((kind, rows))
    });
    Ok(futures::future::try_join_all(asked).await?.into_iter().collect())
}

/// The sections of the file.
///
/// # Errors
/// The store failed.
pub async fn sections(app: &App, signed: &Signed, rows: &Gathered) -> Result<Vec<Section>, PageError> {
    let exposure = exposure::gather(app, signed, rows).await?;
    let of = |kind: &str| rows.get(kind).and_then(Option::as_ref);
    let hearing = of("exam").and_then(hearing::body);
    let curves = curves::body(of("exam"), of("follow_up"));
    let trends = html! { @if let Some(hearing) = &hearing { (hearing) } @if let Some(curves) = &curves { (curves) } };
    // Values that a view hides are not told apart from values that are not there: the exam's own page says what it hides.
    let values = of("exam").is_some_and(|rows| rows.views.is_empty() || rows.views.iter().any(|v| !v.hidden.iter().any(|h| h == "items")))
        || curves.is_some();
    let trends = values.then(|| html! { @if hearing.is_none() && curves.is_none() { (parts::none("没有可画的检查数值。")) } (trends) });
    let section = |id: &'static str, title: &'static str, body: Option<Markup>| Section { id, title, body };
    let listed = |kind: &str, columns: &[&str]| of(kind).map(|rows| parts::table(app, rows, columns));
    let exposed = ["exposed_worker", "radiation_worker", "exam", "diagnosis"].iter().any(|kind| of(kind).is_some());
    Ok(vec![
        section("exposure", "职业接触史", exposed.then(|| exposure::body(app, &exposure))),
        section("exams", "职业健康检查", listed("exam", &EXAMS)),
        section("trends", "检查数值变化", trends),
        section("doses", "个人剂量", of("dose").map(|rows| doses::body(app, rows))),
        section("diagnoses", "职业病诊断", listed("diagnosis", &DIAGNOSES)),
        section("patient", "尘肺病档案与保障", of("patient").map(|rows| care::patient(app, rows))),
        section("follow-ups", "随访", of("follow_up").map(|rows| care::visits(app, rows))),
        section("rehabilitation", "康复评估", listed("rehab_assessment", &care::ASSESSMENTS)),
        section("aid", "救治救助", listed("aid_case", &care::AID)),
        section("referrals", "转诊与远程会诊", listed("referral", &care::REFERRALS)),
        section("training", "培训", listed("training", &TRAININGS)),
    ])
}

/// Who it is, as one record says.
#[must_use]
pub fn who(app: &App, kind: &Kind, view: &View) -> Markup {
    html! {
        dl.facts { @for path in WHO.iter().filter(|path| cells::given(&view.data, path)) {
            div.fact { dt { (cells::title(kind, path)) } dd { (shown(app, kind, view, path)) } }
        } }
    }
}

async fn page(app: &App, signed: &Signed, person: &Person, view: &View, all: bool) -> Result<Markup, PageError> {
    let kind = app.door.kind(&view.kind)?;
    let rows = gather(app, signed, person, all).await?;
    let sections = sections(app, signed, &rows).await?;
    let body = html! {
        (parts::style())
        (parts::made(app, &signed.account.name))
        @if view.revealed { div.notice.notice-info.no-print { "正在显示姓名和证件号，本次查看已记录。" a href=(super::person_file(&kind.kind, &view.id)) { "恢复隐去" } } }
        section.card.file-section { h2 { "本人" } (who(app, &kind, view))
            p.muted { "按同一证件号汇集您有权查看的记录，不按姓名。" }
            @if !view.revealed { (ask_purpose(app, signed, &kind, view)) }
        }
        (parts::sections(&sections))
    };
    let active = links::list(&kind.kind);
    let name = cells::name(app, &kind, &view.data);
    let crumbs = [(kind.title.as_str(), active.clone()), (name.as_str(), links::record(&kind.kind, &view.id))];
    let frame = Frame {
        title: super::PERSON,
        signed: Some(signed),
        active: &active,
        breadcrumbs: &crumbs,
        actions: parts::print(),
        scripts: parts::SCRIPTS,
        marked: view.revealed,
        ..Frame::new(app)
    };
    Ok(layout::page(&frame, body))
}

fn ask_purpose(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Markup {
    html! {
        details.reveal.no-print {
            summary { (icon("eye")) "显示姓名和证件号" }
            form method="post" action=(super::person_file(&kind.kind, &view.id)) {
                (token(signed))
                (purpose::choice(app, "file-purpose"))
                div.field { label for="file-remark" { "说明（可不填）" } input.form-control #file-remark name="remark" maxlength="200"; }
                p.hint { "查看人、时间和用途将记入审计日志。" }
                button.btn.btn-primary type="submit" { "查看" }
            }
        }
    }
}
