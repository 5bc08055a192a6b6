use super::*;
use crate::caller::{Grant, Ties};
use serde_json::json;
use zhijian_kinds::Catalogue;

fn at<'a>(region: &'a str, town: &'a str, owner: &'a str, data: &'a Map<String, Value>) -> Coordinates<'a> {
    Coordinates { id: "x", region, town, owner, data }
}

fn kind(name: &str) -> Arc<Kind> {
    Catalogue::embedded().kind(name).cloned().unwrap()
}

#[test]
fn a_role_reaches_what_its_row_says() {
    let none = Map::new();
    let own = json!({"institution_id": "c1"}).as_object().cloned().unwrap();
    let me = json!({"id_no": "token"}).as_object().cloned().unwrap();
    let worker = Caller { ties: Ties { person: vec!["token".into()], ..Ties::default() }, ..Caller::of("w", &["R10"], "", "") };
    let rows: &[(&str, Caller, &str, Coordinates<'_>, bool)] = &[
        ("a city officer, own county", Caller::of("a", &["R03"], "130300", ""), "exam", at("130322", "", "", &none), true),
        ("a city officer, own zone", Caller::of("a", &["R03"], "130300", ""), "exam", at("130371", "", "", &none), true),
        ("a city officer, another city", Caller::of("a", &["R03"], "130300", ""), "exam", at("130202", "", "", &none), false),
        ("an administrator sees no case", Caller::of("a", &["R02"], "130300", ""), "exam", at("130322", "", "", &none), false),
        ("a township", Caller::of("a", &["R17"], "130302105", ""), "employer", at("130302", "130302105", "", &none), true),
        ("another township", Caller::of("a", &["R17"], "130302105", ""), "employer", at("130302", "130302106", "", &none), false),
        ("an unknown township", Caller::of("a", &["R17"], "130302105", ""), "employer", at("130302", "", "", &none), false),
        ("a township sees no exam", Caller::of("a", &["R17"], "130302105", ""), "exam", at("130302", "130302105", "", &none), false),
        ("an employer, its own", Caller::of("a", &["R09"], "", "e1"), "exam", at("130302", "", "e1", &none), true),
        ("an employer, another's", Caller::of("a", &["R09"], "", "e1"), "exam", at("130302", "", "e2", &none), false),
        ("an employer, nobody's", Caller::of("a", &["R09"], "", "e1"), "exam", at("130302", "", "", &none), false),
        ("a clinic, what it made", Caller::of("a", &["R11"], "", "c1"), "exam", at("130302", "", "e1", &own), true),
        ("a clinic, what another made", Caller::of("a", &["R11"], "", "c2"), "exam", at("130302", "", "e1", &own), false),
        ("a clinic without organisation", Caller::of("a", &["R11"], "", ""), "exam", at("130302", "", "", &none), false),
        ("a worker, about itself", worker.clone(), "exam", at("130302", "", "e1", &me), true),
        ("a worker, about another", worker, "exam", at("130302", "", "e1", &none), false),
        ("a worker whose number is not known", Caller::of("w", &["R10"], "", ""), "exam", at("130302", "", "e1", &me), false),
        ("the leadership", Caller::of("a", &["R19"], "130300", ""), "inspection", at("130302", "", "", &none), false),
    ];
    for (why, caller, name, record, expected) in rows {
        assert_eq!(inside(&scope(caller, &kind(name)), *record), *expected, "{why}");
    }
}

#[test]
fn an_employer_sees_the_conclusion_and_no_value() {
    let exam = kind("exam");
    let data = Map::new();
    let arms = arms(&Caller::of("a", &["R09"], "", "e1"), &exam, Wish::Read);
    let sight = sight(&arms, at("130302", "", "e1", &data)).unwrap();
    for shown in ["conclusion", "hazards", "exam_type", "examined_on", "advice", "next_exam_on", "suspected_disease", "contraindication"] {
        assert!(sight.shows(shown), "{shown}");
    }
    for hidden in ["items", "conclusions", "other_finding", "past_disease", "smoking", "quiet_hours", "marital", "remark"] {
        assert!(!sight.shows(hidden), "{hidden}");
    }
}

#[test]
fn two_roles_see_the_union_record_by_record() {
    let exam = kind("exam");
    let none = Map::new();
    let both = Caller::of("a", &["R03", "R09"], "130302", "e1");
    let arms = arms(&both, &exam, Wish::Read);
    assert!(sight(&arms, at("130302", "", "e1", &none)).unwrap().shows("items"), "in the own county everything");
    assert!(!sight(&arms, at("130303", "", "e1", &none)).unwrap().shows("items"), "elsewhere the conclusion");
    assert!(sight(&arms, at("130303", "", "e2", &none)).is_none());
}

#[test]
fn what_was_opened_is_reached_and_nothing_else() {
    let exam = kind("exam");
    let none = Map::new();
    let grant =
        |emergency| Grant { kind: "exam".into(), id: "x".into(), until: 0, reason: String::new(), by: String::new(), at: 0, emergency };
    let with = |role: &str, emergency| Caller {
        ties: Ties { grants: vec![grant(emergency)], ..Ties::default() },
        ..Caller::of("a", &[role], "130200", "")
    };
    let there = at("130302", "", "", &none);
    assert!(inside(&scope(&with("R04", false), &exam), there), "an assigned case");
    assert!(!inside(&scope(&with("R19", false), &exam), there), "a grant gives no role what its row does not");
    assert!(inside(&scope(&with("R03", true), &exam), there), "an emergency");
    assert!(!inside(&scope(&with("R04", false), &kind("diagnosis")), there), "another kind");
    assert!(!may_write(&with("R03", true), &exam, Wish::Amend, there), "an emergency opens reading only");
}

#[test]
fn a_role_without_rows_may_nothing() {
    for kind in Catalogue::embedded().kinds.values() {
        for role in ["R01", "R19"] {
            for wish in Wish::ALL {
                // The leading group reads its plan's papers, which speak of no person and no employer, and changes nothing.
                let papers = role == "R19" && kind.area == "plan" && kind.person.is_none() && matches!(wish, Wish::Read | Wish::Export);
                assert!(papers || !may(&Caller::of("a", &[role], "130300", "e1"), kind, wish), "{role} {wish:?} {}", kind.kind);
            }
        }
        for role in &kind.rights.def.none {
            assert!(arms(&Caller::of("a", &[role], "130300", "e1"), kind, Wish::Read).is_empty(), "{role} {}", kind.kind);
        }
    }
}

#[test]
fn the_wider_of_two_roles_counts() {
    let roster = kind("exposed_worker");
    let both = Caller::of("a", &["R03", "R04"], "130300", "");
    let arms = arms(&both, &roster, Wish::Read);
    assert_eq!(arms.len(), 1, "{arms:?}");
    assert!(arms[0].view.is_whole() && arms[0].reveal);
    assert_eq!(every_arm(&both, &roster, Wish::Read).len(), 2, "both are reasons");
    let township = Scope { regions: vec!["130302105".into()], ..Scope::default() };
    let county = Scope { regions: vec!["130302".into()], ..Scope::default() };
    assert!(!within(&township, &county) && !within(&county, &township), "a zone's township is not its county's");
    assert!(within(&county, &Scope { regions: vec!["1303".into()], ..Scope::default() }));
}
