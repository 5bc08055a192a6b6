//! The walk: every route as every role, near and far, held against the policy. The list of gaps must be empty.

use crate::expected::{self, Expected};
use crate::people::{self, Person, document, everybody, stored};
use crate::routes::{For, ROUTES};
use crate::world::{Reply, Session, World};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use zhijian_kinds::Kind;
use zhijian_kinds::access::Aggregate;
use zhijian_records::Caller;
use zhijian_records::access::Wish;
use zhijian_records::port::Stored;

/// What the walk knows of the world.
struct Known {
    records: BTreeMap<String, Vec<Stored>>,
    /// Private fields in clear, by record.
    clear: BTreeMap<String, Map<String, Value>>,
}

impl Known {
    async fn of(world: &World) -> Self {
        let (mut records, mut clear) = (BTreeMap::new(), BTreeMap::new());
        for kind in world.app.catalogue().kinds.keys() {
            let rows = stored(world, kind).await;
            for row in &rows {
                let view = world.app.door.open(&Caller::system("test"), kind, &row.id, Some("walk")).await.unwrap();
                clear.insert(row.id.clone(), view.data);
            }
            records.insert(kind.clone(), rows);
        }
        Self { records, clear }
    }

    fn first(&self, kind: &Kind) -> &Stored {
        &self.records[&kind.kind][0]
    }

    fn named(&self, kind: &str, name: &str) -> String {
        self.records[kind].iter().find(|r| document(r)["name"] == name).unwrap().id.clone()
    }
}

/// Employers that somebody's organisation serves, read from the examples.
fn clients(known: &Known, person: &Person) -> Vec<String> {
    let owner = known.named("employer", "海港样嘉盛建材厂");
    match (person.role.as_str(), person.near) {
        ("R15" | "R21", true) => vec![owner],
        _ => Vec::new(),
    }
}

fn token(world: &World, person: &Person) -> String {
    if !person.near || person.id_no.is_empty() {
        return String::new();
    }
    let kind = world.app.door.kind("exam").unwrap();
    world.app.door.vault.token(kind.field("id_no").unwrap(), &person.id_no)
}

/// Texts of fields that must not be on a page: of hidden fields, and of private ones unless revealed.
fn secrets(world: &World, kind: &Kind, clear: &Map<String, Value>, expected: &Expected, revealed: bool) -> Vec<String> {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for field in &kind.fields {
        let Some(value) = zhijian_kinds::intake::get_path(clear, &field.path) else { continue };
        let shown = expected.fields.contains(&field.path) && (field.private.is_none() || revealed && expected.reveals);
        texts(value, if shown { &mut open } else { &mut closed });
    }
    let short = |text: &String| text.chars().count() >= 4;
    let told = |text: &String| open.iter().any(|o: &String| o.contains(text.as_str()));
    // Words of the definition itself stand on every page of the kind.
    let words = |text: &String| {
        kind.help.contains(text.as_str())
            || kind.fields.iter().any(|f| f.title.contains(text.as_str()) || f.help.contains(text.as_str()))
            || kind.states.as_ref().is_some_and(|s| s.list.iter().any(|state| state.code == *text || state.title == *text))
    };
    // Codes stand in every drop-down, and a place is named by the region that everybody sees.
    let catalogue = world.app.catalogue();
    let common = |text: &String| {
        catalogue.codes.values().any(|list| list.codes.iter().any(|c| c.code == *text))
            || catalogue.regions.all().iter().any(|r| r.name == *text || r.code == *text)
    };
    closed.into_iter().filter(|t| short(t) && !told(t) && !words(t) && !common(t)).collect()
}

fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|i| texts(i, out)),
        Value::Object(members) => members.values().for_each(|m| texts(m, out)),
        _ => {}
    }
}

/// Sends what changes nothing even when it is allowed: forms are empty, revisions are old, purposes are stated.
async fn ask(world: &World, session: &Session, method: &str, route: &str, path: &str) -> Reply {
    if method == "GET" {
        return world.get(session, path).await;
    }
    if !route.starts_with("/api") {
        let fields: &[(&str, &str)] = match route {
            _ if route.ends_with("/reveal") || route.ends_with("/print") || route.ends_with("/file") => &[("purpose", "监测数据核实")],
            _ if route.ends_with("/export") => &[("purpose", "监测数据核实"), ("format", "json")],
            _ => &[("_rev", "999"), ("days", "1")],
        };
        return world.form(session, path, fields).await;
    }
    let body = match route {
        _ if route.ends_with("/reveal") => json!({"purpose": "监测数据核实"}),
        _ if method == "DELETE" => json!({"reason": "不会成功"}),
        _ => json!({"data": {}}),
    };
    world.send(Some(session), method, path, &[("if-match", "\"999\"")], Some(&body)).await
}

/// One line a gap.
#[derive(Default)]
struct Gaps(Vec<String>);

impl Gaps {
    fn hold(&mut self, person: &Person, method: &str, path: &str, reply: &Reply, allowed: bool, refusals: &[u16]) {
        let status = reply.status.as_u16();
        let right = if allowed { !matches!(status, 401 | 403 | 404 | 500..) } else { refusals.contains(&status) };
        if !right {
            let near = if person.near { "near" } else { "far" };
            self.0.push(format!(
                "{} {near} {method} {path}: {status}, expected {}",
                person.role,
                if allowed { "an answer" } else { "a refusal" }
            ));
        }
    }

    fn leak(&mut self, person: &Person, path: &str, reply: &Reply, secrets: &[String]) {
        for secret in secrets.iter().filter(|s| reply.text.contains(s.as_str())) {
            self.0.push(format!("{} {} {path} shows “{secret}”", person.role, if person.near { "near" } else { "far" }));
        }
    }
}

/// Kinds whose records lead to a person's file.
const PEOPLE: [&str; 7] = ["exam", "exposed_worker", "radiation_worker", "dose", "diagnosis", "patient", "follow_up"];

/// What the caller may read of people in any record, private fields apart: a person's file gathers it, whatever one record alone would hide.
fn told_of_people(world: &World, known: &Known, person: &Person) -> Vec<String> {
    let mut told = Vec::new();
    for kind in PEOPLE {
        let kind = world.app.catalogue().kind(kind).unwrap();
        for record in &known.records[&kind.kind] {
            let expected = expected::of(kind, record, person, &clients(known, person), &token(world, person));
            let open = kind.fields.iter().filter(|f| f.private.is_none() && expected.fields.contains(&f.path));
            let values = open.filter_map(|f| zhijian_kinds::intake::get_path(&known.clear[&record.id], &f.path));
            if expected.may.contains(&Wish::Read) {
                values.for_each(|value| texts(value, &mut told));
            }
        }
    }
    told
}

async fn record_routes(world: &World, known: &Known, person: &Person, kind: &Kind, gaps: &mut Gaps) {
    let record = known.first(kind);
    let expected = expected::of(kind, record, person, &clients(known, person), &token(world, person));
    let reads = expected.may.contains(&Wish::Read);
    for (method, route, who) in ROUTES {
        let allowed = match who {
            For::Record(wish) => reads && expected.may.contains(wish),
            For::Of(of, wish) if kind.kind == *of => reads && expected.may.contains(wish),
            For::Of(..) => continue,
            For::Groups => {
                let measurement = world.app.catalogue().kind("measurement").unwrap();
                reads && kind.kind == "employer" && expected::ever(measurement, person, &clients(known, person), Wish::Read)
            }
            For::EmployerFile if kind.kind == "employer" => reads,
            For::PersonFile if PEOPLE.contains(&kind.kind.as_str()) => reads && expected.may.contains(&Wish::Reveal),
            For::PersonFile => false,
            For::Step => match kind.transitions.first() {
                Some(step) => reads && expected.may.contains(&Wish::Advance) && step.roles.contains(&person.role),
                None => continue,
            },
            _ => continue,
        };
        // Somebody who is tied to nothing here is asked at the gates only.
        if !person.near && !matches!(*route, "/records/{kind}/{id}" | "/api/v1/records/{kind}/{id}" | "/api/v1/records/{kind}/{id}/history")
        {
            continue;
        }
        let step = kind.transitions.first().map_or("", |s| s.id.as_str());
        let path = route.replace("{kind}", &kind.kind).replace("{id}", &record.id).replace("{step}", step).replace("{transition}", step);
        let reply = ask(world, &person.session, method, route, &path).await;
        let refusals: &[u16] = match who {
            For::Groups | For::PersonFile => &[403, 404],
            _ if reads => &[403],
            _ => &[404],
        };
        gaps.hold(person, method, &path, &reply, allowed, refusals);
        let revealed = matches!(who, For::Record(Wish::Reveal)) || *who == For::PersonFile && *method == "POST";
        let mut secrets = secrets(world, kind, &known.clear[&record.id], &expected, revealed && allowed);
        if *who == For::PersonFile {
            let told = told_of_people(world, known, person);
            secrets.retain(|secret| !told.iter().any(|t| t.contains(secret.as_str())));
        }
        gaps.leak(person, &path, &reply, &secrets);
        if *route == "/api/v1/records/{kind}/{id}" && *method == "GET" && allowed {
            fields(kind, known, record, &expected, &reply, person, gaps);
        }
    }
}

/// The fields of the answer are those of the policy, no more and no less.
fn fields(kind: &Kind, known: &Known, record: &Stored, expected: &Expected, reply: &Reply, person: &Person, gaps: &mut Gaps) {
    let data = reply.json()["data"].as_object().cloned().unwrap();
    let there = |data: &Map<String, Value>, path: &str| zhijian_kinds::intake::get_path(data, path).is_some();
    for field in &kind.fields {
        let should = there(&known.clear[&record.id], &field.path) && expected.fields.contains(&field.path);
        if there(&data, &field.path) != should {
            gaps.0.push(format!("{} {} field {}: {}", person.role, kind.kind, field.path, if should { "missing" } else { "shown" }));
        }
    }
}

async fn kind_routes(world: &World, known: &Known, person: &Person, kind: &Kind, gaps: &mut Gaps) {
    let clients = clients(known, person);
    for (method, route, who) in ROUTES {
        let For::Kind(wish) = who else { continue };
        let allowed = expected::ever(kind, person, &clients, *wish);
        let path = route.replace("{kind}", &kind.kind);
        let reply = ask(world, &person.session, method, route, &path).await;
        gaps.hold(person, method, &path, &reply, allowed, &[403]);
        if !allowed || *wish == Wish::File {
            continue;
        }
        // No record that the policy does not give, and nothing of one that it does beyond the fields.
        for record in &known.records[&kind.kind] {
            let expected = expected::of(kind, record, person, &clients, &token(world, person));
            if *wish == Wish::Read && !expected.may.contains(wish) && reply.text.contains(&record.id) {
                gaps.0.push(format!("{} {path} lists {}", person.role, record.id));
            }
        }
        let record = known.first(kind);
        let expected = expected::of(kind, record, person, &clients, &token(world, person));
        if known.records[&kind.kind].len() == 1 {
            gaps.leak(person, &path, &reply, &secrets(world, kind, &known.clear[&record.id], &expected, false));
        }
        if *route == "/api/v1/records/{kind}/count" {
            let mine = known.records[&kind.kind]
                .iter()
                .filter(|r| expected::of(kind, r, person, &clients, &token(world, person)).may.contains(&Wish::Read))
                .count();
            if reply.json()["count"] != mine {
                gaps.0.push(format!("{} counts {} of {}, expected {mine}", person.role, reply.json()["count"], kind.kind));
            }
        }
    }
}

/// The named list that is asked for: every fact of it is employers'.
const LIST: &str = "uninsured_employers";

async fn other_routes(world: &World, known: &Known, person: &Person, gaps: &mut Gaps) {
    let catalogue = world.app.catalogue();
    let role = &catalogue.roles.roles[&person.role];
    let aggregates = role.aggregate == Aggregate::All || role.aggregate == Aggregate::Region && !person.region.is_empty();
    let imports = catalogue.kinds.values().any(|k| expected::ever(k, person, &clients(known, person), Wish::Import));
    let of_people = |k: &&std::sync::Arc<Kind>| k.field("id_no").is_some();
    let researches = catalogue.kinds.values().filter(of_people).any(|k| expected::ever(k, person, &clients(known, person), Wish::Export));
    let exam = catalogue.kind("exam").unwrap();
    let inside = !person.region.is_empty() && known.first(exam).region.starts_with(person.region.trim_end_matches("00"));
    for (method, route, who) in ROUTES {
        let (allowed, refusals): (bool, &[u16]) = match who {
            // What changes the own account, and with it the walk's own session, has tests of its own.
            For::Signed if *method != "GET" && route.starts_with("/me/") => continue,
            For::Signed if !matches!(*route, "/logout" | "/api/v1/session" | "/me/password") => (true, &[]),
            For::Aggregate if !person.near || route.ends_with("/units") => continue,
            For::Aggregate => (aggregates, &[403, 404]),
            // The explored kind is employers'.
            For::Explorer if !person.near => continue,
            For::Explorer => {
                let all = [zhijian_kinds::access::Reach::Region, zhijian_kinds::access::Reach::All];
                let whole =
                    catalogue.kind("employer").unwrap().rights.def.allow.iter().any(|r| {
                        r.roles.contains(&person.role) && r.view.is_none() && r.may.contains(&Wish::Read) && all.contains(&r.scope)
                    });
                (whole && aggregates, &[403])
            }
            For::Analyst => (role.analyses && !person.region.is_empty(), &[403]),
            // The one list is of employers and reads nothing else; the page of all lists is for whoever sees one of them.
            For::Listed => {
                let mine = |list: &zhijian_kinds::NamedList, wish| {
                    let whole = |fact: &String| {
                        let kind = catalogue.kinds.values().find(|k| k.kind == *fact || k.facts.contains_key(fact)).unwrap();
                        let row = |a: &zhijian_kinds::access::AccessDef| {
                            let all = [zhijian_kinds::access::Reach::Region, zhijian_kinds::access::Reach::All];
                            a.allow.iter().any(|r| {
                                r.roles.contains(&person.role) && r.view.is_none() && r.may.contains(&wish) && all.contains(&r.scope)
                            })
                        };
                        row(&kind.rights.def)
                    };
                    list.roles.contains(&person.role) && !person.region.is_empty() && list.facts.iter().all(whole)
                };
                let one = &catalogue.lists[LIST];
                let wish = if *method == "POST" { Wish::Export } else { Wish::Read };
                let sees = if route.contains("{list}") { mine(one, wish) } else { catalogue.lists.values().any(|l| mine(l, wish)) };
                (sees, &[403])
            }
            For::Administrator => (role.administers, &[403]),
            For::Auditor => {
                let region = role.audits == Aggregate::Region && !person.region.is_empty();
                (role.audits == Aggregate::All || region, &[403])
            }
            For::Looks => (role.audits == Aggregate::All || role.oversees && inside, if role.oversees { &[404] } else { &[403] }),
            For::Manager => (role.administers || !role.grants.is_empty(), &[403]),
            // The account asked for is of the region 130300.
            For::Managed => {
                let manages = !role.grants.is_empty();
                (role.administers || manages && person.region == "130300", if manages { &[404] } else { &[403] })
            }
            For::Overseer if route.contains("{id}") => {
                (role.administers || role.oversees && inside, if role.oversees { &[404] } else { &[403] })
            }
            For::Overseer => (role.administers || role.oversees, &[403]),
            For::Assigner => (role.oversees && inside, if role.oversees { &[404] } else { &[403] }),
            For::Importer => (imports, &[403]),
            For::Researcher => (researches, &[403]),
            For::Keeper => (catalogue.roles.retention.hold.contains(&person.role), &[403]),
            For::OwnJob => (false, &[404]),
            // Sent without a body that says anything, some are malformed before they are somebody else's.
            For::OwnNotice => (false, &[400, 404, 422]),
            // Those about records have tests of their own.
            For::Merger if *route != "/duplicates" => continue,
            For::Merger => {
                let both = |k: &zhijian_kinds::Kind| {
                    [Wish::Amend, Wish::Retract].into_iter().all(|wish| expected::ever(k, person, &clients(known, person), wish))
                };
                (catalogue.kinds.values().any(|k| k.merge.duplicates.is_some() && both(k)), &[403])
            }
            For::Ever(kind, wish) => (expected::ever(catalogue.kind(kind).unwrap(), person, &clients(known, person), *wish), &[403]),
            _ => continue,
        };
        let path = route
            .replace("/calc/{id}", "/calc/air.twa")
            .replace("{calculator}", "air.twa")
            .replace("{kind}", "exam")
            .replace("{id}", if route.contains("jobs") { "nobody" } else { &known.first(exam).id })
            .replace("/lists/{list}", &format!("/lists/{LIST}"))
            .replace("{list}", "SEX")
            .replace("{reference}", "employer_id")
            .replace("{login}", "r03-near")
            .replace("{plan}", "qinhuangdao")
            .replace("{table}", "new_cases")
            .replace("{fact}", "employer")
            .replace("{board}", "monitoring")
            .replace("{panel}", "by_factor")
            .replace("{layer}", "employers")
            .replace("{match}", "rehab")
            .replace("{region}", "130300")
            .replace("{name}", "regions_counties")
            .replace("{indicator}", "I-02")
            .replace("{code}", "I-02")
            .replace("{job}", "nobody")
            .replace("{notice}", "nobody")
            .replace("{rule}", "EW-11")
            .replace("{file}", "0");
        let query = match *route {
            "/search" => "?q=%E6%B5%B7%E6%B8%AF",
            "/api/v1/search" => "?q=%E6%B5%B7%E6%B8%AF",
            "/codes/{list}/options" => "?q=1",
            "/records/{kind}/pick/{reference}" => "?q=%E6%B5%B7",
            "/api/v1/plans/{plan}/evaluation" | "/plans/{plan}/{indicator}" | "/api/v1/tables/{table}" => "?year=2020",
            "/api/v1/plans/{plan}/forecast" | "/api/v1/plans/{plan}/indicators/{code}/gap" => "?year=2020",
            "/api/v1/indicators/{code}/breakdown" => "?year=2020&by=region",
            _ => "",
        };
        // An upload is no form, an administrator's form would be saved, and an emergency has a test of its own.
        if *method == "POST" && (allowed || *route == "/import" || *route == "/emergency") && *who != For::Assigner {
            continue;
        }
        let reply = ask(world, &person.session, method, route, &format!("{path}{query}")).await;
        gaps.hold(person, method, &path, &reply, allowed, refusals);
        if *route == "/api/v1/search" {
            searched(world, known, person, &reply, gaps);
        }
    }
}

/// A search finds what the lists give, and no more.
fn searched(world: &World, known: &Known, person: &Person, reply: &Reply, gaps: &mut Gaps) {
    for item in reply.json()["items"].as_array().unwrap() {
        let (name, id) = (item["kind"].as_str().unwrap(), item["id"].as_str().unwrap());
        let kind = world.app.catalogue().kind(name).unwrap();
        let record = known.records[name].iter().find(|r| r.id == id).unwrap();
        let expected = expected::of(kind, record, person, &clients(known, person), &token(world, person));
        let keys: BTreeSet<&String> = item["data"].as_object().unwrap().keys().collect();
        let more = keys.iter().any(|k| kind.field(k).is_some() && !expected.fields.contains(*k));
        if !expected.may.contains(&Wish::Read) || more {
            gaps.0.push(format!("{} finds too much of {name} {id}", person.role));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_as_every_role_answers_as_the_policy_says() {
    let (world, _) = people::world().await;
    let known = Known::of(&world).await;
    let people = everybody(&world).await;
    assert_eq!(people.len(), 44, "22 roles, near and far");
    let mut gaps = Gaps::default();
    for person in &people {
        for kind in world.app.catalogue().kinds.values() {
            kind_routes(&world, &known, person, kind, &mut gaps).await;
            record_routes(&world, &known, person, kind, &mut gaps).await;
        }
        other_routes(&world, &known, person, &mut gaps).await;
    }
    assert!(gaps.0.is_empty(), "{} gaps:\n{}", gaps.0.len(), gaps.0.join("\n"));
}

#[tokio::test]
async fn nobody_gets_anything_without_signing_in() {
    let (world, _) = people::world().await;
    for (method, route, who) in ROUTES.iter().filter(|(_, _, who)| !matches!(who, For::Anyone | For::Invited)) {
        let query = match *route {
            "/api/v1/search" => "?q=x",
            "/api/v1/plans/{plan}/evaluation" | "/api/v1/tables/{table}" => "?year=2020",
            "/api/v1/plans/{plan}/forecast" | "/api/v1/plans/{plan}/indicators/{code}/gap" => "?year=2020",
            "/api/v1/indicators/{code}/breakdown" => "?year=2020&by=region",
            "/api/v1/indicators/{code}/units" => "?year=2020&which=numerator",
            _ => "",
        };
        let path = format!("{}{query}", route.replace("{kind}", "exam").replace(['{', '}'], ""));
        let reply = world.send(None, method, &path, &[("if-match", "\"1\"")], Some(&json!({}))).await;
        let turned_away = matches!(reply.status.as_u16(), 303 | 401 | 403) || *who == For::OwnJob && reply.status.as_u16() == 404;
        assert!(turned_away, "{method} {path}: {}", reply.status);
    }
}
