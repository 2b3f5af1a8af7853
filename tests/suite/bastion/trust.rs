//! Whose certificates are believed: the system's authorities, and those that were named beside them.

use std::fs;

use axum::http::Method;

use super::way::{pem, tls};
use super::{Outpost, ran};
use crate::stand_ins::Rig;
use crate::stand_ins::watasu;

/// An outpost that is spoken to over TLS with that certificate.
async fn behind(certificate: &str) -> Outpost {
    let mut outpost = Outpost::new().await;
    let port = tls(certificate, &outpost.url).await;
    outpost.url = format!("https://localhost:{port}");
    outpost
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_ones_own_is_believed_where_it_is_named_and_nowhere_else() {
    let outpost = behind("localhost").await;
    let authority = pem("authority.pem");
    let refused = outpost.run("none", "addons").expect(6);
    assert!(refused.err.contains("made by an authority that this machine does not trust"), "{}", refused.err);
    assert!(refused.err.contains("--ca-file FILE"), "{}", refused.err);
    let other = outpost.run("none", &format!("--ca-file {} addons", pem("other-authority.pem"))).expect(6);
    assert!(other.err.contains("other-authority.pem"), "what was named is told: {}", other.err);
    assert!(outpost.rig.seen().is_empty(), "nothing was sent");
    outpost.run("none", &format!("--ca-file {authority} addons")).expect(0);
    let words = outpost.words("addons");
    ran(outpost.command("none", &words).env("ATTACHE_CA_FILE", &authority)).expect(0);
    // The flag names the one that does not help, the system has the one that does: it is added, and takes nothing away.
    let words = outpost.words(&format!("--ca-file {} addons", pem("other-authority.pem")));
    ran(outpost.command("none", &words).env("SSL_CERT_FILE", &authority)).expect(0);
    // A write is no different.
    let state = outpost.make("state");
    let rename = "addons rename papertrail-storefront logs --confirm papertrail-storefront";
    let line = format!("--state-dir {} {rename}", state.display());
    outpost.run("none", &line).expect(6);
    assert_eq!(outpost.rig.writes(), 0);
    outpost.run("none", &format!("--ca-file {authority} {line}")).expect(0);
    assert_eq!(outpost.rig.writes(), 1);
    let mut pty = outpost.dashboard("none", &format!("--ca-file {authority}"));
    pty.wait_for("live");
    pty.send("q");
    pty.wait_exit();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_may_name_its_authority() {
    let outpost = behind("localhost").await;
    let home = outpost.make("home");
    let config = home.join(".config/attache");
    fs::create_dir_all(&config).unwrap();
    let file = config.join("config.toml");
    let profile =
        format!("[profiles.work]\nplatform = \"heroku\"\nendpoint = \"{}\"\ntoken_env = \"T\"\n", outpost.url);
    let run = |ca_file: &str| {
        fs::write(&file, format!("{profile}ca_file = \"{ca_file}\"\n")).unwrap();
        let words = ["--profile", "work", "addons"].map(str::to_owned);
        ran(outpost.command(home.to_str().unwrap(), &words).env("T", super::TOKEN))
    };
    run(&pem("authority.pem")).expect(0);
    fs::copy(pem("authority.pem"), home.join("ca.pem")).unwrap();
    run("~/ca.pem").expect(0);
    let refused = run(&pem("other-authority.pem")).expect(6);
    assert!(refused.err.contains("does not trust"), "{}", refused.err);
    let missing = run("/nowhere/ca.pem").expect(2);
    assert!(missing.err.contains("/nowhere/ca.pem, named by ca_file of profile work"), "{}", missing.err);
    let relative = run("ca.pem").expect(2);
    assert!(relative.err.contains("config.toml line 5: ca_file has to be a path from the root"), "{}", relative.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_list_of_authorities_is_wrong_usage() {
    let outpost = behind("localhost").await;
    let both = outpost.path().join("both.pem");
    fs::write(
        &both,
        fs::read_to_string(pem("authority.pem")).unwrap() + &fs::read_to_string(pem("localhost.key")).unwrap(),
    )
    .unwrap();
    for (file, why) in [
        ("/nowhere/ca.pem".to_owned(), "can't be read: No such file"),
        ("/dev/null".to_owned(), "is empty"),
        ("/".to_owned(), "is a folder"),
        (pem("../mod.rs"), "holds no certificate"),
        (both.display().to_string(), "holds a private key"),
    ] {
        let said = outpost.run("none", &format!("--ca-file {file} addons")).expect(2);
        assert!(said.err.contains(why) && said.err.contains("--ca-file"), "{}", said.err);
    }
    assert!(outpost.rig.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_name_and_a_time_that_is_over_have_sentences_of_their_own() {
    for (certificate, words) in [("elsewhere", "is for another name."), ("expired", "has expired")] {
        let outpost = behind(certificate).await;
        let said = outpost.run("none", &format!("--ca-file {} addons", pem("authority.pem"))).expect(6);
        assert!(said.err.contains(words) && said.err.contains("Nothing was sent."), "{}", said.err);
        assert!(outpost.rig.seen().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_without_any_authority_is_told_and_one_that_is_named_is_enough() {
    let outpost = behind("localhost").await;
    let run = |line: &str| {
        let words = outpost.words(line);
        let mut command = outpost.command("none", &words);
        ran(command.env("SSL_CERT_FILE", "/nowhere/ca.pem").env("SSL_CERT_DIR", "/nowhere"))
    };
    let said = run("addons").expect(6);
    for words in ["no certificates of authorities", "SSL_CERT_FILE", "/etc/ssl", "--ca-file FILE", "ca-certificates"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    run(&format!("--ca-file {} addons", pem("authority.pem"))).expect(0);
}

/// The one client that speaks through another library.
#[tokio::test(flavor = "multi_thread")]
async fn what_speaks_mcp_believes_the_same() {
    let outpost = Outpost::new().await;
    let (rig, url) = Rig::on_tcp("127.0.0.1:0", watasu::World::small(), watasu::router()).await.unwrap();
    let port = tls("localhost", &url).await;
    let endpoint = format!("https://localhost:{port}/mcp");
    let line = |more: &str| format!("--platform watasu --endpoint {endpoint} {more} addons");
    let run = |more: &str| {
        let words: Vec<String> = line(more).split_whitespace().map(str::to_owned).collect();
        ran(&mut outpost.command("none", &words))
    };
    let refused = run("").expect(6);
    assert!(refused.err.contains("--ca-file FILE"), "{}", refused.err);
    run(&format!("--ca-file {}", pem("authority.pem"))).expect(0);
    assert!(rig.count(Method::POST, "/mcp") > 0);
}
