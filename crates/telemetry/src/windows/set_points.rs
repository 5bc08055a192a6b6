//! At which values an alarm of which level begins.

/// 预报、警报、高报 (GBZ/T 223).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 预报
    Notice,
    /// 警报
    Alarm,
    /// 高报
    High,
}

impl Level {
    /// From the lowest.
    pub const ALL: [Self; 3] = [Self::Notice, Self::Alarm, Self::High];

    /// The code of the list ALARMLV.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Notice => "1",
            Self::Alarm => "2",
            Self::High => "3",
        }
    }

    pub(crate) const fn place(self) -> usize {
        match self {
            Self::Notice => 0,
            Self::Alarm => 1,
            Self::High => 2,
        }
    }
}

/// Whether a value alarms at its set-point or only above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// At it.
    Reached,
    /// Above it (noise, EW-05).
    Exceeded,
}

/// What is wrong with set-points.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SetPointsError {
    /// Fewer than the standard asks for.
    #[error("预报、警报、高报至少应设两级，现设 {set} 级")]
    TooFew {
        /// How many are set.
        set: usize,
    },
    /// A higher level at a lower value, or a value that is no number.
    #[error("各级报警值应由低到高且为有限数，{lower} 之后是 {higher}")]
    NotAscending {
        /// The lower level's.
        lower: f64,
        /// The higher level's.
        higher: f64,
    },
    /// No limit to take them from.
    #[error("没有可用的限值：MAC、PC-STEL、PC-TWA 至少应有一个大于 0")]
    NoLimit,
}

/// The values of the three levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SetPoints {
    points: [Option<f64>; 3],
    crossing: Crossing,
}

impl SetPoints {
    /// From values as they are set, lowest level first.
    ///
    /// # Errors
    /// Not ascending; fewer than two.
    pub fn new(points: [Option<f64>; 3], crossing: Crossing) -> Result<Self, SetPointsError> {
        let set: Vec<f64> = points.iter().flatten().copied().collect();
        for pair in set.windows(2) {
            if pair[0].partial_cmp(&pair[1]) != Some(std::cmp::Ordering::Less) {
                return Err(SetPointsError::NotAscending { lower: pair[0], higher: pair[1] });
            }
        }
        if let Some(odd) = set.iter().find(|point| !point.is_finite()) {
            return Err(SetPointsError::NotAscending { lower: *odd, higher: *odd });
        }
        if set.len() < 2 {
            return Err(SetPointsError::TooFew { set: set.len() });
        }
        Ok(Self { points, crossing })
    }

    /// A gas by its limits (mg/m³ or whatever unit all three share): 警报 at MAC, else PC-STEL, else 3 × PC-TWA; 预报 at half of it; 高报 as the employer sets it.
    ///
    /// Source: GBZ/T 223 as quoted by others (domain B5; the text itself was not read).
    ///
    /// # Errors
    /// No limit; a 高报 that is not above the 警报.
    ///
    /// # Example: no short-term limit, PC-TWA 20
    /// ```
    /// use zhijian_telemetry::windows::{Level, SetPoints};
    /// let points = SetPoints::gas(None, None, Some(20.0), None).unwrap();
    /// assert_eq!((points.at(Level::Notice), points.at(Level::Alarm), points.at(Level::High)), (Some(30.0), Some(60.0), None));
    /// ```
    pub fn gas(mac: Option<f64>, pc_stel: Option<f64>, pc_twa: Option<f64>, high: Option<f64>) -> Result<Self, SetPointsError> {
        let limit = mac.or(pc_stel).or(pc_twa.map(|twa| 3.0 * twa)).filter(|limit| *limit > 0.0).ok_or(SetPointsError::NoLimit)?;
        Self::new([Some(limit / 2.0), Some(limit), high], Crossing::Reached)
    }

    /// A level's value, where it is set.
    #[must_use]
    pub const fn at(&self, level: Level) -> Option<f64> {
        self.points[level.place()]
    }

    /// The value calls for the level. What is over a range that reaches to the level is over the level, so a bound calls for it when it is reached.
    pub(crate) fn calls(&self, level: Level, value: f64, at_least: bool) -> bool {
        self.at(level).is_some_and(|point| match self.crossing {
            Crossing::Exceeded if !at_least => value > point,
            Crossing::Exceeded | Crossing::Reached => value >= point,
        })
    }

    /// The value is so far below the level that it ends.
    pub(crate) fn ends(&self, level: Level, value: f64, hysteresis: f64) -> bool {
        self.at(level).is_none_or(|point| value < point - hysteresis || (hysteresis == 0.0 && !self.calls(level, value, false)))
    }
}
