//! The terminal that the command line writes to: its width and its colours.

use std::io::{self, IsTerminal as _};

use anstyle::Style;

/// The widest that text is set, however wide the terminal is.
pub(crate) const WIDEST: usize = 120;

/// Narrower terminals are written to as if they had this width.
const NARROWEST: usize = 40;

/// What standard output is.
#[derive(Clone, Copy)]
pub(crate) struct Terminal {
    /// Columns of a line of text.
    pub(crate) width: usize,
    /// Lines that are seen at once.
    pub(crate) height: usize,
    /// Whether it shows colours.
    pub(crate) colours: bool,
}

impl Terminal {
    /// A terminal as wide as text is set, without colours.
    pub(crate) const WIDE: Terminal = Terminal {
        width: WIDEST,
        height: usize::MAX,
        colours: false,
    };

    /// The terminal that standard output is; `None` for files and pipes.
    pub(crate) fn of_stdout() -> Option<Terminal> {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return None;
        }
        let (width, height) = terminal_size::terminal_size().map_or((80, 24), |(width, height)| {
            (width.0.into(), height.0.into())
        });
        Some(Terminal {
            width: usize::clamp(width, NARROWEST, WIDEST),
            height,
            colours: std::env::var_os("NO_COLOR").is_none(),
        })
    }

    /// Columns of the terminal that standard error is; `None` for files and pipes.
    pub(crate) fn width_of_stderr() -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(io::stderr())?;
        Some(usize::clamp(width.0.into(), NARROWEST, WIDEST))
    }

    /// The style, where colours are shown.
    pub(crate) fn style(self, style: Style) -> Style {
        if self.colours { style } else { Style::new() }
    }
}
