//! Whole entries: an S3 checkpoint, a tuned RocksDB backend …

use nexflow_syntax::TextRange;

use super::Site;
use crate::CompletionItem;

/// The entries that can begin at the site.
pub(super) fn entries(_site: &Site<'_>, _replace: TextRange) -> Vec<CompletionItem> {
    Vec::new()
}
