//! The same work on many things, on all processors.

use std::ops::Range;

use rayon::prelude::*;

/// With fewer things than this, one processor is done before others have begun.
const FEW: usize = 64;

/// Whether so many things are worth the work of several processors.
pub(crate) fn are_many(count: usize) -> bool {
    count >= FEW
}

/// What `each` makes of the numbers below `count`, in their order. It is given many of them at once.
pub(crate) fn pieces<R: Send>(
    count: usize,
    each: impl Fn(Range<usize>) -> Vec<R> + Sync + Send,
) -> Vec<R> {
    if !are_many(count) {
        return each(0..count);
    }
    let size = count.div_ceil(2 * rayon::current_num_threads());
    let starts: Vec<usize> = (0..count).step_by(size).collect();
    let pieces = starts.into_par_iter();
    pieces
        .flat_map_iter(|start| each(start..count.min(start + size)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_in_order() {
        for count in [0, 1, FEW - 1, FEW, FEW + 1, 1000] {
            let twice = pieces(count, |piece| piece.map(|number| 2 * number).collect());
            let expected: Vec<usize> = (0..count).map(|number| 2 * number).collect();
            assert_eq!(twice, expected);
        }
    }
}
