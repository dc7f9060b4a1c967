//! A code host in memory: comments, notes and issues that can be written and changed, and answers that a test gives it. Whatever it does
//! not know, it answers with 404.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The number of the user that the jobs are at GitLab.
pub const OWN: u64 = 1;

/// Served on this machine alone.
#[derive(Clone)]
pub struct Hub {
    pub origin: String,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    answers: BTreeMap<String, Vec<u8>>,
    /// Comments, notes and issues, by the path that they are listed at.
    lists: BTreeMap<String, Vec<Value>>,
    calls: Vec<String>,
    made: u64,
}

impl Hub {
    pub fn new() -> Self {
        // The number of no issue is that of the pull request.
        let kept = Arc::new(Mutex::new(Kept { made: 100, ..Kept::default() }));
        let (say, listening) = mpsc::channel();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&kept));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                say.send(listener.local_addr().expect("an address")).expect("somebody waits");
                axum::serve(listener, app).await.expect("it serves");
            });
        });
        Self { origin: format!("http://{}", listening.recv().expect("it listens")), kept }
    }

    /// From now on this is what is there.
    pub fn answers(&self, path: &str, answer: &Value) {
        self.serves(path, answer.to_string().into_bytes());
    }

    pub fn serves(&self, path: &str, content: Vec<u8>) {
        self.kept.lock().expect("the hub").answers.insert(path.to_owned(), content);
    }

    /// What is listed at a path: comments, notes or issues, in the order in which they were made.
    pub fn list(&self, path: &str) -> Vec<Value> {
        self.kept.lock().expect("the hub").lists.get(path).cloned().unwrap_or_default()
    }

    /// Their texts.
    pub fn texts(&self, path: &str) -> Vec<String> {
        let text = |item: &Value| item["body"].as_str().or(item["description"].as_str()).expect("a text").to_owned();
        self.list(path).iter().map(text).collect()
    }

    /// Somebody else writes there.
    pub fn write(&self, path: &str, item: Value) {
        self.kept.lock().expect("the hub").add(path, item);
    }

    /// The calls since the last time that somebody asked, such as `GET /issues`.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.kept.lock().expect("the hub").calls)
    }
}

impl Kept {
    fn add(&mut self, path: &str, mut item: Value) -> Value {
        self.made += 1;
        item["id"] = self.made.into();
        item["iid"] = self.made.into();
        item["number"] = self.made.into();
        self.lists.entry(path.to_owned()).or_default().push(item.clone());
        item
    }

    fn item(&mut self, id: &str) -> Option<&mut Value> {
        let id: u64 = id.parse().ok()?;
        self.lists.values_mut().flatten().find(|item| item["id"] == id)
    }

    fn change(&mut self, id: &str, changes: &Value) -> Option<Value> {
        let item = self.item(id)?;
        for (name, value) in changes.as_object()? {
            item[name] = value.clone();
        }
        if item["state"] == "closed" || item["state_event"] == "close" {
            item["closed"] = true.into();
        }
        Some(item.clone())
    }
}

fn last(uri: &Uri) -> &str {
    uri.path().rsplit('/').next().unwrap_or_default()
}

async fn answer(State(kept): State<Arc<Mutex<Kept>>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let mut kept = kept.lock().expect("the hub");
    kept.calls.push(format!("{method} {}", uri.path()));
    let whole = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
    if let Some(content) = kept.answers.get(&whole).filter(|_| method == Method::GET) {
        return content.clone().into_response();
    }
    let is_list = ["/comments", "/notes", "/issues"].iter().any(|end| uri.path().ends_with(end));
    let answer = match method {
        Method::GET if is_list => {
            let items = kept.lists.get(uri.path()).cloned().unwrap_or_default();
            Some(items.into_iter().filter(|item| item["closed"] != true).collect())
        }
        Method::POST if is_list => {
            let mut item: Value = serde_json::from_slice(&body).expect("JSON");
            item["user"] = json!({"login": "github-actions[bot]"});
            item["author"] = json!({"id": OWN});
            Some(kept.add(uri.path(), item))
        }
        Method::GET => kept.item(last(&uri)).cloned(),
        Method::PATCH | Method::PUT => kept.change(last(&uri), &serde_json::from_slice(&body).expect("JSON")),
        _ => None,
    };
    answer.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |answer| axum::Json(answer).into_response())
}
