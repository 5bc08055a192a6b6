//! Every page renders for every kind, and nothing in it needs what the content security policy refuses.

use crate::browser::{get, main_text};
use crate::world::World;
use axum::http::StatusCode;
use zhijian_records::Caller;
use zhijian_records::read::ListRequest;

/// Inline styles, inline scripts and event attributes would be dead.
pub fn obeys_the_policy(page: &str, path: &str) {
    for mark in [" style=\"", "<style", "<script>", " onclick=", " onsubmit=", " onchange=", "javascript:", "http://", "https://"] {
        assert!(!page.contains(mark) || mark.starts_with("http"), "{path} has {mark}");
    }
    for piece in page.split("<script").skip(1) {
        assert!(piece.trim_start().starts_with("defer src=\"/assets/"), "{path}: a script that is not ours");
    }
}

/// Every id is there once, every label leads to an input.
pub fn labels_are_bound(page: &str, path: &str) {
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|p| p.split('"').next()).collect();
    let mut seen = std::collections::HashSet::new();
    for id in &ids {
        assert!(seen.insert(*id), "{path}: id {id} twice");
    }
    for target in page.split(" for=\"").skip(1).filter_map(|p| p.split('"').next()) {
        assert!(seen.contains(target), "{path}: label for {target} without input");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_every_kind_renders() {
    let (world, officer) = World::with_examples().await;
    let system = Caller::system("test");
    for kind in world.app.door.catalogue.kinds.values() {
        let name = &kind.kind;
        let mut paths = vec![format!("/records/{name}"), format!("/kinds/{name}"), format!("/records/{name}/template.xlsx")];
        let by_hand = crate::world::by_hand(kind);
        if by_hand {
            paths.push(format!("/records/{name}/new"));
        }
        let page = world.app.door.list(&system, name, &ListRequest { limit: 5, ..ListRequest::default() }).await.unwrap();
        assert!(!page.rows.is_empty(), "{name} has no example on file");
        for row in &page.rows {
            let pages = ["", "/history", "/print", "/documents", "/edit", "/retract"];
            for what in &pages[..if crate::world::amended_by_hand(kind) { 6 } else { 4 }] {
                paths.push(format!("/records/{name}/{}{what}", row.id));
            }
            // Steps without roles are the platform's own.
            for step in kind.transitions.iter().filter(|step| !step.roles.is_empty()) {
                paths.push(format!("/records/{name}/{}/steps/{}", row.id, step.id));
            }
        }
        for path in paths {
            let reply = get(&world, Some(&officer), &path).await;
            // Steps of an organisation's own records are not the officer's; who may take them is the walk of every route's to say.
            if path.contains("/steps/") && reply.status == StatusCode::FORBIDDEN {
                continue;
            }
            assert_eq!(reply.status, StatusCode::OK, "{path}: {}", main_text(&reply.text));
            if !path.ends_with(".xlsx") {
                obeys_the_policy(&reply.text, &path);
                labels_are_bound(&reply.text, &path);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_page_renders() {
    let (world, officer) = World::with_examples().await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    for path in [
        "/",
        "/me",
        "/me/password",
        "/me/factors",
        "/me/sessions",
        "/me/tokens",
        "/search",
        "/search?q=%E6%B5%8B",
        "/kinds",
        "/codes",
        "/import",
        "/plans",
        "/calc",
    ] {
        let reply = get(&world, Some(&officer), path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
        obeys_the_policy(&reply.text, path);
        labels_are_bound(&reply.text, path);
    }
    for list in world.app.door.catalogue.codes.keys() {
        for path in [format!("/codes/{list}"), format!("/codes/{list}/options?q=1")] {
            assert_eq!(get(&world, Some(&officer), &path).await.status, StatusCode::OK, "{path}");
        }
    }
    let plain = world.sign_in("plain", &["R03"], "130302", "").await;
    for path in ["/accounts", "/accounts/new", "/accounts/officer", "/rederive", "/security", "/system"] {
        let reply = get(&world, Some(&admin), path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        obeys_the_policy(&reply.text, path);
        labels_are_bound(&reply.text, path);
        assert_eq!(get(&world, Some(&plain), path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_sorts_and_exports_of_every_kind_work() {
    let (world, officer) = World::with_examples().await;
    for kind in world.app.door.catalogue.kinds.values() {
        let list = get(&world, Some(&officer), &format!("/records/{}", kind.kind)).await;
        // Every link that the list itself offers leads somewhere.
        for address in list.text.split("hx-get=\"").skip(1).filter_map(|p| p.split('"').next()) {
            let address = address.replace("&amp;", "&");
            assert_eq!(get(&world, Some(&officer), &address).await.status, StatusCode::OK, "{address}");
        }
        for format in ["xlsx", "csv", "json"] {
            let path = format!("/records/{}/export?q=", kind.kind);
            let reply = crate::browser::post(&world, &officer, &path, &[("format", format), ("purpose", "监测数据核实")]).await;
            // What a page offers works, and what it does not offer is refused.
            let offered = list.text.contains(&format!("/records/{}/export", kind.kind));
            let expected = if offered { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(reply.status, expected, "{path} {format}: {}", main_text(&reply.text));
            assert!(!reply.text.is_empty(), "{path} {format}");
        }
    }
}
