//! What the authority knows us by. It is sent, and shown nowhere.

use std::{collections::HashSet, env, fmt, fs, io::Read, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD as BASE64};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::{endpoint::is_placeholder, error::HttpError};

/// The longest secret that is taken from a file, in bytes.
const MAX_SECRET_BYTES: u64 = 16 * 1024;

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
pub struct Secret(SecretString);

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
    /// # Errors
    /// [`HttpError::Secret`]: a file that is missing, is no regular file, is longer than 16 KiB,
    /// can be written by others, or whose text [`new`](Self::new) refuses.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, HttpError> {
        let path = path.as_ref();
        let from = format!("the file `{}`", path.display());
        let help = "let only root or the user of this program write it: `chmod go-w`, and its \
                    directory too";
        let refused = |fault: String| HttpError::Secret { from: from.clone(), fault, help };
        let unreadable = |error| refused(format!("cannot be read: {error}"));
        // Behind all links, so that the directory is the one it lies in.
        let path = fs::canonicalize(path).map_err(unreadable)?;
        // Looked at before it is opened too: opening a pipe waits for its writer.
        if !fs::metadata(&path).map_err(unreadable)?.is_file() {
            return Err(refused("is no regular file".into()));
        }
        let file = fs::File::open(&path).map_err(unreadable)?;
        #[cfg(unix)]
        {
            let directory = path.parent().unwrap_or(&path);
            let directory = fs::metadata(directory).map_err(unreadable)?;
            // FAIL CLOSED: whoever can write it decides as whom the authority is asked.
            if let Some(fault) = writable(&file.metadata().map_err(unreadable)?) {
                return Err(refused(fault));
            }
            // FAIL CLOSED: whoever can write there puts another file in its place.
            if let Some(fault) = writable(&directory) {
                return Err(refused(format!("lies in a directory that {fault}")));
            }
        }
        let mut secret = String::new();
        let read = file.take(MAX_SECRET_BYTES + 1).read_to_string(&mut secret);
        read.map_err(unreadable)?;
        if secret.len() as u64 > MAX_SECRET_BYTES {
            return Err(refused("is longer than 16 KiB".into()));
        }
        if secret.ends_with('\n') {
            secret.pop();
            if secret.ends_with('\r') {
                secret.pop();
            }
        }
        Self::from(from, secret, help)
    }

    fn from(from: String, secret: String, help: &'static str) -> Result<Self, HttpError> {
        // FAIL CLOSED: an empty or unfilled variable must not become a credential (CVE-2026-48814).
        let fault = if secret.trim().is_empty() {
            "is blank"
        } else if secret.trim() != secret {
            "has white space around it"
        } else if is_placeholder(&secret) || is_unfilled(&secret) {
            "is a placeholder"
        } else if !secret.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            "has characters other than visible ASCII"
        } else {
            return Ok(Self(SecretString::from(secret)));
        };
        Err(HttpError::Secret { from, fault: fault.into(), help })
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
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
        let refused =
            |name: &str, fault, help| Err(HttpError::Header { name: name.to_owned(), fault, help });
        if let Some(bearer) = &self.bearer {
            let token = bearer.expose();
            if token.contains(' ') {
                return refused(
                    "authorization",
                    "would carry a token with a space in it",
                    "give the token alone, without `Bearer`",
                );
            }
            into.insert(AUTHORIZATION, sensitive("authorization", &format!("Bearer {token}"))?);
        }
        for (name, secret) in &self.headers {
            let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
                return refused(name, "has no valid name", "write a name: `x-developer-token`");
            };
            if is_owned(&parsed) {
                return refused(name, "is not yours to set", "leave it to the client");
            }
            if into.contains_key(&parsed) {
                return refused(name, "is given twice", "give it once");
            }
            into.insert(parsed, sensitive(name, secret.expose())?);
        }
        Ok(())
    }

    /// The names of the headers.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let bearer = self.bearer.iter().map(|_| "authorization");
        bearer.chain(self.headers.iter().map(|(name, _)| name.as_str()))
    }

    /// Whether a text repeats a secret, or a telling part of one.
    ///
    /// Also in another dress: other case, spaced or in pieces, base64, hex.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let secrets = self.bearer.iter().chain(self.headers.iter().map(|(_, secret)| secret));
        let squeezed = squeezed(text.as_bytes());
        secrets.map(|secret| secret.expose().as_bytes()).any(|secret| {
            share_a_part(secret, text.as_bytes())
                || dresses(secret)
                    .any(|dress| dress.len() >= SHORTEST_DRESS && share_a_part(&dress, &squeezed))
        })
    }
}

/// Why somebody else can write what is described here, if so.
#[cfg(unix)]
fn writable(found: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    let (owner, mode) = (found.uid(), found.mode());
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Some(format!("belongs to somebody else (user {owner})"));
    }
    let kept = found.is_dir() && mode & STICKY != 0;
    (mode & 0o022 != 0 && !kept)
        .then(|| format!("can be written by others (mode {:03o})", mode & 0o7777))
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
    let hex = std::iter::once_with(|| {
        secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
    });
    let base64 = (0..3).filter_map(|skipped| {
        // Whole groups only: what stands around them changes the others.
        let (groups, _) = secret.get(skipped..)?.as_chunks::<3>();
        Some(squeezed(BASE64.encode(groups.as_flattened()).as_bytes()))
    });
    itself.chain(hex).chain(base64)
}

fn sensitive(name: &str, value: &str) -> Result<HeaderValue, HttpError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| HttpError::Header {
        name: name.to_owned(),
        fault: "cannot carry its value",
        help: "use visible ASCII",
    })?;
    value.set_sensitive(true);
    Ok(value)
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
