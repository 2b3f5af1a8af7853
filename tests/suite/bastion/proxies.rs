//! A proxy on the way: named in the environment, asked for a tunnel and for nothing else, and never told a secret.

use super::way::{Does, Proxy, pem, tls};
use super::{Outpost, TOKEN, ran};
use crate::support::home::Ran;

/// An outpost at a name that only a proxy knows, and the port behind it.
async fn afar() -> (Outpost, u16) {
    let mut outpost = Outpost::new().await;
    let port = tls("localhost", &outpost.url).await;
    outpost.url = "https://attache.test".to_owned();
    (outpost, port)
}

fn run(outpost: &Outpost, variables: &[(&str, &str)]) -> Ran {
    let words = outpost.words(&format!("--ca-file {} addons", pem("authority.pem")));
    let said = ran(outpost.command("none", &words).envs(variables.iter().copied()));
    assert!(!format!("{}{}", said.out, said.err).contains("hunter2"), "{}{}", said.out, said.err);
    said
}

/// Only tunnels to the platform were asked for, and no token with them.
#[track_caller]
fn asked_for_tunnels(proxy: &Proxy) {
    let asked = proxy.asked();
    assert!(!asked.is_empty());
    for head in asked {
        assert!(head.starts_with("CONNECT attache.test:443 HTTP/1.1\r\n"), "{head}");
        assert!(!head.contains(TOKEN) && !head.to_lowercase().contains("\r\nauthorization"), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_variable_names_the_proxy_for_https_and_the_token_goes_through_the_tunnel_alone() {
    let (outpost, port) = afar().await;
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let proxy = Proxy::start(Does::Tunnel(port)).await;
        let before = outpost.rig.seen().len();
        run(&outpost, &[(variable, &format!("http://{}", proxy.address))]).expect(0);
        asked_for_tunnels(&proxy);
        let seen = outpost.rig.seen();
        assert!(seen.len() > before);
        assert!(seen.iter().all(|one| one.headers["authorization"] == format!("Bearer {TOKEN}")));
    }
    // The one for https goes before the one for all, and no scheme is http.
    let (right, wrong) = (Proxy::start(Does::Tunnel(port)).await, Proxy::start(Does::Refuse("502 Bad Gateway")).await);
    run(&outpost, &[("HTTPS_PROXY", &right.address), ("ALL_PROXY", &wrong.address), ("HTTP_PROXY", &wrong.address)])
        .expect(0);
    assert!(wrong.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_wants_a_password_gets_it_and_nobody_else_sees_it() {
    let (outpost, port) = afar().await;
    let proxy = Proxy::start(Does::TunnelForAnna(port)).await;
    run(&outpost, &[("HTTPS_PROXY", &format!("http://anna:hunter2@{}", proxy.address))]).expect(0);
    asked_for_tunnels(&proxy);
    for wrong in ["", "anna:wrong-hunter2@", "anna@"] {
        let said = run(&outpost, &[("HTTPS_PROXY", &format!("http://{wrong}{}", proxy.address))]).expect(6);
        let words = format!("through the proxy http://{}, which wants a user and a password (407)", proxy.address);
        assert!(said.err.contains(&words), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_fails_is_named_and_nothing_has_left() {
    let (outpost, _) = afar().await;
    for (does, words) in
        [(Does::Refuse("502 Bad Gateway"), "which refused to connect us"), (Does::Hang, "which did not answer in time")]
    {
        let proxy = Proxy::start(does).await;
        let said = run(&outpost, &[("HTTPS_PROXY", &format!("http://anna:hunter2@{}", proxy.address))]).expect(6);
        let whole = format!("https://attache.test is reached through the proxy http://{}, {words}", proxy.address);
        assert!(said.err.contains(&whole), "{}", said.err);
    }
    assert!(outpost.rig.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_proxy_names_goes_without_one() {
    let (outpost, port) = afar().await;
    let proxy = Proxy::start(Does::Tunnel(port)).await;
    let address = format!("http://{}", proxy.address);
    for (variable, value) in [("NO_PROXY", "attache.test"), ("no_proxy", "other, .test"), ("NO_PROXY", "*")] {
        let said = run(&outpost, &[("HTTPS_PROXY", &address), (variable, value)]).expect(6);
        assert!(said.err.contains("has no address") && !said.err.contains("proxy"), "{}", said.err);
    }
    assert!(proxy.asked().is_empty());
    run(&outpost, &[("HTTPS_PROXY", &address), ("NO_PROXY", "notattache.test,10.0.0.0/8")]).expect(0);
    assert!(!proxy.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_on_this_machine_never_goes_through_a_proxy() {
    let mut outpost = Outpost::new().await;
    let proxy = Proxy::start(Does::Refuse("502 Bad Gateway")).await;
    let address = format!("http://{}", proxy.address);
    let all = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let all = all.map(|name| (name, address.as_str()));
    run(&outpost, &all).expect(0);
    let plain = outpost.url.clone();
    outpost.url = plain.replace("127.0.0.1", "localhost");
    run(&outpost, &all).expect(0);
    outpost.url = format!("https://localhost:{}", tls("localhost", &plain).await);
    run(&outpost, &all).expect(0);
    // The socket of the local platform, too: there is none, and nobody else is asked for it.
    let home = outpost.make("home");
    let words = ["--profile", "local", "addons"].map(str::to_owned);
    let said = ran(outpost.command("none", &words).env("ATTACHE_HOME", &home).envs(all)).expect(6);
    assert!(said.err.contains("attache platform up"), "{}", said.err);
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    // Plain http to another machine is refused, proxy or not: it would read the token.
    outpost.url = "http://attache.test".to_owned();
    let said = run(&outpost, &all).expect(2);
    assert!(said.err.contains("plain http to another machine") && proxy.asked().is_empty(), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socks_proxy_is_one_too_and_one_of_an_unknown_kind_is_told() {
    let (outpost, port) = afar().await;
    let proxy = Proxy::start(Does::Socks(port)).await;
    run(&outpost, &[("ALL_PROXY", &format!("socks5h://{}", proxy.address))]).expect(0);
    assert!(proxy.asked().iter().all(|name| name == "attache.test"), "{:?}", proxy.asked());
    let gone = Proxy::start(Does::Refuse("")).await.address;
    let said = run(&outpost, &[("ALL_PROXY", &format!("socks5h://anna:hunter2@{gone}"))]).expect(6);
    assert!(said.err.contains(&format!("through the proxy socks5h://{gone}, which")), "{}", said.err);
    for (variable, value) in [("HTTPS_PROXY", "ftp://anna:hunter2@127.0.0.1:1"), ("ALL_PROXY", "no proxy hunter2")] {
        let said = run(&outpost, &[(variable, value)]).expect(6);
        assert!(said.err.contains(&format!("{variable} names no proxy that can be used")), "{}", said.err);
        assert!(said.err.contains("http://") && said.err.contains("socks5h://"), "{}", said.err);
    }
}
