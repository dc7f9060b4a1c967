//! The project file: settings of the systems, defaults, limits.
//!
//! What validation accepts, a connection takes: a mistake in the settings must not show only when technicians are to be sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use callout::manifest::project_only;
use callout::systems::{Context, registry};

use super::folder::Folder;
use super::support::clock::JumpingClock;
use super::told;

const TICKETS: [(&str, &[u8]); 4] = [
    ("a.yaml", include_bytes!("../../manifests/valid/one-dispatch.yaml")),
    ("b.yaml", include_bytes!("../../manifests/valid/noc-one-site.yaml")),
    ("c.yaml", include_bytes!("../../../examples/customer-ticket/tickets/line-rental.yaml")),
    ("d.yaml", include_bytes!("../../manifests/valid/helpdesk-one.yaml")),
];

pub fn run(input: &[u8]) {
    let folder = Folder::of(&[("callout.yaml", input)]);
    for (name, bytes) in TICKETS {
        folder.write(name, bytes);
    }
    let loaded = folder.load();
    told::check(&loaded.diagnostics);
    match project_only(folder.path()) {
        Ok(alone) => {
            let project = loaded.project.as_ref().expect("the file is read in one way only");
            assert_eq!(alone.systems, project.systems);
            assert_eq!((alone.name, alone.state), (project.name.clone(), project.state.clone()));
            if !loaded.has_errors() {
                connects(&alone.systems, &folder);
            }
        }
        Err(wrong) => {
            told::check(&wrong);
            assert!(loaded.has_errors() && loaded.project.is_none(), "a file that cannot be used is used");
        }
    }
}

fn connects(sections: &BTreeMap<String, serde_json::Value>, folder: &Folder) {
    let context = Context {
        clock: JumpingClock::at("2027-01-04T12:00:00Z"),
        variables: Arc::default(),
        folder: folder.path().to_path_buf(),
        waiting: Arc::new(|_| {}),
    };
    for system in registry() {
        let Some(section) = sections.get(system.id()) else { continue };
        assert_eq!(system.origin(section), system.origin(section));
        let connected = system.connect(section, context.clone());
        assert!(connected.is_ok(), "{}: validation takes what a connection refuses: {:?}", system.id(), connected.err());
    }
}
