//! Our client, as the drills put questions to it.

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use failclosed::{
    Authority,
    http::{AuthZen, Behalf, Dialect, HttpAuthority, HttpError, Opa, OpenFga, SpiceDb},
};
use failclosed_drill::{Case, Format, Verdict};
use failclosed_tests::{Rig, Running};

/// A guarded shop for each drill; a drill with several questions puts them to the same one.
#[derive(Default)]
pub(crate) struct Shops(Mutex<HashMap<String, Arc<Running>>>);

impl Shops {
    /// Charges once. Whatever the drill is about, a denial leaves exactly what a denial leaves.
    pub(crate) async fn ask(&self, case: &Case) -> Verdict {
        let running = match self.shop(case) {
            Ok(running) => running,
            // FAULTS F: what must not be asked is refused before there is anything to ask.
            Err(refused) => return Verdict::refused(format_args!("not_configured: {refused}")),
        };
        let bodies = running.shop.bodies();
        match running.shop.charge("coachella.com", 742).await {
            Ok(_) => {
                assert_eq!(running.shop.bodies(), bodies + 1);
                Verdict::executed()
            }
            Err(denial) => {
                running.denied_after(bodies, &denial, denial.cause());
                Verdict::refused(format_args!("{}: {denial:?}", denial.cause()))
            }
        }
    }

    fn shop(&self, case: &Case) -> Result<Arc<Running>, HttpError> {
        let mut shops = self.0.lock().unwrap();
        if let Some(running) = shops.get(&case.id) {
            return Ok(running.clone());
        }
        let running = Arc::new(Rig::with(authority(case)?).build());
        shops.insert(case.id.clone(), running.clone());
        Ok(running)
    }

    /// After the drills: each shop, with a healthy authority, sells again.
    pub(crate) async fn all_sell_again(&self) {
        let shops: Vec<_> = self.0.lock().unwrap().drain().collect();
        for (_, running) in shops {
            running.repair();
            running.healthy().await;
        }
    }
}

fn authority(case: &Case) -> Result<Box<dyn Authority>, HttpError> {
    let vendors = "vendor";
    Ok(match case.format {
        Format::Behalf => Box::new(build(Behalf::new(), case)?),
        Format::AuthZen => Box::new(build(AuthZen::new().resource_type(vendors), case)?),
        Format::Opa => Box::new(build(Opa::rule("app/allow").unwrap(), case)?),
        Format::OpenFga => {
            let store = OpenFga::new("01JD7Q3N5B8Z", "01JD7Q3N5B90").unwrap();
            Box::new(build(store.resource_type(vendors), case)?)
        }
        Format::SpiceDb => Box::new(build(SpiceDb::new().resource_type(vendors), case)?),
        other @ (Format::Seed | _) => panic!("no dialect for {other}"),
    })
}

fn build<D: Dialect>(dialect: D, case: &Case) -> Result<HttpAuthority<D>, HttpError> {
    // failclosed: allow(FC0220, reason = "a drill: the server counts every question, and this asks one")
    let mut builder = HttpAuthority::builder(dialect).endpoint(&case.url).deadline(case.deadline);
    if case.url.starts_with("https") {
        builder = builder.ca_certificate(fs::read(&case.ca).unwrap());
    }
    // Not the default: what one answer may leave to the next question is drilled too.
    builder.reuse_connections().build()
}

/// Long enough for a loaded machine, short enough for all drills.
pub(crate) const DEADLINE: Duration = Duration::from_millis(400);
