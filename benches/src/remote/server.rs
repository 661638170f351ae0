//! The authority that everybody asks: hyper on one thread, which reads a question to its end and
//! allows it. Beside it a ping-pong without HTTP, and three that do not answer.

use std::{future::Future, io::Write, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{AUTHZEN_ALLOW, BEHALF, BEHALF_ALLOW, WIRE_ANSWER};
use crate::Failure;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Prints its ports, then serves until it is ended. Each ping is `wire_question` bytes.
///
/// # Errors
/// A port that cannot be had.
pub fn serve(wire_question: usize) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let http = listen(answer).await?;
        let ping = listen(move |stream| pong(stream, wire_question)).await?;
        let hang = listen(hang).await?;
        let stuck = listen(half_a_head).await?;
        let slow = listen(slow_body).await?;
        println!("{http} {ping} {hang} {stuck} {slow}");
        std::io::stdout().flush()?;
        std::future::pending().await
    })
}

/// Serves each connection of a port, whose number it gives.
async fn listen<F>(serve: impl Fn(TcpStream) -> F + 'static + Send) -> Result<u16, Failure>
where
    F: Future<Output = Result<(), Failure>> + 'static + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let serving = serve(stream);
            // A client that goes away ends its connection, and nothing else.
            tokio::spawn(async move { drop(serving.await) });
        }
    });
    Ok(port)
}

async fn answer(stream: TcpStream) -> Result<(), Failure> {
    Ok(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(allow)).await?)
}

async fn allow(question: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    // As AuthZEN 1.0 demands (10.1.3). Who sends no id gets none.
    let id = question.headers().get(REQUEST_ID).cloned();
    let behalf = question.uri().path().strip_prefix('/') == Some(BEHALF);
    question.into_body().collect().await?;
    let answer = if behalf { BEHALF_ALLOW } else { AUTHZEN_ALLOW };
    let mut response = Response::new(Full::new(Bytes::from_static(answer.as_bytes())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}

async fn pong(mut stream: TcpStream, wire_question: usize) -> Result<(), Failure> {
    let mut question = vec![0; wire_question];
    loop {
        stream.read_exact(&mut question).await?;
        stream.write_all(&[b'.'; WIRE_ANSWER]).await?;
    }
}

async fn hang(mut stream: TcpStream) -> Result<(), Failure> {
    let mut sink = [0; 1024];
    while stream.read(&mut sink).await? != 0 {}
    Ok(())
}

async fn half_a_head(mut stream: TcpStream) -> Result<(), Failure> {
    let _ = stream.read(&mut [0; 4096]).await?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: applic").await?;
    hang(stream).await
}

/// One byte of an allow each 20 ms: each read succeeds, and the whole would take 1.6 s.
async fn slow_body(mut stream: TcpStream) -> Result<(), Failure> {
    let mut question = [0; 4096];
    let _ = stream.read(&mut question).await?;
    let length = AUTHZEN_ALLOW.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    for byte in AUTHZEN_ALLOW.bytes() {
        stream.write_all(&[byte]).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
