//! Diagnostics for people.
//!
//! Owns their look: code, message, place, the lines around it, the ticket's address, and the next step.
//! Refuses to hide: what is not shown is counted.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles};
use textwrap::{WordSeparator, WordSplitter};

use super::source::{Window, clean};
use crate::diagnostics::{Diagnostic, Severity};

/// Diagnostics shown in full by one run. After that, people fix and run again; all of them are counted.
pub const MOST: usize = 100;

/// How to show diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub colour: bool,
    /// Lines and arrows of Unicode; without it plain ASCII, for logs and pipes.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

/// All diagnostics as text, at most [`MOST`] in full.
pub fn human(diagnostics: &[Diagnostic], look: Look) -> String {
    let theme = GraphicalTheme {
        characters: if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if look.colour { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    // Lines break at blanks alone: a flag, an address or a lineage that is broken inside cannot be copied.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(look.width.max(40))
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .with_break_words(false)
        .with_links(false)
        .with_context_lines(1);
    let mut text = String::new();
    for diagnostic in diagnostics.iter().take(MOST) {
        // Writing into a String cannot fail; if miette could not draw it, one line is better than none.
        if handler.render_report(&mut text, &Report::new(diagnostic)).is_err() {
            text.push_str(&clean(&diagnostic.to_string()));
        }
        text.push('\n');
    }
    text + &more(diagnostics)
}

fn more(diagnostics: &[Diagnostic]) -> String {
    let hidden = diagnostics.get(MOST..).unwrap_or_default();
    let errors = hidden.iter().filter(|diagnostic| diagnostic.is_error()).count();
    match (errors, hidden.len() - errors) {
        (0, 0) => String::new(),
        (errors, 0) => format!("... and {errors} more errors.\n"),
        (0, warnings) => format!("... and {warnings} more warnings.\n"),
        (errors, warnings) => format!("... and {errors} more errors and {warnings} more warnings.\n"),
    }
}

/// A diagnostic as miette wants it.
#[derive(Debug)]
struct Report<'d> {
    diagnostic: &'d Diagnostic,
    window: Option<Window>,
}

impl<'d> Report<'d> {
    fn new(diagnostic: &'d Diagnostic) -> Self {
        Self { diagnostic, window: diagnostic.place.as_ref().map(Window::new) }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clean(&self.diagnostic.message))
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let address = self.diagnostic.address.as_ref().map(|address| format!(" in {}", clean(address)));
        Some(Box::new(format!("{}{}", self.diagnostic.code, address.unwrap_or_default())))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic.help.as_deref()?;
        Some(Box::new(clean(help)))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.window.as_ref().map(|window| window as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let window = self.window.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::underline(window.span.clone()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_blanks_alone() {
        let lineage = "0b7c5a52-6c1e-4b0e-9c53-0d6a4f9d1e77";
        let told = Diagnostic::error("state/lineage", format!("callout.lock names the lineage {lineage}"))
            .help(format!("settle it: callout settle Dispatch/a --not-created --reason TEXT; its folder is /srv/{lineage}/{lineage}"));
        insta::assert_snapshot!(human(&[told], Look { colour: false, unicode: false, width: 40 }), @r"
        state/lineage

          x callout.lock names the lineage
          | 0b7c5a52-6c1e-4b0e-9c53-0d6a4f9d1e77
          help: settle it: callout settle
                Dispatch/a --not-created
                --reason TEXT; its folder is
                /srv/0b7c5a52-6c1e-4b0e-9c53-0d6a4f9d1e77/0b7c5a52-6c1e-4b0e-9c53-0d6a4f9d1e77
        ");
    }
}
