//! Names on both sides: those by which servers let a request be another one, and those that browsers,
//! proxies, load balancers, tracing and applications send every day.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{header, query};

/// From the manuals and sources of frameworks and proxies, and spellings of the same.
const OVERRULING: [&str; 72] = [
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
    "x_http_method_override",
    "x.http.method.override",
    "XHTTPMethodOverride",
    "X-HttpMethod",
    "X-HTTP-Verb",
    "X-Verb",
    "X-Method",
    "X-Original-Method",
    "X-Forwarded-Method",
    "X-Request-Method",
    "X-Real-Method",
    "Request-Method",
    "REQUEST_METHOD",
    "HTTP-Method",
    "http_method",
    "Method-Override",
    "_method",
    "method",
    "verb",
    "Override-Method",
    "X-WOPI-Override",
    "X-Override-URL",
    "X-Override-Path",
    "X-URL-Override",
    "X-Overriding-Verb",
    "X-Overruled-Path",
    "X-Original-URI",
    "X-Original-Path",
    "X-Original-Query",
    "X-Original-Request-URI",
    "X-Orig-URL",
    "X-Forwarded-URI",
    "X-Forwarded-URL",
    "X-Forwarded-Path",
    "X-Forwarded-Prefix",
    "X-Forwarded-Request-Uri",
    "X-Forwarded-Script-Name",
    "X_Forwarded_Prefix",
    "Forwarded-Path",
    "X-Forwarded-App-Path",
    "X-Envoy-Original-Path",
    "X-Envoy-Original-Method",
    "X-Envoy-Route-Path",
    "X-Rewritten-URL",
    "X-Url-Rewrite",
    "X-Middleware-Rewrite",
    "X-Nginx-Rewrite",
    "X-Matched-Path",
    "X-Invoke-Path",
    "X-Invoke-Query",
    "X-Replaced-Path",
    "X-Ingress-Path",
    "X-Proxy-URL",
    "X-Real-URL",
    "X-Request-URI",
    "X-Request-URL",
    "Request-Uri",
    "X-URL",
    "X-URI",
    "X-Path",
    "X-Path-Info",
    "PATH_INFO",
    "SCRIPT_NAME",
    "X-Script-Name",
    "Base-Url",
    "X-WAWS-Unencoded-URL",
    "X-MS-Original-URL",
];

const ORDINARY: [&str; 117] = [
    // Browsers.
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Access-Control-Request-Private-Network",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Security-Policy",
    "Content-Type",
    "Cookie",
    "Date",
    "Dnt",
    "Expect",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "Keep-Alive",
    "Last-Event-Id",
    "Origin",
    "Ping-From",
    "Ping-To",
    "Pragma",
    "Priority",
    "Purpose",
    "Range",
    "Referer",
    "Sec-Ch-Ua",
    "Sec-Ch-Ua-Platform",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Gpc",
    "Sec-Websocket-Key",
    "Sec-Websocket-Protocol",
    "Service-Worker",
    "Te",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "X-Csrf-Token",
    "X-Requested-With",
    // Proxies and load balancers.
    "Akamai-Origin-Hop",
    "Cf-Connecting-Ip",
    "Cf-Ipcountry",
    "Cf-Ray",
    "Cf-Visitor",
    "Cloudfront-Viewer-Country",
    "Disguised-Host",
    "Fastly-Client-Ip",
    "Fly-Client-Ip",
    "Forwarded",
    "Max-Forwards",
    "Proxy-Authorization",
    "Proxy-Connection",
    "True-Client-Ip",
    "Via",
    "X-Amz-Cf-Id",
    "X-Amzn-Oidc-Data",
    "X-Amzn-Trace-Id",
    "X-Appengine-Country",
    "X-Arr-Log-Id",
    "X-Arr-Ssl",
    "X-Azure-Fdid",
    "X-Azure-Ref",
    "X-Client-Ip",
    "X-Cloud-Trace-Context",
    "X-Envoy-Attempt-Count",
    "X-Envoy-Expected-Rq-Timeout-Ms",
    "X-Envoy-External-Address",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Scheme",
    "X-Forwarded-Security",
    "X-Forwarded-Server",
    "X-Forwarded-Ssl",
    "X-Forwarded-User",
    "X-Goog-Iap-Jwt-Assertion",
    "X-Original-Forwarded-For",
    "X-Original-Host",
    "X-Original-Verbose",
    "X-Real-Ip",
    "X-Scheme",
    "X-Vercel-Id",
    // gRPC, MCP, tracing.
    "B3",
    "Baggage",
    "Grpc-Accept-Encoding",
    "Grpc-Encoding",
    "Grpc-Timeout",
    "Mcp-Method",
    "Mcp-Protocol-Version",
    "Mcp-Session-Id",
    "Sentry-Trace",
    "Traceparent",
    "Tracestate",
    "X-B3-Traceid",
    "X-Correlation-Id",
    "X-Datadog-Trace-Id",
    "X-Request-Id",
    // Applications.
    "Idempotency-Key",
    "X-Api-Key",
    "X-Callback-Url",
    "X-Payment-Method",
    "X-Amz-Meta-Path",
];

fn first(name: &str, trusted: &[&str]) -> Option<String> {
    let request = http::Request::builder()
        .header("accept", "*/*")
        .header(name, "DELETE")
        .header("user-agent", "curl/8");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    header(&parts, trusted).map(str::to_owned)
}

#[test]
fn headers_that_make_it_another_request_are_found() {
    for name in OVERRULING {
        assert_eq!(first(name, &[]), Some(name.to_lowercase()), "{name}");
    }
}

#[test]
fn ordinary_headers_are_not() {
    for name in ORDINARY {
        assert_eq!(first(name, &[]), None, "{name}");
    }
}

/// The one that was named, and not what reads like it.
#[test]
fn a_trusted_header_is_the_named_one_alone() {
    let trusted = ["X-Forwarded-Prefix"];
    assert_eq!(first("x-forwarded-prefix", &trusted), None);
    for name in ["x_forwarded_prefix", "x-forwarded-path", "xforwardedprefix", "x-original-url"] {
        assert_eq!(first(name, &trusted), Some(name.to_owned()));
    }
    assert!(first("x-forwarded-prefix", &["x-forwarded", "", "*", "x_forwarded_prefix"]).is_some());
}

#[test]
fn members_that_make_it_another_request_are_found() {
    let found = [
        "_method=DELETE",
        "a=b&_method=DELETE",
        "a=b;_method=DELETE",
        "_METHOD=delete",
        "_Method",
        "%5Fmethod=DELETE",
        "%5f%6Dethod=DELETE",
        "_method[]=DELETE",
        "_method%5B0%5D=DELETE",
        "_method%00x=DELETE",
        "+_method=DELETE",
        ".method=DELETE",
        "__method__=DELETE",
        "-method=DELETE",
        "$method=DELETE",
        "_verb=DELETE",
        "method=DELETE",
        "method=%64elete",
        "verb=put",
        "http_method=GET",
        "httpMethod=GET",
        "_httpMethod=PATCH",
        "request_method=PUT",
        "x-http-method=PUT",
        "X-HTTP-Method-Override=PUT",
        "x_http_method_override=PUT",
        "method_override=PUT",
        "methodOverride=PUT",
        "http-override=PUT",
        "_url=/admin",
        "_path=/admin",
        "_uri=/admin",
        "_route=admin",
        "x-original-url=/admin",
        "x-rewrite-url=/admin",
        "url_rewrite=/admin",
        "rest_route=/wp/v2/users",
    ];
    for sent in found {
        assert!(query(sent).is_some(), "{sent}");
    }
}

#[test]
fn ordinary_members_are_not() {
    let passed = [
        "",
        "year=2026",
        "method=paypal",
        "method=flickr.photos.search",
        "verb=run",
        "payment_method=card",
        "shipping-method=GET",
        "authMethod=oauth",
        "path=/a/b",
        "url=https://example.com/",
        "redirect_uri=https://example.com/",
        "prefix=logs/",
        "query=tickets",
        "route=66",
        "base_url=/",
        "original_url=/a",
        "override=true",
        "q=_method",
        "q=method=DELETE",
        "%",
        "%zz=1",
        "next=/../admin",
        "utf8=%E2%9C%93",
        "page[size]=10",
        "_=1700000000",
        "_page=2",
    ];
    for sent in passed {
        assert_eq!(query(sent), None, "{sent}");
    }
}
