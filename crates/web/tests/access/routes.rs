//! The routes as the router itself has them, and what each is for. A route that is not named here fails the test.

use crate::world::World;
use std::collections::BTreeSet;
use zhijian_records::access::Wish;

/// Who gets an answer from a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody who is signed in; shows nothing but the own account, definitions and what the door gives.
    Signed,
    /// Whoever may do this with some record of the kind.
    Kind(Wish),
    /// Whoever may do this with the record.
    Record(Wish),
    /// Whoever may issue or copy a document: tests of its own, `pages/papers.rs`.
    Paper,
    /// Whoever reads the employer and some measurement.
    Groups,
    /// Whoever reads the employer.
    EmployerFile,
    /// Whoever may identify the person of a record that leads to a person's file.
    PersonFile,
    /// Whoever may do this with some record of this kind.
    Ever(&'static str, Wish),
    /// Whoever may do this with the record, of this kind only.
    Of(&'static str, Wish),
    /// The step's roles, on the record.
    Step,
    /// Whoever sees aggregates.
    Aggregate,
    /// Whoever reads whole records of the explored kind in his region.
    Explorer,
    /// Roles that may write queries.
    Analyst,
    /// Whoever a named list is for.
    Listed,
    /// Administrators of the platform.
    Administrator,
    /// Whoever administers accounts, all or those of its region.
    Manager,
    /// Whoever administers the account; the routes hold the login.
    Managed,
    /// Whoever holds the secret in the address.
    Invited,
    /// On-line devices with their own secret, no account.
    Device,
    /// Tokens with the scope for figures, or the machine itself.
    Machine,
    /// Administrators and overseers.
    Overseer,
    /// Whoever reads the audit.
    Auditor,
    /// Whoever reads the audit, and overseers of the record's region.
    Looks,
    /// Overseers only.
    Assigner,
    /// Whoever imports some kind.
    Importer,
    /// Whoever exports some kind that speaks of people.
    Researcher,
    /// Roles that place holds.
    Keeper,
    /// Whoever amends and retracts records of a kind that can be merged; the door asks about each record.
    Merger,
    /// Everybody who is signed in: a choice of rows is kept, what is done with them is asked of each row.
    OwnChoice,
    /// The owner of a job.
    OwnJob,
    /// The reader of a notice; whose share a duty is in.
    OwnNotice,
}

/// Method, route, for whom.
pub const ROUTES: &[(&str, &str, For)] = &[
    ("GET", "/", For::Signed),
    ("GET", "/login", For::Anyone),
    ("POST", "/login", For::Anyone),
    ("GET", "/login/second", For::Anyone),
    ("POST", "/login/second", For::Anyone),
    ("POST", "/login/passkey", For::Anyone),
    ("POST", "/login/passkey/options", For::Anyone),
    ("GET", "/login/sso", For::Anyone),
    ("GET", "/login/sso/back", For::Anyone),
    ("GET", "/invite/{secret}", For::Invited),
    ("POST", "/invite/{secret}", For::Invited),
    ("GET", "/health", For::Anyone),
    ("GET", "/metrics", For::Machine),
    ("POST", "/logout", For::Signed),
    ("GET", "/me", For::Signed),
    ("GET", "/me/password", For::Signed),
    ("POST", "/me/password", For::Signed),
    ("GET", "/me/factors", For::Signed),
    ("POST", "/me/factors/totp", For::Signed),
    ("POST", "/me/factors/totp/{id}", For::Signed),
    ("POST", "/me/factors/recovery", For::Signed),
    ("POST", "/me/factors/sso", For::Signed),
    ("POST", "/me/factors/{kind}/{id}/remove", For::Signed),
    ("POST", "/me/passkeys/options", For::Signed),
    ("POST", "/me/passkeys", For::Signed),
    ("GET", "/me/file", For::Signed),
    ("POST", "/me/file/copy", For::Signed),
    ("GET", "/me/sessions", For::Signed),
    ("POST", "/me/sessions/end", For::Signed),
    ("POST", "/me/sessions/{id}/end", For::Signed),
    ("GET", "/me/tokens", For::Signed),
    ("POST", "/me/tokens", For::Signed),
    ("POST", "/me/tokens/{id}/revoke", For::Signed),
    ("GET", "/online", For::Ever("device", Wish::Read)),
    ("GET", "/online/posts", For::Ever("device", Wish::Read)),
    ("GET", "/online/map", For::Ever("device", Wish::Read)),
    ("GET", "/online/wall", For::Ever("device", Wish::Read)),
    ("GET", "/online/wall/piece", For::Ever("device", Wish::Read)),
    ("GET", "/online/wall/live", For::Ever("device", Wish::Read)),
    ("GET", "/online/quarantine", For::Ever("device", Wish::Read)),
    ("GET", "/online/devices/{id}", For::Of("device", Wish::Read)),
    ("POST", "/online/devices/{id}/ask", For::Of("device", Wish::Amend)),
    ("GET", "/online/devices/{id}/chart", For::Of("device", Wish::Read)),
    ("GET", "/online/devices/{id}/live", For::Of("device", Wish::Read)),
    ("GET", "/online/devices/{id}/alarms", For::Of("device", Wish::Read)),
    ("GET", "/online/devices/{id}/exposure", For::Of("device", Wish::Read)),
    ("POST", "/api/v1/readings", For::Device),
    ("GET", "/duties", For::Signed),
    ("GET", "/duties/calendar", For::Signed),
    ("GET", "/declare", For::Ever("declaration", Wish::File)),
    ("POST", "/declare", For::Ever("declaration", Wish::File)),
    ("GET", "/declare/{id}", For::Of("declaration", Wish::Amend)),
    ("GET", "/declare/{id}/{step}", For::Of("declaration", Wish::Amend)),
    ("POST", "/declare/{id}/{step}", For::Of("declaration", Wish::Amend)),
    ("GET", "/exams/due", For::Ever("exposed_worker", Wish::Reveal)),
    ("GET", "/exams/due/figures", For::Ever("exposed_worker", Wish::Reveal)),
    ("POST", "/exams/due", For::Ever("exam_order", Wish::File)),
    ("GET", "/exams/unexamined", For::Ever("exam_order_worker", Wish::Read)),
    ("GET", "/exams/slots", For::Ever("exam_slot", Wish::Read)),
    ("POST", "/exams/slots", For::Ever("exam_slot", Wish::File)),
    ("GET", "/exams/capacity", For::Ever("exam_slot", Wish::Read)),
    ("GET", "/exams/orders/{id}", For::Of("exam_order", Wish::Read)),
    ("POST", "/exams/orders/{id}/send", For::Of("exam_order", Wish::Advance)),
    ("POST", "/exams/orders/{id}/cancel", For::Of("exam_order", Wish::Advance)),
    ("POST", "/exams/orders/{id}/book", For::Of("exam_order", Wish::Advance)),
    ("POST", "/exams/orders/{id}/reasons", For::Of("exam_order", Wish::Advance)),
    ("GET", "/duties/escalation", For::OwnNotice),
    ("POST", "/duties/escalation", For::OwnNotice),
    ("GET", "/notices", For::Signed),
    ("GET", "/notices/bell", For::Signed),
    ("POST", "/notices/read", For::Signed),
    ("POST", "/notices/unread", For::Signed),
    ("GET", "/notices/settings", For::Signed),
    ("POST", "/notices/settings", For::Signed),
    ("POST", "/notices/{id}/open", For::OwnNotice),
    ("POST", "/notices/{id}/mark", For::OwnNotice),
    ("GET", "/search", For::Signed),
    ("GET", "/kinds", For::Signed),
    ("GET", "/kinds/{kind}", For::Signed),
    ("GET", "/codes", For::Signed),
    ("GET", "/codes/{list}", For::Signed),
    ("GET", "/codes/{list}/options", For::Signed),
    ("GET", "/records/{kind}", For::Kind(Wish::Read)),
    ("GET", "/records/{kind}/new", For::Kind(Wish::File)),
    ("POST", "/records/{kind}/new", For::Kind(Wish::File)),
    ("POST", "/records/{kind}/export", For::Kind(Wish::Export)),
    ("GET", "/records/{kind}/template.xlsx", For::Signed),
    ("GET", "/records/{kind}/pick/{reference}", For::Signed),
    ("GET", "/records/{kind}/{id}", For::Record(Wish::Read)),
    ("GET", "/records/{kind}/{id}/edit", For::Record(Wish::Amend)),
    ("POST", "/records/{kind}/{id}/edit", For::Record(Wish::Amend)),
    ("GET", "/records/{kind}/{id}/history", For::Record(Wish::Read)),
    ("GET", "/records/{kind}/{id}/print", For::Record(Wish::Read)),
    ("POST", "/records/{kind}/{id}/print", For::Record(Wish::Reveal)),
    ("POST", "/records/{kind}/{id}/reveal", For::Record(Wish::Reveal)),
    ("GET", "/records/{kind}/{id}/retract", For::Record(Wish::Retract)),
    ("POST", "/records/{kind}/{id}/retract", For::Record(Wish::Retract)),
    ("GET", "/records/{kind}/{id}/steps/{step}", For::Step),
    ("POST", "/records/{kind}/{id}/steps/{step}", For::Step),
    ("GET", "/records/{kind}/{id}/documents", For::Record(Wish::Read)),
    ("POST", "/records/{kind}/{id}/documents", For::Paper),
    ("POST", "/records/{kind}/{id}/documents/purpose", For::Paper),
    ("GET", "/records/{kind}/{id}/documents/{document}/preview", For::Paper),
    ("GET", "/documents/{id}/pdf", For::Paper),
    ("GET", "/documents/{id}/docx", For::Paper),
    ("GET", "/verify", For::Anyone),
    ("GET", "/verify/{code}", For::Anyone),
    ("GET", "/records/{kind}/{id}/access", For::Overseer),
    ("POST", "/records/{kind}/{id}/access", For::Assigner),
    ("GET", "/records/{kind}/{id}/audit", For::Looks),
    ("GET", "/records/{kind}/{id}/groups", For::Groups),
    ("GET", "/employers/{id}/file", For::EmployerFile),
    ("GET", "/persons/{kind}/{id}/file", For::PersonFile),
    ("POST", "/persons/{kind}/{id}/file", For::PersonFile),
    ("GET", "/import", For::Importer),
    ("POST", "/import", For::Importer),
    ("GET", "/import/{job}", For::OwnJob),
    ("POST", "/import/{job}/cancel", For::OwnJob),
    ("POST", "/import/{job}/continue", For::OwnJob),
    ("GET", "/import/{job}/report.json", For::OwnJob),
    ("GET", "/import/{job}/marked/{file}", For::OwnJob),
    ("GET", "/accounts", For::Manager),
    ("GET", "/accounts/new", For::Manager),
    ("POST", "/accounts/new", For::Manager),
    ("GET", "/accounts/{login}", For::Managed),
    ("POST", "/accounts/{login}", For::Managed),
    ("POST", "/accounts/{login}/invite", For::Managed),
    ("POST", "/accounts/{login}/unlock", For::Managed),
    ("POST", "/accounts/{login}/factors", For::Managed),
    ("POST", "/accounts/{login}/sessions", For::Managed),
    ("POST", "/accounts/{login}/subject", For::Managed),
    ("GET", "/security", For::Administrator),
    ("POST", "/security", For::Administrator),
    ("GET", "/system", For::Administrator),
    ("POST", "/system/letters", For::Administrator),
    ("POST", "/accounts/{login}/person", For::Administrator),
    ("GET", "/audit", For::Auditor),
    ("POST", "/audit/export", For::Auditor),
    ("GET", "/audit/head", For::Auditor),
    ("GET", "/rederive", For::Administrator),
    ("GET", "/rules/hazard_suggestions", For::Administrator),
    ("POST", "/rules/hazard_suggestions", For::Administrator),
    ("GET", "/access", For::Overseer),
    ("GET", "/access/{kind}", For::Signed),
    ("GET", "/emergency", For::Signed),
    ("POST", "/emergency", For::Signed),
    ("GET", "/exports", For::Signed),
    ("POST", "/exports/{id}/decide", For::Signed),
    ("POST", "/exports/{id}/download", For::Signed),
    ("GET", "/research", For::Researcher),
    ("POST", "/research", For::Researcher),
    ("GET", "/retention", For::Keeper),
    ("POST", "/retention", For::Keeper),
    ("GET", "/duplicates", For::Merger),
    ("GET", "/duplicates/{kind}/{one}/{other}", For::Merger),
    ("POST", "/duplicates/{kind}/{one}/{other}", For::Merger),
    ("GET", "/duplicates/{kind}/{loser}", For::Merger),
    ("POST", "/duplicates/{kind}/{loser}", For::Merger),
    ("GET", "/api/v1/records/{kind}/duplicates", For::Merger),
    ("POST", "/api/v1/records/{kind}/{id}/merge", For::Merger),
    ("POST", "/api/v1/records/{kind}/{id}/unmerge", For::Merger),
    ("POST", "/actions", For::OwnChoice),
    ("GET", "/actions/{job}", For::OwnJob),
    ("POST", "/actions/{job}/start", For::OwnJob),
    ("POST", "/actions/{job}/export", For::OwnJob),
    ("POST", "/actions/{job}/cancel", For::OwnJob),
    ("POST", "/actions/{job}/continue", For::OwnJob),
    ("GET", "/actions/{job}/result.csv", For::OwnJob),
    ("GET", "/watermark.svg", For::Signed),
    ("GET", "/plans", For::Aggregate),
    ("GET", "/plans/{plan}", For::Aggregate),
    ("GET", "/plans/{plan}/{indicator}", For::Aggregate),
    ("GET", "/plans/{plan}/{indicator}/closing", For::Explorer),
    ("GET", "/evaluations", For::Ever("evaluation", Wish::Read)),
    ("POST", "/evaluations", For::Ever("evaluation", Wish::Advance)),
    ("GET", "/evaluations/compare", For::Ever("evaluation", Wish::Read)),
    ("GET", "/evaluations/{id}", For::Of("evaluation", Wish::Read)),
    ("POST", "/evaluations/{id}/compute", For::Of("evaluation", Wish::Advance)),
    ("POST", "/evaluations/{id}/correct", For::Of("evaluation", Wish::Advance)),
    ("POST", "/evaluations/{id}/text", For::Of("evaluation", Wish::Advance)),
    ("GET", "/evaluations/{id}/figures/{code}", For::Of("evaluation", Wish::Read)),
    ("GET", "/evaluations/{id}/files/{format}", For::Of("evaluation", Wish::Read)),
    ("GET", "/plans/{plan}/tasks", For::Ever("plan_task", Wish::Read)),
    ("POST", "/plans/{plan}/tasks", For::Ever("plan_task", Wish::File)),
    ("GET", "/plans/{plan}/targets", For::Ever("target_share", Wish::Read)),
    ("POST", "/plans/{plan}/targets", For::Ever("target_share", Wish::File)),
    ("GET", "/lists", For::Listed),
    ("GET", "/lists/{list}", For::Listed),
    ("POST", "/lists/{list}/export", For::Listed),
    ("GET", "/warnings", For::Ever("warning", Wish::Read)),
    ("GET", "/warnings/rules", For::Ever("warning", Wish::Read)),
    ("GET", "/warnings/rules/{rule}", For::Ever("warning", Wish::Read)),
    ("POST", "/warnings/rules/{rule}/settings", For::Ever("warning_threshold", Wish::File)),
    ("GET", "/calc", For::Signed),
    ("GET", "/calc/{id}", For::Signed),
    ("POST", "/calc/{id}", For::Signed),
    ("GET", "/indicators", For::Signed),
    ("GET", "/tables", For::Aggregate),
    ("GET", "/plans/{plan}/forecast", For::Aggregate),
    ("GET", "/map", For::Aggregate),
    ("GET", "/map/points", For::Aggregate),
    ("GET", "/map/units", For::Aggregate),
    ("GET", "/matches/{match}", For::Aggregate),
    ("GET", "/maps/notice", For::Signed),
    ("GET", "/maps/below/{region}", For::Signed),
    ("GET", "/maps/{name}", For::Signed),
    ("GET", "/boards", For::Aggregate),
    ("GET", "/boards/{board}", For::Aggregate),
    ("GET", "/boards/{board}/{panel}", For::Aggregate),
    ("GET", "/boards/{board}/{panel}/units", For::Aggregate),
    ("GET", "/tables/{table}", For::Aggregate),
    ("GET", "/explore", For::Aggregate),
    ("GET", "/explore/{fact}", For::Aggregate),
    ("GET", "/explore/{fact}/records", For::Explorer),
    ("POST", "/explore/save", For::Ever("saved_view", Wish::File)),
    ("GET", "/explore/sql", For::Analyst),
    ("POST", "/explore/sql", For::Analyst),
    ("GET", "/indicators/{code}", For::Signed),
    ("GET", "/indicators/{code}/figure", For::Aggregate),
    ("GET", "/assets/{edition}/{*name}", For::Anyone),
    ("GET", "/favicon.ico", For::Anyone),
    ("GET", "/api/docs", For::Anyone),
    ("POST", "/api/v1/session", For::Anyone),
    ("GET", "/api/v1/session", For::Signed),
    ("DELETE", "/api/v1/session", For::Signed),
    ("GET", "/api/v1/records/{kind}", For::Kind(Wish::Read)),
    ("POST", "/api/v1/records/{kind}", For::Kind(Wish::File)),
    ("GET", "/api/v1/records/{kind}/count", For::Kind(Wish::Read)),
    ("GET", "/api/v1/records/{kind}/{id}", For::Record(Wish::Read)),
    ("PUT", "/api/v1/records/{kind}/{id}", For::Record(Wish::Amend)),
    ("PATCH", "/api/v1/records/{kind}/{id}", For::Record(Wish::Amend)),
    ("DELETE", "/api/v1/records/{kind}/{id}", For::Record(Wish::Retract)),
    ("GET", "/api/v1/records/{kind}/{id}/history", For::Record(Wish::Read)),
    ("POST", "/api/v1/records/{kind}/{id}/reveal", For::Record(Wish::Reveal)),
    ("POST", "/api/v1/records/{kind}/{id}/transitions/{transition}", For::Step),
    ("GET", "/api/v1/records/{kind}/{id}/documents", For::Record(Wish::Read)),
    ("POST", "/api/v1/records/{kind}/{id}/documents", For::Paper),
    ("GET", "/api/v1/documents/{id}/pdf", For::Paper),
    ("GET", "/api/v1/documents/{id}/docx", For::Paper),
    ("GET", "/api/v1/search", For::Signed),
    ("GET", "/api/v1/duties", For::Signed),
    ("GET", "/api/v1/duties/counts", For::Signed),
    ("GET", "/api/v1/notices", For::Signed),
    ("GET", "/api/v1/notices/counts", For::Signed),
    ("POST", "/api/v1/notices/{notice}/read", For::OwnNotice),
    ("GET", "/api/v1/openapi.json", For::Anyone),
    ("GET", "/api/v1/kinds", For::Signed),
    ("GET", "/api/v1/kinds/{kind}", For::Signed),
    ("GET", "/api/v1/kinds/{kind}/schema", For::Signed),
    ("GET", "/api/v1/codes", For::Signed),
    ("GET", "/api/v1/codes/{list}", For::Signed),
    ("GET", "/api/v1/regions", For::Signed),
    ("GET", "/api/v1/plans", For::Aggregate),
    ("GET", "/api/v1/plans/{plan}/evaluation", For::Aggregate),
    ("GET", "/api/v1/indicators", For::Signed),
    ("GET", "/api/v1/indicators/{code}", For::Signed),
    ("GET", "/api/v1/indicators/{code}/breakdown", For::Aggregate),
    ("GET", "/api/v1/indicators/{code}/units", For::Aggregate),
    ("GET", "/api/v1/tables", For::Aggregate),
    ("GET", "/api/v1/tables/{table}", For::Aggregate),
    ("GET", "/api/v1/explore", For::Aggregate),
    ("GET", "/api/v1/boards", For::Aggregate),
    ("GET", "/api/v1/boards/{board}", For::Aggregate),
    ("GET", "/api/v1/boards/{board}/{panel}", For::Aggregate),
    ("GET", "/api/v1/boards/{board}/{panel}/units", For::Aggregate),
    ("GET", "/api/v1/layers", For::Aggregate),
    ("GET", "/api/v1/layers/{layer}", For::Aggregate),
    ("GET", "/api/v1/layers/{layer}/units", For::Aggregate),
    ("GET", "/api/v1/plans/{plan}/forecast", For::Aggregate),
    ("GET", "/api/v1/plans/{plan}/indicators/{code}/gap", For::Aggregate),
    ("GET", "/api/v1/explore/{fact}", For::Aggregate),
    ("GET", "/api/v1/lists", For::Signed),
    ("GET", "/api/v1/lists/{list}", For::Listed),
    ("GET", "/api/v1/calc", For::Signed),
    ("GET", "/api/v1/calc/{calculator}", For::Signed),
    ("POST", "/api/v1/calc/{calculator}", For::Signed),
    ("GET", "/api/v1/jobs", For::Signed),
    ("GET", "/api/v1/jobs/{id}", For::OwnJob),
    ("GET", "/api/v1/audit", For::Administrator),
];

/// Paths of the router: it prints them, and knows no other way to tell.
fn paths(world: &World) -> BTreeSet<String> {
    let text = format!("{:?}", world.router);
    let mut out = BTreeSet::new();
    for piece in text.split("RouteId(").skip(1) {
        let Some(at) = piece.find("): \"") else { continue };
        if piece[..at].bytes().all(|b| b.is_ascii_digit()) {
            out.insert(piece[at + 4..].split('"').next().unwrap_or_default().to_owned());
        }
    }
    out
}

/// Methods of a path: the router names them when it is asked for one that it does not have.
async fn methods(world: &World, path: &str) -> Vec<String> {
    let address = path.replace("{*name}", "x").replace(['{', '}'], "");
    let reply = world.send(None, "TRACE", &address, &[], None).await;
    let allowed = reply.header("allow").to_owned();
    allowed.split(',').map(|m| m.trim().to_owned()).filter(|m| !m.is_empty() && m != "HEAD").collect()
}

/// Every route as it is: method and path.
pub async fn all(world: &World) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    for path in paths(world) {
        for method in methods(world, &path).await {
            out.insert((method, path.clone()));
        }
    }
    out
}

#[tokio::test]
async fn every_route_is_named_with_whom_it_is_for() {
    let world = World::new().await;
    let there = all(&world).await;
    assert!(there.len() > 70, "the router does not tell its routes: {there:?}");
    let named: BTreeSet<(String, String)> = ROUTES.iter().map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned())).collect();
    let unnamed: Vec<_> = there.difference(&named).collect();
    let gone: Vec<_> = named.difference(&there).collect();
    assert!(unnamed.is_empty(), "routes without an expectation: {unnamed:?}");
    assert!(gone.is_empty(), "expectations without a route: {gone:?}");
}
