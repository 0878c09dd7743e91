//! A number for a key, by which [`SchemaNode::literal_child`](crate::SchemaNode::literal_child) finds it without comparing
//! it with others. The build writes the tables with the same function.

/// Keys of the same length, beginning and end have the same number; a table holds them all the same.
pub(crate) fn number(key: &str) -> u32 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = key.as_bytes();
    let (first, last) = match bytes {
        [] => (0, 0),
        _ => match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
                (Some(first), Some(last)) => (
                    u64::from(u32::from_le_bytes(*first)),
                    u64::from(u32::from_le_bytes(*last)),
                ),
                _ => (
                    u64::from(bytes[0]),
                    u64::from(bytes[bytes.len() / 2]) << 8 | u64::from(bytes[bytes.len() - 1]),
                ),
            },
        },
    };
    let mixed = (first ^ last.rotate_left(23) ^ bytes.len() as u64).wrapping_mul(MIX);
    (mixed >> 32) as u32
}

/// Stands in a table where there is no key.
pub(crate) const FREE: u8 = u8::MAX;
