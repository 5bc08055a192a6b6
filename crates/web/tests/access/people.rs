//! One account a role, tied to the example records as the role's duty would tie it, and one that is tied to nothing there.

use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use zhijian_records::Caller;
use zhijian_records::port::{Scope, Stored};
use zhijian_records::read::ListRequest;

/// Somebody with one role.
pub struct Person {
    /// Role code.
    pub role: String,
    /// Is tied to the example records.
    pub near: bool,
    /// Region of duty.
    pub region: String,
    /// Own organisation.
    pub organisation: String,
    /// Name of the own organisation.
    pub organisation_name: String,
    /// Identity number of the person.
    pub id_no: String,
    /// Signed in.
    pub session: Session,
}

/// Organisations that examples name and that no example registers.
const MORE: [(&str, &str, &str, &str); 3] = [
    ("抚宁区测例中医医院", "12130302TE5T08C06Y", "测例字第101号", "exam"),
    ("样测安环技术服务有限公司", "12130302TE5T08C12Y", "测例字第102号", "service"),
    ("虚拟放射剂量监测中心", "12130302TE5T08C13Y", "测例字第103号", "dose_lab"),
];

/// The examples of all kinds, and the organisations that made them.
pub async fn world() -> (World, Session) {
    let world = World::new().await;
    let officer = world.officer().await;
    for (name, _, number, category) in MORE {
        let changes = json!({"name": name, "uscc": null, "filing_no": number, "category": category, "county": "海港区"});
        world.file(&officer, "institution", &changes).await;
    }
    for kind in world.app.door.catalogue.in_dependency_order() {
        for example in &kind.examples {
            if !crate::world::by_hand(kind) {
                world.register(kind, example).await;
                continue;
            }
            let reply = world.post(&officer, &format!("/api/v1/records/{}", kind.kind), &json!({"data": example})).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}: {}", kind.kind, reply.text);
        }
    }
    world.refresh().await;
    (world, officer)
}

/// All records of a kind as they are stored.
pub async fn stored(world: &World, kind: &str) -> Vec<Stored> {
    let door = &world.app.door;
    let kind = door.kind(kind).unwrap();
    let mut query = door.query(&Caller::system("test"), &kind, &ListRequest { limit: 100, ..ListRequest::default() }).unwrap();
    query.scope = Scope { all: true, ..Scope::default() };
    door.store.query(&query).await.unwrap().rows
}

/// The public document of a stored record.
pub fn document(stored: &Stored) -> Map<String, Value> {
    serde_json::from_str(&stored.data).unwrap()
}

async fn named(world: &World, kind: &str, name: &str) -> String {
    let found = stored(world, kind).await.into_iter().find(|s| document(s)["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}")).id
}

/// Everybody: 22 roles, near and far.
pub async fn everybody(world: &World) -> Vec<Person> {
    let mut all = Vec::new();
    for role in world.app.catalogue().roles.roles.keys() {
        for near in [true, false] {
            all.push(person(world, role, near).await);
        }
    }
    all
}

/// One person.
pub async fn person(world: &World, role: &str, near: bool) -> Person {
    let regional = ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R18", "R19"].contains(&role);
    let region = match (role, near) {
        ("R17", true) => stored(world, "employer").await[0].town.clone(),
        ("R17", false) => "140105001".into(),
        (_, true) if regional => "130300".into(),
        (_, false) if regional => "140100".into(),
        _ => String::new(),
    };
    let (register, name) = match role {
        "R08" | "R09" => ("employer", "海港样嘉盛建材厂"),
        "R11" => ("institution", "抚宁区测例中医医院"),
        "R12" => ("institution", "秦皇岛市试例职业病防治院"),
        "R14" => ("institution", "样测安环技术服务有限公司"),
        "R15" => ("institution", "虚拟放射剂量监测中心"),
        "R16" => ("station", "杜庄镇尘肺病康复站"),
        "R21" => ("institution", "海港区测例人民医院"),
        _ => ("", ""),
    };
    let organisation = match (register, near) {
        ("", _) => String::new(),
        (register, true) => named(world, register, name).await,
        (_, false) => "f".repeat(32),
    };
    let id_no = match (role, near) {
        ("R10", true) => "130322199804129999",
        ("R10", false) => "130303198801099989",
        _ => "",
    };
    let login = format!("{}-{}", role.to_lowercase(), if near { "near" } else { "far" });
    let session = world.sign_in(&login, &[role], &region, &organisation).await;
    if near && !id_no.is_empty() {
        world.app.door.tie_person(&Caller::system("test"), &login, id_no).await.unwrap();
    }
    Person {
        role: role.into(),
        near,
        region,
        organisation,
        organisation_name: if near { name.into() } else { String::new() },
        id_no: id_no.into(),
        session,
    }
}
