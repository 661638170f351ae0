//! The corrected pattern, word for word: an error is a denial, and so is everything that is not
//! `allowed === true`.
//!
//! ```js
//! try {
//!   result = await behalf.verify({ agentId, action, vendor, amount });
//! } catch (err) {
//!   throw new Error(`Permission check unavailable. Action blocked. (${err.message})`);
//! }
//! if (!result.allowed) {
//!   throw new Error(`Blocked: ${result.reason}`);
//! }
//! ```
//!
//! No settings: those of the HTTP client are what most programs run with.

use std::{fs, sync::OnceLock};

use failclosed_drill::Verdict;
use serde_json::Value;

use crate::lines::{Question, words};

#[derive(Default)]
pub(crate) struct Client(OnceLock<reqwest::Client>);

impl Client {
    pub(crate) async fn verdict(&self, question: &Question) -> Verdict {
        match self.verify(question).await {
            Ok((result, key, yes)) if result[key] == yes => Verdict::executed(),
            Ok((result, ..)) => Verdict::refused(format!("blocked: {result}")),
            Err(error) => Verdict::refused(format!("unavailable: {}", words(&*error))),
        }
    }

    async fn verify(
        &self,
        question: &Question,
    ) -> Result<(Value, &'static str, Value), Box<dyn std::error::Error>> {
        let format = question.format;
        let client = match self.0.get() {
            Some(client) => client,
            None => {
                // Nothing is set but the CA of the drill's authority, which in earnest is public.
                let ca = reqwest::Certificate::from_pem(&fs::read(&question.ca)?)?;
                let client = reqwest::Client::builder().tls_certs_merge([ca]).build()?;
                self.0.get_or_init(|| client)
            }
        };
        let request = client
            .post(question.endpoint())
            .header("Content-Type", "application/json")
            .body(question.question.clone());
        let result: Value = request.send().await?.json().await?;
        Ok((result, format.key(), serde_json::from_str(format.yes())?))
    }
}
