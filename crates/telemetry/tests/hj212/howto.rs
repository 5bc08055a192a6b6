//! The examples of the how-to are what the command answers.

use zhijian_telemetry::hj212::lines::answer_line;

#[test]
fn every_example_of_the_how_to_is_answered_as_printed() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/how-to/hj212.md")).unwrap();
    let mut examples = 0;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(request) = line.strip_prefix("$ echo '").and_then(|rest| rest.strip_suffix("' | zhijian hj212")) else { continue };
        assert_eq!(answer_line(request.as_bytes()), lines.next().unwrap_or_default(), "{request}");
        examples += 1;
    }
    assert_eq!(examples, 5);
}
