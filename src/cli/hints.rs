//! Commands that people are told to type: with the folder and the sandbox of the command that tells them.
//!
//! Refuses to touch what was recorded: a text that somebody gave is printed as it is.

use std::borrow::Cow;
use std::path::Path;

use crate::diagnostics::typed;

/// Commands that act on a state. Without the sandbox's flag they would act on the real one.
const ON_A_STATE: [&str; 10] =
    ["settle", "plan", "apply", "state", "status", "import", "show", "log", "schedule --reflow", "schedule --repair"];

/// Commands that work in a project's folder.
const IN_A_FOLDER: [&str; 13] =
    ["apply", "expand", "import", "init", "log", "plan", "sandbox --resolve", "schedule", "settle", "show", "state", "status", "validate"];

/// What a command needs to act where this one acted.
#[derive(Debug, Clone, Default)]
pub(super) struct Hints {
    /// As the person typed it.
    folder: Option<String>,
    is_sandboxed: bool,
}

impl Hints {
    pub fn new(folder: Option<&Path>, is_sandboxed: bool) -> Self {
        Self { folder: folder.map(|folder| typed(&folder.display().to_string())), is_sandboxed }
    }

    /// The text with the flags in each command that it names.
    pub fn complete<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains("callout ") || (self.folder.is_none() && !self.is_sandboxed) {
            return Cow::Borrowed(text);
        }
        let mut text = text.to_owned();
        if self.is_sandboxed {
            text =
                ON_A_STATE.iter().fold(text, |text, name| text.replace(&format!("callout {name}"), &format!("callout --sandbox {name}")));
        }
        let Some(folder) = &self.folder else { return Cow::Owned(text) };
        let names = IN_A_FOLDER.into_iter().chain(["--sandbox"]);
        Cow::Owned(names.fold(text, |text, name| text.replace(&format!("callout {name}"), &format!("callout -C {folder} {name}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gets_what_it_needs_to_act_in_the_same_place() {
        let text = "next: callout settle A --id ID, or callout validate; callout systems";
        let complete = |folder: Option<&str>, is_sandboxed| Hints::new(folder.map(Path::new), is_sandboxed).complete(text).into_owned();
        assert_eq!(complete(None, false), text);
        assert_eq!(complete(None, true), "next: callout --sandbox settle A --id ID, or callout validate; callout systems");
        assert_eq!(
            complete(Some("field"), false),
            "next: callout -C field settle A --id ID, or callout -C field validate; callout systems"
        );
        assert_eq!(
            complete(Some("my field"), true),
            "next: callout -C 'my field' --sandbox settle A --id ID, or callout -C 'my field' validate; callout systems"
        );
    }
}
