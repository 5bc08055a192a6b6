//! The OpenAPI document says what the router does.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;
use zhijian_web::api::operations::operations;

async fn document(world: &World) -> Value {
    world.send(None, "GET", "/api/v1/openapi.json", &[], None).await.json()
}

/// `(path, method, operation)` of the document.
fn entries(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |(m, o)| (path.as_str(), m.as_str(), o))).collect()
}

#[tokio::test]
async fn every_documented_operation_is_answered_and_every_route_is_documented() {
    let world = World::new().await;
    let document = document(&world).await;
    for (path, method, operation) in entries(&document) {
        let path = format!("/api/v1{}", path.replace(['{', '}'], ""));
        let reply = world.send(None, &method.to_uppercase(), &path, &[], None).await;
        let open = operation["security"].as_array().is_some_and(Vec::is_empty);
        if open {
            assert!(!matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED), "{method} {path}");
        } else {
            let needed = operation["parameters"].as_array().unwrap().iter().any(|p| p["in"] == "query" && p["required"] == true);
            let expected = if needed { StatusCode::BAD_REQUEST } else { StatusCode::UNAUTHORIZED };
            assert_eq!(reply.status, expected, "{method} {path}: {}", reply.text);
        }
    }
    for operation in operations() {
        let spec = &operation.spec;
        // Only some kinds have records that can be merged.
        let merges = ["/duplicates", "/merge", "/unmerge"].iter().any(|end| spec.path.ends_with(end));
        let kind = if merges { "employer" } else { "declaration" };
        let example = spec.path.replace("{kind}", if spec.path.starts_with("/records") { kind } else { "{kind}" });
        assert!(document["paths"][&example][spec.method].is_object(), "{} {}", spec.method, spec.path);
    }
}

#[tokio::test]
async fn names_are_unique_references_resolve_and_schemas_are_schemas() {
    let world = World::new().await;
    let document = document(&world).await;
    let mut names = BTreeSet::new();
    for (path, method, operation) in entries(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
        let declared: BTreeSet<&str> =
            operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
        let used: BTreeSet<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        assert_eq!(declared, used, "{method} {path}");
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(document["tags"].as_array().unwrap().iter().any(|t| t["name"] == tag), "{tag}");
    }
    let mut broken = Vec::new();
    references(&document, &document, &mut broken);
    assert!(broken.is_empty(), "{broken:?}");
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let mut whole = schema.clone();
        whole["components"] = document["components"].clone();
        assert!(jsonschema::draft202012::new(&whole).is_ok(), "{name}: {:?}", jsonschema::draft202012::new(&whole).err());
    }
}

fn references(document: &Value, at: &Value, broken: &mut Vec<String>) {
    match at {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                let found = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                if found.is_none() {
                    broken.push(target.to_owned());
                }
            }
            members.values().for_each(|v| references(document, v, broken));
        }
        Value::Array(items) => items.iter().for_each(|v| references(document, v, broken)),
        _ => {}
    }
}

/// The schemas of the answers are held against real answers.
#[tokio::test]
async fn answers_obey_their_schemas() {
    let (world, officer) = World::with_examples().await;
    let admin = world.sign_in("admin", &["R01"], "", "").await;
    let document = document(&world).await;
    let employer = world.get(&officer, "/api/v1/records/employer").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let rows = [
        ("/session", "/session".to_owned()),
        ("/records/employer", "/records/employer".to_owned()),
        ("/records/employer/{id}", format!("/records/employer/{employer}")),
        ("/records/employer/{id}/history", format!("/records/employer/{employer}/history")),
        ("/records/employer/count", "/records/employer/count?by=industry".to_owned()),
        ("/search", "/search?q=%E6%B5%B7%E6%B8%AF".to_owned()),
        ("/kinds", "/kinds".to_owned()),
        ("/kinds/{kind}", "/kinds/exam".to_owned()),
        ("/codes/{list}", "/codes/HAZARD?q=mn&limit=3".to_owned()),
        ("/regions", "/regions?parent=130300".to_owned()),
        ("/plans", "/plans".to_owned()),
        ("/plans/{plan}/evaluation", "/plans/qinhuangdao/evaluation?year=2020".to_owned()),
        ("/indicators", "/indicators".to_owned()),
        ("/indicators/{code}", "/indicators/I-02?year=2020&plan=qinhuangdao".to_owned()),
        ("/indicators/{code}/breakdown", "/indicators/I-02/breakdown?by=industry&year=2020".to_owned()),
        ("/indicators/{code}/units", "/indicators/I-02/units?which=denominator&year=2020".to_owned()),
        ("/tables", "/tables".to_owned()),
        ("/tables/{table}", "/tables/new_cases?year=2020".to_owned()),
        ("/boards", "/boards".to_owned()),
        ("/boards/{board}", "/boards/quality?year=2020".to_owned()),
        ("/boards/{board}/{panel}", "/boards/quality/by_county?year=2020".to_owned()),
        ("/boards/{board}/{panel}/units", "/boards/quality/register/units?year=2020&row=industry&which=denominator".to_owned()),
        ("/layers", "/layers".to_owned()),
        ("/layers/{layer}", "/layers/employers?year=2020".to_owned()),
        ("/layers/{layer}/units", "/layers/employers/units?year=2020".to_owned()),
        ("/plans/{plan}/forecast", "/plans/qinhuangdao/forecast?year=2020&as_of=2020-10-31".to_owned()),
        ("/plans/{plan}/indicators/{code}/gap", "/plans/qinhuangdao/indicators/I-02/gap?year=2020".to_owned()),
        ("/calc", "/calc?q=TWA".to_owned()),
        ("/calc/{calculator}", "/calc/hearing.gbz49".to_owned()),
        ("/jobs", "/jobs".to_owned()),
        ("/audit", "/audit?limit=5".to_owned()),
    ];
    for (path, address) in rows {
        let session = if path == "/audit" { &admin } else { &officer };
        let reply = world.get(session, &format!("/api/v1{address}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{address}: {}", reply.text);
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let mut whole = schema.clone();
        whole["components"] = document["components"].clone();
        // Masks and blank texts stand in for values, so the kind's own patterns are not asked of answers.
        let errors: Vec<String> = jsonschema::draft202012::new(&whole)
            .unwrap()
            .iter_errors(&reply.json())
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{address}: {errors:#?}");
    }
}

#[tokio::test]
async fn the_page_lists_the_operations_without_scripts() {
    let world = World::new().await;
    let reply = world.send(None, "GET", "/api/docs", &[], None).await;
    assert_eq!(reply.status, StatusCode::OK);
    for operation in operations() {
        assert!(reply.text.contains(operation.spec.summary), "{}", operation.spec.summary);
    }
    assert!(!reply.text.contains("<script>"), "no inline script under our content security policy");
}

#[tokio::test]
async fn what_a_reader_gets_masked_keeps_no_format_and_every_body_may_be_refused() {
    let world = World::new().await;
    let document = document(&world).await;
    let birth = |schema: &str| document["components"]["schemas"][schema]["properties"]["birth_date"].clone();
    assert_eq!(birth("exam")["format"], "date", "as it is filed");
    assert_eq!((birth("exam_seen")["format"].clone(), birth("exam_seen")["x-private"].clone()), (Value::Null, "identity".into()));
    for (path, method, operation) in entries(&document).into_iter().filter(|(_, _, o)| o["requestBody"].is_object()) {
        for status in ["413", "415", "422"] {
            assert!(operation["responses"][status].is_object(), "{method} {path}: {status}");
        }
    }
}
