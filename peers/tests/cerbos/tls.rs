//! Who may be the server: the one with the right certificate.

use failclosed::{
    Cause,
    http::{AuthZen, HttpAuthority, HttpBuilder, HttpError},
};
use failclosed_peers::{
    server::{Place, Server},
    servers::{Identity, cerbos, cerbos_with_tls},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::remote;

struct Ca(CertifiedIssuer<'static, KeyPair>);

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, name: String, until: i32) -> Identity {
        let mut params = CertificateParams::new(vec![name]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn server(&self) -> Server {
        cerbos_with_tls(|place: &Place| self.issue(place.ip.to_string(), 2090))
    }

    fn pem(&self) -> String {
        self.0.pem()
    }
}

fn builder(server: &Server) -> HttpBuilder<AuthZen> {
    HttpAuthority::builder(crate::authzen()).endpoint(format!("https://{}", server.address))
}

#[tokio::test]
async fn only_the_ca_that_was_given_vouches_for_it() {
    let (ca, other) = (Ca::new(), Ca::new());
    let server = ca.server();
    let trusting = || builder(&server).ca_certificate(ca.pem());
    remote(trusting().build().unwrap()).build().healthy().await;

    // The public roots, and another CA.
    for untrusting in [builder(&server), builder(&server).ca_certificate(other.pem())] {
        let proof = remote(untrusting.build().unwrap()).denies(Cause::Unavailable).await;
        let detail = proof.denial.detail().unwrap();
        assert!(detail.contains("invalid peer certificate: "), "{detail}");
    }
    remote(trusting().build().unwrap()).build().healthy().await;
}

#[tokio::test]
async fn a_certificate_of_another_host_or_time_is_none() {
    let ca = Ca::new();
    for (name, until, fault) in
        [("127.0.0.1", 2090, "certificate not valid for name"), ("", 2021, "certificate expired")]
    {
        let server = cerbos_with_tls(|place| {
            let own = place.ip.to_string();
            ca.issue(if name.is_empty() { own } else { name.into() }, until)
        });
        let trusting = builder(&server).ca_certificate(ca.pem()).build().unwrap();
        let proof = remote(trusting).denies(Cause::Unavailable).await;
        let detail = proof.denial.detail().unwrap();
        assert!(detail.contains(fault), "{detail}");
    }
}

/// Cerbos then answers with status 400, in plain text.
#[tokio::test]
async fn plain_http_to_a_tls_port_is_unavailable() {
    let server = Ca::new().server();
    let plain = crate::authority(&server);
    let proof = remote(plain).denies(Cause::Unavailable).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("status 400"), "{detail}");
}

#[tokio::test]
async fn tls_to_a_plain_port_is_unavailable() {
    let server = cerbos("cerbos", &[]);
    remote(builder(&server).build().unwrap()).denies(Cause::Unavailable).await;
    remote(crate::authority(&server)).build().healthy().await;
}

/// Cerbos puts its URL together from the `Host` header and always says `http`, so over TLS it says
/// that it is somebody else. It has to be configured, which works.
#[tokio::test]
async fn its_description_over_tls_is_refused() {
    let ca = Ca::new();
    let server = ca.server();
    let trusting = || builder(&server).ca_certificate(ca.pem());
    let refused = trusting().discover().await.unwrap_err();
    let HttpError::Discovery { detail } = &refused else { panic!("{refused}") };
    assert_eq!(detail, "it says that it is another authority");
    remote(trusting().build().unwrap()).build().healthy().await;
}
