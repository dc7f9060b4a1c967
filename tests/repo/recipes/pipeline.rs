//! GitLab's runner, as far as the pipeline goes.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use super::hub::OWN;
use super::terms::{Names, holds, names};
use super::workflow::read;
use super::world::World;
use crate::stage::root;

const API: &str = "/api/v4";

/// One pipeline.
pub struct Pipeline<'w> {
    pub world: &'w World,
    pub commit: String,
    /// `CI_` variables, and those that a person gave.
    pub variables: Names,
}

/// What a job left behind.
pub struct Job {
    pub code: i32,
    pub said: String,
}

/// The pipeline's file.
fn file() -> Value {
    read(&root().join("examples/gitops/.gitlab-ci.yml"))
}

impl<'w> Pipeline<'w> {
    pub fn new<const N: usize>(world: &'w World, commit: &str, source: &str, more: [(&str, &str); N]) -> Self {
        let mut variables = names([
            ("CI_PIPELINE_SOURCE", source),
            ("CI_PROJECT_ID", "42"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_COMMIT_SHA", commit),
            ("CI_MERGE_REQUEST_PROJECT_ID", ""),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", ""),
            ("CI_JOB_URL", "https://gitlab.example.com/jobs/1"),
        ]);
        variables.insert("CI_API_V4_URL".to_owned(), format!("{}{API}", world.hub.origin));
        for (name, value) in file()["variables"].as_object().expect("variables") {
            let value = value.as_str().or(value["value"].as_str()).expect("a text");
            variables.insert(name.clone(), value.to_owned());
        }
        variables.extend(names(more));
        world.hub.answers(&format!("{API}/user"), &serde_json::json!({"id": OWN}));
        Self { world, commit: commit.to_owned(), variables }
    }

    /// The jobs that it has.
    pub fn jobs(&self) -> Vec<String> {
        let dollars: Names = self.variables.iter().map(|(name, value)| (format!("${name}"), value.clone())).collect();
        let file = file();
        let is_in = |job: &Value| {
            let rules = job["rules"].as_array()?;
            Some(rules.iter().any(|rule| holds(rule["if"].as_str().expect("a condition"), &dollars)))
        };
        let jobs = file.as_object().expect("jobs").iter().filter(|(_, job)| is_in(job) == Some(true));
        jobs.map(|(name, _)| name.clone()).collect()
    }

    /// Runs a job to its end, under a number.
    pub fn job(&self, name: &str, id: &str) -> Job {
        assert!(self.jobs().contains(&name.to_owned()), "{name} is not in this pipeline: {:?}", self.jobs());
        let job = &file()[name];
        let folder = self.world.workspace();
        self.world.check_out(folder.path(), &self.commit, None);
        let lines: Vec<&str> = job["script"].as_array().expect("lines").iter().map(|line| line.as_str().expect("a line")).collect();
        let script = folder.path().join(".script");
        fs::write(&script, lines.join("\n")).expect("a script");
        let mut command = self.world.command("bash", folder.path());
        command.envs(&self.variables).env("CI_JOB_ID", id);
        // The image has it in PATH.
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_callout"), self.world.path("bin/callout")).ok();
        if job["environment"].is_object() {
            command.envs(self.world.secrets()).env("CALLOUT_TOKEN", "token-of-the-project");
        }
        let output = command.args(["-eo", "pipefail"]).arg(&script).stdin(Stdio::null()).output().expect("bash");
        let code = output.status.code().expect("an exit code");
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        // A shell of its own, that knows nothing of the first but its files, and changes nothing of how the job ended.
        if let Some(lines) = job["after_script"].as_array() {
            let lines: Vec<&str> = lines.iter().map(|line| line.as_str().expect("a line")).collect();
            fs::write(&script, lines.join("\n")).expect("a script");
            let output = command.output().expect("bash");
            said += &(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{said}");
        }
        let when = job["artifacts"]["when"].as_str().unwrap_or("on_success");
        if when == "always" || (when == "on_success") == (code == 0) {
            for path in job["artifacts"]["paths"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if let Ok(content) = fs::read(folder.path().join(path)) {
                    self.world.hub.serves(&format!("{API}/projects/42/jobs/{id}/artifacts/{path}"), content);
                }
            }
        }
        Job { code, said }
    }
}
