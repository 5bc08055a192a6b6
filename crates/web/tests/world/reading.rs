//! What tests read and write: the text of a page, a credit code.

/// The text of a page's main part: one line a block, cells separated by ` | `.
pub fn main_text(page: &str) -> String {
    let main = page.split_once("<main").map_or(page, |(_, rest)| rest.split_once("</main>").map_or(rest, |(main, _)| main));
    let main = main.split_once('>').map_or(main, |(_, rest)| rest);
    let mut out = String::new();
    let mut rest = main;
    let mut cell = false;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let close = rest[open..].find('>').map_or(rest.len(), |c| open + c + 1);
        let raw = &rest[open..close];
        let tag = raw.trim_matches(['<', '>', '/']).split([' ', '/']).next().unwrap_or_default();
        rest = &rest[close..];
        match tag {
            // Not read on the page: scripts, drawings, closed parts, choices.
            "script" | "style" | "svg" | "select" | "details" if !raw.starts_with("</") => {
                rest = rest.split_once(&format!("</{tag}>")).map_or("", |(_, after)| after);
            }
            "td" | "th" | "dd" | "dt" => {
                cell = !raw.starts_with("</");
                out.push_str(" | ");
            }
            _ if cell => out.push(' '),
            "p" | "tr" | "h1" | "h2" | "h3" | "li" | "div" | "section" | "form" | "dl" | "ul" | "nav" | "table" | "label" => out.push('\n'),
            _ => {}
        }
    }
    out.push_str(rest);
    let text = out.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    let tidy = |line: &str| {
        let cells: Vec<&str> = line.split(" | ").map(str::trim).filter(|c| !c.is_empty()).collect();
        cells.join(" | ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    text.lines().map(tidy).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A credit code (GB 32100) with its check digit, from 17 characters.
pub fn credit_code(head: &str) -> String {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut weight = 1;
    let mut sum = 0;
    for sign in head.chars() {
        sum += SIGNS.find(sign).expect("a sign of a credit code") * weight;
        weight = weight * 3 % 31;
    }
    let check = (31 - sum % 31) % 31;
    format!("{head}{}", &SIGNS[check..=check])
}
