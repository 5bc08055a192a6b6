//! What becomes of what was sent.

/// What became of a reading that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Kept.
    New,
    /// The very same was there.
    Duplicate,
    /// Newer by the device's count than what was there, and in its place now; the old one is in quarantine.
    Corrected,
    /// Older by the device's count than what is there: to quarantine.
    Superseded,
    /// Another reading of the same moment and count; what protects is kept, the other is in quarantine.
    Contradicts {
        /// This one is kept.
        kept: bool,
    },
}

impl Fate {
    /// The code under which it is counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Duplicate => "duplicate",
            Self::Corrected => "corrected",
            Self::Superseded => "superseded",
            Self::Contradicts { .. } => "contradiction",
        }
    }

    /// Whether the series is another than before.
    #[must_use]
    pub const fn changed(self) -> bool {
        matches!(self, Self::New | Self::Corrected | Self::Contradicts { kept: true })
    }
}

/// Why something is in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// No such device, or one that was taken out of use.
    Unknown,
    /// A wrong password.
    Secret,
    /// Not to be read.
    Malformed,
    /// Not the unit of the register.
    Unit,
    /// Not the device's own topic, or a factor nobody mapped.
    Foreign,
    /// Older than 72 hours.
    Late,
    /// Ahead of the platform's clock.
    Clock,
    /// Two readings of a moment that say different things.
    Contradiction,
    /// Replaced by, or older than, another reading of the moment with another count.
    Superseded,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Secret,
        Self::Malformed,
        Self::Unit,
        Self::Foreign,
        Self::Late,
        Self::Clock,
        Self::Contradiction,
        Self::Superseded,
    ];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Secret => "secret",
            Self::Malformed => "malformed",
            Self::Unit => "unit",
            Self::Foreign => "foreign",
            Self::Late => "late",
            Self::Clock => "clock",
            Self::Contradiction => "contradiction",
            Self::Superseded => "superseded",
        }
    }

    /// In words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unknown => "设备未登记或已停用",
            Self::Secret => "设备密码不符",
            Self::Malformed => "内容无法识别",
            Self::Unit => "计量单位与登记不符",
            Self::Foreign => "主题或因子不属于该设备",
            Self::Late => "迟到超过 72 小时",
            Self::Clock => "时刻超前于平台时钟",
            Self::Contradiction => "同一时刻数据矛盾",
            Self::Superseded => "被同一时刻的更新数据取代",
        }
    }

    /// From its code.
    #[must_use]
    pub fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}
