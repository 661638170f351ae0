//! Good practice: a typed answer, an error for every error status, and a time limit for the whole.

use std::{fs, sync::OnceLock};

use failclosed_drill::{Format, Verdict};
use serde::Deserialize;

use crate::lines::{Question, words};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what an answer has is written down; what decides is `allowed`")]
struct Behalf {
    request_id: String,
    allowed: bool,
    approval_required: bool,
    approval_id: Option<String>,
    reason: String,
    risk: String,
}

#[derive(Deserialize)]
struct AuthZen {
    decision: bool,
}

#[derive(Deserialize)]
struct Opa {
    result: bool,
}

#[derive(Deserialize)]
struct Allowed {
    allowed: bool,
}

#[derive(Deserialize)]
struct SpiceDb {
    permissionship: Permissionship,
}

#[derive(Deserialize, PartialEq)]
enum Permissionship {
    #[serde(rename = "PERMISSIONSHIP_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "PERMISSIONSHIP_NO_PERMISSION")]
    No,
    #[serde(rename = "PERMISSIONSHIP_HAS_PERMISSION")]
    Has,
    #[serde(rename = "PERMISSIONSHIP_CONDITIONAL_PERMISSION")]
    Conditional,
}

#[derive(Default)]
pub(crate) struct Client(OnceLock<reqwest::Client>);

impl Client {
    pub(crate) async fn verdict(&self, question: &Question) -> Verdict {
        match self.verify(question).await {
            Ok(true) => Verdict::executed(),
            Ok(false) => Verdict::refused("denied"),
            Err(error) => Verdict::refused(format!("unavailable: {}", words(&*error))),
        }
    }

    async fn verify(&self, question: &Question) -> Result<bool, Box<dyn std::error::Error>> {
        let client = match self.0.get() {
            Some(client) => client,
            None => {
                let ca = reqwest::Certificate::from_pem(&fs::read(&question.ca)?)?;
                let client = reqwest::Client::builder()
                    .tls_certs_merge([ca])
                    .timeout(question.deadline())
                    .build()?;
                self.0.get_or_init(|| client)
            }
        };
        let request = client
            .post(question.endpoint())
            .header("Content-Type", "application/json")
            .body(question.question.clone());
        let response = request.send().await?.error_for_status()?;
        Ok(match question.format {
            Format::Behalf => response.json::<Behalf>().await?.allowed,
            Format::AuthZen => response.json::<AuthZen>().await?.decision,
            Format::Opa => response.json::<Opa>().await?.result,
            Format::SpiceDb => {
                response.json::<SpiceDb>().await?.permissionship == Permissionship::Has
            }
            Format::OpenFga | Format::Seed => response.json::<Allowed>().await?.allowed,
            // FAIL CLOSED: a format this client does not know is one it cannot read an allow in.
            _ => return Err("unknown format".into()),
        })
    }
}
