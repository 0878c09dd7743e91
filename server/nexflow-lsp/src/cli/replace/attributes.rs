//! What belongs to a file beside its text: owner, mode, access lists, extended attributes.

use std::fs;

/// Gives a new file what an old one has; whether it has all of it now.
#[cfg(unix)]
pub(crate) fn copy(old: &fs::File, new: &fs::File, metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt, fchown};
    // Only a privileged process may give a file to somebody else, or to a group that it is not in.
    let _ = fchown(new, Some(metadata.uid()), Some(metadata.gid()));
    let has_mode = new.set_permissions(metadata.permissions()).is_ok();
    let has_attributes = copy_extended(old, new);
    let of = |metadata: &fs::Metadata| (metadata.uid(), metadata.gid(), metadata.mode());
    let is_alike = new.metadata().is_ok_and(|found| of(&found) == of(metadata));
    has_mode && has_attributes && is_alike
}

#[cfg(not(unix))]
pub(crate) fn copy(_: &fs::File, new: &fs::File, metadata: &fs::Metadata) -> bool {
    new.set_permissions(metadata.permissions()).is_ok()
}

/// Extended attributes, among them access lists: those of the old file, and no others, as a new file may have from its folder.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn copy_extended(old: &fs::File, new: &fs::File) -> bool {
    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
    let (Some(wanted), Some(found)) = (extended(old), extended(new)) else {
        return false;
    };
    // What the system keeps for itself it gives to new files by its own rules.
    let is_own = |name: &[u8]| name.starts_with(b"security.") || name.starts_with(b"trusted.");
    let removed = found
        .iter()
        .filter(|(name, _)| !wanted.iter().any(|(wanted, _)| wanted == name))
        .all(|(name, _)| fremovexattr(new, name).is_ok() || is_own(name));
    let set = wanted
        .iter()
        .filter(|attribute| !found.contains(attribute))
        .all(|(name, value)| {
            fsetxattr(new, name, value, XattrFlags::empty()).is_ok() || is_own(name)
        });
    removed && set
}

#[cfg(all(
    unix,
    not(any(target_os = "linux", target_os = "android", target_vendor = "apple"))
))]
fn copy_extended(_: &fs::File, _: &fs::File) -> bool {
    true
}

/// Names and values of the extended attributes of a file; `None` when they cannot be read.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn extended(file: &fs::File) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    use rustix::{
        fs::{fgetxattr, flistxattr},
        io::Errno,
    };
    /// Linux has no longer lists and values.
    const MOST: usize = 64 << 10;
    let mut buffer = vec![0_u8; MOST];
    let length = match flistxattr(file, &mut buffer[..]) {
        Ok(length) => length,
        // A file system without extended attributes.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Some(Vec::new()),
        Err(_) => return None,
    };
    let names: Vec<Vec<u8>> = buffer[..length]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    let value = |name: Vec<u8>| {
        let length = fgetxattr(file, &name, &mut buffer[..]).ok()?;
        Some((name, buffer[..length].to_vec()))
    };
    names.into_iter().map(value).collect()
}
