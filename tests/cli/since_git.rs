//! `--since` and git: every kind of clone, and nothing of it run or changed.

use std::fs;
use std::path::Path;

use crate::process::program;
use crate::shown::shows;
use crate::support::git::{self, git};
use crate::support::project::Project;
use crate::support::tools;
use crate::vendor::dispatch;

const PROJECT: &str =
    "apiVersion: callout/v1\nkind: Project\nmetadata: {name: acme}\nspec: {manifests: [tickets/], attachment_folders: [../plans]}\n";

/// A repository whose project is in a folder of it, with one ticket that differs from the last commit.
fn repository() -> Project {
    let project = Project::empty();
    project.write("field/callout.yaml", PROJECT);
    project.write("plans/floor.pdf", "a plan");
    for store in ["0417", "0418"] {
        let text = dispatch(&format!("store-{store}"), store).replace("  po_number", "  attachments: [../../plans/floor.pdf]\n  po_number");
        project.write(format!("field/tickets/{store}.yaml"), text);
    }
    git::commit(&project.path(""));
    project.edit("field/tickets/0418.yaml", "PO-88213", "PO-88214");
    project
}

/// What a plan of the project in `folder` says, without credentials and without asking anybody.
fn planned(project: &Project, folder: &str, words: &str) -> (u8, String) {
    let ran = project.run(&format!("-C {folder} --sandbox plan --refresh none --since {words}"));
    (ran.code, ran.out.lines().take(2).collect::<Vec<_>>().join("\n") + &ran.err)
}

#[test]
fn a_project_in_a_folder_of_a_repository_is_compared_with_its_own_folder() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let project = repository();
    let commit = git(&project.path(""), &["rev-parse", "HEAD"]);
    let expected = format!("Plan: 1 to create.\nOnly what differs from {}; 1 ticket that is the same there is left aside.", &commit[..12]);
    assert_eq!(planned(&project, "field", &commit), (0, expected.clone()));
    assert_eq!(planned(&project, "field/tickets", &commit[..9]), (0, expected));
    // A file that is sent from another folder of the repository.
    project.write("plans/floor.pdf", "another plan");
    assert!(planned(&project, "field", "HEAD").1.starts_with("Plan: 2 to create."));
    // A second work tree has no `.git` folder.
    git(&project.path(""), &["worktree", "add", "--quiet", "second"]);
    fs::write(project.path("second/plans/floor.pdf"), "another plan").expect("a file");
    assert!(planned(&project, "second/field", "main").1.starts_with("Plan: 2 to create."));
    // A folder that the commit does not have.
    fs::rename(project.path("field"), project.path("moved")).expect("a folder");
    let (code, said) = planned(&project, "moved", "HEAD");
    assert_eq!(code, 0);
    assert!(said.contains("counts as different from HEAD") && said.contains("it has no callout.yaml in this folder"), "{said}");
}

#[test]
fn nothing_is_run_and_nothing_is_changed() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let project = repository();
    let top = project.path("");
    project.write(".gitattributes", "*.yaml filter=spy\n*.pdf text eol=crlf\n");
    fs::create_dir_all(project.path(".git/hooks")).expect("a folder");
    for hook in ["post-checkout", "post-index-change", "reference-transaction"] {
        program_file(&project.path(format!(".git/hooks/{hook}")), "#!/bin/sh\ntouch \"$GIT_DIR/spied\"\n");
    }
    git(&top, &["config", "filter.spy.smudge", "touch spied; cat"]);
    let index = || fs::read(project.path(".git/index")).expect("an index");
    // The state of the sandbox is what the command itself leaves.
    let files = || project.files().into_iter().filter(|path| !path.starts_with(project.path("field/.callout"))).collect::<Vec<_>>();
    let before = (index(), files());
    let (code, said) = planned(&project, "field", "HEAD");
    assert!(code == 0 && said.starts_with("Plan: 1 to create.\n"), "{said}");
    assert!(index() == before.0);
    assert_eq!(files(), before.1);
}

#[cfg(unix)]
fn program_file(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o755))).expect("a file");
}

#[cfg(not(unix))]
fn program_file(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
}

#[test]
fn a_commit_that_is_not_there_is_told_with_the_way_to_it() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let project = repository();
    let top = project.path("");
    git::commit(&top);
    shows!(project.run("-C field --sandbox plan --since mian"), @r"
    $ callout -C field --sandbox plan --since mian
    | since/unknown-commit
    |
    |   x --since mian: this clone has no commit of that name
    |   help: callout fetches nothing: git fetch origin brings the branches there, and git log --oneline names
    |         commits
    |
    exit 1
    ");
    let ran = project.run("-C field --sandbox plan --since=--all").ends_with(1);
    assert!(ran.err.contains("--since --all: this clone has no commit of that name"), "{ran}");
    git(&top, &["update-ref", "refs/remotes/origin/release", "HEAD"]);
    shows!(project.run("-C field --sandbox plan --since release"), @r"
    $ callout -C field --sandbox plan --since release
    | since/unknown-commit
    |
    |   x --since release: this clone has no commit of that name
    |   help: did you mean origin/release?
    |
    exit 1
    ");
    let from = format!("file://{}", top.display());
    git(&top, &["clone", "--quiet", "--depth", "1", &from, "shallow"]);
    shows!(project.run("-C shallow/field --sandbox plan --since HEAD~1"), @r"
    $ callout -C shallow/field --sandbox plan --since HEAD~1
    | since/unknown-commit
    |
    |   x --since 'HEAD~1': this clone has no commit of that name
    |   help: this clone has only the last commits: git fetch --unshallow brings the others. In GitHub Actions
    |         give actions/checkout `fetch-depth: 0`, in GitLab CI set the variable GIT_DEPTH to 0
    |
    exit 1
    ");
}

#[test]
fn a_clone_without_contents_fetches_none() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let project = repository();
    let top = project.path("");
    git(&top, &["config", "uploadpack.allowFilter", "true"]);
    git::commit(&top);
    let from = format!("file://{}", top.display());
    git(&top, &["clone", "--quiet", "--filter", "blob:none", &from, "partial"]);
    let (code, said) = planned(&project, "partial/field", "HEAD~1");
    assert_eq!(code, 0);
    assert!(said.contains("this clone does not have the contents of field/tickets/0418.yaml"), "{said}");
    assert!(said.starts_with("Plan: 2 to create.\n"), "{said}");
}

#[test]
fn what_git_refuses_is_told_in_our_words() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let project = repository();
    let said = |variables: &[(&str, &str)]| {
        let mut command = program(&project);
        command.args(["-C", "field", "--sandbox", "plan", "--since", "HEAD"]).envs(variables.iter().copied());
        let output = command.output().expect("callout");
        let text = String::from_utf8(output.stderr).expect("text");
        let text = text.replace(project.path("").to_string_lossy().trim_end_matches('/'), "[folder]");
        (output.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let wrong = |text: &str| (Some(1), text.to_owned());
    assert_eq!(
        said(&[("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")]),
        wrong(
            "since/owner x --since: git does not read this repository, because its folder belongs to somebody else help: if you trust it: git config --global --add safe.directory [folder]"
        )
    );
    assert_eq!(
        said(&[("PATH", "")]),
        wrong(
            "since/no-git x --since cannot ask git for the earlier files: there is no git command here help: install git; or leave --since out, and the whole project is planned"
        )
    );
    // A hook is started with the repository that it belongs to.
    assert_eq!(said(&[("GIT_DIR", ".git"), ("GIT_INDEX_FILE", ".git/index")]).0, Some(0));
    fs::remove_dir_all(project.path(".git")).expect("a folder");
    assert_eq!(
        said(&[]),
        wrong(
            "since/no-repository x --since: this project is in no git repository help: leave --since out, and the whole project is planned"
        )
    );
}

#[cfg(unix)]
#[test]
fn links_are_links_and_submodules_are_told() {
    if !tools::are_there(&["git"]) {
        return;
    }
    let project = repository();
    let top = project.path("");
    std::os::unix::fs::symlink("../../plans/floor.pdf", project.path("field/tickets/link.pdf")).expect("a link");
    project.edit("field/tickets/0417.yaml", "../../plans/floor.pdf", "link.pdf");
    git::commit(&top);
    project.edit("field/tickets/0417.yaml", "PO-88213", "PO-88215");
    assert!(planned(&project, "field", "HEAD").1.starts_with("Plan: 1 to create.\n"));
    let commit = git(&top, &["rev-parse", "HEAD"]);
    let other = format!("160000,{commit},field/other");
    git(&top, &["update-index", "--add", "--cacheinfo", &other]);
    git(&top, &["commit", "--quiet", "--message", "x"]);
    assert!(planned(&project, "field", "HEAD").1.starts_with("Plan: 1 to create.\n"), "no tickets are read there");
    let other = format!("160000,{commit},field/tickets/more");
    git(&top, &["update-index", "--add", "--cacheinfo", &other]);
    git(&top, &["commit", "--quiet", "--message", "x"]);
    let (_, said) = planned(&project, "field", "HEAD");
    assert!(said.starts_with("Plan: 2 to create.\n") && said.contains("field/tickets/more is a submodule"), "{said}");
}
