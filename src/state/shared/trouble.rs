//! What is told where the store does not do what it was asked for.
//!
//! Owns what the answers of the three clouds mean, and the next step for each. Refuses to repeat an answer as it is: only its code and its
//! message are shown, and no address with what stands behind its `?`, for a signed one is a secret.

mod answer;

use std::fmt;

use object_store::Error;

use super::address::Cloud;
use super::connect::nobody;
use crate::diagnostics::Diagnostic;
use answer::{Answer, Kind};

/// What was to be done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Read,
    Write,
    List,
    Delete,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::List => "list",
            Self::Delete => "delete",
        })
    }
}

/// Whether asking again cannot help, and this request changed nothing.
pub(super) fn is_final(error: &Error) -> bool {
    if matches!(error, Error::NotSupported { .. } | Error::NotImplemented { .. } | Error::InvalidPath { .. }) {
        return true;
    }
    match Answer::of(error).kind {
        Kind::Unreachable | Kind::Busy | Kind::Other => false,
        Kind::NoBucket | Kind::Denied | Kind::Refused | Kind::Expired | Kind::Skewed | Kind::Elsewhere | Kind::Nobody | Kind::NoAnswer => {
            true
        }
    }
}

/// Whether there is no such object in a store that is there. Without its bucket, or at something that is no store, nobody knows what was
/// kept: that must not be taken for a new state.
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. }) && !matches!(Answer::of(error).kind, Kind::NoBucket | Kind::NoAnswer)
}

/// `name` is the object's whole address.
pub(super) fn of(verb: Verb, name: &str, error: &Error) -> Diagnostic {
    let (answer, cloud) = (Answer::of(error), cloud_of(name));
    let bucket = name.split_once("://").map_or(name, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let noun = cloud.map_or("bucket", Cloud::bucket);
    let told = |code, why: &str, help: &str| Diagnostic::error(code, format!("cannot {verb} `{name}`: {why}")).help(help);
    let words = &answer.words;
    match answer.kind {
        Kind::NoBucket => told(
            "state/no-bucket",
            &format!("there is no {noun} `{bucket}`"),
            &format!("Correct spec.state.url in callout.yaml, or make the {noun} first: callout makes none."),
        ),
        Kind::Denied => told("state/denied", &format!("that is not allowed ({words})"), &permissions(cloud)),
        Kind::Refused => told("state/credential", &format!("the store does not accept who asks ({words})"), &whom(cloud)),
        Kind::Expired => told(
            "state/credential",
            &format!("what proves who asks has run out ({words})"),
            "Get a new one, then run the command again. For a long run choose one that lasts as long.",
        ),
        Kind::Skewed => told(
            "state/clock",
            &format!("the clock of this machine is too far from the store's ({words})"),
            "Set this machine's clock, then run the command again.",
        ),
        Kind::Elsewhere => {
            let help = match &answer.region {
                Some(region) => format!("Write it into callout.yaml: spec.state.region: {region}"),
                None => format!("Write the {noun}'s region into callout.yaml as spec.state.region, or set AWS_REGION."),
            };
            told("state/region", &format!("the {noun} `{bucket}` is in another region"), &help)
        }
        Kind::Nobody => {
            nobody(cloud.unwrap_or(Cloud::S3), &format!("cannot {verb} `{name}`: nothing says who asks, and the machine cannot tell"))
        }
        Kind::NoAnswer => told(
            "state/endpoint",
            &format!("what answers there is no object store ({words})"),
            "Check the store's address: spec.state.endpoint in callout.yaml, or the variable that names it.",
        ),
        Kind::Unreachable => told(
            "state/unreachable",
            &format!("the store cannot be reached: {words}"),
            "Check the store's address, and the way to it from here, then run the command again.",
        ),
        Kind::Busy => told("state/busy", &format!("the store is not able to now ({words})"), "Run the command again later."),
        Kind::Other => told("state/store", words, "See that the store can be reached from here, then run the command again."),
    }
}

fn cloud_of(name: &str) -> Option<Cloud> {
    let scheme = name.split_once("://")?.0;
    [Cloud::S3, Cloud::Azure, Cloud::Google].into_iter().find(|cloud| cloud.scheme() == scheme)
}

fn permissions(cloud: Option<Cloud>) -> String {
    let needed = match cloud {
        Some(Cloud::S3) => "s3:GetObject, s3:PutObject and s3:DeleteObject below that prefix, and s3:ListBucket on the bucket",
        Some(Cloud::Azure) => {
            "the role `Storage Blob Data Contributor` on the container, or a SAS token with read, add, create, write, delete and list"
        }
        Some(Cloud::Google) => "the role `roles/storage.objectUser` on the bucket",
        None => "the right to read, write, list and delete there",
    };
    format!("callout needs {needed}. docs/credentials.md has it ready to copy.")
}

fn whom(cloud: Option<Cloud>) -> String {
    let usual = match cloud {
        Some(Cloud::S3) => "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
        Some(Cloud::Azure) => "AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN",
        Some(Cloud::Google) => "GOOGLE_APPLICATION_CREDENTIALS",
        None => "the cloud's usual variables",
    };
    format!("Check spec.state.credential in callout.yaml; without it, {usual}.")
}

pub(super) fn broken_off(name: &str) -> Diagnostic {
    Diagnostic::error("state/store", format!("a request to `{name}` was broken off"))
        .help("Run the command again. If it happens again, this is a bug in callout.")
}

#[cfg(test)]
mod tests;
