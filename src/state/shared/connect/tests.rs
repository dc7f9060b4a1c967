use std::sync::Arc;

use super::*;
use crate::state::shared::objects::{Created, Found};
use crate::state::shared::probe;
use crate::support::server::{Reply, Server};

fn settings(url: &str, endpoint: Option<&str>) -> Settings {
    let url: StoreUrl = url.parse().expect("an address");
    let account = (url.cloud == Cloud::Azure).then(|| "acme".to_owned());
    Settings { url, endpoint: endpoint.map(str::to_owned), region: None, account, credential: None }
}

fn credential(cloud: Cloud) -> Variables {
    let pairs: &[(&str, &str)] = match cloud {
        Cloud::S3 => &[("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "s3cr3t"), ("AWS_SESSION_TOKEN", "s3cr3t-session")],
        Cloud::Azure => &[("AZURE_STORAGE_KEY", "czNjcjN0")],
        Cloud::Google => &[("GOOGLE_BEARER_TOKEN", "s3cr3t-token")],
    };
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn told(error: &Diagnostic) -> String {
    format!("{}: {}\n{}", error.code, error.message, error.help.as_deref().unwrap_or_default())
}

/// What is said where a store answers a read so.
async fn answered(url: &str, status: &'static str, body: &str) -> String {
    let server = Server::with([Reply::Whole(status, "Content-Type: application/xml\r\n".to_owned(), body.to_owned())]).await;
    let settings = settings(url, Some(&server.url));
    let objects = connect(&settings, &credential(settings.url.cloud)).expect("connected");
    let error = tokio::task::spawn_blocking(move || objects.get("state.json")).await.expect("an end").expect_err("trouble");
    let text = told(&error);
    assert!(!text.contains("s3cr3t") && !text.contains("czNjcjN0"), "{text}");
    text
}

fn refused(settings: &Settings, variables: &[(&str, &str)]) -> String {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    told(&connect(settings, &variables).expect_err("refused"))
}

fn xml(code: &str, message: &str) -> String {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message><HostId>x</HostId></Error>")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_s3_says_is_told_with_the_next_step() {
    let mut all = Vec::new();
    let s3 = async |status, body: &str| answered("s3://field-ops/acme", status, body).await;
    all.push(s3("404 Not Found", &xml("NoSuchBucket", "The specified bucket does not exist")).await);
    all.push(s3("403 Forbidden", &xml("AccessDenied", "User: arn:aws:iam::1:user/ci is not authorized to perform: s3:GetObject")).await);
    all.push(s3("403 Forbidden", &xml("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")).await);
    all.push(s3("400 Bad Request", &xml("ExpiredToken", "The provided token has expired.")).await);
    all.push(
        s3("403 Forbidden", &xml("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."))
            .await,
    );
    all.push(s3("301 Moved Permanently", "").await);
    let elsewhere =
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region is wrong</Message><Region>eu-central-1</Region></Error>";
    all.push(s3("400 Bad Request", elsewhere).await);
    all.push(s3("404 Not Found", "<html><h1>Not Found</h1></html>").await);
    insta::assert_snapshot!(all.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_azure_and_google_say_is_told_with_the_next_step() {
    let mut all = Vec::new();
    let azure = async |status, body: &str| answered("az://field-ops/acme", status, body).await;
    all.push(azure("404 Not Found", &xml("ContainerNotFound", "The specified container does not exist.\nRequestId:1")).await);
    all.push(
        azure(
            "403 Forbidden",
            &xml("AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission."),
        )
        .await,
    );
    let expired = "<Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.\nRequestId:1</Message>\
                   <AuthenticationErrorDetail>Signature not valid in the specified time frame</AuthenticationErrorDetail></Error>";
    all.push(azure("403 Forbidden", expired).await);
    let google = async |status, body: &str| answered("gs://field-ops/acme", status, body).await;
    all.push(google("401 Unauthorized", &xml("AuthenticationRequired", "Authentication required.")).await);
    all.push(google("403 Forbidden", &xml("AccessDenied", "Access denied.")).await);
    insta::assert_snapshot!(all.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_reached_is_told() {
    let mut all = Vec::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let settings = settings("s3://field-ops/acme", Some(&format!("http://127.0.0.1:{port}")));
    let objects = connect(&settings, &credential(Cloud::S3)).expect("connected");
    let error = tokio::task::spawn_blocking(move || objects.get("state.json")).await.expect("an end").expect_err("nobody is there");
    all.push(told(&error));
    all.push(answered("s3://field-ops/acme", "503 Slow Down", &xml("SlowDown", "Please reduce your request rate.")).await);
    insta::assert_snapshot!(all.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_says_why_is_not_called_unfit() {
    let server = Server::with([Reply::status("403 Forbidden", &xml("SignatureDoesNotMatch", "The signature does not match."))]).await;
    let objects = connect(&settings("s3://field-ops/acme", Some(&server.url)), &credential(Cloud::S3)).expect("connected");
    let error = tokio::task::spawn_blocking(move || probe(&objects)).await.expect("an end").expect_err("refused");
    assert_eq!(error.code, "state/credential");
    assert_eq!(
        error.help.as_deref(),
        Some("Check spec.state.credential in callout.yaml; without it, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.")
    );
    assert_eq!(server.requests().len(), 2, "one try, and one to take away what it may have left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let other = Server::with([Reply::status("200 OK", "{}")]).await;
    let location = format!("Location: {}/elsewhere\r\n", other.url);
    let server = Server::with([Reply::Whole("307 Temporary Redirect", location, String::new())]).await;
    let objects = connect(&settings("s3://field-ops/acme", Some(&server.url)), &credential(Cloud::S3)).expect("connected");
    let error = tokio::task::spawn_blocking(move || objects.get("state.json")).await.expect("an end").expect_err("not followed");
    assert_eq!(error.code, "state/region");
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_whose_it_is_and_carries_the_condition() {
    let server = Server::with([Reply::Whole("200 OK", "ETag: \"1\"\r\n".to_owned(), String::new())]).await;
    let settings = Settings { region: Some("eu-central-1".to_owned()), ..settings("s3://field-ops/acme/prod", Some(&server.url)) };
    let mut variables = credential(Cloud::S3);
    // Nobody hears these: they would take the fence and the encryption away.
    variables.extend(
        [("AWS_CONDITIONAL_PUT", "disabled"), ("AWS_SKIP_SIGNATURE", "true"), ("AWS_REGION", "us-west-2")]
            .map(|(a, b)| (a.to_owned(), b.to_owned())),
    );
    let objects = connect(&settings, &variables).expect("connected");
    assert_eq!(objects.name(), "s3://field-ops/acme/prod");
    let created = tokio::task::spawn_blocking(move || objects.create("state.json", b"text")).await.expect("an end").expect("created");
    assert!(matches!(created, Created::New(_)));
    let request = server.requests().first().expect("a request").to_lowercase();
    assert!(request.starts_with("put /field-ops/acme/prod/state.json http/1.1\r\n"), "{request}");
    for part in [
        concat!("user-agent: callout/", env!("CARGO_PKG_VERSION"), "\r\n"),
        "if-none-match: *\r\n",
        "credential=akiaexample/",
        "/eu-central-1/s3/aws4_request",
        "x-amz-security-token: s3cr3t-session\r\n",
    ] {
        assert!(request.contains(part), "{part}\n{request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_win_and_are_not_mixed_with_variables() {
    let server = Server::with([Reply::Whole(
        "200 OK",
        "ETag: \"1\"\r\nLast-Modified: Mon, 04 Jan 2027 12:00:00 GMT\r\n".to_owned(),
        "x".to_owned(),
    )])
    .await;
    let own = Credential::AccessKey { id: "OWN".to_owned(), secret: SecretString::from("0wn"), session: None };
    let settings = Settings { credential: Some(own), ..settings("s3://field-ops/acme", None) };
    assert!(!format!("{settings:?}").contains("0wn"));
    let mut variables = credential(Cloud::S3);
    variables.insert("AWS_ENDPOINT_URL".to_owned(), server.url.clone());
    variables.insert("AWS_ENDPOINT".to_owned(), "http://127.0.0.1:1".to_owned());
    variables.insert("AWS_ENDPOINT_URL_S3".to_owned(), String::new());
    let objects = Arc::new(connect(&settings, &variables).expect("connected"));
    let found = tokio::task::spawn_blocking(move || objects.get("state.json")).await.expect("an end").expect("an answer");
    assert!(matches!(found, Some(Found { bytes, .. }) if bytes == b"x"));
    let request = server.requests().first().expect("a request").to_lowercase();
    assert!(request.contains("credential=own/") && request.contains("/us-east-1/") && !request.contains("security-token"), "{request}");
}

#[test]
fn what_is_not_complete_or_cannot_be_used_is_named() {
    let mut all = Vec::new();
    let (s3, azure, google) =
        (settings("s3://field-ops/acme", None), settings("az://field-ops/acme", None), settings("gs://field-ops/acme", None));
    all.push(refused(&s3, &[("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "")]));
    all.push(refused(&s3, &[("AWS_PROFILE", "ops")]));
    all.push(refused(&s3, &[("AWS_EC2_METADATA_DISABLED", "true")]));
    all.push(refused(&s3, &[("AWS_S3_EXPRESS", "perhaps")]));
    all.push(refused(&s3, &[("AWS_ENDPOINT_URL", "http://minio.example.com")]));
    all.push(refused(&s3, &[("AWS_ENDPOINT_URL", "minio.example.com:9000")]));
    all.push(refused(&azure, &[("AZURE_STORAGE_KEY", "not base64!")]));
    all.push(refused(&Settings { account: None, ..azure }, &[]));
    all.push(refused(&google, &[("GOOGLE_SERVICE_ACCOUNT_KEY", "s3cr3t")]));
    insta::assert_snapshot!(all.join("\n\n"));
}
