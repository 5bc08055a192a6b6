//! Serves the pages over a temporary store for looking at them: `cargo run -p zhijian-web --example preview -- [FOLDER] [ADDRESS]`.
//! The demo region's workbooks are imported at the first start; every account has the password `preview-2020`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use zhijian_exchange::import::{Options, collect, import};
use zhijian_kinds::{Catalogue, FieldType};
use zhijian_lake::{Evaluator, Lake};
use zhijian_records::accounts::hash_password;
use zhijian_records::clock::SystemClock;
use zhijian_records::port::{Account, Column};
use zhijian_records::read::ListRequest;
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;
use zhijian_web::App;

const ACCOUNTS: [(&str, &str, &[&str], &str); 6] = [
    ("city", "林样琪", &["R02", "R03"], "130300"),
    ("county", "周例远", &["R03"], "130302"),
    ("cdc", "贺测宁", &["R06", "R07"], "130300"),
    ("inspector", "孟样川", &["R04", "R05"], "130300"),
    ("leader", "市领导小组", &["R19"], "130300"),
    ("admin", "平台管理员", &["R01"], "130300"),
];

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let home = arguments.next().map_or_else(|| std::env::temp_dir().join("zhijian-preview"), PathBuf::from);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8137".into());
    std::fs::create_dir_all(&home)?;
    let catalogue = Catalogue::embedded();
    let store = zhijian_store::open(&format!("sqlite://{}/preview.sqlite", home.display()), &tables(&catalogue)).await?;
    let lake = Arc::new(Lake::open(&home, &catalogue)?);
    let evaluator = Arc::new(Evaluator::new(Arc::clone(&lake), Arc::clone(&catalogue)).with_clock(Arc::new(SystemClock)));
    let door = Door { store, catalogue, vault: Arc::new(Vault::new(&[(1, vec![7; 32])])?), clock: Arc::new(SystemClock) };
    if door.store.accounts().await?.is_empty() {
        fill(&door).await?;
    }
    lake.refresh(door.store.as_ref()).await?;
    let app = App {
        door,
        lake,
        evaluator,
        maps: home.join("maps"),
        home,
        region: "130300".into(),
        purposes: Arc::default(),
        published: Arc::default(),
        gate: Arc::default(),
        demo: true,
        online: None,
    };
    let listener = tokio::net::TcpListener::bind(&address).await?;
    axum::serve(listener, zhijian_web::router(app)).await?;
    Ok(())
}

async fn fill(door: &Door) -> Result<(), Failure> {
    let system = Caller { region: "130300".into(), ..Caller::system("preview") };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo/qinhuangdao-2020");
    let (files, left_out) = collect(&[folder])?;
    let options = Options { region: Some("130300".into()), login: "city".into(), left_out, ..Options::default() };
    import(door, &system, &files, &options, &|_| {}, &AtomicBool::new(false)).await?;
    let password = hash_password("preview-2020")?;
    let account = |login: &str, name: &str, roles: &[&str], region: &str, organisation: &str| Account {
        password: password.clone(),
        ..Account::new(login, name, roles, region, organisation)
    };
    for (login, name, roles, region) in ACCOUNTS {
        door.put_account(&system, &account(login, name, roles, region, "")).await?;
    }
    let first = door.list(&system, "employer", &ListRequest { limit: 1, ..ListRequest::default() }).await?;
    if let Some(employer) = first.rows.first() {
        door.put_account(&system, &account("plant", "彭例银", &["R09"], "", &employer.id)).await?;
    }
    Ok(())
}

fn tables(catalogue: &Catalogue) -> Vec<TableSpec> {
    let column = |f: &zhijian_kinds::Field| Column::Field { path: f.path.clone(), numeric: f.ty.is_numeric() };
    let plain = |f: &&zhijian_kinds::Field| f.index && !matches!(f.ty, FieldType::Group(_) | FieldType::Object);
    catalogue
        .kinds
        .values()
        .map(|kind| TableSpec { kind: kind.kind.clone(), indexes: kind.fields.iter().filter(plain).map(column).collect() })
        .collect()
}
