//! What the authority knows us by. It is sent, and shown nowhere.

use std::{collections::HashSet, env, fmt, path::Path, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD as BASE64};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::{endpoint::is_placeholder, error::HttpError};

mod file;

pub(super) use file::{Fault, Look};

/// A dress that is shorter than this would be found in ordinary words.
const SHORTEST_DRESS: usize = 4;

/// As many bytes of a secret in a row are taken for the secret, when a reply is shown.
const TELLING: usize = 8;

/// A credential: visible ASCII, wiped when it is dropped, and never printed.
///
/// ```
/// use failclosed_runtime::http::Secret;
///
/// assert!(Secret::new("").is_err());
/// assert_eq!(format!("{:?}", Secret::new("bhf_sk_5f3a").unwrap()), "Secret(..)");
/// ```
#[derive(Clone)]
pub struct Secret(Source);

#[derive(Clone)]
enum Source {
    Fixed(Arc<SecretString>),
    File(Arc<file::Watched>),
}

impl Secret {
    /// A secret that is at hand.
    ///
    /// # Errors
    /// [`HttpError::Secret`]: one that is blank, is a placeholder (`null`, `changeme`,
    /// `<your token>`), has white space around it, or has characters that no header carries.
    pub fn new(secret: impl Into<String>) -> Result<Self, HttpError> {
        Self::from("the secret".into(), secret.into(), "give the value itself")
    }

    /// A secret from an environment variable.
    ///
    /// # Errors
    /// [`HttpError::Secret`]: a variable that is not set, or whose value [`new`](Self::new) refuses.
    /// The error names the variable, never its value.
    pub fn from_env(name: &str) -> Result<Self, HttpError> {
        let from = format!("the variable `{name}`");
        let help = "set it where this program is started, and nowhere an agent can write";
        let refused =
            |fault: &str| HttpError::Secret { from: from.clone(), fault: fault.into(), help };
        // The standard library panics on such a name.
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(refused("is no name of a variable"));
        }
        match env::var(name) {
            Ok(secret) => Self::from(from, secret, help),
            // FAIL CLOSED: no credentials are not anonymous ones.
            Err(env::VarError::NotPresent) => Err(refused("is not set")),
            Err(env::VarError::NotUnicode(_)) => Err(refused("is not text")),
        }
    }

    /// A secret from a file, without the line break at its end.
    ///
    /// On Unix it must be one that nobody else can write: it and the directory that it really lies in,
    /// behind all links, are owned by root or by the user of this process, and not open to writing by
    /// their group or by others. A directory may be, where its sticky bit keeps others from replacing
    /// what is ours (`1777`). Who may *read* it is left to whoever mounted it: Compose and Kubernetes
    /// mount `0444`, `0644` and `0440`.
    ///
    /// The file is looked at before each question, and read again where it changed; and once more where
    /// the authority refuses the credentials (status 401), which is then asked again, inside the same
    /// deadline, if another secret lies there. A file that is empty or missing is waited for a little:
    /// it may be on its way. One that stays so, or that others can write by now, denies until that is
    /// mended. Give `build` the same path that is mounted, not the one behind its links.
    ///
    /// # Errors
    /// [`HttpError::Secret`]: a file that is missing, is no regular file, is longer than 16 KiB,
    /// can be written by others, or whose text [`new`](Self::new) refuses.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, HttpError> {
        Self::watched(path.as_ref(), None)
    }

    /// The same for a file that may belong to `user` as well, and its directory: Compose mounts a secret
    /// of the host with the owner that it has there. Whoever can run as that user here decides as whom the
    /// authority is asked, so let it be nobody that the agent runs.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_file_of(path: impl AsRef<Path>, user: u32) -> Result<Self, HttpError> {
        Self::watched(path.as_ref(), Some(user))
    }

    fn watched(path: &Path, of: Option<u32>) -> Result<Self, HttpError> {
        file::Watched::open(path, of).map(|file| Self(Source::File(Arc::new(file))))
    }

    fn from(from: String, secret: String, help: &'static str) -> Result<Self, HttpError> {
        match faultless(secret) {
            Ok(secret) => Ok(Self(Source::Fixed(Arc::new(secret)))),
            Err(fault) => Err(HttpError::Secret { from, fault: fault.into(), help }),
        }
    }

    /// What is sent now.
    fn current(&self, look: Look) -> Result<Arc<SecretString>, Fault> {
        match &self.0 {
            Source::Fixed(secret) => Ok(Arc::clone(secret)),
            Source::File(file) => file.current(look),
        }
    }

    /// What is sent, and what was.
    fn known(&self) -> Vec<Arc<SecretString>> {
        match &self.0 {
            Source::Fixed(secret) => vec![Arc::clone(secret)],
            Source::File(file) => file.known(),
        }
    }

    fn is_watched(&self) -> bool {
        matches!(self.0, Source::File(_))
    }
}

/// The text, if it can be a credential; else what is wrong with it.
fn faultless(secret: String) -> Result<SecretString, &'static str> {
    // FAIL CLOSED: an empty or unfilled variable must not become a credential (CVE-2026-48814).
    if secret.trim().is_empty() {
        Err("is blank")
    } else if secret.trim() != secret {
        Err("has white space around it")
    } else if is_placeholder(&secret) || is_unfilled(&secret) {
        Err("is a placeholder")
    } else if !secret.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        Err("has characters other than visible ASCII")
    } else {
        Ok(SecretString::from(secret))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The headers we are known by, and the means to keep them out of what is shown.
#[derive(Clone, Default)]
pub(super) struct Credentials {
    bearer: Option<Secret>,
    headers: Vec<(String, Secret)>,
}

impl Credentials {
    pub(super) fn bearer(&mut self, secret: Secret) {
        self.bearer = Some(secret);
    }

    pub(super) fn header(&mut self, name: String, secret: Secret) {
        self.headers.push((name, secret));
    }

    /// Writes them into the headers of each question.
    pub(super) fn write(&self, into: &mut HeaderMap) -> Result<(), HttpError> {
        if let Some(token) = &self.bearer {
            into.insert(AUTHORIZATION, bearer(token, Look::IfChanged).map_err(|fault| fault.why)?);
        }
        for (name, secret) in &self.headers {
            let refused = |fault, help| Err(HttpError::Header { name: name.clone(), fault, help });
            let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
                return refused("has no valid name", "write a name: `x-developer-token`");
            };
            if is_owned(&parsed) {
                return refused("is not yours to set", "leave it to the client");
            }
            if into.contains_key(&parsed) {
                return refused("is given twice", "give it once");
            }
            let value = plain(name, secret, Look::IfChanged).map_err(|fault| fault.why)?;
            into.insert(parsed, value);
        }
        Ok(())
    }

    /// Writes those that may have changed over what [`write`](Self::write) wrote once.
    pub(super) fn renew(&self, into: &mut HeaderMap, look: Look) -> Result<(), Fault> {
        if let Some(token) = self.bearer.as_ref().filter(|token| token.is_watched()) {
            into.insert(AUTHORIZATION, bearer(token, look)?);
        }
        for (name, secret) in self.headers.iter().filter(|(_, secret)| secret.is_watched()) {
            let value = plain(name, secret, look)?;
            match HeaderName::from_bytes(name.as_bytes()) {
                Ok(name) => drop(into.insert(name, value)),
                // FAIL CLOSED: `write` has refused it before.
                Err(_) => return Err(no_header(name, "has no valid name", "write another").into()),
            }
        }
        Ok(())
    }

    /// Whether any of them is one that can be replaced.
    pub(super) fn are_watched(&self) -> bool {
        let mut secrets = self.bearer.iter().chain(self.headers.iter().map(|(_, secret)| secret));
        secrets.any(Secret::is_watched)
    }

    /// The names of the headers.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let bearer = self.bearer.iter().map(|_| "authorization");
        bearer.chain(self.headers.iter().map(|(name, _)| name.as_str()))
    }

    /// Whether a text repeats a secret, or a telling part of one.
    ///
    /// Also in another dress: other case, spaced or in pieces, base64, hex. And also one that was
    /// replaced while the question was under way.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let secrets = self.bearer.iter().chain(self.headers.iter().map(|(_, secret)| secret));
        let squeezed = squeezed(text.as_bytes());
        secrets.flat_map(Secret::known).any(|secret| {
            let secret = secret.expose_secret().as_bytes();
            share_a_part(secret, text.as_bytes())
                || dresses(secret)
                    .any(|dress| dress.len() >= SHORTEST_DRESS && share_a_part(&dress, &squeezed))
        })
    }
}

/// What stands where a secret was to be filled in, and may well be the name of a host.
fn is_unfilled(secret: &str) -> bool {
    let plain = secret.to_ascii_lowercase();
    let words = ["dummy", "example", "replace-me", "replace_me", "test", "token"];
    let variable = plain.starts_with('$')
        || (plain.len() > 2 && plain.starts_with('%') && plain.ends_with('%'));
    variable || words.contains(&plain.as_str())
}

/// Whether both have [`TELLING`] bytes in common, or the whole of a shorter secret. In linear time: an
/// authority chooses the text, and a secret may be long.
fn share_a_part(secret: &[u8], text: &[u8]) -> bool {
    let length = secret.len().min(TELLING);
    if length == 0 || text.len() < length {
        return false;
    }
    let (few, many) = if secret.len() < text.len() { (secret, text) } else { (text, secret) };
    let parts: HashSet<&[u8]> = few.windows(length).collect();
    many.windows(length).any(|part| parts.contains(part))
}

/// Letters and digits alone, in lower case: what is left of a text that was spaced or cut in pieces.
fn squeezed(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// A secret as it looks squeezed: itself, in hex, and in base64, where it can begin at each of three
/// places of a group.
fn dresses(secret: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let itself = std::iter::once_with(|| squeezed(secret));
    let hex = std::iter::once_with(move || const_hex::encode(secret).into_bytes());
    let base64 = (0..3).filter_map(|skipped| {
        // Whole groups only: what stands around them changes the others.
        let (groups, _) = secret.get(skipped..)?.as_chunks::<3>();
        Some(squeezed(BASE64.encode(groups.as_flattened()).as_bytes()))
    });
    itself.chain(hex).chain(base64)
}

/// The header of a token.
fn bearer(token: &Secret, look: Look) -> Result<HeaderValue, Fault> {
    let token = token.current(look)?;
    let token = token.expose_secret();
    if token.contains(' ') {
        let fault = "would carry a token with a space in it";
        return Err(
            no_header("authorization", fault, "give the token alone, without `Bearer`").into()
        );
    }
    sensitive("authorization", &format!("Bearer {token}"))
}

/// Any other header.
fn plain(name: &str, secret: &Secret, look: Look) -> Result<HeaderValue, Fault> {
    sensitive(name, secret.current(look)?.expose_secret())
}

fn sensitive(name: &str, value: &str) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| no_header(name, "cannot carry its value", "use visible ASCII"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn no_header(name: &str, fault: &'static str, help: &'static str) -> HttpError {
    HttpError::Header { name: name.to_owned(), fault, help }
}

impl From<HttpError> for Fault {
    fn from(why: HttpError) -> Self {
        Self { why, passing: false }
    }
}

/// Headers that say how a message is sent, or that would make an answer stand for another question.
fn is_owned(name: &HeaderName) -> bool {
    const OWNED: [&str; 20] = [
        "accept",
        "accept-charset",
        "accept-encoding",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-request-id",
    ];
    OWNED.contains(&name.as_str()) || name.as_str().starts_with("if-")
}
