use crate::support::project::Project;

#[test]
fn what_each_system_can_do_is_told_without_a_project() {
    let project = Project::empty();
    let text = project.run("systems").ends_with(0);
    assert!(text.out.starts_with("KIND ") && text.err.is_empty(), "{text}");
    assert!(
        text.out.contains("\n  no find: TechExpress cannot list or search tickets; look for the mark in the Granite 360 portal\n"),
        "{text}"
    );
    assert_eq!(project.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn programs_get_every_system_with_its_remarks() {
    let listed = Project::empty().run("systems --format json").ends_with(0).json();
    let kinds: Vec<&str> = listed["systems"].as_array().expect("systems").iter().filter_map(|system| system["kind"].as_str()).collect();
    let registered: Vec<&str> = callout::systems::registry().iter().map(|system| system.kind()).collect();
    assert_eq!(kinds, registered);
    let dispatch = &listed["systems"][0];
    assert_eq!(dispatch["read"]["can"], true);
    assert!(dispatch["close"]["remark"].as_str().is_some_and(|remark| remark.contains("portal")), "{dispatch}");
}
