//! Messages that survive one redirect: kept in a short-lived cookie, shown once.

use crate::{links, posted};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use maud::{Markup, html};
use zhijian_kinds::{Level, Problem};

const COOKIE_NAME: &str = "zhijian_flash";
/// Browsers keep cookies up to 4 KB; the encoded text stays below.
const ROOM: usize = 3_600;

/// What is said after a redirect: a sentence, then warnings and repairs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flash {
    /// The sentence.
    pub done: String,
    /// What somebody should look at.
    pub warnings: Vec<String>,
    /// What was put right.
    pub repairs: Vec<String>,
}

impl Flash {
    /// A sentence alone.
    #[must_use]
    pub fn done(sentence: &str) -> Self {
        Self { done: sentence.to_owned(), ..Self::default() }
    }

    /// A sentence with the problems of a saved record.
    #[must_use]
    pub fn saved(sentence: &str, problems: &[Problem]) -> Self {
        // A rule that could not run is the definition's fault, not the sender's.
        let of = |level: Level| problems.iter().filter(|p| p.level == level && p.class != "W_RULE").map(|p| p.message.clone()).collect();
        Self { done: sentence.to_owned(), warnings: of(Level::Warning), repairs: of(Level::Repair) }
    }

    /// Nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.done.is_empty() && self.warnings.is_empty() && self.repairs.is_empty()
    }

    /// The cookie that carries it. What has no room is left out, and said so.
    #[must_use]
    pub fn cookie(&self) -> String {
        let mut value = format!("d={}", links::encode(&self.done));
        let rest = self.warnings.iter().map(|w| ("w", w)).chain(self.repairs.iter().map(|r| ("r", r)));
        for (mark, text) in rest {
            let next = format!("&{mark}={}", links::encode(text));
            if value.len() + next.len() > ROOM {
                value.push_str(&format!("&w={}", links::encode("还有其他提示，见下方“数据质量提示”")));
                break;
            }
            value.push_str(&next);
        }
        format!("{COOKIE_NAME}={value}; Path=/; Max-Age=120; HttpOnly; SameSite=Lax")
    }

    /// The cookie that takes it away.
    #[must_use]
    pub fn gone() -> String {
        format!("{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    }

    /// What a request carries.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|line| line.split(';'));
        let Some(value) = cookies.filter_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('=')).next() else {
            return Self::default();
        };
        let mut out = Self::default();
        for (mark, text) in posted::pairs(value.as_bytes()) {
            match mark.as_str() {
                "d" => out.done = text,
                "w" => out.warnings.push(text),
                "r" => out.repairs.push(text),
                _ => {}
            }
        }
        out
    }

    /// The notice on the page.
    #[must_use]
    pub fn notice(&self) -> Markup {
        html! {
            @if !self.done.is_empty() { div.notice.notice-ok role="status" { (self.done) } }
            @if !self.warnings.is_empty() {
                div.notice.notice-warning role="status" { p { "请核对：" } ul { @for text in &self.warnings { li { (text) } } } }
            }
            @if !self.repairs.is_empty() {
                details.notice.notice-info { summary { "自动规范了 " (self.repairs.len()) " 处" } ul { @for text in &self.repairs { li { (text) } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_message_comes_back_as_it_went() {
        let flash = Flash { done: "已保存；好".into(), warnings: vec!["a=b&c".into()], repairs: vec!["“１”".into()] };
        let cookie = flash.cookie();
        let pair = cookie.split(';').next().unwrap_or_default();
        let headers: HeaderMap = [(COOKIE, HeaderValue::from_str(pair).unwrap_or(HeaderValue::from_static("")))].into_iter().collect();
        assert_eq!(Flash::of(&headers), flash);
    }

    #[test]
    fn a_long_message_fits_a_cookie() {
        let flash = Flash { warnings: vec!["很长的提示".repeat(20); 30], ..Flash::done("已保存") };
        assert!(flash.cookie().len() < 4_096);
    }
}
