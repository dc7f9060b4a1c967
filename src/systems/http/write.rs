//! Sending a write, once, and finding out what became of it.
//!
//! | what happened | then it is |
//! | --- | --- |
//! | no connection came about | unsent |
//! | 429 | unsent, with the pause that is asked for |
//! | 401 that is documented, for a token that can be renewed | unsent: the system did not look at it. Once, then as below |
//! | 401, 403 | rejected, and so would be every other write |
//! | another 4xx, 408 apart | rejected |
//! | 2xx, read to its end | an answer, for the system to make sense of |
//! | anything else | unknown |

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use url::Url;

use super::answer::{self, Answer};
use super::{Client, LONGEST_PENALTY, told};
use crate::systems::credential::Token;
use crate::systems::{Sent, Unready};

/// In bytes a second: the slowest line on which a file is still waited for. Less, and a large file would end in doubt.
const SLOWEST_LINE: u64 = 50_000;

/// A write that was no success: what became of it, and the status of the answer if there was one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub status: Option<u16>,
    pub sent: Sent,
}

impl From<Refused> for Sent {
    fn from(refused: Refused) -> Self {
        refused.sent
    }
}

impl Client {
    /// Has the token, and waits for a turn. The write that follows waits for nothing but its answer.
    pub async fn ready(&self) -> Result<(), Unready> {
        self.credential.token().await.map_err(|error| Unready::System(told(&error)))?;
        self.turn().await;
        // A turn can take minutes, in which the token may have run out.
        self.credential.token().await.map_err(|error| Unready::System(told(&error)))?;
        Ok(())
    }

    /// Sends once, after [`Client::ready`]. `size` of the body, in bytes, lengthens the time that is allowed. Answers with the body of a successful answer.
    pub async fn send(
        &self,
        method: Method,
        url: Url,
        size: u64,
        body: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<String, Refused> {
        let without_status = |sent| Refused { status: None, sent };
        let unsent = |error| without_status(Sent::Unsent { why: told(&error), retry_after: None, stops_system: true });
        let token = self.credential.at_hand().await.map_err(|error| unsent(*error))?;
        let time = self.profile.timeout + Duration::from_secs(size / SLOWEST_LINE);
        let request = self.request(&self.writes, method.clone(), url.clone(), &token).timeout(time);
        let response = body(request).send().await;
        self.log(&method, &url, &response);
        let response = response.map_err(|error| without_status(self.unanswered(error)))?;
        let status = response.status();
        match answer::read(response, |text| token.redact(text)).await {
            Ok(answer) if status.is_success() => Ok(answer.body),
            Ok(answer) => Err(Refused { status: Some(status.as_u16()), sent: self.settled(&answer, &token).await }),
            Err(cut) => {
                let why = format!("{} {}, after the status {}", self.profile.title, cut.words(), status.as_u16());
                Err(without_status(Sent::Unknown { why }))
            }
        }
    }

    fn unanswered(&self, error: reqwest::Error) -> Sent {
        let unsent = error.is_connect();
        let why = format!("{} {}", self.profile.title, self.silence(error));
        if unsent { Sent::Unsent { why, retry_after: None, stops_system: true } } else { Sent::Unknown { why } }
    }

    async fn settled(&self, answer: &Answer, token: &Token) -> Sent {
        let status = answer.status.as_u16();
        if status == 401 && self.profile.documents_401 && self.credential.replaces(token).await {
            let why =
                format!("{} {}; another token is got, and it is tried again", self.profile.title, answer.words().trim_end_matches('.'));
            return Sent::Unsent { why, retry_after: Some(Duration::ZERO), stops_system: false };
        }
        let why = format!("{} {}", self.profile.title, self.explained(answer));
        match status {
            429 => {
                let pause = self.asked_pause(answer);
                self.tell_too_many();
                self.keep_pause(pause);
                Sent::Unsent { why, retry_after: Some(pause), stops_system: pause > LONGEST_PENALTY }
            }
            401 | 403 => Sent::Rejected { why, stops_system: true },
            408 => Sent::Unknown { why },
            400..=499 => Sent::Rejected { why, stops_system: false },
            _ => Sent::Unknown { why },
        }
    }
}
