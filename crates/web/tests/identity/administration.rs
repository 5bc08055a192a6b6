//! Administration of accounts: delegated by region, invitations, unused accounts.

use crate::people::{DAY, PASSWORD, login, pass, told};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;
use zhijian_records::Caller;
use zhijian_records::port::Account;

async fn county(world: &World) -> Session {
    world.sign_in("county", &["R02"], "130302", "").await
}

async fn put(world: &World, by: &Session, path: &str, login: &str, roles: &[&str], region: &str) -> StatusCode {
    let mut fields = vec![("login", login), ("name", "测试新"), ("region", region), ("organisation", ""), ("active", "1")];
    fields.extend(roles.iter().map(|r| ("roles", *r)));
    world.form(by, path, &fields).await.status
}

#[tokio::test]
async fn a_county_administrator_cannot_give_more_than_it_has() {
    let world = World::new().await;
    let county = county(&world).await;
    let new = "/accounts/new";
    assert_eq!(put(&world, &county, new, "ok1", &["R03"], "130302").await, StatusCode::OK, "below it");
    let refused = [StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NOT_FOUND];
    for (roles, region, why) in [
        (&["R01"][..], "130302", "a platform administrator"),
        (&["R01"], "", "a platform administrator without region"),
        (&["R19"], "130302", "the leadership"),
        (&["R02"], "130302", "its own equal"),
        (&["R03"], "130303", "the neighbour county"),
        (&["R03"], "130300", "the city above"),
        (&["R03"], "", "no region, so everywhere"),
        (&["R03", "R01"], "130302", "two in one"),
        (&["R99"], "130302", "a role that is none"),
    ] {
        let status = put(&world, &county, new, "bad1", roles, region).await;
        assert!(refused.contains(&status), "{why}: {status}");
        assert_eq!(world.app.door.store.account("bad1").await.unwrap(), None, "{why}");
    }
}

#[tokio::test]
async fn a_county_administrator_reaches_no_account_above_beside_or_its_own() {
    let world = World::new().await;
    let county = county(&world).await;
    world.sign_in("below", &["R03"], "130302", "").await;
    world.sign_in("admin", &["R01"], "130302", "").await;
    world.sign_in("beside", &["R03"], "130303", "").await;
    world.sign_in("city", &["R02"], "130300", "").await;
    world.sign_in("equal", &["R02"], "130302", "").await;
    world.sign_in("person", &["R10"], "", "").await;
    let deeds = ["", "/invite", "/unlock", "/factors", "/sessions"];
    for login in ["admin", "beside", "city", "equal", "person", "county"] {
        assert!(world.get(&county, &format!("/accounts/{login}")).await.status.is_client_error(), "{login}");
        for deed in deeds {
            let path = format!("/accounts/{login}{deed}");
            let status = put(&world, &county, &path, login, &["R03"], "130302").await;
            assert!(matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{path}: {status}");
        }
        assert_eq!(self::login(&world, login, PASSWORD).await.status, StatusCode::SEE_OTHER, "{login} is as it was");
    }
    let list = world.get(&county, "/accounts").await.text;
    assert!(list.contains("测试below"));
    for hidden in ["测试admin", "测试beside", "测试city", "测试equal", "测试person"] {
        assert!(!list.contains(hidden), "{hidden}");
    }
    // Nor can an account be moved out of reach or raised.
    for (roles, region) in [(&["R03"][..], "130303"), (&["R01"], "130302"), (&["R02"], "130302"), (&["R03"], "")] {
        assert!(put(&world, &county, "/accounts/below", "below", roles, region).await.is_client_error(), "{roles:?} {region}");
    }
    let below = world.app.door.store.account("below").await.unwrap().unwrap();
    assert_eq!((below.roles, below.region), (vec!["R03".to_owned()], "130302".to_owned()));
    assert_eq!(put(&world, &county, "/accounts/below", "below", &["R04"], "130302").await, StatusCode::SEE_OTHER, "what it may, it can");
}

#[tokio::test]
async fn accounts_of_organisations_belong_to_their_organisations_county() {
    let (world, officer) = World::with_examples().await;
    let county = county(&world).await;
    let neighbour = world.sign_in("neighbour", &["R02"], "130303", "").await;
    let id = world
        .file(&officer, "employer", &json!({"uscc": "91130303MA0000007A", "name": "测山海关机械厂", "county": "山海关区", "town": null}))
        .await;
    world.sign_in("plant", &["R09"], "", &id).await;
    assert_eq!(world.get(&neighbour, "/accounts/plant").await.status, StatusCode::OK);
    assert_eq!(world.get(&county, "/accounts/plant").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invitation_sets_a_password_once_and_in_time() {
    let world = World::new().await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    let link = async |login: &str| {
        let page = world.form(&admin, &format!("/accounts/{login}/invite"), &[]).await;
        let at = page.text.find("/invite/").unwrap();
        page.text[at..at + 8 + 64].to_owned()
    };
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let first = link("wang").await;
    assert_eq!(world.get(&wang, "/me").await.status, StatusCode::SEE_OTHER, "sessions end");
    assert_eq!(login(&world, "wang", PASSWORD).await.status, StatusCode::UNAUTHORIZED, "so does the old password");
    assert_eq!(login(&world, "wang", "").await.status, StatusCode::UNAUTHORIZED, "no password is no password");
    let second = link("wang").await;
    let new = [("new", "brand new horse 7"), ("repeat", "brand new horse 7")];
    assert_eq!(world.bare_form(None, &first, &new).await.status, StatusCode::NOT_FOUND, "an earlier link is void");
    let weak = world.bare_form(None, &second, &[("new", "password1234"), ("repeat", "password1234")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.bare_form(None, &second, &new).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.bare_form(None, &second, &new).await.status, StatusCode::NOT_FOUND, "once");
    assert_eq!(login(&world, "wang", "brand new horse 7").await.status, StatusCode::SEE_OTHER);
    let late = link("wang").await;
    pass(&world, 72 * 60 * crate::people::MINUTE);
    assert_eq!(world.bare_form(None, &late, &new).await.status, StatusCode::NOT_FOUND, "in time");
    assert!(told(&world, "wang", "发出邀请链接").await && told(&world, "wang", "凭邀请链接设置密码").await);
}

#[tokio::test]
async fn unused_accounts_are_deactivated_and_one_administrator_stays() {
    let world = World::new().await;
    for (login, roles) in [("admin", "R01"), ("old", "R03"), ("busy", "R03")] {
        world.sign_in(login, &[roles], "130300", "").await;
    }
    pass(&world, 100 * DAY);
    assert_eq!(login(&world, "busy", PASSWORD).await.status, StatusCode::SEE_OTHER);
    pass(&world, 80 * DAY);
    assert_eq!(world.app.door.deactivate_unused().await.unwrap(), ["old"]);
    assert!(told(&world, "old", "180 天未登录，自动停用").await);
    assert_eq!(login(&world, "old", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(login(&world, "admin", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nobody_takes_the_own_administration_away() {
    let world = World::new().await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    assert_eq!(put(&world, &admin, "/accounts/admin", "admin", &["R03"], "130300").await, StatusCode::UNPROCESSABLE_ENTITY);
    let off = world.form(&admin, "/accounts/admin", &[("name", "测试admin"), ("roles", "R01"), ("region", "130300")]).await;
    assert_eq!(off.status, StatusCode::UNPROCESSABLE_ENTITY, "without “允许登录”");
}

#[tokio::test]
async fn the_door_itself_refuses_whoever_administers_nothing() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    let caller = Caller::of("other", &["R03"], "130300", "");
    let door = &world.app.door;
    let account = door.store.account("wang").await.unwrap().unwrap();
    assert!(door.put_account(&caller, &Account { roles: vec!["R02".into()], ..account }).await.is_err());
    assert!(door.invite(&caller, "wang").await.is_err());
    assert!(door.unlock(&caller, "wang").await.is_err());
    assert!(door.end_sessions_of(&caller, "wang").await.is_err());
    assert!(door.revoke_tokens_of(&caller, "wang").await.is_err());
    assert!(door.set_security(&caller, &door.security().await.unwrap()).await.is_err());
    assert!(door.managed_accounts(&caller).await.is_err());
}
