//! The frame of every page: head, top bar, menu, breadcrumbs, title.

use crate::app::App;
use crate::icons::icon;
use crate::session::Signed;
use crate::{assets, links, posted, watermark, words};
use maud::{DOCTYPE, Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};

/// What a page tells its frame.
#[derive(Debug)]
pub struct Frame<'a> {
    /// State.
    pub app: &'a App,
    /// Title of the page, also its heading.
    pub title: &'a str,
    /// Who is signed in; `None` shows the page without menu.
    pub signed: Option<&'a Signed>,
    /// Address of the menu entry that is lit, `/records/employer`.
    pub active: &'a str,
    /// Way to the page, `(title, address)`, without the page itself.
    pub breadcrumbs: &'a [(&'a str, String)],
    /// Buttons beside the heading.
    pub actions: Markup,
    /// Further scripts of the page, `vendor/echarts.js`.
    pub scripts: &'a [&'a str],
    /// The heading is part of the body (sign-in page).
    pub bare: bool,
    /// Shows identified data: who looks and when is over the whole page.
    pub marked: bool,
    /// Stands on a large screen: dark, without bar and menu.
    pub screen: bool,
}

impl<'a> Frame<'a> {
    /// A frame without anything; fill in with `Frame { title, ..Frame::new(&app) }`.
    #[must_use]
    pub fn new(app: &'a App) -> Self {
        Self {
            app,
            title: "",
            signed: None,
            active: "",
            breadcrumbs: &[],
            actions: Markup::default(),
            scripts: &[],
            bare: false,
            marked: false,
            screen: false,
        }
    }
}

/// htmx without inline styles and eval (the content security policy refuses both) and without copies of pages in the browser's
/// storage; errors go to the notice at the top.
const HTMX: &str = r##"{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0,"refreshOnHistoryMiss":true,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},{"code":"[45]..","swap":true,"error":true,"target":"#notice","swapOverride":"innerHTML"}]}"##;

/// Mark at the end of a page. Browsers that know `rel=expect` show a page once they have read it up to here: widths of a table's columns are settled by
/// all its rows, so a page that is shown while it arrives moves under the reader's eyes.
const END: &str = "end";

/// A whole page.
#[must_use]
pub fn page(frame: &Frame<'_>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" class=[frame.screen.then_some("screen")] {
            (head(frame))
            body class=[frame.bare.then_some("bare")] {
                a.skip href="#main" { (words::SKIP) }
                @if frame.app.demo { div.demo-banner { (words::DEMO) } }
                @if let Some(signed) = frame.signed.filter(|_| !frame.screen) { (top(frame, signed)) }
                div.shell {
                    @if let Some(signed) = frame.signed.filter(|_| !frame.screen) {
                        nav.sidebar aria-label="主菜单" { (menu(frame, signed)) }
                    }
                    main #main tabindex="-1" {
                        @if !frame.bare { (heading(frame)) }
                        div #notice aria-live="polite" {}
                        (body)
                        @if let Some(signed) = frame.signed.filter(|_| frame.marked) { (watermark::layer(frame.app, signed)) }
                    }
                }
                span id=(END) hidden {}
            }
        }
    }
}

fn head(frame: &Frame<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="htmx-config" content=(HTMX);
            meta name="color-scheme" content=(if frame.screen { "dark" } else { "light" });
            title { (frame.title) " · " (words::PRODUCT) }
            link rel="expect" href={ "#" (END) } blocking="render";
            link rel="icon" type="image/svg+xml" href=(assets::url("app/logo.svg"));
            @for sheet in ["vendor/tabler.css", "app/tokens.css", "app/frame.css", "app/parts.css", "app/forms.css", "app/flow.css"] {
                link rel="stylesheet" href=(assets::url(sheet));
            }
            link rel="stylesheet" media="print" href=(assets::url("app/print.css"));
            script defer src=(assets::url("vendor/htmx.js")) {}
            script defer src=(assets::url("app/zhijian.js")) {}
            @for script in frame.scripts { script defer src=(assets::url(script)) {} }
        }
    }
}

fn top(frame: &Frame<'_>, signed: &Signed) -> Markup {
    let place = if signed.account.region.is_empty() {
        frame.app.region_name()
    } else {
        frame.app.door.catalogue.regions.name(&signed.account.region)
    };
    html! {
        header.topbar {
            details.nav-small {
                summary aria-label=(words::MENU) { (icon("menu")) }
                nav aria-label=(words::MENU) { (menu(frame, signed)) }
            }
            a.brand href="/" {
                img src=(assets::url("app/logo.svg")) alt="" width="28" height="28";
                span.brand-name { (words::PRODUCT) }
                span.brand-place { (place) }
            }
            @if kinds_of(frame.app, signed).is_empty() { span.search {} } @else {
                form.search action="/search" method="get" role="search" {
                    label.visually-hidden for="q" { (words::SEARCH) }
                    (icon("search"))
                    input #q type="search" name="q" placeholder=(words::SEARCH_HINT) autocomplete="off" enterkeyhint="search" data-key="/";
                }
            }
            (crate::notices::bell())
            details.user {
                summary aria-label=(signed.account.name) { (icon("person")) span.user-name { (signed.account.name) } }
                div.user-menu {
                    p.muted { @for role in &signed.account.roles { span { (words::role(role)) } " " } }
                    a href="/me" { (words::ME) }
                    form method="post" action="/logout" { (token(signed)) button type="submit" { (icon("out")) (words::SIGN_OUT) } }
                }
            }
        }
    }
}

/// The hidden field with the session's token; part of every form that changes something.
#[must_use]
pub fn token(signed: &Signed) -> Markup {
    html! { input type="hidden" name=(posted::TOKEN) value=(signed.csrf); }
}

/// Kinds that the caller may read or file, under the headings of the menu.
#[must_use]
pub fn kinds_of<'a>(app: &'a App, signed: &Signed) -> Vec<(&'static str, Vec<&'a Kind>)> {
    let mut groups: Vec<(&'static str, Vec<&Kind>)> = words::MENU_GROUPS.iter().map(|(heading, _)| (*heading, Vec::new())).collect();
    groups.push((words::MENU_REST, Vec::new()));
    for kind in app.catalogue().kinds.values() {
        if access::may(&signed.caller, kind, Wish::Read) || access::may(&signed.caller, kind, Wish::File) {
            let heading = words::menu_group(&kind.area);
            if let Some((_, list)) = groups.iter_mut().find(|(h, _)| *h == heading) {
                list.push(kind);
            }
        }
    }
    groups.retain(|(_, list)| !list.is_empty());
    groups
}

/// Where a kind's menu entry leads: its list, or its form for roles that file without reading.
#[must_use]
pub fn home(signed: &Signed, kind: &Kind) -> String {
    if access::may(&signed.caller, kind, Wish::Read) { links::list(&kind.kind) } else { links::new(&kind.kind) }
}

fn menu(frame: &Frame<'_>, signed: &Signed) -> Markup {
    let entry = |address: &str, name: &str, mark: &str| {
        let here = frame.active == address;
        html! { a href=(address) aria-current=[here.then_some("page")] { @if !mark.is_empty() { (icon(mark)) } span { (name) } } }
    };
    let groups = kinds_of(frame.app, signed);
    let files = frame.app.catalogue().kinds.values().any(|k| access::may(&signed.caller, k, Wish::Import));
    html! {
        ul {
            li { (entry("/", words::DESK, "desk")) }
            @if zhijian_records::Door::own_person(&signed.caller).is_some() { li { (entry(crate::dossier::MINE_PAGE, crate::dossier::MINE, "person")) } }
            @if frame.app.door.has_duties(&signed.caller) { li { (entry(crate::duties::PAGE, crate::duties::TITLE, "history")) } }
            @if crate::warnings::reads(frame.app, signed) { li { (entry(crate::warnings::PAGE, crate::warnings::TITLE, "warn")) } }
            @if signed.is("R08") || signed.is("R09") { li { (entry(crate::wizard::PAGE, crate::wizard::TITLE, "file")) } }
            @for (address, name) in crate::exams::menu(frame.app, signed) { li { (entry(address, name, "people")) } }
            @if crate::online::shown(frame.app, signed) { li { (entry(crate::online::PAGE, crate::online::TITLE, "board")) } }
            @if crate::board::place::Territory::of(frame.app, &signed.caller).is_ok() {
                li { (entry("/plans", words::BOARD, "board")) }
                li { (entry(crate::maps::PAGE, crate::maps::TITLE, "board")) }
                li { (entry(crate::boards::PAGE, crate::boards::TITLE, "board")) }
                li { (entry(crate::tables::PAGE, crate::tables::TITLE, "board")) }
                li { (entry(crate::explore::PAGE, crate::explore::TITLE, "search")) }
            }
            @if crate::evaluations::reads(frame.app, signed) { li { (entry(crate::evaluations::PAGE, crate::evaluations::TITLE, "file")) } }
            @if crate::lists::any(frame.app, signed) { li { (entry(crate::lists::PAGE, crate::lists::TITLE, "people")) } }
            li { (entry(crate::calculators::INDEX, crate::calculators::TITLE, "calc")) }
            @if files { li { (entry("/import", words::IMPORT, "import")) } }
        }
        @for (heading, kinds) in &groups {
            p.menu-heading { (heading) }
            ul { @for kind in kinds { li { (entry(&home(signed, kind), &kind.title, "")) } } }
        }
        p.menu-heading { "参考" }
        ul {
            li { (entry("/kinds", words::KINDS, "help")) }
            li { (entry("/codes", words::CODES, "codes")) }
            li { (entry("/api/docs", words::API, "help")) }
            @if signed.manages(frame.app) { li { (entry("/accounts", words::ACCOUNTS, "people")) } }
            @if signed.administers(frame.app) {
                li { (entry("/security", words::SECURITY, "lock")) }
                li { (entry("/system", words::SYSTEM, "desk")) }
                li { (entry("/rederive", words::REDERIVE, "history")) }
                li { (entry(crate::wizard::OWN_ROWS, crate::wizard::OWN_ROWS_TITLE, "edit")) }
            }
            @if groups.iter().flat_map(|(_, kinds)| kinds).any(|k| access::may(&signed.caller, k, Wish::Export)) || signed.caller.has_any(&frame.app.catalogue().roles.exports.approvers) { li { (entry("/exports", words::EXPORTS, "export")) } }
            @if !crate::pages::research::kinds(frame.app, signed).is_empty() { li { (entry("/research", words::RESEARCH, "people")) } }
            @if !crate::pages::duplicates::kinds(frame.app, signed).is_empty() { li { (entry(crate::pages::duplicates::PAGE, crate::pages::duplicates::TITLE, "search")) } }
            @if frame.app.door.keeps(&signed.caller) { li { (entry("/retention", words::RETENTION, "history")) } }
            @if signed.administers(frame.app) || signed.oversees(frame.app) { li { (entry("/access", words::ACCESS, "eye")) } }
            @if crate::pages::audit::may(frame.app, signed) { li { (entry("/audit", words::AUDIT, "history")) } }
            @if !frame.app.door.emergency_kinds(&signed.caller).is_empty() || signed.administers(frame.app) || signed.oversees(frame.app) || !signed.caller.organisation.is_empty() {
                li { (entry("/emergency", words::EMERGENCY, "warn")) }
            }
        }
    }
}

fn heading(frame: &Frame<'_>) -> Markup {
    html! {
        @if !frame.breadcrumbs.is_empty() {
            nav.crumbs aria-label="位置" {
                ol { @for (name, address) in frame.breadcrumbs { li { a href=(address) { (name) } } } }
            }
        }
        div.page-head {
            h1 { (frame.title) }
            @if !frame.actions.0.is_empty() { div.page-actions #page-actions { (frame.actions) } }
        }
    }
}
