//! A report of forty pages with charts: the same bytes, what can be read in it, how long it takes.

use super::{Chart, Goal, Piece, Point, Report, Source, docx, made};
use crate::content::Row;
use std::io::Read as _;
use zhijian_kinds::Catalogue;

fn row(label: &str, value: &str) -> Row {
    Row { label: label.into(), value: value.into() }
}

fn chart(number: usize, chart: Chart) -> Piece {
    let source = Source { code: format!("图 I-{number:02}"), path: format!("/evaluations/e1/figures/I-{number:02}") };
    Piece::Chart { source, title: "申报率".into(), spoken: "申报率 87.01 %，目标 89 %".into(), chart }
}

/// A report with so many indicators, each on a page of its own with two or three charts and a table.
pub(crate) fn sample(indicators: usize) -> Report {
    let point = |label: String, value: f64| Point { label, value: Some(value), shown: format!("{value:.2} %") };
    let goals = vec![Goal { label: "2023".into(), value: 89.0 }, Goal { label: "2025".into(), value: 90.0 }];
    let mut pieces =
        vec![Piece::Page, Piece::Heading { level: 1, text: "一、总体评价".into() }, Piece::Text { text: "十项指标中七项达标。".into() }];
    for number in 1..=indicators {
        pieces.push(Piece::Page);
        pieces.push(Piece::Heading { level: 2, text: format!("指标{number}") });
        pieces.push(Piece::Fields { rows: vec![row("分子", "1554"), row("分母", "1786")] });
        let bullet =
            Chart::Bullet { value: Some(87.01), shown: "87.01 %".into(), base: Some(80.2), goals: goals.clone(), tone: "near".into() };
        pieces.push(chart(number, bullet));
        let mut points: Vec<Point> = (2020..=2023).map(|year| point(year.to_string(), 80.0 + f64::from(year - 2020) * 2.5)).collect();
        points[1].value = None;
        pieces.push(chart(number, Chart::Line { points, goals: goals.clone(), unit: "%".into() }));
        let bars = (1..=9).map(|county| point(format!("县区{county}"), 70.0 + f64::from(county) * 3.0)).collect();
        pieces.push(chart(number, Chart::Bars { bars, goal: Some(89.0), unit: "%".into() }));
        pieces.push(Piece::Table {
            source: Source { code: format!("表 I-{number:02}"), path: format!("/evaluations/e1/figures/I-{number:02}") },
            title: "各县区".into(),
            head: vec!["县区".into(), "分子".into(), "值".into()],
            rows: (1..=24).map(|county| vec![format!("县区{county}"), "12".into(), "92.31 %".into()]).collect(),
            widths: vec![3, 1, 1],
            more: String::new(),
        });
    }
    Report {
        ident: "e1".into(),
        title: "秦皇岛市职业病防治规划".into(),
        subtitle: "2023年中期评估报告".into(),
        facts: vec![row("评估地区", "河北省秦皇岛市"), row("数据截至", "2024-03-01 09:00")],
        mark: String::new(),
        site: "https://zhijian.example".into(),
        foot: "中期评估报告".into(),
        pieces,
    }
}

fn tool(name: &str, file: &[u8], args: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, file).unwrap();
    let run = std::process::Command::new(name).arg(&path).args(args).output().ok()?;
    run.status.success().then(|| String::from_utf8_lossy(&run.stdout).into_owned())
}

#[test]
fn rq_159_a_report_is_set_with_contents_charts_and_references() {
    let catalogue = Catalogue::embedded();
    let (one, two) = (made(&catalogue, &sample(2)).unwrap(), made(&catalogue, &sample(2)).unwrap());
    assert!(one == two, "the same bytes");
    // Between Chinese and other letters there is a little space in print.
    let text: String = tool("pdftotext", &one, &["-"]).unwrap_or_default().split_whitespace().collect();
    for word in ["目", "2023年中期评估报告", "图I-02", "https://zhijian.example/evaluations/e1/figures/I-02", "目标89", "县区9"]
    {
        assert!(text.is_empty() || text.contains(word), "{word} can be read in it: {text}");
    }
}

#[test]
fn forty_pages_with_charts_are_set() {
    let catalogue = Catalogue::embedded();
    let file = made(&catalogue, &sample(19)).unwrap();
    let pages =
        tool("pdfinfo", &file, &[]).and_then(|text| text.lines().find_map(|l| l.strip_prefix("Pages:")?.trim().parse::<u32>().ok()));
    assert!(pages.is_none_or(|pages| pages >= 40), "{pages:?}");
}

#[test]
fn a_word_file_holds_every_chart_with_its_numbers() {
    let report = sample(2);
    let file = docx(&report).unwrap();
    assert!(file == docx(&report).unwrap(), "the same bytes");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let document = part("word/document.xml");
    assert_eq!(document.matches("<c:chart ").count(), 6);
    assert!(document.contains("HYPERLINK &quot;https://zhijian.example/evaluations/e1/figures/I-02&quot;"));
    let types = part("[Content_Types].xml");
    for number in 1..=6 {
        assert!(types.contains(&format!("/word/charts/chart{number}.xml")));
    }
    let bullet = part("word/charts/chart1.xml");
    assert!(bullet.contains("<c:v>87.01</c:v>") && bullet.contains("<c:v>2023年目标</c:v>"));
    let line = part("word/charts/chart2.xml");
    assert!(!line.contains(r#"<c:pt idx="1"><c:v>82.5"#), "a year without value is a gap");
}
