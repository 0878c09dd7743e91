//! The Flink versions that facts and rules are about.

use std::{fmt, str::FromStr};

/// A minor version of Flink whose behaviour is known. Ordered from the oldest to the newest; the newest is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum FlinkVersion {
    /// 1.17
    V1_17,
    /// 1.18
    V1_18,
    /// 1.19
    V1_19,
    /// 1.20
    V1_20,
    /// 2.0
    V2_0,
    /// 2.1
    V2_1,
    /// 2.2
    V2_2,
    /// 2.3
    #[default]
    V2_3,
}

impl FlinkVersion {
    /// All of them, the oldest first.
    pub const ALL: [FlinkVersion; 8] = [
        FlinkVersion::V1_17,
        FlinkVersion::V1_18,
        FlinkVersion::V1_19,
        FlinkVersion::V1_20,
        FlinkVersion::V2_0,
        FlinkVersion::V2_1,
        FlinkVersion::V2_2,
        FlinkVersion::V2_3,
    ];

    /// As people write it: `1.20`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            FlinkVersion::V1_17 => "1.17",
            FlinkVersion::V1_18 => "1.18",
            FlinkVersion::V1_19 => "1.19",
            FlinkVersion::V1_20 => "1.20",
            FlinkVersion::V2_0 => "2.0",
            FlinkVersion::V2_1 => "2.1",
            FlinkVersion::V2_2 => "2.2",
            FlinkVersion::V2_3 => "2.3",
        }
    }

    /// All names, for messages: `1.17, 1.18 … and 2.3`.
    #[must_use]
    pub fn names() -> String {
        let [front @ .., last] = FlinkVersion::ALL;
        let front: Vec<_> = front.iter().map(|version| version.name()).collect();
        format!("{} and {}", front.join(", "), last.name())
    }
}

impl fmt::Display for FlinkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No version of this name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion;

impl FromStr for FlinkVersion {
    type Err = UnknownVersion;

    /// Reads a minor version; a patch level (`1.20.5`) counts as its minor version.
    fn from_str(text: &str) -> Result<FlinkVersion, UnknownVersion> {
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        FlinkVersion::ALL
            .into_iter()
            .find(|version| {
                text.strip_prefix(version.name()).is_some_and(|rest| {
                    rest.is_empty() || rest.strip_prefix('.').is_some_and(is_number)
                })
            })
            .ok_or(UnknownVersion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_in_order() {
        for version in FlinkVersion::ALL {
            assert_eq!(version.name().parse(), Ok(version));
        }
        assert!(FlinkVersion::ALL.is_sorted());
        assert_eq!(FlinkVersion::default(), FlinkVersion::V2_3);
    }

    #[test]
    fn a_patch_level_counts_as_its_minor_version() {
        assert_eq!("1.20.5".parse(), Ok(FlinkVersion::V1_20));
        assert_eq!("2.2.1".parse(), Ok(FlinkVersion::V2_2));
        for wrong in ["1", "1.1", "1.16", "2.30", "1.20.", "1.20.x", "v1.20", ""] {
            assert_eq!(
                wrong.parse::<FlinkVersion>(),
                Err(UnknownVersion),
                "{wrong}"
            );
        }
    }
}
