//! A whole server in the test's own process: temporary SQLite store, small lake, frozen clock, accounts of several roles.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail loudly, and each test file uses its part"
)]

pub mod reading;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tower::ServiceExt as _;
use zhijian_kinds::{Catalogue, FieldType};
use zhijian_lake::{Evaluator, Lake};
use zhijian_records::accounts::hash_password;
use zhijian_records::clock::{Clock, FixedClock, start_of};
use zhijian_records::port::{Account, Column};
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;
use zhijian_web::App;

/// The frozen day.
pub const TODAY: &str = "2026-06-30";
const PASSWORD: &str = "correct horse 42";

/// The server.
pub struct World {
    /// For looking behind the scenes.
    pub app: App,
    /// For requests that the helpers below cannot make.
    pub router: Router,
    /// The time, to be moved by tests of time-outs.
    pub clock: Arc<FixedClock>,
    _home: tempfile::TempDir,
}

/// Somebody signed in.
#[derive(Clone)]
pub struct Session {
    /// Cookie header.
    pub cookie: String,
    /// Token of writing requests.
    pub csrf: String,
}

/// An answer.
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub text: String,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text))
    }

    /// The type of a problem, its last part.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{} {}", self.status, self.text);
        let body = self.json();
        for member in ["type", "title", "status", "detail", "problems"] {
            assert!(body.get(member).is_some(), "a problem has `{member}`: {body}");
        }
        assert_eq!(body["status"], self.status.as_u16());
        body["type"].as_str().and_then(|t| t.rsplit(':').next()).unwrap_or_default().to_owned()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

fn tables(catalogue: &Catalogue) -> Vec<TableSpec> {
    let plain = |ty: &FieldType| !matches!(ty, FieldType::Group(_) | FieldType::Object);
    let column = |f: &zhijian_kinds::Field| Column::Field { path: f.path.clone(), numeric: f.ty.is_numeric() };
    let indexes = |kind: &zhijian_kinds::Kind| kind.fields.iter().filter(|f| f.index && plain(&f.ty)).map(column).collect();
    catalogue.kinds.values().map(|kind| TableSpec { kind: kind.kind.clone(), indexes: indexes(kind) }).collect()
}

/// May some role file records of the kind? Others are registered by the platform itself.
pub fn by_hand(kind: &zhijian_kinds::Kind) -> bool {
    kind.rights.allowed.iter().any(|a| a.row.may.contains(&zhijian_records::access::Wish::File))
}

/// Whether somebody amends records of the kind: what was asked of a device is not changed afterwards, by nobody.
pub fn amended_by_hand(kind: &zhijian_kinds::Kind) -> bool {
    by_hand(kind) && kind.rights.allowed.iter().any(|a| a.row.may.contains(&zhijian_records::access::Wish::Amend))
}

impl World {
    /// An empty server for the city 秦皇岛.
    pub async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::embedded();
        let url = format!("sqlite://{}/test.sqlite", home.path().display());
        let store = zhijian_store::open(&url, &tables(&catalogue)).await.unwrap();
        let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
        let now = start_of(TODAY).unwrap() + 9 * 3_600_000_000;
        let vault = Vault::new(&[(1, vec![7; 32])]).unwrap();
        let clock = Arc::new(FixedClock(AtomicI64::new(now)));
        let evaluator = Evaluator::new(Arc::clone(&lake), Arc::clone(&catalogue)).with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
        let door = Door { store, catalogue, vault: Arc::new(vault), clock: Arc::clone(&clock) as Arc<dyn Clock> };
        let register = zhijian_gateway::Register::open(door.clone()).await.unwrap();
        let readings = zhijian_store::open_readings(&format!("sqlite://{}/readings.db", home.path().display())).await.unwrap();
        let app = App {
            online: Some(zhijian_gateway::Hub::start(register, readings)),
            door,
            lake,
            evaluator: Arc::new(evaluator),
            home: home.path().to_path_buf(),
            maps: home.path().join("maps"),
            region: "130300".into(),
            purposes: Arc::default(),
            published: Arc::default(),
            gate: Arc::default(),
            demo: false,
        };
        Self { router: zhijian_web::router(app.clone()), app, clock, _home: home }
    }

    /// A server with an officer's sign-in and all examples of the kinds filed.
    pub async fn with_examples() -> (Self, Session) {
        let world = Self::new().await;
        let officer = world.officer().await;
        for kind in world.app.door.catalogue.in_dependency_order() {
            for example in &kind.examples {
                if !by_hand(kind) {
                    world.register(kind, example).await;
                    continue;
                }
                let path = format!("/api/v1/records/{}", kind.kind);
                let reply = world.post(&officer, &path, &json!({"data": example})).await;
                assert_eq!(reply.status, StatusCode::CREATED, "{}: {}", kind.kind, reply.text);
            }
        }
        world.refresh().await;
        (world, officer)
    }

    /// Files as the platform itself what nobody files by hand.
    pub async fn register(&self, kind: &zhijian_kinds::Kind, example: &Value) {
        let draft = zhijian_kinds::intake::Draft::from_json(kind, example.as_object().unwrap());
        self.app.door.submit(&Caller::system("test"), &kind.kind, &draft, Default::default()).await.unwrap();
    }

    /// Brings the lake up to the records.
    pub async fn refresh(&self) {
        self.app.lake.refresh(self.app.door.store.as_ref()).await.unwrap();
    }

    /// A city officer who holds every role of the administration, so that tests can file anything.
    pub async fn officer(&self) -> Session {
        let roles = ["R02", "R03", "R04", "R05", "R06", "R07", "R09", "R11", "R12", "R14", "R15", "R16", "R18", "R21"];
        self.sign_in("officer", &roles, "130300", "").await
    }

    /// Makes an account and signs it in.
    pub async fn sign_in(&self, login: &str, roles: &[&str], region: &str, organisation: &str) -> Session {
        let account = Account {
            password: hash_password(PASSWORD).unwrap(),
            ..Account::new(login, &format!("测试{login}"), roles, region, organisation)
        };
        self.app.door.put_account(&Caller::system("test"), &account).await.unwrap();
        let body = json!({"login": login, "password": PASSWORD});
        let reply = self.send(None, "POST", "/api/v1/session", &[], Some(&body)).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        Session { cookie, csrf: reply.json()["csrf"].as_str().unwrap().to_owned() }
    }

    /// Sends a request. With a session the cookie goes along, and the token with everything but GET.
    pub async fn send(&self, session: Option<&Session>, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(session) = session {
            request = request.header("cookie", &session.cookie);
            if method != "GET" {
                request = request.header("x-csrf-token", &session.csrf);
            }
        }
        if body.is_some() && !headers.iter().any(|(n, _)| *n == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or(Body::empty(), |b| Body::from(b.to_string()));
        self.answer(request.body(body).unwrap()).await
    }

    /// `GET`.
    pub async fn get(&self, session: &Session, path: &str) -> Reply {
        self.send(Some(session), "GET", path, &[], None).await
    }

    /// `POST`.
    pub async fn post(&self, session: &Session, path: &str, body: &Value) -> Reply {
        self.send(Some(session), "POST", path, &[], Some(body)).await
    }

    /// `POST` of a page's form with its token, as a browser sends it.
    pub async fn form(&self, session: &Session, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![("_csrf", session.csrf.as_str())];
        all.extend_from_slice(fields);
        self.bare_form(Some(session), path, &all).await
    }

    /// A form as it stands, without anything added.
    pub async fn bare_form(&self, session: Option<&Session>, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = zhijian_web::links::query(fields).trim_start_matches('?').to_owned();
        let mut request = Request::builder().method("POST").uri(path).header("content-type", "application/x-www-form-urlencoded");
        if let Some(session) = session {
            request = request.header("cookie", &session.cookie);
        }
        self.answer(request.body(Body::from(body)).unwrap()).await
    }

    /// A request with everything given.
    pub async fn answer(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Files the first example of a kind with some fields changed; gives the record's id.
    pub async fn file(&self, session: &Session, kind: &str, changes: &Value) -> String {
        let reply = self.post(session, &format!("/api/v1/records/{kind}"), &json!({"data": self.example(kind, changes)})).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Moves a record on by one step.
    pub async fn advance(&self, session: &Session, kind: &str, id: &str, step: &str, data: &Value) {
        let path = format!("/api/v1/records/{kind}/{id}");
        let revision = self.get(session, &path).await.header("etag").to_owned();
        let path = format!("{path}/transitions/{step}");
        let reply = self.send(Some(session), "POST", &path, &[("if-match", &revision)], Some(&json!({"data": data}))).await;
        assert_eq!(reply.status, StatusCode::OK, "{kind} {step}: {}", reply.text);
    }

    /// The first example of a kind with some fields changed (`null` takes one away).
    pub fn example(&self, kind: &str, changes: &Value) -> Value {
        let mut data = self.app.door.catalogue.kind(kind).unwrap().examples[0].clone();
        for (name, value) in changes.as_object().into_iter().flatten() {
            if value.is_null() {
                data.as_object_mut().unwrap().shift_remove(name);
            } else {
                data[name] = value.clone();
            }
        }
        data
    }
}
