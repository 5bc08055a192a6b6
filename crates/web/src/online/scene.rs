//! How all posts are at a moment: a post is as the worst of its devices, a device as its open alarm, else as its last reading says.
//!
//! The same for the list of posts, the wall, the map and an employer's file, so that they cannot contradict each other.

use super::alarms;
use crate::app::App;
use crate::error::PageError;
use serde_json::Value;
use std::collections::HashMap;
use zhijian_records::Caller;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_telemetry::readings::{Kept, Series};

/// Devices that are looked at, at most; more are told of.
pub(super) const MOST: usize = 2000;
/// Open alarms that are looked at, at most.
const ALARMS: u32 = 500;

/// The state of a device or post; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 高报.
    High,
    /// 警报.
    Alarm,
    /// 预报.
    Notice,
    /// 超量程: over what can be measured, and no level reached that is known.
    OverRange,
    /// 故障, 维护.
    Fault,
    /// 离线.
    Offline,
    /// 校准中.
    Calibrating,
    /// In order.
    Fine,
    /// 停用.
    Stopped,
}

impl State {
    /// All, the gravest first.
    pub const ALL: [Self; 9] =
        [Self::High, Self::Alarm, Self::Notice, Self::OverRange, Self::Fault, Self::Offline, Self::Calibrating, Self::Fine, Self::Stopped];

    /// Its word in addresses and class names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Alarm => "alarm",
            Self::Notice => "notice",
            Self::OverRange => super::OVER_RANGE,
            Self::Fault => "fault",
            Self::Offline => "offline",
            Self::Calibrating => "calibrating",
            Self::Fine => "fine",
            Self::Stopped => "stopped",
        }
    }

    /// Its word for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::High => "高报",
            Self::Alarm => "警报",
            Self::Notice => "预报",
            Self::OverRange => "超量程",
            Self::Fault => "故障",
            Self::Offline => "离线",
            Self::Calibrating => "校准中",
            Self::Fine => "正常",
            Self::Stopped => "停用",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    fn of(device: &str, alarm: Option<&str>) -> Self {
        match (device, alarm) {
            ("stopped", _) => Self::Stopped,
            (_, Some("3")) => Self::High,
            (_, Some("2")) => Self::Alarm,
            (_, Some(_)) => Self::Notice,
            (super::OVER_RANGE, _) => Self::OverRange,
            ("fault", _) => Self::Fault,
            ("offline", _) => Self::Offline,
            ("calibrating", _) => Self::Calibrating,
            _ => Self::Fine,
        }
    }
}

/// A device as it is now.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its record.
    pub view: View,
    /// Its newest reading.
    pub last: Option<Kept>,
    /// Its state.
    pub state: State,
    /// Its open alarm.
    pub alarm: Option<String>,
}

impl Seen {
    /// A text of its record.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.view.data.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of its record.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.view.data.get(name).and_then(Value::as_f64)
    }
}

/// A post with its devices, the gravest first.
#[derive(Debug)]
pub struct Post {
    /// Its devices; never empty.
    pub devices: Vec<Seen>,
    /// The gravest state of its devices.
    pub state: State,
}

impl Post {
    /// Workshop and post in words.
    #[must_use]
    pub fn name(&self) -> String {
        let of = |name: &str| self.devices.first().map(|device| device.text(name)).unwrap_or_default();
        let both = [of("workshop"), of("post")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        if both.is_empty() { "未登记岗位".to_owned() } else { both }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Hazard; empty is all.
    pub hazard: String,
    /// Search text.
    pub q: String,
    /// Prefix of the region; empty is all of the caller's.
    pub region: String,
    /// An employer's record; empty is all.
    pub owner: String,
}

/// Everything the caller sees.
#[derive(Debug, Default)]
pub struct Scene {
    /// Devices, in order of their numbers.
    pub devices: Vec<Seen>,
    /// Alarms whose value has not come back yet.
    pub alarms: Vec<View>,
    /// There are more devices than were looked at.
    pub more: bool,
}

impl Scene {
    /// Asks the door and the readings.
    ///
    /// # Errors
    /// The store failed; the caller reads no devices.
    pub async fn of(app: &App, caller: &Caller, asked: &Asked) -> Result<Self, PageError> {
        let (views, more) = devices(app, caller, asked).await?;
        let text = |view: &View, name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let series: Vec<Series> =
            views.iter().map(|view| Series { device: text(view, "device_no"), factor: text(view, "hazard") }).collect();
        let last = match &app.online {
            Some(hub) => hub.store.last(&series).await.map_err(PageError::failed("读取监测数据"))?,
            None => vec![None; series.len()],
        };
        let mut filters = vec![("ended_at".to_owned(), Op::Empty, String::new())];
        if !asked.owner.is_empty() {
            filters.push(("owner".to_owned(), Op::Eq, asked.owner.clone()));
        }
        let request = ListRequest { filters, limit: ALARMS, sort: Some("-started_at".into()), ..ListRequest::default() };
        let open = alarms::asked(app, caller, request).await?;
        // Of several the newest: the list begins with it.
        let mut by_device: HashMap<String, &View> = HashMap::new();
        for alarm in &open {
            by_device.entry(text(alarm, "device_no")).or_insert(alarm);
        }
        let now_ms = app.door.now().div_euclid(1000);
        let devices = views
            .into_iter()
            .zip(last)
            .map(|(view, last)| {
                let number = text(&view, "device_no");
                let device = app.online.as_ref().and_then(|hub| hub.register.device(&number));
                let (code, _) = super::state(device.as_deref(), &view.state, last.as_ref(), now_ms);
                let alarm = by_device.get(&number);
                let level =
                    alarm.map(|alarm| Some(text(alarm, "level_now")).filter(|l| !l.is_empty()).unwrap_or_else(|| text(alarm, "level")));
                Seen { state: State::of(code, level.as_deref()), alarm: alarm.map(|alarm| alarm.id.clone()), view, last }
            })
            .collect();
        Ok(Self { devices, more, alarms: open })
    }

    /// Number of devices of each state.
    #[must_use]
    pub fn counts(&self) -> Vec<(State, usize)> {
        State::ALL.into_iter().map(|state| (state, self.devices.iter().filter(|device| device.state == state).count())).collect()
    }

    /// Devices by post, the gravest first; of equal ones by employer and post.
    #[must_use]
    pub fn posts(&self) -> Vec<Post> {
        let mut by_post: HashMap<[&str; 3], Vec<&Seen>> = HashMap::new();
        for device in &self.devices {
            let owner = Some(device.text("employer_id")).filter(|id| !id.is_empty()).unwrap_or_else(|| super::employer(&device.view));
            by_post.entry([owner, device.text("workshop"), device.text("post")]).or_default().push(device);
        }
        let mut posts: Vec<Post> = by_post
            .into_values()
            .map(|mut devices| {
                devices.sort_by(|a, b| (a.state, a.text("device_no")).cmp(&(b.state, b.text("device_no"))));
                Post { state: devices.first().map_or(State::Fine, |device| device.state), devices: devices.into_iter().cloned().collect() }
            })
            .collect();
        let name = |post: &Post| (post.state, post.devices.first().map(|d| super::employer(&d.view).to_owned()), post.name());
        posts.sort_by_key(name);
        posts
    }
}

async fn devices(app: &App, caller: &Caller, asked: &Asked) -> Result<(Vec<View>, bool), PageError> {
    let mut filters = Vec::new();
    if !asked.hazard.is_empty() {
        filters.push(("hazard".to_owned(), Op::Eq, asked.hazard.clone()));
    }
    if !asked.owner.is_empty() {
        filters.push(("owner".to_owned(), Op::Eq, asked.owner.clone()));
    }
    let mut views: Vec<View> = Vec::new();
    let mut cursor = None;
    loop {
        let request = ListRequest {
            filters: filters.clone(),
            search: asked.q.clone(),
            sort: Some("device_no".into()),
            limit: 500,
            cursor,
            ..ListRequest::default()
        };
        let page = app.door.list(caller, "device", &request).await?;
        views.extend(page.rows.into_iter().filter(|view| view.region.starts_with(&asked.region)));
        cursor = page.next;
        if cursor.is_none() || views.len() >= MOST {
            return Ok((views, cursor.is_some()));
        }
    }
}
