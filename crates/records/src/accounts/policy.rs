//! Security settings (安全设置): what an administrator may tune within bounds. Kept as one setting and read with every request, so that a
//! change holds at once in every process.
//!
//! GB/T 22239—2019 8.1.4.1 demands that limits exist and gives no figures; the figures are the platform's own (平台约定). The least password length follows
//! OWASP ASVS 5.0 6.2.1 (eight, fifteen recommended).

use super::{DAY, MINUTE};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Instant, Pace};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const NAME: &str = "security";

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecurityPolicy {
    /// Least characters of a password.
    pub password_length: u32,
    /// Days until a password must be changed; 0: never.
    pub password_days: u32,
    /// Failures of an account before the first pause.
    pub attempts: u32,
    /// Failures from an address before the first pause.
    pub address_attempts: u32,
    /// First pause, minutes; every further failure doubles it.
    pub pause_minutes: u32,
    /// Longest pause, minutes.
    pub longest_pause_minutes: u32,
    /// A session ends after this long without use, minutes.
    pub idle_minutes: u32,
    /// A session ends at the latest after this long, minutes.
    pub absolute_minutes: u32,
    /// Longest life of a token, days.
    pub token_days: u32,
    /// Accounts without sign-in are deactivated after so many days; 0: never.
    pub unused_days: u32,
    /// Life of an invitation, hours.
    pub invitation_hours: u32,
    /// `/metrics` and the details of `/health` answer requests from the machine itself without a token (1) or not (0).
    pub local_metrics: u32,
    /// Roles that must have a second factor.
    pub factor_roles: Vec<String>,
}

impl Default for SecurityPolicy {
    fn default() -> Self {
        Self {
            password_length: 12,
            password_days: 0,
            attempts: 5,
            address_attempts: 50,
            pause_minutes: 1,
            longest_pause_minutes: 60,
            idle_minutes: 60,
            absolute_minutes: 720,
            token_days: 365,
            unused_days: 180,
            invitation_hours: 72,
            local_metrics: 0,
            factor_roles: Vec::new(),
        }
    }
}

/// A number among the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Name.
    pub name: &'static str,
    /// Chinese title with unit.
    pub title: &'static str,
    /// Explanation.
    pub help: &'static str,
    /// Least value.
    pub least: u32,
    /// Largest value.
    pub most: u32,
}

const fn setting(name: &'static str, title: &'static str, help: &'static str, least: u32, most: u32) -> Setting {
    Setting { name, title, help, least, most }
}

/// The numbers, with bounds.
pub const SETTINGS: [Setting; 12] = [
    setting("password_length", "密码最少字符数", "不要求字符种类；常见密码、含账号或平台名称的密码一律拒绝。", 8, 64),
    setting(
        "password_days",
        "密码有效天数",
        "到期后登录须修改；0 为不到期。GB/T 22239—2019 8.1.4.1 a 要求定期更换，天数由单位确定。",
        0,
        3650,
    ),
    setting("attempts", "账号连续失败次数", "达到后暂停该账号的密码登录，此后每失败一次暂停时间加倍。", 3, 20),
    setting("address_attempts", "同一地址失败次数", "达到后暂停该网络地址的登录；单位共用出口时应适当放宽。", 5, 1000),
    setting("pause_minutes", "首次暂停分钟数", "", 1, 60),
    setting("longest_pause_minutes", "最长暂停分钟数", "", 1, 1440),
    setting("idle_minutes", "会话空闲超时分钟数", "无操作超过此时间须重新登录。", 5, 720),
    setting("absolute_minutes", "会话最长分钟数", "自登录起超过此时间须重新登录。", 30, 1440),
    setting("token_days", "接口令牌最长天数", "新建令牌的有效期不得超过此天数。", 1, 730),
    setting("unused_days", "停用闲置账号天数", "超过此天数未登录的账号自动停用；0 为不停用。最后一个平台管理员不会被停用。", 0, 3650),
    setting("invitation_hours", "邀请链接有效小时数", "", 1, 720),
    setting("local_metrics", "本机可读运行指标", "1：本机直接访问 /metrics 与 /health 详情不需要令牌；0：一律需要 metrics 令牌。", 0, 1),
];

impl SecurityPolicy {
    /// Value of a number.
    #[must_use]
    pub fn get(&self, name: &str) -> u32 {
        let all = serde_json::to_value(self).unwrap_or_default();
        all.get(name).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
    }

    /// Puts numbers in, each checked against its bounds.
    ///
    /// # Errors
    /// Names the setting, what was found and what is expected.
    pub fn with(&self, given: &[(String, String)]) -> Result<Self, DoorError> {
        let mut all = serde_json::to_value(self).unwrap_or_default();
        for setting in SETTINGS {
            let Some((_, text)) = given.iter().find(|(name, _)| name == setting.name) else { continue };
            let number = text.trim().parse::<u32>().ok().filter(|n| (setting.least..=setting.most).contains(n)).ok_or_else(|| {
                DoorError::BadRequest(format!("“{}”填写为“{text}”，应为 {}～{} 的整数", setting.title, setting.least, setting.most))
            })?;
            if let Some(place) = all.get_mut(setting.name) {
                *place = number.into();
            }
        }
        let out: Self = serde_json::from_value(all).map_err(|_| DoorError::BadRequest("安全设置无法读取".into()))?;
        if out.longest_pause_minutes < out.pause_minutes {
            return Err(DoorError::BadRequest("最长暂停分钟数不能小于首次暂停分钟数".into()));
        }
        if out.absolute_minutes < out.idle_minutes {
            return Err(DoorError::BadRequest("会话最长分钟数不能小于空闲超时分钟数".into()));
        }
        Ok(out)
    }

    /// Life of a session without use.
    #[must_use]
    pub fn idle(&self) -> Instant {
        Instant::from(self.idle_minutes) * MINUTE
    }

    /// Life of a session.
    #[must_use]
    pub fn absolute(&self) -> Instant {
        Instant::from(self.absolute_minutes) * MINUTE
    }

    /// How fast an account may be guessed at.
    #[must_use]
    pub fn account_pace(&self) -> Pace {
        self.pace(self.attempts)
    }

    /// How fast an address may guess.
    #[must_use]
    pub fn address_pace(&self) -> Pace {
        self.pace(self.address_attempts)
    }

    fn pace(&self, free: u32) -> Pace {
        let minutes = |n: u32| Instant::from(n) * MINUTE;
        Pace { free, pause: minutes(self.pause_minutes), longest: minutes(self.longest_pause_minutes), forget: DAY }
    }

    fn differences(&self, before: &Self) -> Vec<String> {
        let mut out: Vec<String> = SETTINGS
            .iter()
            .filter(|s| self.get(s.name) != before.get(s.name))
            .map(|s| format!("{} {}→{}", s.title, before.get(s.name), self.get(s.name)))
            .collect();
        if self.factor_roles != before.factor_roles {
            out.push(format!("须双因素的角色 {}→{}", before.factor_roles.join(","), self.factor_roles.join(",")));
        }
        out
    }
}

impl Door {
    /// The settings in force.
    ///
    /// # Errors
    /// The store failed, or somebody wrote something else there.
    pub async fn security(&self) -> Result<SecurityPolicy, DoorError> {
        match self.store.setting(NAME).await.map_err(Self::store_error("security"))? {
            Some(text) => serde_json::from_str(&text).map_err(|_| DoorError::BadRequest("安全设置无法读取".into())),
            None => Ok(SecurityPolicy::default()),
        }
    }

    /// Changes the settings; each difference is on record.
    ///
    /// # Errors
    /// The caller does not administer; unknown role; the store failed.
    pub async fn set_security(&self, by: &Caller, policy: &SecurityPolicy) -> Result<(), DoorError> {
        self.administrator(by)?;
        if let Some(role) = policy.factor_roles.iter().find(|r| !self.catalogue.roles.roles.contains_key(*r)) {
            return Err(DoorError::BadRequest(format!("没有角色“{role}”")));
        }
        let differences = policy.differences(&self.security().await?);
        if differences.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_string(policy).map_err(|_| DoorError::BadRequest("安全设置无法保存".into()))?;
        self.note(by, Action::Administer, "security", "", &format!("安全设置：{}", differences.join("；")), "web").await?;
        self.store.set_setting(NAME, &text).await.map_err(Self::store_error("security"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_title_and_bounds_that_hold_its_default() {
        let policy = SecurityPolicy::default();
        let names: Vec<String> = serde_json::to_value(&policy).unwrap().as_object().unwrap().keys().cloned().collect();
        let told: Vec<&str> = SETTINGS.iter().map(|s| s.name).chain(["factor_roles"]).collect();
        assert_eq!(names, told);
        for setting in SETTINGS {
            assert!((setting.least..=setting.most).contains(&policy.get(setting.name)), "{}", setting.name);
        }
    }

    #[test]
    fn numbers_outside_their_bounds_are_refused_by_name() {
        let refused = SecurityPolicy::default().with(&[("password_length".into(), "4".into())]).unwrap_err().to_string();
        assert!(refused.contains("密码最少字符数") && refused.contains('4') && refused.contains("8～64"), "{refused}");
        assert_eq!(SecurityPolicy::default().with(&[("idle_minutes".into(), "30".into())]).unwrap().idle_minutes, 30);
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pace = SecurityPolicy::default().account_pace();
        let minutes: Vec<i64> = (1..14).map(|n| pace.after(n) / MINUTE).collect();
        assert_eq!(minutes, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pace.after(u32::MAX), 60 * MINUTE);
    }
}
