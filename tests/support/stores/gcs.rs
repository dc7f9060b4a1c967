//! Google Cloud Storage in memory: as much of its XML API as a shared state needs, by its documentation, and no more.
//!
//! <https://docs.cloud.google.com/storage/docs/xml-api/overview>: put, get, head, delete and list, with generations and their
//! conditions. Whatever it does not know it refuses with 501, so that nothing is passed over in silence. Lists have short pages, so that
//! every test of some length reads several.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use quick_xml::escape::escape;
use sha2::{Digest, Sha256};

/// At most so many entries of a list at once; the real one gives 1,000.
const PAGE: usize = 7;

/// Conditions on an object's generation; 0 means: there must be none.
const MATCH: &str = "x-goog-if-generation-match";

/// By bucket and key. A bucket is there as soon as somebody writes into it: making them is another API.
type Objects = Arc<Mutex<(BTreeMap<(String, String), Object>, u64)>>;

struct Object {
    bytes: Bytes,
    generation: u64,
    modified: SystemTime,
}

/// Serves on this machine alone until the process ends; answers with its address, like `http://127.0.0.1:40123`.
pub fn serve() -> String {
    let (say, listening) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            say.send(listener.local_addr().expect("an address")).expect("somebody waits");
            let app = Router::new().fallback(answer).with_state(Objects::default());
            axum::serve(listener, app).await.expect("it serves");
        });
    });
    format!("http://{}", listening.recv().expect("it listens"))
}

async fn answer(State(objects): State<Objects>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (method, uri, headers) = (parts.method, parts.uri, parts.headers);
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return refusal(StatusCode::BAD_REQUEST, "IncompleteBody", "The request ended in its middle.");
    };
    let query: BTreeMap<String, String> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let at = (decoded(bucket), decoded(key));
    if let Some(unknown) = unknown(&headers) {
        return refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented", &unknown);
    }
    let mut objects = objects.lock().expect("the objects");
    let live = objects.0.get(&at).map_or(0, |object| object.generation);
    if let Some(wanted) = headers.get(MATCH)
        && wanted.to_str().ok().and_then(|wanted| wanted.parse().ok()) != Some(live)
    {
        return refusal(
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold.",
        );
    }
    match (method.as_str(), key.is_empty(), query.is_empty()) {
        ("GET", true, false) => list(&objects.0, &at.0, &query),
        ("PUT", false, true) => {
            objects.1 += 1;
            let object = Object { bytes: body, generation: objects.1, modified: SystemTime::now() };
            let response = described(&object).body(Body::empty());
            objects.0.insert(at, object);
            response.expect("an answer")
        }
        ("GET" | "HEAD", false, true) => match objects.0.get(&at) {
            Some(object) => read(object, headers.get("range").and_then(|range| range.to_str().ok())),
            None => refusal(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."),
        },
        ("DELETE", false, true) => match objects.0.remove(&at) {
            Some(_) => StatusCode::NO_CONTENT.into_response(),
            None => refusal(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."),
        },
        _ => refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented", &format!("{method} {uri}")),
    }
}

/// A header that would change the answer, and that is not known here.
fn unknown(headers: &HeaderMap) -> Option<String> {
    let changes = |name: &str| (name.starts_with("x-goog-") && name != MATCH) || name.starts_with("if-");
    headers.keys().map(ToString::to_string).find(|name| changes(name))
}

/// The whole content, or a part such as `bytes=5-9`, which a client asks for whose connection broke.
fn read(object: &Object, range: Option<&str>) -> Response {
    let whole = object.bytes.len();
    let Some(range) = range else { return described(object).body(object.bytes.clone().into()).expect("an answer") };
    let ends = range.strip_prefix("bytes=").and_then(|ends| ends.split_once('-'));
    match ends.map(|(first, last)| (first.parse::<usize>(), last.parse::<usize>())) {
        Some((Ok(first), Ok(last))) if first <= last && first < whole => {
            let last = last.min(whole - 1);
            let part =
                described(object).status(StatusCode::PARTIAL_CONTENT).header("Content-Range", format!("bytes {first}-{last}/{whole}"));
            part.body(object.bytes.slice(first..=last).into()).expect("an answer")
        }
        _ => refusal(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", range),
    }
}

fn described(object: &Object) -> axum::http::response::Builder {
    Response::builder()
        .header("ETag", e_tag(object))
        .header("x-goog-generation", object.generation)
        .header("x-goog-metageneration", 1)
        .header("Last-Modified", httpdate::fmt_http_date(object.modified))
}

/// Of the content alone, as Google's is (the MD5 there): the same bytes written again have the same one, and another generation.
fn e_tag(object: &Object) -> String {
    let digest: [u8; 16] = Sha256::digest(&object.bytes).first_chunk().copied().expect("32 bytes");
    format!("\"{:032x}\"", u128::from_be_bytes(digest))
}

/// <https://docs.cloud.google.com/storage/docs/xml-api/get-bucket-list>, version 2.
fn list(objects: &BTreeMap<(String, String), Object>, bucket: &str, query: &BTreeMap<String, String>) -> Response {
    let known = ["list-type", "prefix", "delimiter", "continuation-token", "start-after", "max-keys"];
    if let Some(unknown) = query.keys().find(|name| !known.contains(&name.as_str())) {
        return refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented", unknown);
    }
    let given = |name: &str| query.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let (prefix, after) = (given("prefix").unwrap_or_default(), given("continuation-token").or(given("start-after")).unwrap_or_default());
    let page = given("max-keys").and_then(|most| most.parse().ok()).map_or(PAGE, |most: usize| most.min(PAGE));
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    let inside = objects.iter().filter(|((of, key), _)| of == bucket && key.starts_with(prefix));
    for ((_, key), object) in inside {
        let folder = given("delimiter").and_then(|delimiter| {
            let end = key[prefix.len()..].find(delimiter)? + prefix.len() + delimiter.len();
            Some(key[..end].to_owned())
        });
        match folder {
            Some(folder) => {
                entries.entry(folder.clone()).or_insert(format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escape(&*folder)))
            }
            None => entries.entry(key.clone()).or_insert(content(key, object)),
        };
    }
    let mut rest = entries.into_iter().filter(|(name, _)| name.as_str() > after);
    let shown: Vec<(String, String)> = rest.by_ref().take(page).collect();
    let next = rest.next().and(shown.last()).map(|(name, _)| name.clone());
    let token = next.as_ref().map(|next| format!("<NextContinuationToken>{}</NextContinuationToken>", escape(&**next)));
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'><Name>{bucket}</Name>\
         <Prefix>{}</Prefix><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>{}{}</ListBucketResult>",
        escape(prefix),
        shown.len(),
        next.is_some(),
        token.unwrap_or_default(),
        shown.into_iter().map(|(_, entry)| entry).collect::<String>(),
    );
    ([("Content-Type", "application/xml; charset=UTF-8")], body).into_response()
}

fn content(key: &str, object: &Object) -> String {
    let modified = Timestamp::try_from(object.modified).expect("a moment of today");
    format!(
        "<Contents><Key>{}</Key><Generation>{}</Generation><MetaGeneration>1</MetaGeneration><LastModified>{modified:.3}</LastModified>\
         <ETag>{}</ETag><Size>{}</Size></Contents>",
        escape(key),
        object.generation,
        escape(e_tag(object)),
        object.bytes.len(),
    )
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!("<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{}</Message></Error>", escape(message));
    (status, [("Content-Type", "application/xml; charset=UTF-8")], body).into_response()
}

/// `%2F` is a slash.
fn decoded(text: &str) -> String {
    let encoded = text.replace('+', "%2B");
    url::form_urlencoded::parse(encoded.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
