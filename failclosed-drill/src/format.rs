//! The wire formats of authorities: what an allow looks like, and what almost does.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

/// The wire format a client speaks. Drills are written once against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// BehalfID: `POST /api/verify`.
    Behalf,
    /// OpenID AuthZEN Authorization API 1.0: `POST /access/v1/evaluation`.
    AuthZen,
    /// The data API of Open Policy Agent: `POST /v1/data/app/allow`.
    Opa,
    /// The check of OpenFGA: `POST /stores/{store}/check`.
    OpenFga,
    /// The check of SpiceDB, over its HTTP gateway: `POST /v1/permissions/check`.
    SpiceDb,
    /// Nothing but `{"allowed": true}`: `POST /verify`.
    Seed,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Behalf, Self::AuthZen, Self::Opa, Self::OpenFga, Self::SpiceDb, Self::Seed];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Behalf => "behalf",
            Self::AuthZen => "authzen",
            Self::Opa => "opa",
            Self::OpenFga => "openfga",
            Self::SpiceDb => "spicedb",
            Self::Seed => "seed",
        }
    }

    /// The path a client posts to. The server answers on every path: where a client asks is its own
    /// configuration.
    pub fn path(self) -> &'static str {
        match self {
            Self::Behalf => "/api/verify",
            Self::AuthZen => "/access/v1/evaluation",
            Self::Opa => "/v1/data/app/allow",
            Self::OpenFga => "/stores/01JD7Q3N5B8Z/check",
            Self::SpiceDb => "/v1/permissions/check",
            Self::Seed => "/verify",
        }
    }

    /// A question in this format, for clients that have none of their own.
    pub fn question(self) -> &'static str {
        match self {
            Self::Behalf => {
                r#"{"agentId":"shopper","action":"purchase","amount":742,"vendor":"coachella.com"}"#
            }
            Self::AuthZen => {
                r#"{"subject":{"type":"user","id":"alice"},"action":{"name":"purchase"},"resource":{"type":"vendor","id":"coachella.com","properties":{"amount":742}}}"#
            }
            Self::Opa => {
                r#"{"input":{"subject":"alice","action":"purchase","vendor":"coachella.com","amount":742}}"#
            }
            Self::OpenFga => {
                r#"{"tuple_key":{"user":"user:alice","relation":"can_purchase","object":"account:acme"},"consistency":"HIGHER_CONSISTENCY"}"#
            }
            Self::SpiceDb => {
                r#"{"consistency":{"fullyConsistent":true},"resource":{"objectType":"account","objectId":"acme"},"permission":"purchase","subject":{"object":{"objectType":"user","objectId":"alice"}}}"#
            }
            Self::Seed => r#"{"action":"purchase","vendor":"coachella.com","amount":742}"#,
        }
    }

    /// The member that decides.
    pub fn key(self) -> &'static str {
        match self {
            Self::Behalf | Self::OpenFga | Self::Seed => "allowed",
            Self::AuthZen => "decision",
            Self::Opa => "result",
            Self::SpiceDb => "permissionship",
        }
    }

    /// Its value, as JSON, in an allow.
    pub fn yes(self) -> &'static str {
        match self {
            Self::SpiceDb => r#""PERMISSIONSHIP_HAS_PERMISSION""#,
            Self::Behalf | Self::AuthZen | Self::Opa | Self::OpenFga | Self::Seed => "true",
        }
    }

    /// Its value, as JSON, in a denial.
    pub fn no(self) -> &'static str {
        match self {
            Self::SpiceDb => r#""PERMISSIONSHIP_NO_PERMISSION""#,
            Self::Behalf | Self::AuthZen | Self::Opa | Self::OpenFga | Self::Seed => "false",
        }
    }

    /// A whole, valid allow.
    pub fn allow(self) -> String {
        self.with_members(&self.member(self.yes()))
    }

    /// A whole, valid denial.
    pub fn deny(self) -> String {
        let denial = self.with_members(&self.member(self.no()));
        denial.replace("Within the permission.", "No active permission exists for this action.")
    }

    /// An allow with another value, as JSON, in the place that decides.
    pub fn with_value(self, value: &str) -> String {
        self.with_members(&self.member(value))
    }

    /// An allow whose deciding member has another name.
    pub fn with_key(self, key: &str) -> String {
        self.with_members(&format!(r#""{key}":{}"#, self.yes()))
    }

    /// An allow without the member that decides.
    pub fn undecided(self) -> String {
        self.with_members("")
    }

    /// An allow with more members at its end, as JSON.
    pub fn allow_and(self, members: &str) -> String {
        self.with_members(&format!("{},{members}", self.member(self.yes())))
    }

    /// An answer whose deciding part is this text, between the other members of the format.
    pub fn with_members(self, deciding: &str) -> String {
        static ANSWERS: AtomicU32 = AtomicU32::new(1);
        let (before, after) = match self {
            Self::Behalf => {
                let id = ANSWERS.fetch_add(1, Ordering::Relaxed);
                (
                    format!(r#""requestId":"req_{id:08x}""#),
                    r#""approvalRequired":false,"reason":"Within the permission.","risk":"low""#,
                )
            }
            Self::SpiceDb => (r#""checkedAt":{"token":"GhUKEzE3NjM3OTM2MDAw"}"#.to_owned(), ""),
            Self::OpenFga => (String::new(), r#""resolution":"""#),
            Self::AuthZen | Self::Opa | Self::Seed => (String::new(), ""),
        };
        let members =
            [before.as_str(), deciding, after].into_iter().filter(|text| !text.is_empty());
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    /// The deciding member, as JSON.
    pub(crate) fn member(self, value: &str) -> String {
        format!(r#""{}":{value}"#, self.key())
    }

    /// What an allow on the wire is recognised by.
    pub(crate) fn needle(self) -> String {
        self.member(self.yes())
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no format `{name}`\nhelp: one of {names}")
        })
    }
}
