//! The fuzz targets, one file each.

pub mod diagnostics;
pub mod environment;
pub mod features;
pub mod frames;
pub mod processes;
pub mod repairs;
pub mod session;
pub mod suppressions;
pub mod tree;
pub mod values;
