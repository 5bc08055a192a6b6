//! What a browser does, and what a person reads.

use crate::world::{Reply, Session, World};
use axum::body::Body;
use axum::http::Request;

/// `GET` as a browser.
pub async fn get(world: &World, session: Option<&Session>, path: &str) -> Reply {
    let mut request = Request::builder().uri(path);
    if let Some(session) = session {
        request = request.header("cookie", &session.cookie);
    }
    world.answer(request.body(Body::empty()).unwrap()).await
}

/// A form with its token.
pub async fn post(world: &World, session: &Session, path: &str, fields: &[(&str, &str)]) -> Reply {
    world.form(session, path, fields).await
}

/// A form as it stands.
pub async fn post_bare(world: &World, session: Option<&Session>, path: &str, fields: &[(&str, &str)]) -> Reply {
    world.bare_form(session, path, fields).await
}

/// Fields of the first form on a page that is sent to `action`, as a browser would send them back untouched.
pub fn fields(page: &str, action: &str) -> Vec<(String, String)> {
    let start = page.find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form to {action}"));
    let form = &page[start..start + page[start..].find("</form>").unwrap()];
    let mut out = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = rest.find('>').unwrap();
        let tag = &rest[..end];
        let name = attribute(tag, "name");
        if tag.starts_with("<input") && !name.is_empty() {
            let box_ = attribute(tag, "type") == "checkbox";
            if !box_ || tag.contains(" checked") {
                out.push((name, attribute(tag, "value")));
            }
        } else if tag.starts_with("<textarea") {
            let text = &rest[end + 1..rest.find("</textarea>").unwrap()];
            out.push((name, decode(text)));
        } else if tag.starts_with("<select") {
            let inner = &rest[..rest.find("</select>").unwrap()];
            let chosen =
                inner.match_indices("<option").map(|(i, _)| &inner[i..i + inner[i..].find('>').unwrap()]).find(|o| o.contains(" selected"));
            out.push((name, chosen.map(|o| attribute(o, "value")).unwrap_or_default()));
        }
        rest = &rest[end..];
    }
    out
}

fn attribute(tag: &str, name: &str) -> String {
    let mark = format!(" {name}=\"");
    tag.find(&mark).map(|at| decode(tag[at + mark.len()..].split('"').next().unwrap())).unwrap_or_default()
}

fn decode(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The main part of a page as text: one line a block, ids replaced.
pub fn main_text(page: &str) -> String {
    let start = page.find("<main").map_or(0, |at| at + page[at..].find('>').unwrap() + 1);
    let main = &page[start..page.find("</main>").unwrap_or(page.len())];
    let mut out = String::new();
    let mut rest = main;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('>').map_or(rest.len(), |e| at + e + 1);
        let tag = rest[at + 1..end].trim_start_matches('/').split([' ', '>']).next().unwrap();
        let inline = matches!(
            tag,
            "a" | "span"
                | "strong"
                | "small"
                | "code"
                | "svg"
                | "path"
                | "time"
                | "del"
                | "ins"
                | "label"
                | "th"
                | "td"
                | "dt"
                | "dd"
                | "input"
                | "button"
                | "option"
                | "summary"
        );
        out.push_str(match tag {
            "th" | "td" | "dd" | "option" => " | ",
            _ if inline => " ",
            _ => "\n",
        });
        rest = &rest[end..];
    }
    out.push_str(rest);
    let lines =
        out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).map(|l| l.trim_matches([' ', '|']).trim().to_owned());
    let text = decode(&lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n"));
    ids(&text)
}

fn ids(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() && !c.is_ascii_uppercase() {
            run.push(c);
        } else {
            out.push_str(if run.len() == 32 { "[id]" } else { &run });
            run.clear();
            out.push(c);
        }
    }
    out.pop();
    out
}
