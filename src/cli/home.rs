//! Where the state of a project is: its place, who asks there, and with which key it is read.
//!
//! Owns the way from `spec.state` to a place that can be opened. Secrets are looked up here, once in a run. Refuses to read any for the
//! sandbox, whose state is its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::{Environment, sandbox};
use crate::diagnostics::{Diagnostic, Outcome};
use crate::manifest::{EncryptionSpec, Project, SharedSpec, StatePlace, StoreCredential};
use crate::state::shared::{Credential, NotAStore, Settings, StoreUrl, connect};
use crate::state::{Cipher, Home, Location};
use crate::systems::{SecretKind, secret};

/// Where the state of a project is; the sandbox has its own.
pub(super) async fn home(project: &Project, sandboxed: bool, environment: &Environment) -> Outcome<Home> {
    if sandboxed {
        return Ok(of_the_sandbox(project));
    }
    let around = Around { variables: &environment.variables, folder: &project.folder };
    let state = match &project.state {
        StatePlace::File(path) => Location::from(path.clone()),
        StatePlace::Shared(place) => {
            let objects = connect(&around.settings(place).await?, &environment.variables)?;
            Location::shared(objects, Arc::clone(&environment.clock))
        }
    };
    let cipher = around.cipher(project.encryption.as_ref()).await?;
    Ok(Home { lock_file: lock_file(project), state: state.encrypted(cipher) })
}

/// Says whether the project has a state at all.
fn lock_file(project: &Project) -> PathBuf {
    project.folder.join("callout.lock")
}

/// A place in object storage that somebody typed. Who asks there, and at which server, the cloud's usual variables tell.
pub(super) fn typed(text: &str, environment: &Environment) -> Outcome<Location> {
    let settings = Settings { url: url(text)?, endpoint: None, region: None, account: None, credential: None };
    Ok(Location::shared(connect(&settings, &environment.variables)?, Arc::clone(&environment.clock)))
}

/// The same in a project: in the cloud where its state is already, with the settings of that one.
pub(super) async fn beside(project: &Project, text: &str, environment: &Environment) -> Outcome<Location> {
    let url = url(text)?;
    match &project.state {
        StatePlace::Shared(own) if own.url.cloud == url.cloud => {
            let around = Around { variables: &environment.variables, folder: &project.folder };
            let objects = connect(&around.settings(&SharedSpec { url, ..own.as_ref().clone() }).await?, &environment.variables)?;
            Ok(Location::shared(objects, Arc::clone(&environment.clock)))
        }
        StatePlace::Shared(_) | StatePlace::File(_) => typed(text, environment),
    }
}

fn url(text: &str) -> Outcome<StoreUrl> {
    text.parse()
        .map_err(|why: NotAStore| Diagnostic::error("state/url", format!("the place that was typed {}", why.message)).help(why.help).into())
}

/// For commands that never open the state: no secret is looked up for it.
pub(super) fn unopened(project: &Project) -> Home {
    Home { lock_file: lock_file(project), state: project.folder.join(".callout/state.json").into() }
}

fn of_the_sandbox(project: &Project) -> Home {
    let folder = sandbox::folder(project);
    Home { lock_file: folder.join("callout.lock"), state: folder.join("state.json").into() }
}

/// With which key what is kept of a project is read.
pub(super) async fn cipher(project: &Project, environment: &Environment) -> Outcome<Cipher> {
    Around { variables: &environment.variables, folder: &project.folder }.cipher(project.encryption.as_ref()).await
}

/// Where references lead.
struct Around<'a> {
    variables: &'a Arc<BTreeMap<String, String>>,
    folder: &'a Path,
}

impl Around<'_> {
    async fn settings(&self, place: &SharedSpec) -> Outcome<Settings> {
        let SharedSpec { url, endpoint, region, account, credential } = place.clone();
        let credential = match credential {
            Some(credential) => self.credential(&credential).await?,
            None => None,
        };
        Ok(Settings { url, endpoint, region, account, credential })
    }

    /// The one that is there: that they are not mixed, the project file's checks have seen to.
    async fn credential(&self, spec: &StoreCredential) -> Outcome<Option<Credential>> {
        let StoreCredential { access_key_id, secret_access_key, session_token, access_key, sas_token, service_account } = spec;
        if let (Some(id), Some(secret)) = (access_key_id, secret_access_key) {
            let id = self.secret(SecretKind::AccessKeyId, id).await?.expose_secret().to_owned();
            let secret = self.secret(SecretKind::SecretAccessKey, secret).await?;
            let session = match session_token {
                Some(token) => Some(self.secret(SecretKind::SessionToken, token).await?),
                None => None,
            };
            return Ok(Some(Credential::AccessKey { id, secret, session }));
        }
        if let Some(key) = access_key {
            return Ok(Some(Credential::AccountKey(self.secret(SecretKind::AccountKey, key).await?)));
        }
        if let Some(token) = sas_token {
            return Ok(Some(Credential::Sas(self.secret(SecretKind::SasToken, token).await?)));
        }
        match service_account {
            Some(key) => Ok(Some(Credential::ServiceAccount(self.secret(SecretKind::ServiceAccount, key).await?))),
            None => Ok(None),
        }
    }

    /// Without an identity nothing is decrypted; why there is none is told where one is needed.
    async fn cipher(&self, encryption: Option<&EncryptionSpec>) -> Outcome<Cipher> {
        let Some(EncryptionSpec { recipients, identity }) = encryption else { return Ok(Cipher::default()) };
        let Some(identity) = identity else {
            return Ok(Cipher::new(recipients, None)?.because("callout.yaml names no identity: spec.state.encryption.identity"));
        };
        match self.secret(SecretKind::Identity, identity).await {
            Ok(identity) => Cipher::new(recipients, Some(identity)),
            Err(why) => Ok(Cipher::new(recipients, None)?.because(&why.message)),
        }
    }

    async fn secret(&self, kind: SecretKind, text: &str) -> Outcome<SecretString> {
        secret(kind, text, self.variables, self.folder).await
    }
}
