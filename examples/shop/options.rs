//! The command line, and who decides.

use std::{env, error::Error, sync::Arc};

use failclosed::{
    Authority,
    http::{AuthZen, HttpAuthority},
};

use crate::agent_policies;

/// What the program was started with. Whoever knows an option takes it out; what nobody took is left.
#[derive(Debug)]
pub struct Options(Vec<String>);

impl Options {
    /// The arguments of this program.
    pub fn from_args() -> Self {
        Self(env::args().skip(1).collect())
    }

    /// Takes `name VALUE` out.
    ///
    /// # Errors
    /// The name without a value: an option that is meant and not heard would be one that is ignored.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, Box<dyn Error>> {
        let Some(at) = self.0.iter().position(|argument| argument == name) else { return Ok(None) };
        self.0.remove(at);
        if at == self.0.len() {
            return Err(format!("`{name}` has no value").into());
        }
        Ok(Some(self.0.remove(at)))
    }

    /// What is left.
    pub fn rest(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    /// Takes `--authority URL` out: an AuthZEN server. Without one the policies in this program
    /// decide.
    ///
    /// # Errors
    /// A URL that no question can go to, policies that do not fit their schema.
    pub fn authority(&mut self) -> Result<Arc<dyn Authority>, Box<dyn Error>> {
        Ok(match self.take("--authority")? {
            None => Arc::new(agent_policies()?),
            Some(url) => Arc::new(HttpAuthority::builder(AuthZen::new()).endpoint(url).build()?),
        })
    }
}
