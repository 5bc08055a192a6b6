//! Saving an exploration under a name: a record like every other, seen by the colleagues of the region.

use super::{PAGE, SAVED};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use zhijian_kinds::intake::Draft;
use zhijian_records::access::{self, Wish};
use zhijian_records::submit::Entry;

/// The button with its question.
#[must_use]
pub fn dialog(app: &App, signed: &Signed, words: &str, address: &str) -> Markup {
    if !app.catalogue().kind(SAVED).is_some_and(|kind| access::may(&signed.caller, kind, Wish::File)) {
        return Markup::default();
    }
    let title: String = words.chars().take(60).collect();
    html! {
        details.pop {
            summary.btn { "保存" }
            form.pop-body method="post" action={(PAGE) "/save"} data-once {
                (token(signed))
                input type="hidden" name="address" value=(address);
                div.field { label for="view-title" { "名称" } input.form-control #view-title name="title" required maxlength="80" value=(title); }
                div.field { label for="view-note" { "说明" } input.form-control #view-note name="note" maxlength="300"; }
                p.hint { "保存的是条件，不是数：每次打开按最新数据计算。本地区的同事可以看到；也可以直接把本页网址发给同事。" }
                button.btn.btn-primary type="submit" { "保存" }
            }
        }
    }
}

/// `POST /explore/save`
pub async fn submit(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let kind = app.door.kind(SAVED)?;
    zhijian_records::Door::allow(&posted.signed.caller, &kind, Wish::File)?;
    let address = posted.get("address");
    if !own(address) {
        return Err(PageError::BadRequest("只能保存数据探索的页面".into()));
    }
    let document = json!({
        "title": posted.get("title").trim(), "address": address, "note": posted.get("note").trim(), "saved_on": app.door.today(),
        "county": posted.signed.account.region,
    });
    let draft = Draft::from_json(&kind, document.as_object().unwrap_or(&Map::<String, Value>::new()));
    let entry = Entry { source: "web", reason: "", idempotency: None };
    app.door.submit(&posted.signed.caller, SAVED, &draft, entry).await?;
    let flash = Flash::done("已保存，可在“数据探索”首页打开。");
    Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(address)).into_response())
}

/// An exploration of this platform, so that no saved entry leads elsewhere.
#[must_use]
pub fn own(address: &str) -> bool {
    let rest = address.strip_prefix(PAGE).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains("//")
            && !address.contains(['\\', '\r', '\n'])
            && !rest.starts_with("save")
    })
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn a_saved_exploration_stays_on_the_platform() {
        for good in ["/explore/exam?rows=month", "/explore/measurement"] {
            assert!(own(good), "{good}");
        }
        for bad in [
            "",
            "/explore",
            "/explore/",
            "//evil.example",
            "/explore//evil",
            "https://evil.example/explore/x",
            "/me",
            "/explore/save",
            "/explore/x\r\nSet-Cookie: a",
        ] {
            assert!(!own(bad), "{bad}");
        }
    }
}
