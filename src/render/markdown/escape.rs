//! Texts of tickets, files and servers inside Markdown.
//!
//! Owns the only ways in: a code span, a code block, the heading of a fold. In these neither GitHub nor GitLab looks for mentions, issues,
//! links, commands or HTML.

use super::super::source::clean;

/// A text as a code span, on one line and at most so many characters. The quotes are longer than any in the text.
pub(super) fn code(text: &str, most: usize) -> String {
    let text = shortened(&clean(text).split_whitespace().collect::<Vec<_>>().join(" "), most);
    if text.is_empty() {
        return "`(none)`".to_owned();
    }
    let quotes = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{quotes}{blank}{text}{blank}{quotes}")
}

/// The same in a cell of a table, which a bar would end, whatever stands before it: a broken bar is shown.
pub(super) fn cell(text: &str, most: usize) -> String {
    code(&text.replace('|', "\u{a6}"), most)
}

/// A text inside a tag, where no Markdown is read.
pub(super) fn html(text: &str, most: usize) -> String {
    let text = shortened(&clean(text).split_whitespace().collect::<Vec<_>>().join(" "), most);
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A code block; `language` colours it. Ends with a line end.
pub(super) fn block(language: &str, content: &str) -> String {
    let fence = fence(content);
    let end = if content.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{content}{end}{fence}\n")
}

/// What cannot end in the midst of this content.
fn fence(content: &str) -> String {
    "`".repeat((longest_run(content) + 1).max(3))
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// At most so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// Characters of one line of a code block: a description may be a single line of megabytes.
const LINE: usize = 400;

/// A text of the terminal as lines of a code block: without colours, and with every line but the first indented, so that no line of a
/// ticket begins like a sign of the plan or like a command to the host.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    for (at, piece) in text.split('\u{1b}').enumerate() {
        // What is cleaned has no escape sequence but the colours of callout's own.
        plain.push_str(if at == 0 { piece } else { piece.split_once('m').map_or("", |(_, rest)| rest) });
    }
    let own = |(at, line): (usize, &str)| {
        let line = shortened(line.trim_end(), LINE);
        if at == 0 || line.starts_with("    ") || line.is_empty() { line } else { format!("    {}", line.trim_start()) }
    };
    plain.trim_matches('\n').lines().enumerate().map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_ends_where_it_should() {
        assert_eq!(code("Dispatch/a", 99), "`Dispatch/a`");
        assert_eq!(code("a `b` ``c``", 99), "``` a `b` ``c`` ```");
        assert_eq!(code("@team\n#12 \u{202e}x", 99), "`@team #12 \u{fffd}x`");
        assert_eq!(code(" \n ", 99), "`(none)`");
        assert_eq!(code("abcdef", 3), "`abc...`");
        assert_eq!(cell("a|b\\|c", 99), "`a\u{a6}b\\\u{a6}c`");
    }

    #[test]
    fn a_block_ends_where_it_should() {
        assert_eq!(block("diff", "a\n```\nb"), "````diff\na\n```\nb\n````\n");
        assert_eq!(lines("\u{1b}[1m+ a\u{1b}[0m\n    b\n/close\n- c\n\n"), ["+ a", "    b", "    /close", "    - c"]);
    }

    #[test]
    fn a_tag_stays_closed() {
        assert_eq!(html("</summary> & 'x' \"y\"\n@team", 99), "&lt;/summary&gt; &amp; &#39;x&#39; &quot;y&quot; @team");
    }
}
