//! Units as types, so that hours are never taken for decibels.

use serde::{Deserialize, Serialize};

/// Mass concentration in air, mg/m³.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct MgM3(pub f64);

/// A-weighted sound level, dB(A).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct DbA(pub f64);

/// A span of time in hours.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Hours(pub f64);

/// The unit a limit is stated in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// mg/m³
    #[serde(rename = "mg/m3")]
    MgM3,
    /// fibres a millilitre
    #[serde(rename = "f/mL")]
    FibresMl,
    /// dB(A)
    #[serde(rename = "dB(A)")]
    DbA,
    /// ℃ (WBGT index)
    #[serde(rename = "℃")]
    Celsius,
    /// m/s²
    #[serde(rename = "m/s2")]
    MS2,
}

impl Unit {
    /// The unit as it is printed beside a value.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::MgM3 => "mg/m3",
            Self::FibresMl => "f/mL",
            Self::DbA => "dB(A)",
            Self::Celsius => "℃",
            Self::MS2 => "m/s2",
        }
    }
}
