//! One fault: what the server does, and what a correct client does.

use std::{borrow::Cow, fmt, io, sync::Arc};

use crate::{pki::Identity, server::Conn};

/// The part of the exchange that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Group {
    /// Nothing goes wrong: without these a client that refuses everything would pass.
    Control,
    /// Connecting, and connections that break.
    Network,
    /// Answers that come late, slowly or never.
    Timing,
    /// Answers that are too large.
    Size,
    /// Certificates and the handshake.
    Tls,
    /// The status line's code.
    Status,
    /// Everything else in the head.
    Head,
    /// The text of the body.
    Json,
    /// A body that is valid JSON and is not an allow.
    Meaning,
    /// Kept connections: answers to another question.
    Kept,
    /// Redirects, proxies, and URLs that must not be used.
    Elsewhere,
    /// The next healthy call after a fault.
    Recovery,
}

impl Group {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Network => "network",
            Self::Timing => "timing",
            Self::Size => "size",
            Self::Tls => "tls",
            Self::Status => "status",
            Self::Head => "head",
            Self::Json => "json",
            Self::Meaning => "meaning",
            Self::Kept => "kept",
            Self::Elsewhere => "elsewhere",
            Self::Recovery => "recovery",
        }
    }
}

/// What a correct client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// It executes: the answer is a whole, valid allow in time.
    Execute,
    /// It does not.
    Refuse,
    /// Both are defensible; the report shows which it was.
    Either,
}

impl Expect {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Refuse => "refuse",
            Self::Either => "either",
        }
    }
}

/// Why a precise client refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The authority said no.
    Denied,
    /// The authority wants a person to say yes first.
    NeedsApproval,
    /// No answer before the deadline.
    TimedOut,
    /// The authority could not be reached, or failed.
    Unavailable,
    /// What came is not a valid answer to the question.
    Malformed,
    /// The URL must not be used at all.
    NotConfigured,
}

impl Cause {
    /// Its name in reports, and in what clients say.
    pub fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::NeedsApproval => "needs_approval",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::NotConfigured => "not_configured",
        }
    }

    /// Whether a client's words begin with this cause's name, in whatever case: `TimedOut: ..`.
    pub fn is_named_by(self, words: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
        };
        plain(words).starts_with(&plain(self.name()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where the client is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// To the drill's server, in plain text.
    Plain,
    /// To the drill's server, with TLS.
    Tls(Identity),
    /// To an `https://` URL behind which the script speaks raw bytes.
    RawTls,
    /// To a port that nobody listens on.
    Closed,
    /// To a listener whose queue is full: connecting hangs.
    Full,
    /// To a listener that never accepts: connecting works, and then nothing.
    Unaccepted,
}

pub(crate) type Script = dyn Fn(&mut Conn) -> io::Result<()> + Send + Sync;

/// One fault of an authority.
///
/// The drills of this crate come from [`drills`](crate::drills()); more are made with
/// [`Drill::new`].
#[derive(Clone)]
#[non_exhaustive]
pub struct Drill {
    /// The row of the fault matrix, with a suffix for variants: `N8`, `H5.503`.
    pub id: Cow<'static, str>,
    /// What goes wrong, in one line.
    pub title: Cow<'static, str>,
    /// The part of the exchange it goes wrong in.
    pub group: Group,
    /// What a correct client does with each question it asks in turn; mostly there is one.
    pub rounds: Vec<Expect>,
    /// The causes a precise client names for the refusal.
    pub causes: Vec<Cause>,
    /// Wrong by a strict contract only (exactly 200, `application/json`, no coding): a client that
    /// executes here was not lied to. It is adverse all the same.
    pub strict: bool,
    /// Runs alone, because it costs the machine so much that others would be late.
    pub heavy: bool,
    pub(crate) place: Place,
    pub(crate) url: Option<Cow<'static, str>>,
    pub(crate) proxied_by: &'static [&'static str],
    pub(crate) needs_request_id: bool,
    pub(crate) script: Arc<Script>,
}

impl Drill {
    /// A drill whose server runs `script` for each connection. Adverse, until said otherwise.
    pub fn new(
        group: Group,
        id: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
        script: impl Fn(&mut Conn) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            group,
            rounds: vec![Expect::Refuse],
            causes: Vec::new(),
            strict: false,
            heavy: false,
            place: Place::Plain,
            url: None,
            proxied_by: &[],
            needs_request_id: false,
            script: Arc::new(script),
        }
    }

    /// Names the causes a precise client gives.
    pub fn cause(mut self, causes: &[Cause]) -> Self {
        self.causes = causes.to_vec();
        self
    }

    /// Names them where none are named yet.
    pub(crate) fn or_cause(self, causes: &[Cause]) -> Self {
        if self.causes.is_empty() { self.cause(causes) } else { self }
    }

    /// Says what a correct client does with each question.
    pub fn rounds(mut self, rounds: &[Expect]) -> Self {
        self.rounds = rounds.to_vec();
        self
    }

    /// Wrong by a strict contract only.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Runs alone.
    pub fn heavy(mut self) -> Self {
        self.heavy = true;
        self
    }

    /// Behind TLS, with this certificate.
    pub fn tls(mut self, identity: Identity) -> Self {
        self.place = Place::Tls(identity);
        self
    }

    /// Sends the client to another URL; `{port}` stands for the server's port.
    pub fn url(mut self, url: impl Into<Cow<'static, str>>) -> Self {
        self.url = Some(url.into());
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The client's environment names a proxy in these variables; the script is that proxy.
    pub(crate) fn proxied_by(mut self, variables: &'static [&'static str]) -> Self {
        self.proxied_by = variables;
        self
    }

    /// Says something only about clients that send `X-Request-ID`.
    pub(crate) fn needs_request_id(mut self) -> Self {
        self.needs_request_id = true;
        self
    }

    /// Whether a client that executes on it fails open.
    pub fn is_adverse(&self) -> bool {
        !matches!(self.group, Group::Control | Group::Recovery)
            && self.rounds.contains(&Expect::Refuse)
    }

    /// Whether it is there to see that a client is not simply deaf.
    pub fn is_control(&self) -> bool {
        matches!(self.group, Group::Control | Group::Recovery)
            && self.rounds.iter().any(|round| *round != Expect::Either)
    }
}

impl fmt::Debug for Drill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Drill({}: {})", self.id, self.title)
    }
}
