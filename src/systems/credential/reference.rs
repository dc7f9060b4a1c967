//! Where a secret is, and getting it from there.
//!
//! Owns the three kinds of reference. Refuses values: no file of a project holds a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::diagnostics::{Diagnostic, Outcome};
use crate::state::read_regular;
use crate::systems::Context;

/// A password manager may ask its person for a fingerprint; nobody needs longer than this.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// In bytes. The longest tokens have a few thousand.
const LARGEST_FILE: u64 = 64_000;

/// Where a secret is: `env:NAME`, `file:PATH` or `command:LINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A variable of the environment.
    Variable(String),
    /// A file, relative to the project's folder; blanks around its content are dropped.
    File(String),
    /// What this command line prints, likewise. It runs in the project's folder.
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

    /// Whether a text means to be a reference, right or wrong.
    pub fn is_meant(text: &str) -> bool {
        ["env:", "file:", "command:"].iter().any(|way| text.starts_with(way))
    }
}

/// For people. A command line may itself hold a secret, so it is not shown.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "the file {path}"),
            Self::Command(_) => f.write_str("the credential's command"),
        }
    }
}

/// What a reference leads to, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    AccessToken,
    /// Of an installation; it goes with every request.
    ApiKey,
    ClientId,
    ClientSecret,
    /// The halves of a key to an object store, and what a temporary one has besides.
    AccessKeyId,
    SecretAccessKey,
    SessionToken,
    /// Of a storage account.
    AccountKey,
    SasToken,
    /// The JSON text of a service account's key.
    ServiceAccount,
    /// With which a state is read that is encrypted.
    Identity,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access token",
            Self::ApiKey => "key",
            Self::ClientId => "client id",
            Self::ClientSecret => "client secret",
            Self::AccessKeyId => "access key's id",
            Self::SecretAccessKey => "secret access key",
            Self::SessionToken => "session token",
            Self::AccountKey => "storage account's key",
            Self::SasToken => "SAS token",
            Self::ServiceAccount => "service account's key",
            Self::Identity => "age identity",
        }
    }

    /// Whether it may have lines. All else goes into headers.
    fn is_text(self) -> bool {
        matches!(self, Self::ServiceAccount | Self::Identity)
    }

    /// With its article, and without.
    fn short(self) -> (&'static str, &'static str) {
        match self {
            Self::AccessToken | Self::SessionToken | Self::SasToken => ("a token", "token"),
            Self::ApiKey | Self::SecretAccessKey | Self::AccountKey | Self::ServiceAccount => ("a key", "key"),
            Self::ClientId | Self::AccessKeyId => ("an id", "id"),
            Self::ClientSecret => ("a secret", "secret"),
            Self::Identity => ("an identity", "identity"),
        }
    }
}

/// A reference and what it led to: resolved at the first call, and once only.
pub struct Secret {
    kind: Kind,
    reference: Reference,
    variables: Arc<BTreeMap<String, String>>,
    folder: PathBuf,
    value: OnceCell<SecretString>,
}

/// Shows where the secret is, and nothing else: the variables hold it too.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.reference)
    }
}

impl Secret {
    pub fn new(kind: Kind, reference: Reference, context: &Context) -> Self {
        Self::among(kind, reference, &context.variables, &context.folder)
    }

    /// The same of what is no system: these variables, and files and commands relative to this folder.
    pub fn among(kind: Kind, reference: Reference, variables: &Arc<BTreeMap<String, String>>, folder: &Path) -> Self {
        Self { kind, reference, variables: Arc::clone(variables), folder: folder.to_owned(), value: OnceCell::new() }
    }

    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    pub async fn value(&self) -> Outcome<&SecretString> {
        self.value.get_or_try_init(|| self.resolve()).await
    }

    async fn resolve(&self) -> Outcome<SecretString> {
        let text = match &self.reference {
            Reference::Variable(name) => self.variable(name)?,
            Reference::File(path) => self.file(path).await?,
            Reference::Command(line) => self.command(line).await?,
        };
        let (text, name) = (text.trim(), self.kind.name());
        let wrong =
            |what: &str, help: String| Err(Diagnostic::error("credential/form", format!("{} {what}", self.reference)).help(help).into());
        if text.is_empty() {
            return wrong("is empty", format!("Put the {name} there, and nothing else."));
        }
        // A header cannot hold a line end, and a second header must not be smuggled in with one.
        if !self.kind.is_text() && !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let (one, short) = self.kind.short();
            let what = format!("holds more than {one}: a blank, a line end or another sign that no {short} has");
            return wrong(&what, format!("Put only the {name} there."));
        }
        Ok(SecretString::from(text))
    }

    fn variable(&self, name: &str) -> Outcome<String> {
        self.variables.get(name).cloned().ok_or_else(|| {
            let help = format!("Set it and try again: export {name}=YOUR_{}", self.kind.short().1.to_uppercase());
            let message = format!("the variable {name}, which holds the {}, is not set", self.kind.name());
            Diagnostic::error("credential/missing", message).help(help).into()
        })
    }

    async fn file(&self, path: &str) -> Outcome<String> {
        let wrong = |why: String| {
            let message = format!("the file {path}, which holds the {}, cannot be read: {why}", self.kind.name());
            Box::new(Diagnostic::error("credential/file", message).help("A relative path starts at the project's folder."))
        };
        let place = self.folder.join(path);
        let read = tokio::task::spawn_blocking(move || read_regular(&place, LARGEST_FILE)).await;
        let bytes = read.map_err(|error| wrong(error.to_string()))?.map_err(|error| wrong(error.to_string()))?;
        String::from_utf8(bytes).map_err(|_| wrong("it is no UTF-8 text".to_owned()))
    }

    async fn command(&self, line: &str) -> Outcome<String> {
        let name = self.kind.name();
        let wrong = |why: String| {
            let help = format!("Run it by hand in the project's folder: it must print the {name} and end with 0.");
            Box::new(Diagnostic::error("credential/command", format!("{} gave no {name}: {why}", self.reference)).help(help))
        };
        let run = shell(line).current_dir(&self.folder).stdin(Stdio::null()).kill_on_drop(true).output();
        let ended = tokio::time::timeout(COMMAND_TIMEOUT, run).await;
        let Output { status, stdout, .. } = ended
            .map_err(|_| wrong(format!("it did not end within {} s", COMMAND_TIMEOUT.as_secs())))?
            .map_err(|error| wrong(error.to_string()))?;
        if !status.success() {
            // Its own words stay unsaid: they may hold the secret.
            return Err(wrong(format!("it ended with {status}")));
        }
        String::from_utf8(stdout).map_err(|_| wrong("it printed something else than text".to_owned()))
    }
}

fn shell(line: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(program);
    command.arg(flag).arg(line);
    command
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::support::clock::JumpingClock;

    fn context(folder: &std::path::Path) -> Context {
        Context {
            clock: JumpingClock::at("2027-01-04T12:00:00Z"),
            variables: Arc::new(
                [("GOOD", " s3cr3t-token\n"), ("TWO", "s3cr3t\nX-Admin: yes"), ("EMPTY", " ")].map(|(a, b)| (a.into(), b.into())).into(),
            ),
            folder: folder.to_owned(),
            waiting: Arc::new(|_| {}),
        }
    }

    async fn resolve_as(kind: Kind, text: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("token"), "from-a-file\n").expect("a file");
        let secret = Secret::new(kind, Reference::parse(text).expect("a reference"), &context(folder.path()));
        let told = |error: Box<Diagnostic>| format!("{error} [{}]", error.help.clone().unwrap_or_default());
        let value = secret.value().await.map(|value| value.expose_secret().to_owned()).map_err(told);
        assert!(!format!("{secret:?}").contains("s3cr3t"), "{secret:?}");
        value
    }

    async fn resolve(text: &str) -> Result<String, String> {
        resolve_as(Kind::AccessToken, text).await
    }

    #[tokio::test]
    async fn a_token_comes_from_a_variable_a_file_or_a_command() {
        assert_eq!(resolve("env:GOOD").await.as_deref(), Ok("s3cr3t-token"));
        assert_eq!(resolve("file:token").await.as_deref(), Ok("from-a-file"));
        assert_eq!(resolve("command:cat token").await.as_deref(), Ok("from-a-file"));
    }

    #[tokio::test]
    async fn what_is_missing_is_named_with_the_next_step() {
        let wrong = |text: &str, wanted: &str| assert_eq!(text, wanted);
        wrong(
            &resolve("env:NONE").await.expect_err("no variable"),
            "the variable NONE, which holds the access token, is not set [Set it and try again: export NONE=YOUR_TOKEN]",
        );
        wrong(
            &resolve_as(Kind::ClientSecret, "env:NONE").await.expect_err("no variable"),
            "the variable NONE, which holds the client secret, is not set [Set it and try again: export NONE=YOUR_SECRET]",
        );
        wrong(
            &resolve("env:EMPTY").await.expect_err("blank"),
            "the variable EMPTY is empty [Put the access token there, and nothing else.]",
        );
        wrong(
            &resolve("command:echo s3cr3t >&2; exit 3").await.expect_err("a failure"),
            "the credential's command gave no access token: it ended with exit status: 3 [Run it by hand in the project's folder: it must print the access token and end with 0.]",
        );
        let file = resolve_as(Kind::ClientId, "file:none").await.expect_err("no file");
        assert!(file.starts_with("the file none, which holds the client id, cannot be read: "), "{file}");
        assert_eq!(
            resolve("file:/dev/zero").await.expect_err("a device"),
            "the file /dev/zero, which holds the access token, cannot be read: it is no regular file [A relative path starts at the project's folder.]"
        );
    }

    #[tokio::test]
    async fn a_key_that_is_a_text_may_have_lines() {
        assert_eq!(resolve_as(Kind::ServiceAccount, "command:printf '{\n}\n'").await.as_deref(), Ok("{\n}"));
        assert_eq!(resolve_as(Kind::Identity, "env:TWO").await.as_deref(), Ok("s3cr3t\nX-Admin: yes"));
    }

    #[tokio::test]
    async fn a_token_that_would_break_a_header_is_refused_unseen() {
        let error = resolve("env:TWO").await.expect_err("two lines");
        assert_eq!(
            error,
            "the variable TWO holds more than a token: a blank, a line end or another sign that no token has [Put only the access token there.]"
        );
    }
}
