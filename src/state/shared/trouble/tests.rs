use super::*;

#[test]
fn a_reason_has_no_query() {
    let source = "error sending https://x.example.com/b/state.json?sig=hunter2 (timed out)".into();
    let told = of(Verb::Read, "az://b/p/state.json", &Error::Generic { store: "S3", source });
    assert_eq!(told.message, "cannot read `az://b/p/state.json`: error sending https://x.example.com/b/state.json (timed out)");
    assert_eq!(told.help.as_deref(), Some("See that the store can be reached from here, then run the command again."));
}
