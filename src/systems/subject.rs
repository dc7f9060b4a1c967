//! The mark in a ticket's subject, for systems whose tickets have no reference of the customer's own.
//!
//! Owns where it stands, how it is found again, and the subject without it. People edit subjects, and mail puts `RE:` before them, so
//! a mark is found wherever it stands, with its brackets or without.

use crate::ticket::Mark;

/// The subject with the mark at its end: `Line rental charged twice [co-7k2m9q4x]`.
pub fn with_mark(subject: &str, mark: &Mark) -> String {
    format!("{} [{mark}]", without_mark(subject)).trim_start().to_owned()
}

/// The last mark in a subject: callout puts it at the end.
pub fn find_mark(subject: &str) -> Option<Mark> {
    subject.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-').find_map(Mark::find)
}

/// The subject without marks, and with single blanks.
pub fn without_mark(subject: &str) -> String {
    let mut rest = subject.to_owned();
    // What is left after one is taken out may be another one.
    while let Some(mark) = find_mark(&rest) {
        rest = rest.replace(&format!("[{mark}]"), " ").replace(mark.as_str(), " ");
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::Address;

    #[test]
    fn a_mark_stands_at_the_end_and_is_found_wherever_people_move_it() {
        let mark = Mark::new("lineage", &Address::new("CustomerTicket", "a"), 0);
        let marked = with_mark("Line rental charged twice", &mark);
        assert_eq!(marked, format!("Line rental charged twice [{mark}]"));
        assert_eq!(with_mark(&marked, &mark), marked, "once only");
        for edited in [
            marked.clone(),
            format!("RE: [{mark}] Line rental charged twice"),
            format!("Line rental ({mark}) charged twice"),
            format!("Line rental charged twice {mark}, urgent"),
        ] {
            assert_eq!(find_mark(&edited), Some(mark.clone()), "{edited}");
            assert!(!without_mark(&edited).contains("co-"), "{edited}");
        }
        assert_eq!(without_mark(&marked), "Line rental charged twice");
        assert_eq!(without_mark(&format!("[{mark}]  Line  rental [{mark}]")), "Line rental");
    }

    #[test]
    fn other_words_are_no_mark() {
        for subject in ["", "co-operation", "co-7k2m9q4", "xco-7k2m9q4x", "co-7k2m9q4x-b", "CO-7K2M9Q4X"] {
            assert_eq!((find_mark(subject), without_mark(subject).as_str()), (None, subject));
        }
    }
}
