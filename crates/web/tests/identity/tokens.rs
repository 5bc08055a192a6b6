//! Tokens: shown once, a part of what the account may do, dead with their account.

use crate::people::{DAY, PASSWORD, pass, told};
use crate::world::{Reply, Session, World};
use axum::http::StatusCode;
use serde_json::json;
use zhijian_records::Caller;
use zhijian_records::port::Account;
use zhijian_web::api::operations::operations;

async fn issue(world: &World, session: &Session, scopes: &[&str], days: &str) -> String {
    let mut fields = vec![("name", "交换程序"), ("days", days), ("password", PASSWORD)];
    fields.extend(scopes.iter().map(|s| ("scopes", *s)));
    let page = world.form(session, "/me/tokens", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let at = page.text.find("zj_").unwrap();
    page.text[at..at + 67].to_owned()
}

async fn answer(world: &World, token: &str, method: &str, path: &str) -> Reply {
    let body = json!({});
    let header = format!("Bearer {token}");
    world.send(None, method, path, &[("authorization", &header), ("if-match", "\"1\"")], (method != "GET").then_some(&body)).await
}

async fn ask(world: &World, token: &str, method: &str, path: &str) -> StatusCode {
    answer(world, token, method, path).await.status
}

#[tokio::test]
async fn every_operation_opens_to_its_scope_alone() {
    let world = World::new().await;
    let officer = world.officer().await;
    let scopes = ["read", "write", "identify", "metrics"];
    let mut tokens = Vec::new();
    for scope in scopes {
        tokens.push((scope, issue(&world, &officer, &[scope], "30").await));
    }
    for operation in operations() {
        let spec = &operation.spec;
        if spec.access == zhijian_web::api::operation::Access::Anyone {
            continue;
        }
        let query: Vec<String> = spec
            .query
            .iter()
            .filter(|p| p.required)
            .map(|p| {
                format!(
                    "{}={}",
                    p.name,
                    match p.name {
                        "year" => "2020",
                        "which" => "numerator",
                        _ => "region",
                    }
                )
            })
            .collect();
        let path = format!("/api/v1{}?{}", spec.path.replace("{kind}", "employer").replace(['{', '}'], ""), query.join("&"));
        for (scope, token) in &tokens {
            let reply = answer(&world, token, &spec.method.to_uppercase(), &path).await;
            let beyond = reply.text.contains("令牌没有权限范围") || reply.text.contains("令牌不能管理");
            assert_eq!(beyond, *scope != spec.scope, "{scope} {} {path}: {} {}", spec.method, reply.status, reply.text);
            assert!(!beyond || reply.status == StatusCode::FORBIDDEN);
        }
    }
    for (scope, token) in &tokens {
        for path in ["/me", "/me/tokens", "/accounts", "/security", "/records/employer"] {
            assert_eq!(ask(&world, token, "GET", path).await, StatusCode::SEE_OTHER, "{scope}: pages know no tokens, {path}");
        }
    }
}

#[tokio::test]
async fn a_token_is_never_more_than_its_account() {
    let (world, _) = World::with_examples().await;
    let far = world.sign_in("far", &["R03"], "140100", "").await;
    let token = issue(&world, &far, &["read", "write", "identify"], "30").await;
    let header = format!("Bearer {token}");
    let reply = world.send(None, "GET", "/api/v1/records/employer/count", &[("authorization", &header)], None).await;
    assert_eq!(reply.json()["count"], 0, "the region holds");
    assert_eq!(ask(&world, &token, "GET", "/api/v1/audit").await, StatusCode::FORBIDDEN, "the role holds");
}

#[tokio::test]
async fn a_token_dies_with_its_account_its_time_and_its_revocation() {
    let world = World::new().await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    for way in ["deactivated", "expired", "revoked", "invited anew", "ended by the administrator"] {
        let login = format!("w{}", way.len());
        let wang = world.sign_in(&login, &["R03"], "130300", "").await;
        let token = issue(&world, &wang, &["read"], "30").await;
        assert_eq!(ask(&world, &token, "GET", "/api/v1/kinds").await, StatusCode::OK);
        match way {
            "deactivated" => {
                let account = world.app.door.store.account(&login).await.unwrap().unwrap();
                // Straight into the store: the token must not depend on anybody having tidied up.
                world.app.door.store.put_account(&Account { active: false, ..account }).await.unwrap();
            }
            "expired" => pass(&world, 30 * DAY),
            "revoked" => {
                let id = world.app.door.store.tokens(&login).await.unwrap()[0].id();
                assert_eq!(world.form(&wang, &format!("/me/tokens/{id}/revoke"), &[]).await.status, StatusCode::SEE_OTHER);
                assert!(told(&world, &id, "撤销令牌").await);
            }
            "invited anew" => {
                let admin = Caller::system("test");
                world.app.door.invite(&admin, &login).await.unwrap();
            }
            _ => {
                let fresh = world.sign_in("admin2", &["R01"], "130300", "").await;
                assert_eq!(world.form(&fresh, &format!("/accounts/{login}/sessions"), &[]).await.status, StatusCode::SEE_OTHER);
            }
        }
        assert_eq!(ask(&world, &token, "GET", "/api/v1/kinds").await, StatusCode::UNAUTHORIZED, "{way}");
    }
    drop(admin);
}

#[tokio::test]
async fn a_token_is_kept_as_a_hash_and_made_within_bounds_on_record() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let token = issue(&world, &wang, &["read"], "30").await;
    let kept = &world.app.door.store.tokens("wang").await.unwrap()[0];
    assert!(!format!("{kept:?}").contains(&token) && !world.get(&wang, "/me/tokens").await.text.contains(&token));
    assert!(told(&world, &kept.id(), "新建令牌“交换程序”（read，30 天）").await);
    for (fields, reason) in [
        (vec![("name", "x"), ("days", "366"), ("scopes", "read")], "1～365"),
        (vec![("name", "x"), ("days", ""), ("scopes", "read")], "1～365"),
        (vec![("name", "x"), ("days", "3"), ("scopes", "admin")], "没有权限范围"),
        (vec![("name", "x"), ("days", "3")], "至少选择一项"),
        (vec![("name", " "), ("days", "3"), ("scopes", "read")], "请填写令牌名称"),
    ] {
        let mut all = fields.clone();
        all.push(("password", PASSWORD));
        let reply = world.form(&wang, "/me/tokens", &all).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(reply.text.contains(reason), "{fields:?}");
    }
    let other = [("name", "x"), ("days", "3"), ("scopes", "read"), ("password", "guess guess guess")];
    assert_eq!(world.form(&wang, "/me/tokens", &other).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the password is asked for");
}
