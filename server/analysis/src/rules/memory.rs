//! Memory of a RocksDB backend: who sizes it, and whether the write buffers fit.

use super::{
    Check, EntryCx,
    backends::{BACKENDS, is_given, may_be, version_text},
    entry,
};
use crate::{FlinkVersion, Tag, sink::Sink, view::Val};

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

fn managed_memory_overrides_cache(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let cache = at.view.get("options.block_cache_size");
    let (managed, slot) = (
        at.view.get("memory.managed"),
        at.view.get("memory.per_slot"),
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
    sink.at_key("managed-memory-overrides-cache", &cache)
        .with(decides, how)
        .tag(Tag::Unnecessary)
        .say(format!(
            "`block_cache_size` has no effect because {how}: Flink installs one cache per slot that all states share"
        ));
}

fn per_slot_overrides_managed(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (managed, slot) = (
        at.view.get("memory.managed"),
        at.view.get("memory.per_slot"),
    );
    if !managed.is_true() || !is_given(&slot) || !may_be(at, ROCKSDB) {
        return;
    }
    let amount = slot.raw().unwrap_or_default();
    sink.at_key("per-slot-overrides-managed", &managed)
        .with(&slot, format!("{amount} for each slot"))
        .tag(Tag::Unnecessary)
        .say(format!(
            "`managed: true` has no effect beside `per_slot`: RocksDB gets the fixed {amount} per slot, on top of Flink's managed memory \
             instead of out of it"
        ));
}

fn unmanaged_memory_unsized(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let managed = at.view.get("memory.managed");
    let sizes = [
        "memory.per_slot",
        "options.write_buffer_size",
        "options.block_cache_size",
    ];
    let sized = sizes.iter().any(|path| is_given(&at.view.get(path)));
    if !managed.is_false()
        || sized
        || !may_be(at, ROCKSDB)
        || !at.cx.judges_absence()
        || at.view.has_errors()
    {
        return;
    }
    sink.at("unmanaged-memory-unsized", &managed).say(
        "`managed: false` without `per_slot`, `write_buffer_size` or `block_cache_size` lets native memory grow with the number of \
         states, by about 140 MB for each in every slot, until the container is killed",
    );
}

/// What decides how much memory the write buffers of one state take.
struct Buffers<'a> {
    slot: Val<'a>,
    slot_bytes: u64,
    size: Val<'a>,
    size_bytes: u64,
    count: Val<'a>,
    number: i64,
}

impl<'a> Buffers<'a> {
    /// `None` when one of the values is not known.
    fn of(at: &EntryCx<'_, 'a>) -> Option<Buffers<'a>> {
        let slot = at.view.get("memory.per_slot");
        let size = at.view.get("options.write_buffer_size");
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
    fn to_change(&self, or_count: bool) -> &Val<'a> {
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
fn buffer_count<'a>(at: &EntryCx<'_, 'a>) -> Val<'a> {
    let option = at.view.get("options.max_write_buffer_number");
    if is_given(&option) {
        return option;
    }
    at.view.get("memory.write_buffer_count")
}

/// The value, or its default where it is certain that nobody gives one.
fn or_default<T>(at: &EntryCx<'_, '_>, val: &Val<'_>, value: Option<T>, default: T) -> Option<T> {
    if is_given(val) {
        return value;
    }
    (at.cx.judges_absence() && !at.view.has_errors()).then_some(default)
}

fn write_buffers_exceed_slot(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some(buffers) = Buffers::of(at) else {
        return;
    };
    let all = buffers.all_bytes();
    // A single buffer that is too large for the slot is the graver finding about the same value.
    if all <= u128::from(buffers.slot_bytes) || buffers.arena_exceeds() {
        return;
    }
    let slot = buffers.slot.text().unwrap_or_default();
    let size = buffers.size.text().unwrap_or("64mb".into());
    let number = buffers.number;
    sink.at("write-buffers-exceed-slot", buffers.to_change(true))
        .with(&buffers.slot, format!("a slot has {slot}"))
        .with(&buffers.size, format!("one buffer has {size}"))
        .with(&buffers.count, format!("up to {number} buffers"))
        .say(format!(
            "{number} write buffers of {size} are {} for a single state, more than the {slot} of a slot, of which about a third may be \
             write buffers: they are flushed long before they are full",
            size_text(all)
        ));
}

fn rocksdb_arena_exceeds_slot(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some(buffers) = Buffers::of(at) else {
        return;
    };
    if !buffers.arena_exceeds() {
        return;
    }
    let slot = buffers.slot.text().unwrap_or_default();
    let size = buffers.size.text().unwrap_or("64mb".into());
    let version = at.cx.flink();
    let consequence = match version {
        // RocksDB 8.10 caps the block at 1 MiB; Flink's own check does not know that.
        FlinkVersion::V2_2 => format!(
            "Flink {} warns of poor performance at start, though its RocksDB keeps the block at 1 MiB",
            version_text(version)
        ),
        _ => format!(
            "RocksDB in Flink {} flushes all the time",
            version_text(version)
        ),
    };
    sink.at("rocksdb-arena-exceeds-slot", buffers.to_change(false))
        .with(&buffers.slot, format!("a slot has {slot}"))
        .with(&buffers.size, format!("one buffer has {size}"))
        .say(format!(
            "an arena block, an eighth of the write buffer of {size}, is more than the write buffers of a slot of {slot} may take: \
             {consequence}; `per_slot` should be at least 3/7 of the buffer"
        ));
}

fn min_merge_not_below_max(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let merge = at.view.get("options.min_write_buffer_number_to_merge");
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
    sink.at("min-merge-not-below-max", &merge)
        .with(&count, format!("up to {number} buffers"))
        .rewrite(format!("Change to {used}, which RocksDB uses anyway"), used.to_string())
        .say(format!(
            "waiting for {least} full write buffers out of {number}{from} before a flush would stall writes for ever, so RocksDB lowers \
             `min_write_buffer_number_to_merge` to {used} without a word"
        ));
}

fn max_write_buffers_minimum(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for (name, path) in [
        ("max_write_buffer_number", "options.max_write_buffer_number"),
        ("write_buffer_count", "memory.write_buffer_count"),
    ] {
        let count = at.view.get(path);
        if let Some(number) = count.int()
            && number < DEFAULT_BUFFERS
        {
            sink.at("max-write-buffers-minimum", &count)
                .say(format!(
                    "`{name}` is {number}, and RocksDB raises it to 2 without a word: one buffer must take writes while another is flushed"
                ));
        }
    }
}

fn write_buffer_count_conflict(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let count = at.view.get("memory.write_buffer_count");
    let option = at.view.get("options.max_write_buffer_number");
    if let (Some(one), Some(other)) = (count.int(), option.int())
        && one != other
        && may_be(at, ROCKSDB)
    {
        sink.at("write-buffer-count-conflict", &count)
            .with(&option, format!("`max_write_buffer_number` is {other}"))
            .say(format!(
                "`write_buffer_count` is {one} and `max_write_buffer_number` is {other}, two names for one option of Flink: only one of \
                 them can hold"
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
