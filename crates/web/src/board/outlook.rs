//! Where a figure will stand at the end of an open year, as somebody may see it.

use super::figures::{Question, When};
use crate::app::App;
use time::Date;
use zhijian_kinds::dates;
use zhijian_lake::LakeError;
pub use zhijian_lake::outlook::{Outlook, goal, judged};
use zhijian_lake::outlook::{ends, forecasts};

/// The last day whose figures are known while the year is open; `None` when the year is over or has not begun.
#[must_use]
pub fn open_until(app: &App, when: When) -> Option<Date> {
    zhijian_lake::outlook::open_until(dates::parse_iso(&app.door.today())?, when.year, when.as_of)
}

/// The outlook of an indicator; `None` where it has none: states, changes. A month that is not told to the asker is no point of it.
///
/// # Errors
/// The lake failed.
pub async fn of(app: &App, question: &Question<'_>, last: Date) -> Result<Option<Outlook>, LakeError> {
    if !forecasts(question.def.measure) {
        return Ok(None);
    }
    let months = ends(last).into_iter().map(|day| async move {
        let mut then = question.clone();
        then.params.as_of = Some(day);
        Ok::<_, LakeError>((day, then.answer(app).await?.value))
    });
    let months = futures::future::try_join_all(months).await?;
    Ok(Outlook::through(question.def.measure, months))
}

/// What pages say of a year without forecast.
#[must_use]
pub fn closed(app: &App, when: When) -> String {
    let now = *super::figures::years(app).end();
    match when.year {
        year if year > now => format!("{year}年尚未开始，没有月末值，不能预测。"),
        year => format!("{year}年已结束，各指标即全年值，不需要预测。选定该年内的“截止日”，可看当时作出的预测。"),
    }
}
