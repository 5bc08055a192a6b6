//! Requests to a device from its page: looked over, confirmed, sent, answered, on record.

use crate::world::World;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zhijian_gateway::hj212::requests::{KIND, round};
use zhijian_records::port::Query;
use zhijian_records::{Caller, clock};
use zhijian_telemetry::hj212::encode;

const SECRET: &str = "secret123456";
const DEVICE: &str = "ZX130302009";

async fn heard(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let count = stream.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

fn frame(qn: &str, st: &str, cn: &str, flag: u8, cp: &str) -> Vec<u8> {
    encode(format!("QN={qn};ST={st};CN={cn};PW={SECRET};MN={DEVICE};Flag={flag};CP=&&{cp}&&").as_bytes()).unwrap()
}

#[tokio::test]
async fn rq_026_a_request_is_looked_over_confirmed_sent_and_its_answer_stands_on_the_page() {
    let (world, officer) = World::with_examples().await;
    let door = &world.app.door;
    let changes = json!({"device_no": DEVICE, "protocol": "hj212", "channel": "LA", "logger_no": null, "status": null, "stopped_on": null,
                         "hazard": "P001", "unit": "dB(A)", "dust_kind": null, "notice_at": 85, "alarm_at": 100, "high_at": null, "range_high": 140});
    let id = world.file(&officer, "device", &changes).await;
    door.give_device_secret(&Caller::system("test"), DEVICE, Some(SECRET)).await.unwrap();
    let hub = world.app.online.clone().unwrap();
    hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    let (page, ask) = (format!("/online/devices/{id}"), format!("/online/devices/{id}/ask"));
    assert!(world.get(&officer, &page).await.text.contains("设备现在没有连接到本服务"));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut logger = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    tokio::spawn(zhijian_gateway::hj212::serve(listener, hub.clone()));
    let stamp: String = clock::shown(door.now()).chars().filter(char::is_ascii_digit).take(14).collect();
    logger.write_all(&frame(&format!("{stamp}000"), "22", "2011", 5, &format!("DataTime={stamp};LA-Rtd=80"))).await.unwrap();
    assert!(heard(&mut logger).await.contains("CN=9014"));

    assert!(world.get(&officer, &page).await.text.contains("核对后下发"));
    let none = async || {
        door.store.all(Query::everything(KIND, Vec::new())).await.unwrap().iter().filter(|r| r.document()["device_no"] == DEVICE).count()
    };
    let wrong = world.form(&officer, &ask, &[("command", "1062")]).await;
    assert!(wrong.text.contains("间隔为空") && !wrong.text.contains("确认下发"), "{}", wrong.text);
    // What is done on the site is done to the factor of the register; what stops the data says so.
    let calibrate = world.form(&officer, &ask, &[("command", "3011")]).await.text;
    assert!(calibrate.contains("因子编码</dt><dd>LA</dd>") && calibrate.contains("确认下发"), "{calibrate}");
    let silence = world.form(&officer, &ask, &[("command", "2012")]).await.text;
    assert!(silence.contains("停止后平台收不到监测数据") && silence.contains("确认下发"), "{silence}");
    let timeouts = world.form(&officer, &ask, &[("command", "1000"), ("timeout_s", "5")]).await.text;
    assert!(timeouts.contains("重发次数为空") && !timeouts.contains("确认下发"), "{timeouts}");
    let asked = [("command", "1062"), ("interval", "30"), ("purpose", "加密上传")];
    let review = world.form(&officer, &ask, &asked).await;
    assert!(review.text.contains("设置实时数据间隔") && review.text.contains("确认下发"), "{}", review.text);
    assert_eq!(none().await, 0, "nothing is sent before it was confirmed");
    let done = world.form(&officer, &ask, &[&asked[..], &[("confirmed", "1")]].concat()).await;
    assert_eq!((done.status.as_u16(), none().await), (303, 1));
    round(&hub).await.unwrap();
    let order = heard(&mut logger).await;
    assert!(order.contains("CN=1062") && order.contains("RtdInterval=30"), "{order}");
    let qn = order.split_once("QN=").unwrap().1.split_once(';').unwrap().0.to_owned();
    logger.write_all(&frame(&qn, "91", "9011", 4, "QnRtn=1")).await.unwrap();
    logger.write_all(&frame(&qn, "91", "9012", 4, "ExeRtn=1")).await.unwrap();
    let mut text = String::new();
    for _ in 0..200 {
        text = world.get(&officer, &page).await.text;
        if text.contains("执行成功") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(text.contains("执行成功"), "{text}");

    // Who may only look sees what was asked, and cannot ask; who is elsewhere sees nothing.
    let inspector = world.sign_in("inspector", &["R04"], "130302", "").await;
    let seen = world.get(&inspector, &page).await.text;
    assert!(seen.contains("执行成功") && !seen.contains("核对后下发"));
    assert_eq!(world.form(&inspector, &ask, &[&asked[..], &[("confirmed", "1")]].concat()).await.status, 403);
    let elsewhere = world.sign_in("far", &["R03"], "130303", "").await;
    assert_eq!(world.form(&elsewhere, &ask, &asked).await.status, 404);
    assert_eq!(none().await, 1);
    // How gateways stand is on the page of the system and in the metrics.
    let admin = world.sign_in("root", &["R01"], "", "").await;
    let system = world.get(&admin, "/system").await.text;
    assert!(system.contains("可下发请求的设备连接</dt><dd>1 ") || system.contains("可下发请求的设备连接</dt><dd>1<"), "{system}");
}
