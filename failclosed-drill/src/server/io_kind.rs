//! The stream of a connection: plain, inside TLS, or gone.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use rustls::{ServerConnection, StreamOwned};

pub(super) enum Io {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    Gone,
}

impl Io {
    pub(super) fn tcp(&self) -> io::Result<&TcpStream> {
        match self {
            Self::Plain(tcp) => Ok(tcp),
            Self::Tls(tls) => Ok(&tls.sock),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Read for Io {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Io {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush(),
            Self::Tls(tls) => tls.flush(),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}
