//! Cells of the tables that spreadsheets open.
//!
//! Refuses to be run: names, statuses and reasons come from lists, from other people's systems and from the command line.

/// A cell that no spreadsheet takes for a formula. An apostrophe in front makes it a text, and is not shown there.
pub fn harmless(cell: &str) -> String {
    let runs = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(['=', '+', '-', '@']);
    if runs { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let cells = ["=1+1", "+1", "-1", "@a", " =1", "\tx", "\n-1", "Store =1", " x", ""].map(harmless);
        assert_eq!(cells, ["'=1+1", "'+1", "'-1", "'@a", "' =1", "'\tx", "'\n-1", "Store =1", " x", ""]);
    }
}
