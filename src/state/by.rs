//! Who did something: a person, a machine, a CI run, and the commit of the files that it was done from.
//!
//! Owns what the environment tells of that. Refuses whatever could be a secret: no page's address keeps a user, a password or, where
//! a runner wrote it, a query.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

/// Who did something, as far as the machine tells. All of it goes into every commit of the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The page of the CI run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_run: Option<String>,
    /// The git commit of the project's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

type Variables = BTreeMap<String, String>;

/// What runners call the page of a run. The first is for every runner that has no such variable.
const RUN_PAGES: [&str; 5] = [OWN_PAGE, "CI_JOB_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "BUILD_URL"];
const OWN_PAGE: &str = "CALLOUT_CI_RUN";

impl By {
    /// From the environment's `USER` and `HOSTNAME`, or Windows' names for them; a CI runner sets neither and is named by its own.
    /// The git commit is for the caller to add.
    pub fn from_variables(variables: &Variables) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| set(variables, name)).map(str::to_owned);
        Self {
            user: first(&["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "USERNAME"]),
            host: first(&["HOSTNAME", "COMPUTERNAME", "RUNNER_NAME"]),
            ci_run: ci_run(variables),
            commit: None,
        }
    }

    pub fn is_unknown(&self) -> bool {
        let Self { user, host, ci_run, commit } = self;
        [user, host, ci_run, commit].iter().all(|part| part.is_none())
    }
}

fn set<'v>(variables: &'v Variables, name: &str) -> Option<&'v str> {
    variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

fn ci_run(variables: &Variables) -> Option<String> {
    let named = || RUN_PAGES.iter().find_map(|name| page(set(variables, name)?, *name == OWN_PAGE));
    named().or_else(|| github(variables)).or_else(|| azure(variables))
}

/// GitHub names the parts of the address and not the whole.
fn github(variables: &Variables) -> Option<String> {
    let [server, repository, run] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(|name| set(variables, name));
    let attempt = set(variables, "GITHUB_RUN_ATTEMPT").filter(|attempt| *attempt != "1");
    let attempt = attempt.map(|attempt| format!("/attempts/{attempt}")).unwrap_or_default();
    page(&format!("{}/{}/actions/runs/{}{attempt}", server?, repository?, run?), false)
}

/// So does Azure Pipelines, with the run's number in a query.
fn azure(variables: &Variables) -> Option<String> {
    let [collection, project] = ["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT"].map(|name| set(variables, name));
    let run: u64 = set(variables, "BUILD_BUILDID")?.parse().ok()?;
    let base = page(&format!("{}/{}/_build/results", collection?.trim_end_matches('/'), project?), false)?;
    Some(format!("{base}?buildId={run}"))
}

/// An address without what may be a secret; nothing where it is no address of a page.
fn page(text: &str, with_query: bool) -> Option<String> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    url.set_fragment(None);
    if !with_query {
        url.set_query(None);
    }
    Some(url.into())
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_deref().unwrap_or("an unknown user");
        write!(f, "{user}")?;
        self.host.as_ref().map_or(Ok(()), |host| write!(f, " on {host}"))
    }
}

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    #[serde(flatten)]
    pub by: By,
    pub pid: u32,
    /// Such as `callout apply`.
    pub command: String,
    pub since: Timestamp,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (process {}, {}, since {:.0})", self.command, self.pid, self.by, self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ci_run_of(variables: &[(&str, &str)]) -> Option<String> {
        By::from_variables(&variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).ci_run
    }

    #[test]
    fn every_runner_names_the_page_of_its_run() {
        let github = [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "acme/field-ops"), ("GITHUB_RUN_ID", "42")];
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(ci_run_of(&github), said("https://github.com/acme/field-ops/actions/runs/42"));
        let again = [github.as_slice(), &[("GITHUB_RUN_ATTEMPT", "2")]].concat();
        assert_eq!(ci_run_of(&again), said("https://github.com/acme/field-ops/actions/runs/42/attempts/2"));
        let first = [github.as_slice(), &[("GITHUB_RUN_ATTEMPT", "1")]].concat();
        assert_eq!(ci_run_of(&first), said("https://github.com/acme/field-ops/actions/runs/42"));
        assert_eq!(ci_run_of(&[("CI_JOB_URL", "https://gitlab.com/acme/ops/-/jobs/7")]), said("https://gitlab.com/acme/ops/-/jobs/7"));
        let azure = [("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"), ("SYSTEM_TEAMPROJECT", "field ops"), ("BUILD_BUILDID", "9")];
        assert_eq!(ci_run_of(&azure), said("https://dev.azure.com/acme/field%20ops/_build/results?buildId=9"));
        let own = [("CALLOUT_CI_RUN", "https://ci.example.com/run?number=3"), github[0], github[1], github[2]];
        assert_eq!(ci_run_of(&own), said("https://ci.example.com/run?number=3"));
    }

    #[test]
    fn what_is_no_page_or_could_be_a_secret_is_left_out() {
        assert_eq!(ci_run_of(&[("GITHUB_RUN_ID", "42")]), None);
        assert_eq!(ci_run_of(&[("BUILD_URL", "")]), None);
        assert_eq!(ci_run_of(&[("BUILD_URL", "nightly \u{1b}[31m")]), None);
        assert_eq!(ci_run_of(&[("BUILD_URL", "file:///etc/passwd")]), None);
        let page = ci_run_of(&[("BUILD_URL", "https://bot:hunter2@ci.example.com/job/7?token=hunter2#hunter2")]);
        assert_eq!(page.as_deref(), Some("https://ci.example.com/job/7"));
    }

    #[test]
    fn whoever_is_known_by_the_run_alone_is_not_unknown() {
        assert!(By::default().is_unknown());
        assert!(!By { ci_run: Some("https://ci.example.com/7".to_owned()), ..By::default() }.is_unknown());
    }
}
