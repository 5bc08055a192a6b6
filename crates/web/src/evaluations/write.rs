//! `POST /evaluations/{id}/text`: a section or what is said about an indicator, by hand; or back to what the figures say.

use super::content::Said;
use super::{compute, figure_address, store, works};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::posted::Posted;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use zhijian_records::DoorError;

/// Most letters of a text.
const MOST: usize = 20_000;

/// Saves.
pub async fn submit(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let caller = &posted.signed.caller;
    let evaluation = store::open(&app, caller, &id).await?;
    if !works(&app, &posted.signed) {
        return Err(PageError::NotAllowed("您的角色不能修改评估文字".into()));
    }
    let Some(figures) = &evaluation.figures else { return Err(PageError::BadRequest("请先计算数值，再撰写文字".into())) };
    let newest = evaluation.content.as_ref().map_or(0, |c| c.rev);
    if posted.get("_rev") != newest.to_string() {
        return Err(DoorError::Stale { newest }.into());
    }
    let (part, key) = (posted.get("part"), posted.get("key").to_owned());
    let text = posted.get("text").replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > MOST {
        return Err(PageError::BadRequest(format!("文字 {} 字，最多 {MOST} 字", text.chars().count())));
    }
    let mut texts = evaluation.texts.clone();
    let reset = !posted.get("reset").is_empty();
    let known = match part {
        "section" => app.catalogue().narrative.sections.iter().any(|rule| rule.key == key),
        "figure" => figures.rows.iter().any(|row| row.code == key),
        _ => false,
    };
    if !known {
        return Err(PageError::NotFound("报告没有这一部分".into()));
    }
    let of = if part == "section" { &mut texts.sections } else { &mut texts.figures };
    if reset {
        of.remove(&key);
        texts = compute::texts(&app.catalogue().narrative, figures, store::kind_word(&app, &evaluation.view), &texts);
    } else {
        of.insert(key.clone(), Said { text, edited: true });
    }
    store::write(&app, caller, &evaluation, &texts).await?;
    let back = if part == "section" { format!("{}#section-{key}", super::address(&id)) } else { figure_address(&id, &key) };
    Ok(([(header::SET_COOKIE, Flash::done("文字已保存。").cookie())], Redirect::to(&back)).into_response())
}
