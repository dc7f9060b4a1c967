//! What an editor asks of yaml-language-server, which most of them have for YAML: a client of its protocol, over a pipe.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::tools;

/// Below the installed tools.
const SERVER: &str = "node_modules/yaml-language-server/bin/yaml-language-server";

/// Long enough for a machine that is busy with everything else; only a server that hangs is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that serves one folder.
pub struct Editor {
    server: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    folder: String,
    settings: Value,
    requests: u64,
    opened: u64,
}

impl Editor {
    /// `settings` are Visual Studio Code's, as `.vscode/settings.json` has them. None without a server.
    pub fn start(folder: &Path, settings: &Value) -> Option<Self> {
        if !tools::are_there(&["node", SERVER]) {
            return None;
        }
        let mut command = Command::new("node");
        command.arg(tools::find(SERVER)?).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut server = command.spawn().expect("a server");
        let (to, out) = (server.stdin.take().expect("a pipe"), server.stdout.take().expect("a pipe"));
        let (said, from) = channel();
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            while let Some(message) = message(&mut out) {
                if said.send(message).is_err() {
                    return;
                }
            }
        });
        let settings = json!({"schemas": settings["yaml.schemas"], "schemaStore": {"enable": false}, "validate": true, "completion": true, "hover": true});
        let mut editor = Self { server, to, from, folder: uri(folder), settings, requests: 0, opened: 0 };
        let folders = json!([{"uri": editor.folder, "name": "project"}]);
        let can = json!({
            "workspace": {"configuration": true, "workspaceFolders": true},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}, "completion": {"completionItem": {"snippetSupport": true}}, "publishDiagnostics": {}},
        });
        let about = json!({"processId": null, "rootUri": editor.folder, "workspaceFolders": folders, "capabilities": can});
        editor.ask("initialize", &about);
        editor.send(&json!({"method": "initialized", "params": {}}));
        // It asks for its settings, and knows no schema before it has them.
        while editor.hear()["method"] != "workspace/configuration" {}
        Some(editor)
    }

    /// What it offers at the `|` of a file that is written in this folder of the project.
    pub fn offers(&mut self, folder: &str, text: &str) -> Vec<String> {
        let place = self.point(folder, text);
        let answer = self.ask("textDocument/completion", &place);
        let items = answer["items"].as_array().or_else(|| answer.as_array()).cloned().unwrap_or_default();
        items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
    }

    /// What it tells of the word at the `|`.
    pub fn tells(&mut self, folder: &str, text: &str) -> String {
        let place = self.point(folder, text);
        self.ask("textDocument/hover", &place)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// What it marks in a new file, each as its line and the message.
    pub fn marks(&mut self, folder: &str, text: &str) -> Vec<String> {
        let file = self.open(folder, text);
        self.marked(&file)
    }

    /// What it marks in a file that is there.
    pub fn marks_in(&mut self, path: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(path).expect("a file");
        let file = uri(path);
        self.show(&file, &text);
        self.marked(&file)
    }

    fn marked(&mut self, file: &str) -> Vec<String> {
        loop {
            let message = self.hear();
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == file {
                let found = message["params"]["diagnostics"].as_array().cloned().unwrap_or_default();
                let line = |mark: &Value| mark["range"]["start"]["line"].as_u64().map_or(0, |line| line + 1);
                return found.iter().map(|mark| format!("{}: {}", line(mark), mark["message"].as_str().unwrap_or_default())).collect();
            }
        }
    }

    fn point(&mut self, folder: &str, text: &str) -> Value {
        let (before, after) = text.split_once('|').expect("a place");
        let file = self.open(folder, &format!("{before}{after}"));
        let line = before.rsplit('\n').next().unwrap_or_default();
        json!({"textDocument": {"uri": file}, "position": {"line": before.matches('\n').count(), "character": line.chars().count()}})
    }

    fn open(&mut self, folder: &str, text: &str) -> String {
        self.opened += 1;
        let file = format!("{}/{folder}/new-{}.yaml", self.folder, self.opened);
        self.show(&file, text);
        file
    }

    fn show(&mut self, file: &str, text: &str) {
        let document = json!({"uri": file, "languageId": "yaml", "version": 1, "text": text});
        self.send(&json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
    }

    fn ask(&mut self, method: &str, about: &Value) -> Value {
        self.requests += 1;
        let number = self.requests;
        self.send(&json!({"id": number, "method": method, "params": about}));
        loop {
            let message = self.hear();
            if message["id"] == number && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
        }
    }

    /// The next message. What the server itself asks is answered.
    fn hear(&mut self) -> Value {
        let message = self.from.recv_timeout(PATIENCE).expect("a message of the server");
        if let (Some(number), Some(method)) = (message.get("id"), message.get("method")) {
            let wanted = message["params"]["items"].as_array().into_iter().flatten();
            let settings = wanted.map(|item| if item["section"] == "yaml" { self.settings.clone() } else { Value::Null });
            let answer = if method == "workspace/configuration" { settings.collect() } else { Value::Null };
            self.send(&json!({"id": number, "result": answer}));
        }
        message
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| self.to.flush()).expect("a server that reads");
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display()).trim_end_matches('/').to_owned()
}

/// One message: its headers, of which only the length counts, and its text.
fn message(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("Content-Length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    from.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
