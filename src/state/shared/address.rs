//! Where a shared state lies: a cloud, a bucket of it, and the project's own part of that bucket.
//!
//! Owns the form `s3://bucket/prefix`. Refuses a bucket without a prefix: whatever else is put into the bucket later, and the states of
//! other projects, must stay apart.

use std::fmt;
use std::str::FromStr;

/// What keeps the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// AWS S3, or a store that speaks its protocol.
    S3,
    Azure,
    Google,
}

impl Cloud {
    /// As an address begins.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Azure => "az",
            Self::Google => "gs",
        }
    }

    /// What holds the objects there, for people.
    pub fn bucket(self) -> &'static str {
        match self {
            Self::S3 | Self::Google => "bucket",
            Self::Azure => "container",
        }
    }

    fn of_scheme(scheme: &str) -> Option<Self> {
        [Self::S3, Self::Azure, Self::Google].into_iter().find(|cloud| cloud.scheme() == scheme)
    }
}

/// The address of a shared state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUrl {
    pub cloud: Cloud,
    pub bucket: String,
    /// Without a slash at either end; never empty.
    pub prefix: String,
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.cloud.scheme(), self.bucket, self.prefix)
    }
}

/// Why a text is no such address. It never repeats what could be a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAStore {
    /// Behind the name of the setting.
    pub message: &'static str,
    pub help: String,
}

impl NotAStore {
    fn new(message: &'static str, help: impl Into<String>) -> Self {
        Self { message, help: help.into() }
    }
}

const FORMS: &str = "Write it like s3://bucket/project, az://container/project or gs://bucket/project.";

impl FromStr for StoreUrl {
    type Err = NotAStore;

    fn from_str(text: &str) -> Result<Self, NotAStore> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| NotAStore::new("is no address of an object store", FORMS))?;
        let cloud = Cloud::of_scheme(scheme).ok_or_else(|| other_scheme(scheme))?;
        if rest.contains('@') {
            return Err(NotAStore::new("holds a user name or a password", "Take it out: the credential goes into `credential`."));
        }
        if rest.contains(['?', '#']) {
            return Err(NotAStore::new("has a `?` or a `#`", "Write only the bucket and the prefix; a SAS token goes into `credential`."));
        }
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_bucket(bucket) {
            let help = "It has 3 to 63 signs: lower-case letters, digits, `-`, `.` and `_`.";
            return Err(NotAStore::new("names no bucket", help));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if prefix.is_empty() {
            let help = format!("Add a part of the project's own, so that others fit beside it: {scheme}://{bucket}/PROJECT.");
            return Err(NotAStore::new("has no prefix", help));
        }
        if !prefix.split('/').all(is_segment) {
            let help = "Its parts have letters, digits, `-`, `.` and `_`, with one `/` between two of them.";
            return Err(NotAStore::new("has a prefix that cannot be used", help));
        }
        Ok(Self { cloud, bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

fn other_scheme(scheme: &str) -> NotAStore {
    let help = match scheme {
        "file" => "For a file, write `path` in place of `url`.".to_owned(),
        "s3a" | "s3n" => "Begin it with s3://.".to_owned(),
        "gcs" => "Begin it with gs://.".to_owned(),
        "azure" | "abfs" | "abfss" | "adl" => "Begin it with az://, and write the storage account as `account`.".to_owned(),
        "http" | "https" => format!("{FORMS} A server of your own goes into `endpoint`."),
        _ => FORMS.to_owned(),
    };
    NotAStore::new("is no address of an object store that callout knows", help)
}

/// By the widest rules of the three clouds; the store itself says what it takes.
fn is_bucket(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte);
    (3..=63).contains(&name.len()) && name.bytes().all(is_part) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Signs that no store and no client writes in another way.
fn is_segment(segment: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !segment.is_empty() && segment.bytes().all(is_part) && !segment.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match text.parse::<StoreUrl>() {
            Ok(url) => url.to_string(),
            Err(why) => format!("url {}: {}", why.message, why.help),
        }
    }

    #[test]
    fn an_address_has_a_cloud_a_bucket_and_a_prefix() {
        let url: StoreUrl = "s3://field-ops/acme/prod".parse().expect("an address");
        assert_eq!((url.cloud, url.bucket.as_str(), url.prefix.as_str()), (Cloud::S3, "field-ops", "acme/prod"));
        for same in ["s3://field-ops/acme", "az://field-ops/acme/prod", "gs://field_ops.example.com/Acme-1"] {
            assert_eq!(told(same), same);
        }
        assert_eq!(told("gs://field-ops/acme/"), "gs://field-ops/acme", "one spelling");
    }

    #[test]
    fn what_is_no_address_says_how_one_is_written() {
        for (text, wanted) in [
            (
                "field-ops/acme",
                "url is no address of an object store: Write it like s3://bucket/project, az://container/project or gs://bucket/project.",
            ),
            ("file:///var/state", "url is no address of an object store that callout knows: For a file, write `path` in place of `url`."),
            ("gcs://field-ops/acme", "url is no address of an object store that callout knows: Begin it with gs://."),
            (
                "abfss://ops@acme.dfs.core.windows.net/x",
                "url is no address of an object store that callout knows: Begin it with az://, and write the storage account as `account`.",
            ),
            (
                "https://s3.amazonaws.com/ops/acme",
                "url is no address of an object store that callout knows: Write it like s3://bucket/project, az://container/project or gs://bucket/project. A server of your own goes into `endpoint`.",
            ),
            ("s3://AKIA:s3cr3t@field-ops/acme", "url holds a user name or a password: Take it out: the credential goes into `credential`."),
            (
                "az://field-ops/acme?sig=s3cr3t",
                "url has a `?` or a `#`: Write only the bucket and the prefix; a SAS token goes into `credential`.",
            ),
            ("s3:///acme", "url names no bucket: It has 3 to 63 signs: lower-case letters, digits, `-`, `.` and `_`."),
            ("s3://Field/acme", "url names no bucket: It has 3 to 63 signs: lower-case letters, digits, `-`, `.` and `_`."),
            ("s3://field-ops", "url has no prefix: Add a part of the project's own, so that others fit beside it: s3://field-ops/PROJECT."),
            (
                "s3://field-ops//acme",
                "url has a prefix that cannot be used: Its parts have letters, digits, `-`, `.` and `_`, with one `/` between two of them.",
            ),
        ] {
            assert_eq!(told(text), wanted, "{text}");
        }
        for prefix in ["a//b", "a/../b", ".", "a b", "a%2Fb", "ä", "a*"] {
            assert!(told(&format!("s3://field-ops/{prefix}")).starts_with("url has a prefix that cannot be used: "), "{prefix}");
        }
    }
}
