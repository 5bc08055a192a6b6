//! One file of synthetic content, and what must never get out of the layout program.

use super::{made, set};
use crate::content::{Content, Filled, Row};
use zhijian_kinds::Catalogue;

/// Content with every sort of part.
pub(crate) fn sample() -> Content {
    let row = |label: &str, value: &str| Row { label: label.into(), value: value.into() };
    Content {
        document: "declaration_receipt".into(),
        version: 1,
        title: "职业病危害项目申报回执".into(),
        to: "测试矿业有限公司".into(),
        issuer: "海港区卫生健康行政部门".into(),
        number: "130302202600001".into(),
        code: "7K3M-9QXT-2WHD-5RVB".into(),
        issued_on: "2026-11-27".into(),
        day: "2026年11月27日".into(),
        check_at: "https://zhijian.example/verify/7K3M-9QXT-2WHD-5RVB".into(),
        basis: "职业病危害项目申报办法 art. 6".into(),
        mark: String::new(),
        blocks: vec![
            Filled::Heading { text: "一、受理".into() },
            Filled::Text { text: "你单位提交的申报材料收悉。".into() },
            Filled::Fields {
                rows: vec![row("用人单位", "测试矿业有限公司"), row("危害因素", "粉尘；噪声"), row("备注", "")]
            },
            Filled::Table {
                title: "分布".into(),
                head: vec!["场所".into(), "人数".into()],
                rows: vec![vec!["破碎".into(), "12".into()]],
                more: String::new(),
            },
            Filled::Sign { lines: vec!["出具单位（公章）：".into()] },
        ],
    }
}

fn read(file: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, file).unwrap();
    let run = std::process::Command::new("pdftotext").arg(&path).arg("-").output().ok()?;
    run.status.success().then(|| String::from_utf8_lossy(&run.stdout).into_owned())
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let catalogue = Catalogue::embedded();
    let (one, two) = (made(&catalogue, &sample(), false).unwrap(), made(&catalogue, &sample(), false).unwrap());
    assert!(one.starts_with(b"%PDF-1.7"));
    assert!(one == two, "printed again, byte for byte");
    let other = Content { number: "130302202600002".into(), ..sample() };
    assert!(one != made(&catalogue, &other, false).unwrap(), "another number is another file");
    if let Some(text) = read(&one) {
        for word in ["职业病危害项目申报回执", "130302202600001", "7K3M-9QXT-2WHD-5RVB", "测试矿业有限公司", "破碎"] {
            assert!(text.contains(word), "{word} can be read in it: {text}");
        }
    }
}

#[test]
fn texts_are_never_programs() {
    let catalogue = Catalogue::embedded();
    for hostile in [
        "#read(\"/etc/passwd\")",
        "]#panic()[",
        "$ 1/0 $",
        "*粗* _斜_ `码`",
        "#include \"/etc/passwd\"",
        "\\u{0}",
        "<label> @ref",
        "= 标题",
        "// 注释",
    ] {
        let row = Row { label: hostile.into(), value: hostile.into() };
        let table =
            Filled::Table { title: hostile.into(), head: vec![hostile.into()], rows: vec![vec![hostile.into()]], more: hostile.into() };
        let blocks = vec![
            Filled::Text { text: hostile.into() },
            Filled::Fields { rows: vec![row] },
            table,
            Filled::Sign { lines: vec![hostile.into()] },
        ];
        let content = Content { blocks, title: hostile.into(), to: hostile.into(), mark: hostile.into(), ..sample() };
        let file = made(&catalogue, &content, false).unwrap();
        if let Some(text) = read(&file) {
            assert!(!text.contains("root:"), "no file of the system: {text}");
            let squeeze = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert!(squeeze(&text).contains(&squeeze(hostile)), "{hostile} stands there as it is: {text}");
        }
    }
}

#[test]
fn a_layout_reaches_neither_files_nor_packages_nor_the_clock() {
    for (why, layout) in [
        ("a file of the system", "#read(\"/etc/passwd\")"),
        ("a file beside it", "#read(\"../Cargo.toml\")"),
        ("another layout that is not given", "#import \"other.typ\": *"),
        ("a package", "#import \"@preview/cetz:0.3.1\": *"),
        ("the clock", "#datetime.today().display()"),
    ] {
        assert!(set([("main.typ", layout)].into_iter(), "main.typ", &sample(), false).is_err(), "{why}");
    }
    assert!(set([("main.typ", "#json(\"data.json\").title")].into_iter(), "main.typ", &sample(), false).is_ok(), "its own data it reads");
}

#[test]
fn a_preview_says_so_and_has_no_code() {
    let content = Content { number: String::new(), code: String::new(), check_at: String::new(), ..sample() };
    let file = made(&Catalogue::embedded(), &content, true).unwrap();
    if let Some(text) = read(&file) {
        assert!(text.contains("预览件"), "{text}");
        assert!(!text.contains("校验码"), "{text}");
    }
}
