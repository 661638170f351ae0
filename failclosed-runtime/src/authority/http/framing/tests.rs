use super::Framing;

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const YES: &str = r#"{"decision":true}"#;

/// Each is one reply, whole.
fn replies() -> Vec<String> {
    vec![
        format!("{HEAD}Content-Length: 17\r\n\r\n{YES}"),
        format!("{HEAD}content-length:17 \r\nX: y\r\n\r\n{YES}"),
        format!("\r\n{HEAD}Content-Length: 17\r\n\r\n{YES}"),
        format!("HTTP/1.1 200 OK\nContent-Length: 17\n\n{YES}"),
        format!("HTTP/1.0 200 OK\r\nContent-Length: 17\r\n\r\n{YES}"),
        format!("{HEAD}Content-Length: 0\r\n\r\n"),
        "HTTP/1.1 204 No\r\n\r\n".into(),
        "HTTP/1.1 304 Not\r\nContent-Length: 17\r\n\r\n".into(),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n11\r\n{YES}\r\n0\r\n\r\n"),
        format!("{HEAD}Transfer-Encoding: Chunked\r\n\r\n011;a=\"b\"\r\n{YES}\r\n00\r\n\r\n"),
        format!(
            "{HEAD}Transfer-Encoding: chunked\r\n\r\n8\r\n{}\r\n9\r\n{}\r\n0\r\n\r\n",
            &YES[..8],
            &YES[8..]
        ),
        format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n\
             {HEAD}Content-Length: 17\r\n\r\n{YES}"
        ),
    ]
}

/// In pieces of this size, as a network cuts them.
fn followed(bytes: &[u8], piece: usize) -> Framing {
    let mut framing = Framing::default();
    bytes.chunks(piece).for_each(|piece| framing.follow(piece));
    framing
}

#[test]
fn a_reply_is_whole_at_its_last_byte_and_not_before() {
    for reply in replies() {
        for piece in [1, 2, 3, 7, 64, usize::MAX] {
            assert!(followed(reply.as_bytes(), piece).is_whole(), "{piece}: {reply}");
            for cut in 0..reply.len() {
                let framing = followed(&reply.as_bytes()[..cut], piece);
                assert!(!framing.is_whole() && !framing.is_astray(), "{cut}: {reply}");
            }
        }
    }
}

#[test]
fn whatever_stands_behind_a_reply_leads_astray() {
    for reply in replies() {
        for behind in ["\0", "\n", "\r\n", " ", "junk", "HTTP/1.1 200 OK\r\n", &reply] {
            let both = format!("{reply}{behind}");
            for piece in [1, 5, usize::MAX] {
                let framing = followed(both.as_bytes(), piece);
                assert!(framing.is_astray() && !framing.is_whole(), "{behind:?}: {reply}");
            }
        }
    }
}

#[test]
fn where_no_end_can_be_told_none_is_found() {
    for reply in [
        format!("{HEAD}\r\n{YES}"),
        format!("{HEAD}Content-Length: 17\r\nContent-Length: 17\r\n\r\n{YES}"),
        format!("{HEAD}Content-Length: 17\r\nTransfer-Encoding: chunked\r\n\r\n{YES}"),
        format!("{HEAD}Content-Length: 17, 17\r\n\r\n{YES}"),
        format!("{HEAD}Content-Length: -1\r\n\r\n{YES}"),
        format!("{HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n11\r\n{YES}\r\n0\r\n\r\n"),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n11\r\n{YES}\r\n0\r\nX: trailer\r\n\r\n"),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n10\r\n{YES}\r\n0\r\n\r\n"),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{YES}\r\n0\r\n\r\n"),
        format!("{}{HEAD}", "HTTP/1.1 100 Continue\r\n\r\n".repeat(65)),
        "HTTP/1.1 101 Switching\r\n\r\n\0".into(),
        "HTTP/1.1 2000 OK\r\n\r\n".into(),
        "no HTTP\r\n\r\n".into(),
    ] {
        for piece in [1, usize::MAX] {
            assert!(followed(reply.as_bytes(), piece).is_astray(), "{reply}");
        }
    }
}
