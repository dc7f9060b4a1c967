//! How much the anchors and aliases of a file may stand for.
//!
//! Owns the limits that keep a short file from becoming a large one: by document, and by file, since a file may hold a million documents.
//! Refuses before the memory is full, not after.

use super::fault::Fault;
use super::tree::{Content, Node, Span};

/// Values that aliases and merge keys may add to one document. A file that repeats its anchors by hand stays far below;
/// a "billion laughs" passes it after a few lines.
const VALUES_IN_DOCUMENT: usize = 100_000;

/// The same for all documents of a file together: thirty thousand tickets with sixty each.
const VALUES_IN_FILE: usize = 2_000_000;

/// In bytes: what the texts of all these values come to. One long text, named a thousand times, is short in the file.
const TEXT_IN_FILE: usize = 64_000_000;

/// What the anchors and aliases of one file stand for so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allowance {
    document: usize,
    file: usize,
    /// In bytes.
    text: usize,
}

impl Allowance {
    pub fn begin_document(&mut self) {
        self.document = 0;
    }

    /// Counts what an anchor keeps or an alias repeats. Answers with the levels of the value.
    pub fn take(&mut self, node: &Node<'_>, at: Span) -> Result<usize, Fault> {
        let Size { values, text, levels } = size(node);
        self.document += values;
        self.file += values;
        self.text += text;
        let too_much = if self.document > VALUES_IN_DOCUMENT {
            format!("the anchors and aliases of this document stand for more than {VALUES_IN_DOCUMENT} values")
        } else if self.file > VALUES_IN_FILE {
            format!("the anchors and aliases of this file stand for more than {VALUES_IN_FILE} values")
        } else if self.text > TEXT_IN_FILE {
            format!("the anchors and aliases of this file stand for more than {} MB of text", TEXT_IN_FILE / 1_000_000)
        } else {
            return Ok(levels);
        };
        Err(Fault::new("yaml/alias-bomb", at, too_much, "Write fewer aliases of aliases."))
    }
}

/// How large a tree is.
#[derive(Clone, Copy)]
struct Size {
    values: usize,
    /// In bytes, of scalars and keys.
    text: usize,
    levels: usize,
}

impl Size {
    fn with(self, inner: Self) -> Self {
        Self { values: self.values + inner.values, text: self.text + inner.text, levels: self.levels.max(inner.levels + 1) }
    }
}

fn size(node: &Node<'_>) -> Size {
    let empty = Size { values: 1, text: 0, levels: 1 };
    match &node.content {
        Content::Scalar(text, _) => Size { values: 1, text: text.len(), levels: 0 },
        Content::List(items) => items.iter().map(size).fold(empty, Size::with),
        Content::Map(entries) => {
            entries.iter().fold(empty, |all, entry| Size { text: all.text + entry.key.len(), ..all }.with(size(&entry.value)))
        }
    }
}
