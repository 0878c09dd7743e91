//! Memory of a RocksDB backend: who sizes it, and whether the write buffers fit.

use super::{
    Check, EntryContext,
    backends::{BACKENDS, is_given, may_be},
    entry,
};
use crate::{FlinkVersion, Tag, merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry(
        BACKENDS,
        "managed-memory-overrides-cache",
        managed_memory_overrides_cache,
    ),
    entry(
        BACKENDS,
        "per-slot-overrides-managed",
        per_slot_overrides_managed,
    ),
    entry(
        BACKENDS,
        "unmanaged-memory-unsized",
        unmanaged_memory_unsized,
    ),
    entry(
        BACKENDS,
        "write-buffers-exceed-slot",
        write_buffers_exceed_slot,
    ),
    entry(
        BACKENDS,
        "rocksdb-arena-exceeds-slot",
        rocksdb_arena_exceeds_slot,
    ),
    entry(BACKENDS, "min-merge-not-below-max", min_merge_not_below_max),
    entry(
        BACKENDS,
        "max-write-buffers-minimum",
        max_write_buffers_minimum,
    ),
    entry(
        BACKENDS,
        "write-buffer-count-conflict",
        write_buffer_count_conflict,
    ),
];

const ROCKSDB: &[&str] = &["rocksdb"];

/// The write buffer's size when nothing says otherwise.
const DEFAULT_WRITE_BUFFER: u64 = 64 << 20;
/// The number of write buffers when nothing says otherwise; RocksDB takes no smaller one.
const DEFAULT_BUFFERS: i64 = 2;

fn managed_memory_overrides_cache(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let cache = at.mapping.get("options.block_cache_size");
    let (managed, slot) = (
        at.mapping.get("memory.managed"),
        at.mapping.get("memory.per_slot"),
    );
    if !is_given(&cache) || !may_be(at, ROCKSDB) {
        return;
    }
    let (decides, how) = if is_given(&slot) {
        (&slot, "`per_slot` is set")
    } else if managed.is_true() {
        (&managed, "memory is managed")
    } else {
        return;
    };
    sink.report_key("managed-memory-overrides-cache", &cache)
        .related(decides, how)
        .tag(Tag::Unnecessary)
        .emit(format!(
            "`block_cache_size` is ignored because {how}: Flink installs one shared cache per slot."
        ));
}

fn per_slot_overrides_managed(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (managed, slot) = (
        at.mapping.get("memory.managed"),
        at.mapping.get("memory.per_slot"),
    );
    if !managed.is_true() || !is_given(&slot) || !may_be(at, ROCKSDB) {
        return;
    }
    let amount = slot.raw().unwrap_or_default();
    sink.report_key("per-slot-overrides-managed", &managed)
        .related(&slot, format!("{amount} for each slot"))
        .tag(Tag::Unnecessary)
        .emit(format!(
            "`managed: true` is ignored: `per_slot` gives RocksDB a fixed {amount} per slot."
        ));
}

fn unmanaged_memory_unsized(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let managed = at.mapping.get("memory.managed");
    let sizes = [
        "memory.per_slot",
        "options.write_buffer_size",
        "options.block_cache_size",
    ];
    let sized = sizes.iter().any(|path| is_given(&at.mapping.get(path)));
    if !managed.is_false()
        || sized
        || !may_be(at, ROCKSDB)
        || !at.cx.checks_absence()
        || at.mapping.has_errors()
    {
        return;
    }
    sink.report("unmanaged-memory-unsized", &managed).emit(
        "`managed: false` without sizes lets native memory grow by about 140 MB per state and slot.",
    );
}

/// What decides how much memory the write buffers of one state take.
struct Buffers<'a> {
    slot: MergedValue<'a>,
    slot_bytes: u64,
    size: MergedValue<'a>,
    size_bytes: u64,
    count: MergedValue<'a>,
    number: i64,
}

impl<'a> Buffers<'a> {
    /// `None` when one of the values is not known.
    fn of(at: &EntryContext<'_, 'a>) -> Option<Buffers<'a>> {
        let slot = at.mapping.get("memory.per_slot");
        let size = at.mapping.get("options.write_buffer_size");
        let count = buffer_count(at);
        if !may_be(at, ROCKSDB) {
            return None;
        }
        Some(Buffers {
            slot_bytes: slot.bytes().filter(|bytes| *bytes > 0)?,
            size_bytes: or_default(at, &size, size.bytes(), DEFAULT_WRITE_BUFFER)?,
            number: or_default(at, &count, count.int(), DEFAULT_BUFFERS)?,
            slot,
            size,
            count,
        })
    }

    /// One arena block, an eighth of the buffer, exceeds what the mutable memtables may take: 7/8 of the third of the slot
    /// that the write-buffer manager has. Compared as products, so that nothing is rounded.
    fn arena_exceeds(&self) -> bool {
        3 * u128::from(self.size_bytes) > 7 * u128::from(self.slot_bytes)
    }

    fn all_bytes(&self) -> u128 {
        u128::from(self.size_bytes) * u128::try_from(self.number).unwrap_or(0)
    }

    /// The value that should change: the buffers' own when it is written, else the slot's.
    fn to_change(&self, or_count: bool) -> &MergedValue<'a> {
        if is_given(&self.size) {
            &self.size
        } else if or_count && is_given(&self.count) {
            &self.count
        } else {
            &self.slot
        }
    }
}

/// Two fields set the number of write buffers; the one among the options is the one of RocksDB's own name.
fn buffer_count<'a>(at: &EntryContext<'_, 'a>) -> MergedValue<'a> {
    let option = at.mapping.get("options.max_write_buffer_number");
    if is_given(&option) {
        return option;
    }
    at.mapping.get("memory.write_buffer_count")
}

/// The value, or its default where it is certain that nobody gives one.
fn or_default<T>(
    at: &EntryContext<'_, '_>,
    val: &MergedValue<'_>,
    value: Option<T>,
    default: T,
) -> Option<T> {
    if is_given(val) {
        return value;
    }
    (at.cx.checks_absence() && !at.mapping.has_errors()).then_some(default)
}

fn write_buffers_exceed_slot(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some(buffers) = Buffers::of(at) else {
        return;
    };
    let all = buffers.all_bytes();
    // A single buffer that is too large for the slot is the graver diagnostic about the same value.
    if all <= u128::from(buffers.slot_bytes) || buffers.arena_exceeds() {
        return;
    }
    let slot = buffers.slot.text().unwrap_or_default();
    let size = buffers.size.text().unwrap_or("64mb".into());
    let number = buffers.number;
    sink.report("write-buffers-exceed-slot", buffers.to_change(true))
        .related(&buffers.slot, format!("a slot has {slot}"))
        .related(&buffers.size, format!("one buffer has {size}"))
        .related(&buffers.count, format!("up to {number} buffers"))
        .emit(format!(
            "{number} write buffers of {size} ({} per state) exceed the {slot} of a slot; they are flushed before they are full.",
            size_text(all)
        ));
}

fn rocksdb_arena_exceeds_slot(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some(buffers) = Buffers::of(at) else {
        return;
    };
    if !buffers.arena_exceeds() {
        return;
    }
    let slot = buffers.slot.text().unwrap_or_default();
    let size = buffers.size.text().unwrap_or("64mb".into());
    let version = at.cx.flink();
    // RocksDB 8.10 caps the block at 1 MiB; Flink's own check does not know that.
    let consequence = if version >= FlinkVersion::V2_0 {
        format!("Flink {version} logs a warning at start")
    } else {
        format!("RocksDB in Flink {version} keeps flushing")
    };
    sink.report("rocksdb-arena-exceeds-slot", buffers.to_change(false))
        .related(&buffers.slot, format!("a slot has {slot}"))
        .related(&buffers.size, format!("one buffer has {size}"))
        .emit(format!(
            "An arena block of a {size} write buffer exceeds the write-buffer limit of a {slot} slot: {consequence}."
        ));
}

fn min_merge_not_below_max(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let merge = at.mapping.get("options.min_write_buffer_number_to_merge");
    let count = buffer_count(at);
    let Some(least) = merge.int() else { return };
    let Some(number) = or_default(at, &count, count.int(), DEFAULT_BUFFERS) else {
        return;
    };
    // RocksDB raises a smaller number of buffers first.
    let number = number.max(DEFAULT_BUFFERS);
    if least < number || !may_be(at, ROCKSDB) {
        return;
    }
    let used = number - 1;
    let from = if is_given(&count) {
        ""
    } else {
        " (the default)"
    };
    sink.report("min-merge-not-below-max", &merge)
        .related(&count, format!("up to {number} buffers"))
        .replace(format!("Change to {used}, which RocksDB uses anyway"), used.to_string())
        .emit(format!(
            "Waiting for {least} of {number}{from} write buffers would stall writes; RocksDB silently uses {used}."
        ));
}

fn max_write_buffers_minimum(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for (name, path) in [
        ("max_write_buffer_number", "options.max_write_buffer_number"),
        ("write_buffer_count", "memory.write_buffer_count"),
    ] {
        let count = at.mapping.get(path);
        if let Some(number) = count.int()
            && number < DEFAULT_BUFFERS
        {
            sink.report("max-write-buffers-minimum", &count)
                .emit(format!(
                    "`{name}` must be at least 2, not {number}; RocksDB silently raises it."
                ));
        }
    }
}

fn write_buffer_count_conflict(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let count = at.mapping.get("memory.write_buffer_count");
    let option = at.mapping.get("options.max_write_buffer_number");
    if let (Some(one), Some(other)) = (count.int(), option.int())
        && one != other
        && may_be(at, ROCKSDB)
    {
        sink.report("write-buffer-count-conflict", &count)
            .related(&option, format!("`max_write_buffer_number` is {other}"))
            .emit(format!(
                "`write_buffer_count` ({one}) and `max_write_buffer_number` ({other}) are the same Flink option."
            ));
    }
}

/// A size in the largest unit that divides it.
fn size_text(bytes: u128) -> String {
    let (unit, shift) = [("gb", 30), ("mb", 20), ("kb", 10)]
        .into_iter()
        .find(|(_, shift)| bytes > 0 && bytes.is_multiple_of(1 << shift))
        .unwrap_or(("b", 0));
    format!("{}{unit}", bytes >> shift)
}
