//! Where an authority is: one URL, written the way it is read.
//!
//! URL parsers repair what they are given: they drop tabs, turn backslashes around, resolve `..`,
//! read `127.1` and `0x7f000001` as an address. Nothing of that is wanted here. What the parser
//! would have to change is refused, so that the endpoint in a configuration is the endpoint asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use super::error::HttpError;

const EXAMPLE: &str = "write the authority's base URL: `https://pdp.example.com`";

/// A base URL without a trailing slash, query, fragment or credentials.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    /// As it was given, without a trailing slash.
    text: String,
    url: Url,
}

impl Endpoint {
    pub(super) fn parse(given: &str) -> Result<Self, HttpError> {
        let refuse = |fault, help: &str| Err(HttpError::endpoint(fault, help));
        if given.trim().is_empty() {
            return refuse("is blank", EXAMPLE);
        }
        if is_placeholder(given) || given.contains(['<', '>', '{', '}', '$']) {
            return refuse("is a placeholder", EXAMPLE);
        }
        if given.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return refuse("has white space or control characters", EXAMPLE);
        }
        let Ok(url) = Url::parse(given) else {
            return refuse("is not a URL", EXAMPLE);
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("is neither `https` nor `http`", EXAMPLE);
        }
        let Some(host) = url.host_str() else {
            return refuse("names no host", EXAMPLE);
        };
        // Before anything of it is printed: credentials may stand in any of these.
        if !url.username().is_empty() || url.password().is_some() || given.contains('@') {
            return refuse(
                "has credentials in it",
                "give them apart from the URL, which is logged: `.bearer(Secret::from_env(\"PDP_TOKEN\")?)`",
            );
        }
        if given.contains('?') || given.contains('#') {
            return refuse(
                "has a query or a fragment",
                "leave it out; a key belongs into `.bearer(..)` or `.header(.., ..)`",
            );
        }
        if is_placeholder(host) {
            return refuse("is a placeholder", EXAMPLE);
        }
        if url.port() == Some(0) {
            return refuse("has port 0, which is nobody's", EXAMPLE);
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return refuse(
                "is plain `http` to a host that is not this one",
                "use `https`; plain `http` is for `127.0.0.1`, `[::1]` and `localhost`",
            );
        }
        if url.path().contains("//") {
            return refuse("has an empty segment in its path", "leave out the second slash");
        }
        let text = given.strip_suffix('/').unwrap_or(given);
        if !is_as_read(text, &url) {
            let read = url.as_str().trim_end_matches('/');
            return Err(HttpError::endpoint(
                "is not written the way it is read",
                format!("if this is what you mean, write it: `{read}`"),
            ));
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The URL as it was given.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Where `localhost` is, whatever a resolver says. No other name is pinned.
    pub(super) fn pinned(&self) -> Option<[SocketAddr; 2]> {
        // Port 0 stands for the URL's own.
        let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        (self.url.host_str() == Some("localhost")).then(|| loopback.map(|ip| (ip, 0).into()))
    }

    /// The URL of a path below this one.
    pub(super) fn join(&self, dialect: &'static str, path: &str) -> Result<Url, HttpError> {
        let refuse = |fault| Err(HttpError::Path { dialect, fault });
        if path.starts_with('/') {
            return refuse("starts with a slash");
        }
        if path.contains('#') {
            return refuse("has a fragment");
        }
        let base = self.url.as_str().trim_end_matches('/');
        let joined = if path.is_empty() { base.to_owned() } else { format!("{base}/{path}") };
        let Ok(url) = Url::parse(&joined) else {
            return refuse("does not make a URL");
        };
        // FAIL CLOSED: a `..` or a character that the parser escapes would lead elsewhere.
        if url.path().contains("//") || !is_as_read(&joined, &url) {
            return refuse("is not written the way it is read");
        }
        Ok(url)
    }

    /// The URL of a name under `/.well-known/`: RFC 8615, with this path behind the name.
    pub(super) fn well_known(&self, name: &str) -> Url {
        let mut url = self.url.clone();
        let path = self.url.path().trim_end_matches('/');
        url.set_path(&format!("/.well-known/{name}{path}"));
        url
    }

    /// Whether both have the same scheme, host and port.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// The URL itself.
    pub(super) fn into_url(self) -> Url {
        self.url
    }
}

/// Literal addresses of this host, and `localhost`, which is pinned to them.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Whether the parser changed nothing that matters: the case of scheme and host, a port that is the
/// scheme's own, and a slash at the end do not.
fn is_as_read(given: &str, url: &Url) -> bool {
    let Some((scheme, rest)) = given.split_once("://") else { return false };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let authority = authority.to_ascii_lowercase();
    let own_port = if url.scheme() == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(own_port).unwrap_or(&authority);
    let read = format!("{}://{authority}{path}", scheme.to_ascii_lowercase());
    url.as_str().strip_suffix('/').unwrap_or(url.as_str())
        == read.strip_suffix('/').unwrap_or(&read)
}

/// What stands in a template where a value was to be filled in.
pub(super) fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "null",
        "nil",
        "none",
        "undefined",
        "todo",
        "tbd",
        "changeme",
        "change-me",
        "change_me",
        "replaceme",
        "placeholder",
        "xxx",
    ];
    let text = text.trim().to_ascii_lowercase();
    WORDS.contains(&text.as_str())
        || ["your-", "your_", "${", "{{", "$("].iter().any(|start| text.starts_with(start))
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.len() > 2 && text.chars().all(|c| matches!(c, 'x' | '*')))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

    use super::Endpoint;

    /// Whatever a resolver or a hosts file says of it.
    #[test]
    fn localhost_is_this_host() {
        for url in ["http://localhost:8080", "https://LOCALHOST"] {
            let pinned = Endpoint::parse(url).unwrap().pinned().unwrap();
            assert_eq!(pinned.map(|address| address.to_string()), ["127.0.0.1:0", "[::1]:0"]);
        }
        for url in ["https://localhost.example.com", "https://pdp.example.com", "http://127.0.0.1"]
        {
            assert_eq!(Endpoint::parse(url).unwrap().pinned(), None);
        }
    }

    #[test]
    fn well_known_names_stand_before_the_path() {
        for (endpoint, url) in [
            ("https://a.example", "https://a.example/.well-known/x"),
            ("https://a.example/", "https://a.example/.well-known/x"),
            ("https://a.example:8443/b/c/", "https://a.example:8443/.well-known/x/b/c"),
        ] {
            assert_eq!(Endpoint::parse(endpoint).unwrap().well_known("x").as_str(), url);
        }
    }
}
