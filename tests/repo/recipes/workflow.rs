//! GitHub's runner, as far as the workflows go.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::terms::{Names, filled, holds};
use super::world::World;

/// What a run of a workflow is for.
pub struct Run<'w> {
    pub world: &'w World,
    /// The file below `.github/workflows`, without its end.
    pub workflow: &'w str,
    /// Its number.
    pub id: &'w str,
    /// The commit that is checked out.
    pub commit: String,
    /// What the expressions mean: `github.repository`.
    pub names: Names,
}

/// What a job left behind.
pub struct Job {
    pub code: i32,
    /// All that its log shows.
    pub said: String,
    pub summary: String,
}

/// One job under way.
struct Desk<'r> {
    run: &'r Run<'r>,
    job: &'r Value,
    folder: PathBuf,
    temp: PathBuf,
    names: Names,
    path: Vec<String>,
    done: Job,
}

/// Of a YAML file.
pub fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str()
}

impl Run<'_> {
    /// Runs a job to its end; None if its condition does not hold.
    pub fn job(&self, name: &str) -> Option<Job> {
        let file = read(&self.world.origin().join(format!(".github/workflows/{}.yml", self.workflow)));
        assert_eq!(file["permissions"], serde_json::json!({}), "what no job says is forbidden");
        let job = &file["jobs"][name];
        let condition = text(job, "if").unwrap_or("success()");
        // A job behind one that failed is left out, unless it says otherwise.
        let needed = text(job, "needs").map(|needed| self.names[&format!("needs.{needed}.result")].as_str());
        let is_cut_off = needed.is_some_and(|result| result != "success") && !condition.contains("always()");
        if is_cut_off || condition != "success()" && !holds(condition, &self.names) {
            return None;
        }
        let (folder, temp) = (self.world.workspace(), self.world.workspace());
        let mut names = self.names.clone();
        names.insert("github.token".to_owned(), "token-of-the-job".to_owned());
        if job["environment"].is_string() {
            let secrets = self.world.secrets();
            names.insert("secrets.G360_TOKEN".to_owned(), secrets["G360_TOKEN"].clone());
            // The stub of a store goes by other variables.
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
                names.insert(format!("secrets.{name}"), "unused".to_owned());
            }
        }
        let mut desk = Desk {
            run: self,
            job,
            folder: folder.path().to_path_buf(),
            temp: temp.path().to_path_buf(),
            names,
            path: Vec::new(),
            done: Job { code: 0, said: String::new(), summary: String::new() },
        };
        self.world.hub.calls();
        for step in job["steps"].as_array().expect("steps") {
            desk.step(step);
        }
        allowed(&self.world.hub.calls(), &job["permissions"]);
        Some(desk.done)
    }
}

impl Desk<'_> {
    fn step(&mut self, step: &Value) {
        let condition = text(step, "if").unwrap_or("success()");
        // A condition that does not ask for more holds only as long as nothing failed.
        if self.done.code != 0 && !condition.contains("always()") || condition != "success()" && !holds(condition, &self.names) {
            return;
        }
        match (text(step, "uses"), text(step, "run")) {
            (Some(action), None) if action.starts_with("actions/checkout@") => {
                assert_eq!(step["with"]["persist-credentials"], false, "no step needs the token of the checkout");
                let depth = step["with"]["fetch-depth"].as_u64().unwrap_or(1);
                self.run.world.check_out(&self.folder, &self.run.commit, Some(depth));
            }
            (Some(action), None) if action.starts_with("actions/upload-artifact@") => self.upload(&step["with"]),
            (Some(action), None) if action.starts_with("./") => {
                let action = read(&self.folder.join(action).join("action.yml"));
                for step in action["runs"]["steps"].as_array().expect("steps") {
                    self.step(step);
                }
            }
            (None, Some(script)) => self.script(step, script),
            (action, _) => panic!("this runner has no {action:?}"),
        }
    }

    fn upload(&self, with: &Value) {
        let from = self.folder.join(text(with, "path").expect("a path"));
        let to = self.run.world.path("artifacts").join(self.run.id).join(text(with, "name").expect("a name"));
        fs::create_dir_all(&to).expect("a folder");
        let files = if from.is_dir() { crate::stage::entries(&from) } else { vec![from] };
        for file in files.iter().filter(|file| file.exists()) {
            fs::copy(file, to.join(file.file_name().expect("a name"))).expect("a copy");
        }
    }

    fn script(&mut self, step: &Value, script: &str) {
        assert!(!script.contains("${{"), "what somebody else wrote would become a part of the script: {script}");
        let channels = ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"].map(|name| (name, self.temp.join(name)));
        let mut command = self.run.world.command("bash", &self.folder);
        let variables = [&self.job["env"], &step["env"]].into_iter().filter_map(Value::as_object).flatten();
        for (name, value) in variables {
            command.env(name, filled(value.as_str().expect("a text"), &self.names));
        }
        if self.job["environment"].is_string() {
            command.envs(self.run.world.secrets().into_iter().filter(|(name, _)| name != "G360_TOKEN"));
        }
        for name in ["repository", "sha", "run_id"] {
            command.env(format!("GITHUB_{}", name.to_uppercase()), &self.names[&format!("github.{name}")]);
        }
        command.env("RUNNER_TEMP", &self.temp).envs(channels.iter().map(|(name, path)| (name, path)));
        let own = self.path.join(":")
            + ":"
            + &command
                .get_envs()
                .find(|(name, _)| *name == "PATH")
                .and_then(|(_, path)| path?.to_str().map(str::to_owned))
                .expect("a path");
        command.env("PATH", own.trim_start_matches(':'));
        let file = self.temp.join("script");
        fs::write(&file, script).expect("a script");
        let output = command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&file).stdin(Stdio::null()).output().expect("bash");
        self.done.said += &(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr));
        if self.done.code == 0 {
            self.done.code = output.status.code().expect("an exit code");
        }
        let [outputs, path, summary] = channels.map(|(_, path)| {
            let text = fs::read_to_string(&path).unwrap_or_default();
            drop(fs::remove_file(path));
            text
        });
        self.path.splice(0..0, path.lines().map(str::to_owned));
        self.done.summary += &summary;
        if let Some(id) = text(step, "id") {
            let pairs: BTreeMap<String, String> = outputs
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (format!("steps.{id}.outputs.{name}"), value.to_owned()))
                .collect();
            self.names.extend(pairs);
        }
    }
}

/// Whether the job may make these calls.
fn allowed(calls: &[String], permissions: &Value) {
    for call in calls {
        let (method, path) = call.split_once(' ').expect("a call");
        let scope = match path {
            path if path.contains("/actions/") => "actions",
            path if path.contains("/pulls") || path.contains("/issues/7/") || path.contains("/issues/comments/") => "pull-requests",
            path if path.ends_with("/issues") || path.contains("/issues/") => "issues",
            path => panic!("which permission is that? {path}"),
        };
        let given = permissions[scope].as_str().unwrap_or("none");
        assert!(given == "write" || given == "read" && method == "GET", "{call} needs more than {scope}: {given}");
    }
}
