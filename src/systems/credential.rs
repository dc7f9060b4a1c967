//! Credentials: where they come from, and how they stay out of sight.
//!
//! Owns the three kinds of reference. Refuses values: a manifest or a project file never holds a secret.

/// Where a secret is: `env:NAME`, `file:PATH` or `command:LINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A variable of the environment.
    Variable(String),
    /// A file, relative to the project's folder; blanks around its content are dropped.
    File(String),
    /// What this command line prints, likewise.
    Command(String),
}

/// Why a text is no reference. It never repeats the text: somebody may have written the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAReference {
    pub message: &'static str,
    pub help: &'static str,
}

impl Reference {
    pub fn parse(text: &str) -> Result<Self, NotAReference> {
        let wrong = NotAReference {
            message: "the credential is a plain value; a file that is shared must not hold one",
            help: "Write where it is instead: `env:NAME`, `file:PATH` or `command:LINE`. If this was a real token, withdraw it.",
        };
        let (way, rest) = text.split_once(':').ok_or_else(|| wrong.clone())?;
        let rest = rest.trim().to_owned();
        match way {
            _ if rest.is_empty() => Err(wrong),
            "env" => Ok(Self::Variable(rest)),
            "file" => Ok(Self::File(rest)),
            "command" => Ok(Self::Command(rest)),
            _ => Err(wrong),
        }
    }
}
