//! What systems told of accounts and costs, kept on disk so that the next plan need not ask again.
//!
//! Refuses to be needed: what is damaged, of another format, locked or gone is asked for again, and a file that cannot be written is no
//! trouble. Refuses what is committed: who writes a pull request must not write the prices in its plan.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::opened::Opened;
use super::revision::git;
use super::sandbox;
use crate::state::{Cipher, Form, make_private_folder, read_regular};
use crate::systems::{Entries, Kept, System};
use crate::ticket::Digest;

const FORM: Form = Form { kind: "costs", version: 1 };

/// In bytes. A hundred thousand accounts come to less.
const LARGEST: u64 = 50_000_000;

/// The file of one system, as it is reached at one address for one company.
pub(super) struct CostCache {
    folder: PathBuf,
    name: String,
    cipher: Cipher,
}

impl CostCache {
    pub fn of(system: &dyn System, opened: &Opened) -> Self {
        let origin = opened.sides.get(system.kind()).map(|side| side.origin.clone()).unwrap_or_default();
        let digest = Digest::of(&origin);
        let short = digest.as_str().get(..12).unwrap_or_default();
        let home = if opened.sandboxed { sandbox::folder(&opened.project) } else { opened.project.folder.join(".callout") };
        Self { folder: home.join("cache"), name: format!("costs-{}-{short}.json", system.id()), cipher: opened.home.state.cipher().clone() }
    }

    /// What is still good of it. What is put there is kept for the next time.
    pub fn read(self, now: Timestamp) -> Kept {
        let entries = self.entries().unwrap_or_default();
        Kept::at(now, entries, Box::new(move |entries| self.write(entries)))
    }

    fn entries(&self) -> Option<Entries> {
        let bytes = read_regular(&self.folder.join(&self.name), LARGEST).ok().filter(|_| self.is_our_own())?;
        FORM.open(String::from_utf8(bytes).ok()?.trim_end(), &self.cipher).ok()
    }

    /// Whether git says that nobody committed it. Without an answer nobody knows where it comes from, and all is asked again.
    ///
    /// Asked in its own folder: behind a link or in a submodule it may be of another repository.
    fn is_our_own(&self) -> bool {
        let asked = git(&self.folder).args(["ls-files", "--", &self.name]).output();
        asked.is_ok_and(|said| said.status.success() && said.stdout.is_empty())
    }

    /// Whole or not at all, for its owner alone. It is as private as the state: it has the addresses of sites.
    fn write(&self, entries: &Entries) {
        let Ok(text) = FORM.seal(entries) else { return };
        let Ok(text) = self.cipher.wrap(FORM.kind, text) else { return };
        if let Err(error) = put(&self.folder, &self.name, &text) {
            tracing::debug!("what was told of costs is not kept: {error}");
        }
    }
}

fn put(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    make_private_folder(folder)?;
    // A temporary file is made readable by its owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    Ok(())
}
