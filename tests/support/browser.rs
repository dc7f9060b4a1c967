//! Debian's Chromium without a window: it opens pages, and a script of the test reads them there.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::tools;

/// What a browser made of some pages.
pub struct Read {
    /// What the script found.
    pub found: Value,
    /// Every line of the console: errors, and what the content security policy kept from happening.
    pub console: Vec<String>,
}

/// Runs a script beside frames that are the pages: it answers with JSON, or with a promise of it. None without a browser.
///
/// `folder` is for its files; pages in it can be read by the script.
pub fn read(folder: &Path, script: &str) -> Option<Read> {
    if !tools::are_there(&["chromium"]) {
        return None;
    }
    let page = folder.join("reader.html");
    let text = format!(
        "<!doctype html><meta charset=utf-8><pre id=answer></pre><script>{script}\n\
         Promise.resolve(answer()).then((found) => JSON.stringify(found), (error) => JSON.stringify({{failed: `${{error}}`}}))\
         .then((text) => {{ document.body.replaceChildren(document.getElementById('answer')); answer_is(text); }});\n\
         function answer_is(text) {{ document.getElementById('answer').textContent = text; }}</script>"
    );
    fs::write(&page, text).expect("a page");
    let mut command = Command::new("chromium");
    command
        .args(["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"])
        .args(["--allow-file-access-from-files", "--enable-logging=stderr", "--window-size=1280,900", "--virtual-time-budget=60000"])
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        .args(is_root(folder).then_some("--no-sandbox"))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()));
    let ran = command.output().expect("chromium");
    let (out, err) = (String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr).into_owned());
    let answer = out.split_once("<pre id=\"answer\">").and_then(|(_, rest)| rest.split_once("</pre>")).map(|(answer, _)| plain(answer));
    let answer = answer.unwrap_or_else(|| panic!("no answer: {}\n{out}\n{err}", ran.status));
    let found = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error} in `{answer}`\n{err}"));
    let console = err.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    Some(Read { found, console })
}

/// As the browser writes a text into its page.
fn plain(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

/// Chromium does not start its own sandbox for root.
#[cfg(unix)]
fn is_root(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(folder).is_ok_and(|own| own.uid() == 0)
}

#[cfg(not(unix))]
fn is_root(_: &Path) -> bool {
    false
}

/// An address on this machine that counts who comes.
pub struct Visitors {
    pub url: String,
    count: Arc<AtomicUsize>,
}

impl Visitors {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            for _ in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { url, count }
    }

    pub fn so_far(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}
