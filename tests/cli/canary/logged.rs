//! The program itself, with its log open and everything that could make a library talk.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::{Cage, FORMS};
use crate::process::program;

#[test]
fn in_no_log_at_any_level() {
    for form in FORMS {
        let cage = Cage::new(form);
        cage.site.run("schedule").ends_with(0);
        let mut lines = 0;
        for words in
            ["validate --online", "plan --refresh all --out p.plan", "apply --yes", "status", "settle", "state rebuild --reason x --yes"]
        {
            for level in ["trace", "debug"] {
                let mut command = program(&cage.site);
                command.args(words.split(' ')).args(["--log", level]);
                command.env("SECRET", super::CANARY).env("PAIR", super::PAIR);
                command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").env("SSLKEYLOGFILE", cage.site.path("keys"));
                let output = command.output().expect("callout");
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                lines += told.matches("DEBUG callout::systems::http").count();
                cage.nowhere(&format!("callout {words} --log {level}\n{}{told}", String::from_utf8_lossy(&output.stdout)));
            }
        }
        assert!(lines > 4, "{form:?}: the log has {lines} lines on requests");
        assert!(!cage.site.path("keys").exists());
    }
}

#[test]
fn in_what_the_sandbox_prints() {
    let cage = Cage::new(super::Form::Variable);
    let mut command = program(&cage.site);
    command.args(["sandbox", "--port", "0", "--log", "trace"]).env("SECRET", super::CANARY);
    let mut sandbox = command.stdout(Stdio::piped()).spawn().expect("callout");
    let lines = BufReader::new(sandbox.stdout.take().expect("a stream")).lines().map_while(Result::ok);
    let printed: Vec<String> = lines.take(3).collect();
    sandbox.kill().expect("an end");
    sandbox.wait().expect("an end");
    assert_eq!(printed.len(), 3);
    cage.nowhere(&printed.join("\n"));
}
