//! Starting an evaluation, computing it again, and correcting an approved one by a new edition.

use super::store::{self, Evaluation, draft};
use super::{address, job, works};
use crate::app::App;
use crate::board::figures;
use crate::board::place::Territory;
use crate::error::PageError;
use crate::flash::Flash;
use crate::posted::Posted;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use zhijian_kinds::dates;
use zhijian_records::DoorError;

/// Fewest letters of a reason.
const REASON: usize = 4;

fn allow(app: &App, posted: &Posted) -> Result<(), PageError> {
    if works(app, &posted.signed) { Ok(()) } else { Err(PageError::NotAllowed("您的角色不能办理规划评估".into())) }
}

/// `POST /evaluations`
pub async fn start(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    allow(&app, &posted)?;
    let plan = figures::plan(&app, posted.get("plan"))?;
    let territory = Territory::of(&app, &posted.signed.caller)?;
    let node = territory.choose(Some(plan), posted.get("region"))?;
    let kind = posted.get("evaluation_kind");
    if !app.catalogue().list("EVALKIND").is_some_and(|list| list.codes.iter().any(|c| c.code == kind)) {
        return Err(PageError::BadRequest("评估类别：请选择年度、中期或终期".into()));
    }
    let year: i32 = posted.get("year").trim().parse().map_err(|_| PageError::BadRequest("评估年度应为四位数字".into()))?;
    if !figures::years(&app).contains(&year) {
        let (first, last) = (figures::years(&app).start().to_owned(), figures::years(&app).end().to_owned());
        let why = if year > last { "该年度尚未开始，没有可评估的数据" } else { "早于规划的基数年" };
        return Err(PageError::BadRequest(format!("评估年度 {year}：{why}（可选 {first} 至 {last} 年）")));
    }
    for (name, title) in [("as_of", "数据截止日"), ("known_at", "入库截至")] {
        let text = posted.get(name).trim();
        if !text.is_empty() && dates::parse_iso(text).is_none() {
            return Err(PageError::BadRequest(format!("{title}“{text}”不是日期，应如 {year}-12-31")));
        }
    }
    let given = draft([
        ("plan", plan.plan.clone().into()),
        ("plan_title", plan.title.clone().into()),
        ("county", node.into()),
        ("year", year.into()),
        ("evaluation_kind", kind.into()),
        ("edition", 1.into()),
        ("started_on", app.door.today().into()),
        ("started_by", posted.signed.caller.login.clone().into()),
        ("as_of", posted.get("as_of").trim().into()),
        ("known_at", posted.get("known_at").trim().into()),
    ]);
    let saved = match store::file(&app, &posted.signed.caller, given).await {
        Err(DoorError::Exists { id }) => return Ok(to(&id, "这部规划、地区、年度和类别的评估已经有了，就是本页这次。")),
        done => done?,
    };
    let view = app.door.open(&posted.signed.caller, super::KIND, &saved.id, None).await?;
    job::begin(&app, &posted.signed.caller, &view).await?;
    Ok(to(&view.id, "评估已发起，正在计算数值。"))
}

/// Was the form made from the record as it is?
fn seen(posted: &Posted, evaluation: &Evaluation) -> Result<(), DoorError> {
    let newest = evaluation.view.rev;
    if posted.get("_rev") == newest.to_string() { Ok(()) } else { Err(DoorError::Stale { newest }) }
}

fn to(id: &str, said: &str) -> Response {
    ([(header::SET_COOKIE, Flash::done(said).cookie())], Redirect::to(&address(id))).into_response()
}

/// `POST /evaluations/{id}/compute`
pub async fn again(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let evaluation = store::open(&app, &posted.signed.caller, &id).await?;
    allow(&app, &posted)?;
    seen(&posted, &evaluation)?;
    if !evaluation.open() {
        return Err(store::frozen());
    }
    job::begin(&app, &posted.signed.caller, &evaluation.view).await?;
    Ok(to(&id, "正在重新计算数值；修改过的文字保留。"))
}

/// `POST /evaluations/{id}/correct`
pub async fn correct(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let caller = &posted.signed.caller;
    let old = store::open(&app, caller, &id).await?;
    allow(&app, &posted)?;
    seen(&posted, &old)?;
    if old.open() {
        return Err(PageError::BadRequest("评估尚未定稿，可直接重新计算，不必出更正版".into()));
    }
    let reason = posted.get("reason").trim();
    if reason.chars().count() < REASON {
        return Err(PageError::BadRequest(format!("更正理由至少 {REASON} 个字：写明哪项数值为什么更正")));
    }
    if let Some(newer) = store::corrections(&app, caller, &id).await?.first() {
        return Err(PageError::BadRequest(format!("这一版已由第 {} 版更正，请在最新版上办理", store::number(newer, "edition"))));
    }
    let data = &old.view.data;
    let given = draft([
        ("plan", store::value(data, "plan")),
        ("plan_title", store::value(data, "plan_title")),
        ("county", store::value(data, "county")),
        ("year", store::value(data, "year")),
        ("evaluation_kind", store::value(data, "evaluation_kind")),
        ("edition", (old.edition() + 1).into()),
        ("started_on", app.door.today().into()),
        ("started_by", caller.login.clone().into()),
        ("as_of", store::value(data, "as_of")),
        // The correction stands for what is known now.
        ("supersedes", id.clone().into()),
        ("correction_reason", reason.into()),
    ]);
    let saved = store::file(&app, caller, given).await?;
    let view = app.door.open(caller, super::KIND, &saved.id, None).await?;
    job::begin(&app, caller, &view).await?;
    Ok(to(&view.id, "更正版已建立，正在计算数值；原版保持不变。"))
}
