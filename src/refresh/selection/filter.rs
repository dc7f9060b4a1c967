//! What was asked for, in the words of the command line.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Selector, Since, Subject, Target};
use crate::diagnostics::typed;
use crate::ticket::Address;

/// What was asked for. Empty asks for everything; otherwise a ticket is selected by one of the targets (if there are any), one of the
/// files (if any), one of the waves (if any), every selector, and the earlier revision (if any) that it differs from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filter {
    /// Addresses of tickets, documents and rollouts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Tests of labels; each must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<Selector>,
    /// Names of manifest files, as messages have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Names of waves, of whatever rollout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<String>,
    /// What differs from an earlier revision of the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

impl Filter {
    pub fn is_all(&self) -> bool {
        !self.has_words() && self.since.is_none()
    }

    /// Whether it asks for anything by name, place or label.
    pub(super) fn has_words(&self) -> bool {
        self.targets.len() + self.selectors.len() + self.files.len() + self.waves.len() > 0
    }

    /// These tickets alone.
    pub fn of_tickets(addresses: impl IntoIterator<Item = Address>) -> Self {
        Self { targets: addresses.into_iter().map(Target::Ticket).collect(), ..Self::default() }
    }

    /// Whatever the earlier revision said of it.
    pub(super) fn selects(&self, subject: &Subject<'_>) -> bool {
        self.is_in_reach(subject)
            && (self.waves.is_empty() || self.waves.iter().any(|wave| subject.wave() == Some(wave)))
            && self.selectors.iter().all(|selector| subject.labels.is_some_and(|labels| selector.selects(labels)))
    }

    /// Whether the targets and files leave it to the waves and labels.
    pub(super) fn is_in_reach(&self, subject: &Subject<'_>) -> bool {
        (self.targets.is_empty() || self.targets.iter().any(|target| subject.is_target(target)))
            && (self.files.is_empty() || self.files.iter().any(|file| subject.is_of(file)))
    }
}

/// The words to type, in quotes where a shell would read them in its own way. Nothing for everything.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let targets = self.targets.iter().map(|target| ("--target", target.to_string()));
        let files = self.files.iter().map(|file| ("--file", file.clone()));
        let waves = self.waves.iter().map(|wave| ("--wave", wave.clone()));
        let selectors = self.selectors.iter().map(|selector| ("--selector", selector.to_string()));
        let since = self.since.iter().map(|since| ("--since", since.reference.clone()));
        let words = targets.chain(files).chain(waves).chain(selectors).chain(since).map(|(flag, word)| format!("{flag} {}", typed(&word)));
        f.write_str(&words.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_filter_can_be_typed_into_a_shell() {
        let filter = Filter {
            targets: ["Rollout/sdwan", "Rollout/sdwan[Store 4]", "Dispatch/a[rear]"].map(|text| text.parse().expect("a target")).into(),
            selectors: ["region!=west", "who=Dana's"].map(|text| text.parse().expect("a selector")).into(),
            files: vec!["tickets/my routers.yaml".to_owned()],
            waves: vec!["pilot".to_owned()],
            since: Some(Since {
                reference: "main~2".to_owned(),
                commit: "0".repeat(40),
                tickets: [Address::new("Dispatch", "a")].into(),
                unread: None,
                aside: 3,
            }),
        };
        let words = r"--target Rollout/sdwan --target 'Rollout/sdwan[Store 4]' --target 'Dispatch/a[rear]' --file 'tickets/my routers.yaml' --wave pilot --selector 'region!=west' --selector 'who=Dana'\''s' --since 'main~2'";
        assert_eq!(filter.to_string(), words);
        assert_eq!(Filter::default().to_string(), "");
    }

    #[test]
    fn a_filter_without_waves_is_written_as_before_there_were_any() {
        let before = r#"{"targets":["Rollout/sdwan"],"selectors":["wave=pilot"]}"#;
        let read: Filter = serde_json::from_str(before).expect("a filter");
        assert!(read.waves.is_empty());
        assert_eq!(serde_json::to_string(&read).expect("JSON"), before);
    }
}
