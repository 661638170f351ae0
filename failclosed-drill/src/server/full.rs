//! Listeners that do not accept.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use socket2::{Domain, Socket, Type};

fn bound() -> io::Result<(Socket, SocketAddr)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let address = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((socket, address))
}

/// A port that refuses. It is held, so that nobody else can come to listen on it.
pub(super) fn refusing() -> io::Result<(Socket, SocketAddr)> {
    bound()
}

/// A listener whose connections nobody takes from its queue.
pub(super) fn unaccepted() -> io::Result<(Socket, SocketAddr)> {
    let (socket, address) = bound()?;
    socket.listen(64)?;
    Ok((socket, address))
}

/// A listener whose queue is full: the kernel drops further attempts to connect, so that they hang
/// like those to a host behind a firewall.
pub(super) fn full() -> io::Result<(Vec<Socket>, SocketAddr)> {
    let (listener, address) = bound()?;
    listener.listen(0)?;
    let mut held = vec![listener];
    // How many fit into a queue of none differs from system to system; four are more than enough.
    for _ in 0..4 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        // The answer is "in progress" or, once the queue is full, nothing at all.
        let _ = socket.connect(&address.into());
        held.push(socket);
    }
    Ok((held, address))
}
