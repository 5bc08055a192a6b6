//! What is answered, and requests of ours.

use crate::support::LIVE;
use zhijian_telemetry::hj212::{
    Due, Exchanges, ExeRtn, Header, Progress, QnRtn, Segment, Settings, data_answer, encode, execution_answer, notice_answer,
    refusal_answer, request, write_segment,
};

fn text(frame: &str) -> &str {
    &frame[6..frame.len() - 6]
}

#[test]
fn an_upload_with_the_answer_bit_is_answered_with_the_same_number_device_and_password() {
    let segment = Segment::parse(text(LIVE));
    let header = Header::read(&segment).unwrap();
    let expected = "QN=20231008123340461;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&";
    assert_eq!(data_answer(&header).unwrap().as_deref(), Some(expected));
    let notice = notice_answer(&header).unwrap().unwrap();
    assert!(notice.contains("CN=9013"));
    let refused = refusal_answer(&header, QnRtn::Password).unwrap().unwrap();
    assert!(refused.contains("CN=9011") && refused.ends_with("Flag=4;CP=&&QnRtn=3&&"), "{refused}");
    assert!(execution_answer(&header, ExeRtn::NoData).unwrap().ends_with("CP=&&ExeRtn=100&&"));
}

#[test]
fn an_answer_is_never_answered_and_neither_is_who_wants_none() {
    for (why, text) in [
        ("flag 4", "QN=20231008123340461;ST=22;CN=2011;MN=A;Flag=4;CP=&&&&"),
        ("no flag", "ST=22;CN=2011;MN=A;CP=&&&&"),
        ("9011", "QN=20231008123340461;ST=91;CN=9011;MN=A;Flag=5;CP=&&QnRtn=1&&"),
        ("9012", "QN=20231008123340461;ST=91;CN=9012;MN=A;Flag=5;CP=&&ExeRtn=1&&"),
        ("9013", "QN=20231008123340461;ST=91;CN=9013;MN=A;Flag=5;CP=&&&&"),
        ("9014", "QN=20231008123340461;ST=91;CN=9014;MN=A;Flag=5;CP=&&&&"),
    ] {
        let segment = Segment::parse(text);
        let header = Header::read(&segment).unwrap();
        assert_eq!(data_answer(&header).unwrap(), None, "{why}");
        assert_eq!(refusal_answer(&header, QnRtn::Device).unwrap(), None, "{why}");
    }
}

#[test]
fn the_standards_request_is_what_we_write() {
    let written = request("20160801085857223", "32", "1062", "100000", "010000A8900016F000169DC0", &[("RtdInterval", "30")]).unwrap();
    assert_eq!(encode(written.as_bytes()).unwrap(), crate::support::SET_INTERVAL.as_bytes());
}

#[test]
fn a_text_that_would_break_the_segment_is_refused() {
    for (key, value) in [("A", "1;B=2"), ("A", "1,B=2"), ("A", "&&"), ("A", "1\r\n##"), ("", "1"), ("A=B", "1")] {
        let error = write_segment(&[], &[(key, value)]).unwrap_err();
        assert!(error.to_string().contains("分隔符"), "{error}");
    }
}

const QN: &str = "20160801085857223";

fn answered(exchanges: &mut Exchanges, text: &str, now: u64) -> Progress {
    let segment = Segment::parse(text);
    let header = Header::read(&segment).unwrap();
    exchanges.received(&header, &segment, now)
}

#[test]
fn a_request_is_accepted_then_done() {
    let mut open = Exchanges::new(Settings::default());
    assert!(open.sent("A", QN, "the request", false, 0));
    assert!(!open.sent("A", QN, "another with its number", false, 1), "numbers pair answers");
    let nine11 = format!("QN={QN};ST=91;CN=9011;MN=A;Flag=4;CP=&&QnRtn=1&&");
    assert_eq!(answered(&mut open, &nine11.replace("MN=A", "MN=B"), 10), Progress::Unasked, "another device");
    assert_eq!(answered(&mut open, &nine11, 20), Progress::Accepted);
    assert_eq!(answered(&mut open, &nine11, 30), Progress::Repeated);
    assert!(open.due(1_000_000).is_empty(), "accepted: not sent again");
    assert_eq!(answered(&mut open, &format!("QN={QN};ST=91;CN=9012;MN=A;Flag=4;CP=&&ExeRtn=5&&"), 40), Progress::Done(Some(ExeRtn::Busy)));
    assert_eq!((answered(&mut open, &nine11, 50), open.open()), (Progress::Unasked, 0));
}

#[test]
fn without_an_answer_it_is_sent_again_three_times_and_then_given_up_once() {
    let mut open = Exchanges::new(Settings::default());
    open.sent("A", QN, "the request", false, 0);
    let mut resent = Vec::new();
    let mut failed = Vec::new();
    for now in 0..60_000 {
        for due in open.due(now) {
            match due {
                Due::Resend { segment, .. } => resent.push((now, segment)),
                Due::Failed { accepted, .. } => failed.push((now, accepted)),
            }
        }
    }
    assert_eq!(resent.iter().map(|one| one.0).collect::<Vec<_>>(), [5_000, 10_000, 15_000]);
    assert!(resent.iter().all(|one| one.1 == "the request"));
    assert_eq!(failed, [(20_000, false)]);
}

#[test]
fn a_refused_request_is_over_and_a_result_that_never_comes_is_given_up_where_a_limit_is_set() {
    let mut open = Exchanges::new(Settings { execution_ms: Some(60_000), ..Settings::default() });
    open.sent("A", QN, "x", false, 0);
    let refused = format!("QN={QN};ST=91;CN=9011;MN=A;Flag=4;CP=&&QnRtn=8&&");
    assert_eq!(answered(&mut open, &refused, 1), Progress::Refused(QnRtn::Command));
    open.sent("A", QN, "x", false, 10);
    answered(&mut open, &refused.replace("QnRtn=8", "QnRtn=1"), 100);
    assert!(open.due(60_099).is_empty());
    assert_eq!(open.due(60_100), [Due::Failed { qn: QN.to_owned(), accepted: true }]);
}

#[test]
fn a_notice_ends_with_its_confirmation_and_nothing_else_does() {
    let answer = |cn: &str, cp: &str| format!("QN={QN};ST=91;CN={cn};PW=1;MN=A;Flag=4;CP=&&{cp}&&");
    let mut open = Exchanges::new(Settings::default());
    assert!(open.sent("A", QN, "a notice", true, 0));
    assert_eq!(answered(&mut open, &answer("9014", ""), 1), Progress::Unasked, "the answer to data is none to a notice");
    assert_eq!(answered(&mut open, &answer("9013", ""), 2), Progress::Noticed);
    assert_eq!(answered(&mut open, &answer("9013", ""), 3), Progress::Unasked, "over is over");
    assert!(open.sent("A", QN, "a request", false, 4));
    assert_eq!(answered(&mut open, &answer("9013", ""), 5), Progress::Unasked, "a confirmation is no result");
    assert_eq!(open.open(), 1);
}
