//! How an authority is reached: over TCP, or over a Unix domain socket of this host.
//!
//! Over a Unix domain socket there is no certificate. Whoever may put a socket in the place of this
//! one answers for the authority, and so the file system is looked at before each connection, and the
//! peer's own user behind it.

use std::{
    future::Future,
    io,
    path::PathBuf,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    Uri,
    rt::{Read, ReadBufCursor, Write},
};
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector},
    rt::TokioIo,
};
use socket2::SockRef;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tower_service::Service;

use super::client::Names;
use super::error::HttpError;
#[cfg(unix)]
use super::owner;

/// Makes connections, in one of these ways and no other.
#[derive(Clone)]
pub(super) enum Reach {
    Tcp(HttpConnector<Names>),
    Unix(Socket),
}

/// A Unix domain socket, and whose it must be.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    pub(super) path: PathBuf,
    /// The user that listens. Without one: root or ourselves, where nobody else may write.
    pub(super) of: Option<u32>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for Reach {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Tcp(tcp) => tcp.poll_ready(cx).map_err(Into::into),
            Self::Unix(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        match self {
            Self::Tcp(tcp) => {
                let connecting = tcp.call(uri);
                Box::pin(async move { Ok(Stream::Tcp(connecting.await?)) })
            }
            #[cfg(unix)]
            Self::Unix(socket) => {
                let socket = socket.clone();
                Box::pin(async move { Ok(Stream::Unix(TokioIo::new(connect(&socket).await?))) })
            }
            // FAIL CLOSED: there is no such way here, and no other one is taken for it.
            #[cfg(not(unix))]
            Self::Unix(_) => {
                let none = io::Error::other("no Unix domain sockets on this system");
                Box::pin(async move { Err(none.into()) })
            }
        }
    }
}

/// The path of a socket, if it can be one.
///
/// # Errors
/// [`HttpError::Socket`]: a path that is not absolute, or of an abstract socket, which nobody owns.
pub(super) fn path(path: PathBuf) -> Result<PathBuf, HttpError> {
    let text = path.to_string_lossy();
    let fault = if text.trim().is_empty() {
        "is blank"
    } else if text.starts_with('@') || text.contains('\0') {
        // FAIL CLOSED: whoever is first may have that name.
        "is abstract: it has no owner"
    } else if text.contains("://") || text.starts_with("unix:") {
        "is a URL and not a path"
    } else if !path.is_absolute() {
        "is not absolute"
    } else {
        return Ok(path);
    };
    Err(HttpError::Socket { path: text.escape_debug().to_string(), fault })
}

/// Connects, if nobody but root and we, or the user that was named, can be at the other end.
#[cfg(unix)]
async fn connect(Socket { path, of }: &Socket) -> io::Result<UnixStream> {
    use std::os::unix::fs::FileTypeExt;
    let refused = |fault: String| {
        let help = match of {
            None => {
                "let only root or the user of this program own it and write its directory, or name \
                     the user that listens: `unix_socket_of(path, user)`"
            }
            Some(_) => "name the user that the authority runs as",
        };
        Err(io::Error::other(format!("the socket `{}` {fault}; help: {help}", path.display())))
    };
    // Behind all links, so that the directory is the one it lies in.
    let real = std::fs::canonicalize(path)?;
    let found = std::fs::metadata(&real)?;
    if !found.file_type().is_socket() {
        return refused("is no socket".into());
    }
    if of.is_none() {
        // Who may write it may ask. Who owns it may put another in its place.
        if let Some(fault) = owner::foreign(&found, None) {
            return refused(fault);
        }
        let directory = std::fs::metadata(real.parent().unwrap_or(&real))?;
        if let Some(fault) = owner::writable(&directory, None) {
            return refused(format!("lies in a directory that {fault}"));
        }
    }
    let stream = UnixStream::connect(&real).await?;
    // FAIL CLOSED: what was looked at may have been replaced before it was connected to; who listens
    // now is what the system itself says.
    let peer = stream.peer_cred()?.uid();
    let known = match of {
        Some(user) => peer == *user,
        None => peer == 0 || peer == rustix::process::geteuid().as_raw(),
    };
    if !known {
        return refused(format!("is somebody else's (user {peer})"));
    }
    Ok(stream)
}

/// A connection.
pub(super) enum Stream {
    Tcp(TokioIo<TcpStream>),
    #[cfg(unix)]
    Unix(TokioIo<UnixStream>),
}

macro_rules! either {
    ($self:expr, $stream:ident => $do:expr) => {
        match $self {
            Stream::Tcp($stream) => $do,
            #[cfg(unix)]
            Stream::Unix($stream) => $do,
        }
    };
}

impl Stream {
    /// Reads what the socket has at this moment, whatever the runtime knows.
    ///
    /// # Errors
    /// The socket's own; `WouldBlock` where there is nothing.
    pub(super) fn there(&self, bytes: &mut [u8]) -> io::Result<usize> {
        let socket = either!(self, stream => SockRef::from(stream.inner()));
        io::Read::read(&mut &*socket, bytes)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        either!(&mut *self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(&mut *self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut *self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut *self, stream => Pin::new(stream).poll_shutdown(cx))
    }

    fn is_write_vectored(&self) -> bool {
        either!(self, stream => stream.is_write_vectored())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(&mut *self, stream => Pin::new(stream).poll_write_vectored(cx, bytes))
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match self {
            Self::Tcp(stream) => stream.connected(),
            #[cfg(unix)]
            Self::Unix(_) => Connected::new(),
        }
    }
}
