//! Requests on record, sent to a logger over its connection.

use crate::hj212::{answer, stamp, upload};
use crate::world::{DUST, LOGGER, NOISE, SECRET, TODAY, World, file};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use zhijian_gateway::hj212::requests::{KIND, WAIT_MS, round};
use zhijian_records::Caller;
use zhijian_telemetry::hj212::encode;

/// A logger that has reported once.
async fn logger(world: &World) -> TcpStream {
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    stream.write_all(&upload(SECRET, world.now_ms() - 60_000, "a34001-Rtd=0.5")).await.unwrap();
    assert!(answer(&mut stream).await.contains("CN=9014"));
    stream
}

async fn asked(world: &World, device: &str, command: &str, more: Value) -> String {
    let mut document = json!({
        "device_no": device, "command": command, "asked_on": TODAY, "asked_at": zhijian_records::clock::shown(world.now_ms() * 1000),
        "employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25",
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    file(&world.door, KIND, document).await
}

/// State and fields of a request, once it has ended.
async fn ended(world: &World, id: &str) -> (String, Value) {
    for _ in 0..400 {
        let view = world.door.open(&Caller::system("test"), KIND, id, None).await.unwrap();
        if !matches!(view.state.as_str(), "asked" | "sent") {
            return (view.state, Value::Object(view.data));
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the request never ended");
}

/// The request number in a frame.
fn qn(frame: &str) -> String {
    frame.split_once("QN=").unwrap().1.split_once(';').unwrap().0.to_owned()
}

fn say(qn: &str, st: &str, cn: &str, cp: &str) -> Vec<u8> {
    encode(format!("QN={qn};ST={st};CN={cn};PW={SECRET};MN={LOGGER};Flag=4;CP=&&{cp}&&").as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_a_request_is_sent_to_its_device_and_the_answer_is_on_record() {
    let world = World::new().await;
    let mut stream = logger(&world).await;
    // Whatever somebody fills in as a result does not count.
    let id =
        asked(&world, DUST, "1061", json!({"purpose": "核对间隔", "result": "执行成功", "answer": "x", "readings": 9, "request_no": "1"}))
            .await;
    round(&world.hub).await.unwrap();
    let frame = answer(&mut stream).await;
    for part in ["ST=22;CN=1061;", &format!("PW={SECRET};MN={LOGGER};Flag=5;CP=&&&&")] {
        assert!(frame.contains(part), "{frame}");
    }
    let number = qn(&frame);
    for (st, cn, cp) in [("91", "9011", "QnRtn=1"), ("22", "1061", "RtdInterval=60"), ("91", "9012", "ExeRtn=1")] {
        stream.write_all(&say(&number, st, cn, cp)).await.unwrap();
    }
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["result"], &data["answer"]), ("done", &json!("执行成功"), &json!("RtdInterval=60")));
    assert_eq!((&data["request_no"], &data["resent"]), (&json!(number), &json!(0)));
    assert_eq!(data["readings"], json!(0));
    assert!(data["sent_at"].is_string() && data["finished_at"].is_string());
    // Once: another round finds nothing to send.
    round(&world.hub).await.unwrap();
    let quiet = tokio::time::timeout(Duration::from_millis(700), answer(&mut stream)).await;
    assert!(quiet.is_err(), "{quiet:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_history_that_was_asked_for_is_kept_however_old_and_only_then() {
    let world = World::new().await;
    let mut stream = logger(&world).await;
    let long_ago = world.now_ms() - 10 * 86_400_000;
    let moment = |ms: i64| zhijian_records::clock::shown(ms * 1000);
    let id = asked(&world, DUST, "2051", json!({"begin_at": moment(long_ago), "end_at": moment(long_ago + 3_600_000)})).await;
    round(&world.hub).await.unwrap();
    let frame = answer(&mut stream).await;
    let wanted = format!("BeginTime={};EndTime={}", stamp(long_ago), stamp(long_ago + 3_600_000));
    assert!(frame.contains("CN=2051") && frame.contains(&wanted), "{frame}");
    let number = qn(&frame);
    stream.write_all(&say(&number, "91", "9011", "QnRtn=1")).await.unwrap();
    for minute in 0..3 {
        let cp = format!("DataTime={};a34001-Avg=0.{minute},a34001-Flag=N", stamp(long_ago + minute * 60_000));
        stream.write_all(&say(&number, "22", "2051", &cp)).await.unwrap();
    }
    // The same from a device that nobody asked is late.
    let unasked = format!("DataTime={};a34001-Avg=7", stamp(long_ago + 600_000));
    stream.write_all(&say("20260305115959000", "22", "2051", &unasked)).await.unwrap();
    stream.write_all(&say(&number, "91", "9012", "ExeRtn=1")).await.unwrap();
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["readings"]), ("done", &json!(3)));
    let minutes = world.kept(DUST, "D001/2051-Avg").await;
    assert_eq!(minutes.iter().map(|kept| kept.reading.value).collect::<Vec<_>>(), [0.0, 0.1, 0.2]);
    assert_eq!(world.held(DUST, "late").await, 1);
    assert_eq!(world.kept(DUST, "D001").await.len(), 1, "the watched series is as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_a_silent_device_is_asked_four_times_and_a_refusal_is_told_in_words() {
    let world = World::new().await;
    let mut stream = logger(&world).await;
    let id = asked(&world, DUST, "1062", json!({"interval": 30})).await;
    round(&world.hub).await.unwrap();
    let first = answer(&mut stream).await;
    assert!(first.contains("RtdInterval=30"), "{first}");
    for _ in 0..3 {
        world.pass(5_000);
        assert_eq!(answer(&mut stream).await, first, "the very same again");
    }
    world.pass(5_000);
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["result"], &data["resent"]), ("failed", &json!("设备没有应答（重发 3 次）"), &json!(3)));
    world.pass(60_000);
    let id = asked(&world, DUST, "1012", json!({})).await;
    round(&world.hub).await.unwrap();
    let frame = answer(&mut stream).await;
    assert!(frame.contains(&format!("SystemTime={}", stamp(world.now_ms()))), "{frame}");
    stream.write_all(&say(&qn(&frame), "91", "9011", "QnRtn=2")).await.unwrap();
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["result"]), ("refused", &json!("请求被拒绝")));
    // A connection that ends takes the outcome with it.
    world.pass(60_000);
    let id = asked(&world, DUST, "1011", json!({})).await;
    round(&world.hub).await.unwrap();
    answer(&mut stream).await;
    drop(stream);
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["result"]), ("failed", &json!("设备连接中断，结果未知")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_only_connected_devices_are_asked() {
    let world = World::new().await;
    let waiting = asked(&world, DUST, "1011", json!({})).await;
    let never = asked(&world, NOISE, "1011", json!({})).await;
    round(&world.hub).await.unwrap();
    let state = |id: String| {
        let door = world.door.clone();
        async move { door.open(&Caller::system("test"), KIND, &id, None).await.unwrap().state }
    };
    assert_eq!(state(waiting.clone()).await, "asked", "it waits a moment for its device");
    // The device comes back in time.
    let mut stream = logger(&world).await;
    round(&world.hub).await.unwrap();
    assert!(answer(&mut stream).await.contains("CN=1011"));
    world.pass(WAIT_MS + 1000);
    round(&world.hub).await.unwrap();
    let (end, data) = ended(&world, &never).await;
    assert_eq!((end.as_str(), &data["result"]), ("failed", &json!("设备未连接，没有发送")));
    assert_eq!(state(waiting).await, "sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_every_request_of_the_table_is_written_as_its_row_says_and_ends_as_its_row_says() {
    let world = World::new().await;
    let mut stream = logger(&world).await;
    // command, what is given, the parameters, what the device says, how it ends
    type Row<'a> = (&'a str, Value, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);
    let rows: [Row<'_>; 7] = [
        (
            "1000",
            json!({"timeout_s": 10, "resend_times": 2}),
            "OverTime=10;ReCount=2",
            &[("9011", "QnRtn=1"), ("9012", "ExeRtn=1")],
            "done",
            "执行成功",
        ),
        ("2011", json!({}), "", &[("9011", "QnRtn=1"), ("9012", "ExeRtn=1")], "done", "执行成功"),
        // A notice is confirmed, and has no result.
        ("2012", json!({}), "", &[("9013", "")], "done", "设备已应答通知（这个命令没有执行结果）"),
        ("2022", json!({}), "", &[("9011", "QnRtn=2")], "refused", "请求被拒绝"),
        ("2021", json!({}), "", &[("9011", "QnRtn=1"), ("9012", "ExeRtn=3")], "failed", "执行条件不满足"),
        ("3011", json!({"factor": "a34001"}), "PolId=a34001", &[("9011", "QnRtn=1"), ("9012", "ExeRtn=5")], "failed", "系统繁忙"),
        // Confirmations and results of no table are told as such.
        (
            "3012",
            json!({"factor": "a34001"}),
            "PolId=a34001",
            &[("9013", ""), ("9012", "ExeRtn=77")],
            "failed",
            "设备返回的执行结果无法识别",
        ),
    ];
    for (command, more, parameters, says, state, result) in rows {
        world.pass(60_000);
        let id = asked(&world, DUST, command, more).await;
        round(&world.hub).await.unwrap();
        let frame = answer(&mut stream).await;
        assert!(frame.contains(&format!("ST=22;CN={command};PW={SECRET};MN={LOGGER};Flag=5;CP=&&{parameters}&&")), "{frame}");
        for (cn, cp) in says {
            stream.write_all(&say(&qn(&frame), "91", cn, cp)).await.unwrap();
        }
        let (found, data) = ended(&world, &id).await;
        assert_eq!((found.as_str(), data["result"].as_str().unwrap_or_default()), (state, result), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_wrong_and_late_answers_change_nothing_and_the_connection_goes_on() {
    let world = World::new().await;
    let mut stream = logger(&world).await;
    let id = asked(&world, DUST, "1000", json!({"timeout_s": 5, "resend_times": 3})).await;
    round(&world.hub).await.unwrap();
    let frame = answer(&mut stream).await;
    let number = qn(&frame);
    // To another request, the confirmation of a notice, the answer to data: the request is still open, and is sent again.
    for (qn, cn, cp) in [("20200101000000000", "9012", "ExeRtn=1"), (number.as_str(), "9013", ""), (number.as_str(), "9014", "")] {
        stream.write_all(&say(qn, "91", cn, cp)).await.unwrap();
    }
    for _ in 0..3 {
        world.pass(5_000);
        assert_eq!(answer(&mut stream).await, frame);
    }
    world.pass(5_000);
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["result"]), ("failed", &json!("设备没有应答（重发 3 次）")));
    // Too late: what is on record stays, and what comes behind it is taken.
    for (cn, cp) in [("9011", "QnRtn=1"), ("9012", "ExeRtn=1")] {
        stream.write_all(&say(&number, "91", cn, cp)).await.unwrap();
    }
    stream.write_all(&upload(SECRET, world.now_ms() - 30_000, "a34001-Rtd=0.7")).await.unwrap();
    assert!(answer(&mut stream).await.contains("CN=9014"));
    assert_eq!(ended(&world, &id).await, (state, data));
    assert_eq!(world.kept(DUST, "D001").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_data_in_answer_to_a_request_is_as_late_as_any() {
    let world = World::new().await;
    let mut stream = logger(&world).await;
    let id = asked(&world, DUST, "2011", json!({})).await;
    round(&world.hub).await.unwrap();
    let number = qn(&answer(&mut stream).await);
    stream.write_all(&say(&number, "91", "9011", "QnRtn=1")).await.unwrap();
    for (at, value) in [(world.now_ms() - 30_000, 0.6), (world.now_ms() - 80 * 3_600_000, 9.9)] {
        stream.write_all(&say(&number, "22", "2011", &format!("DataTime={};a34001-Rtd={value}", stamp(at)))).await.unwrap();
    }
    stream.write_all(&say(&number, "91", "9012", "ExeRtn=1")).await.unwrap();
    let (state, data) = ended(&world, &id).await;
    assert_eq!((state.as_str(), &data["readings"]), ("done", &json!(1)));
    assert_eq!(world.held(DUST, "late").await, 1, "what it kept is asked for with other commands");
}
