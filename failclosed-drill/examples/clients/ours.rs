//! `failclosed`: the body is behind the answer, and one strict engine reads it.

use std::{fs, sync::Mutex};

use failclosed::{
    Authority, Decision, Denial, Guard, NoDecision, Request, Subject,
    http::{
        AuthZen, Behalf, Dialect, HttpAuthority, HttpError, Object, Opa, OpenFga, Repeat, SpiceDb,
    },
    requires_permission,
};
use failclosed_drill::{Format, Verdict};

use crate::lines::Question;

#[requires_permission(
    action = "purchase", resource = vendor, guard = &guard, skip(guard)
)]
async fn charge(guard: Guard, vendor: &str, amount: u64) -> Result<u64, Denial> {
    drop((guard, vendor));
    Ok(amount)
}

#[derive(Default)]
pub(crate) struct Client(Mutex<Option<(String, Guard)>>);

impl Client {
    pub(crate) async fn verdict(&self, question: &Question) -> Verdict {
        let guard = match self.guard(question) {
            Ok(guard) => guard,
            Err(why) => return Verdict::refused(format_args!("not_configured: {why}")),
        };
        match charge(guard, "coachella.com", 742).await {
            Ok(_) => Verdict::executed(),
            Err(denial) => Verdict::refused(format_args!("{}: {denial:?}", denial.cause())),
        }
    }

    /// One guard for each authority, as in a program that lives.
    fn guard(&self, question: &Question) -> Result<Guard, Box<dyn std::error::Error>> {
        let mut kept = self.0.lock().map_err(|_| "a drill panicked")?;
        if let Some((url, guard)) = &*kept
            && *url == question.url
        {
            return Ok(guard.clone());
        }
        let guard = failclosed::danger::unchecked(
            Guard::builder(
                Subject::agent("shopper")?,
                authority(question)?,
                failclosed::danger::unrecorded("a benchmark")?,
            ),
            "a benchmark",
        )?;
        *kept = Some((question.url.clone(), guard.clone()));
        Ok(guard)
    }
}

fn authority(asked: &Question) -> Result<Box<dyn Authority>, Box<dyn std::error::Error>> {
    let kind = "vendor";
    Ok(match asked.format {
        Format::Behalf => Box::new(build(Behalf::new(), asked)?),
        Format::AuthZen => Box::new(build(AuthZen::new().resource_type(kind), asked)?),
        Format::Opa => Box::new(build(Opa::rule("app/allow")?, asked)?),
        Format::OpenFga => {
            let store = OpenFga::new("01JD7Q3N5B8Z", "01JD7Q3N5B90")?;
            Box::new(build(store.resource_type(kind), asked)?)
        }
        Format::SpiceDb => Box::new(build(SpiceDb::new().resource_type(kind), asked)?),
        Format::Seed => Box::new(build(Seed, asked)?),
        // FAIL CLOSED: a format without a dialect has no allow.
        _ => return Err("unknown format".into()),
    })
}

fn build<D: Dialect>(dialect: D, asked: &Question) -> Result<HttpAuthority<D>, HttpError> {
    let mut builder =
// failclosed: allow(FC0220, reason = "a drill: the server counts every question, and this asks one")
        HttpAuthority::builder(dialect).endpoint(&asked.url).deadline(asked.deadline());
    if asked.url.starts_with("https") {
        let ca = fs::read(&asked.ca).unwrap_or_default();
        builder = builder.ca_certificate(ca);
    }
    builder.build()
}

/// The simplest format there is, as a dialect of one's own.
#[derive(Debug)]
struct Seed;

impl Dialect for Seed {
    fn name(&self) -> &'static str {
        "seed"
    }

    fn path(&self) -> &str {
        "verify"
    }

    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        Ok(serde_json::to_vec(&request.arguments())?)
    }

    fn decision(&self, _: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        // FAIL CLOSED: anything beside the answer may take it back.
        if reply.iter().count() != 1 {
            return Err(NoDecision::malformed("there is something beside the answer"));
        }
        Ok(if reply.boolean("allowed")? {
            Decision::allow()
        } else {
            Decision::deny("the authority said no")
        })
    }
}
