//! How the forecast would have done: years that are over, forecast from what their months showed, beside what came.

use super::drill::Subject;
use super::figures::{BASE_YEAR, Question};
use super::outlook;
use crate::PageError;
use maud::{Markup, html};
use time::util::days_in_month;
use time::{Date, Month};
use zhijian_calc::forecast::Forecast;
use zhijian_kinds::dates;
use zhijian_lake::Params;

/// Months at whose ends the forecasts are made.
const MADE: [Month; 2] = [Month::June, Month::September];
/// Years that are looked at.
const YEARS: i32 = 5;

/// One forecast and what came.
struct Tried {
    year: i32,
    made: Date,
    forecast: Option<Forecast>,
    came: Option<f64>,
}

/// The section: a link, or the table when it was asked for, since it asks fifty figures.
///
/// # Errors
/// The lake failed.
pub async fn section(subject: &Subject<'_>, show: impl Fn(f64) -> String) -> Result<Markup, PageError> {
    if subject.asked.text("backtest") != "1" {
        let to = subject.asked.here(&subject.path, &[("backtest", "1"), ("page", "")]);
        return Ok(html! { p { a href=(format!("{to}#outlook")) rel="nofollow" { "用往年检验这种预测" } } });
    }
    let tried = tried(subject).await?;
    let errors: Vec<f64> = tried.iter().filter_map(|t| Some((t.forecast?.value - t.came?).abs())).collect();
    let inside =
        tried.iter().filter(|t| matches!((&t.forecast, t.came), (Some(f), Some(came)) if (f.low..=f.high).contains(&came))).count();
    #[expect(clippy::cast_precision_loss, reason = "a dozen forecasts")]
    let mean = (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64);
    Ok(html! {
        h3 { "用往年检验" }
        @match mean {
            None => p.muted { "已结束的年度没有足够的月末值，不能检验。" },
            Some(mean) => {
                p { (errors.len()) " 次预测，平均相差 " strong { (show(mean)) } "，实际值落在 95% 区间内 " strong { (inside) " 次" } "。" }
                table.slim {
                    thead { tr { th scope="col" { "年度" } th scope="col" { "预测于" } th.num scope="col" { "预测" } th.num scope="col" { "95% 区间" } th.num scope="col" { "实际" } th.num scope="col" { "相差" } } }
                    tbody { @for one in &tried { @if let (Some(forecast), Some(came)) = (&one.forecast, one.came) { tr {
                        th scope="row" { (one.year) }
                        td { (dates::iso(one.made)) }
                        td.num { (show(forecast.value)) }
                        td.num { (show(forecast.low)) " ～ " (show(forecast.high)) }
                        td.num { (show(came)) @if !(forecast.low..=forecast.high).contains(&came) { " " span.tag { "区间外" } } }
                        td.num { (format!("{:+.2}", forecast.value - came)) }
                    } } } }
                }
                p.muted.board-small { "按现在已入库的数据回算：当时还没有报来的记录也算在内，实际的预测会差一些。" }
            }
        }
    })
}

async fn tried(subject: &Subject<'_>) -> Result<Vec<Tried>, PageError> {
    let now = dates::parse_iso(&subject.app.door.today()).map_or(subject.question.params.year, Date::year);
    let mut all = Vec::new();
    for year in (BASE_YEAR + 1).max(now - YEARS)..now {
        let question = Question { params: Params { year, as_of: None, ..subject.question.params.clone() }, ..subject.question.clone() };
        let came = question.answer(subject.app).await?.value;
        for month in MADE {
            let Ok(made) = Date::from_calendar_date(year, month, days_in_month(month, year)) else { continue };
            let forecast = outlook::of(subject.app, &question, made).await?.and_then(|found| found.forecast);
            all.push(Tried { year, made, forecast, came });
        }
    }
    Ok(all)
}
