//! Writing to `/v1`: one command, at most one request.

use axum::http::Method;

use attache::config::Endpoint;
use attache::model::{Command, CreateAddon};
use attache::platform::{Connection, Receipt, SubmitError, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::standin::{Fault, StandIn};
use super::{connection, impatient, settings};

pub(super) fn create(name: &str, app: Option<&str>) -> Command {
    Command::CreateAddon(CreateAddon {
        name: name.into(),
        team: Some("sandbox".into()),
        service: "postgresql".into(),
        plan: "small".into(),
        app: app.map(str::to_owned),
        alias: app.map(|_| "EXTRA".into()),
        confirm: None,
        options: std::collections::BTreeMap::new(),
    })
}

async fn submit(connection: &Connection, command: &Command) -> Result<Receipt, SubmitError> {
    connection.writer.as_ref().unwrap().submit(command, "key-1").await
}

#[tokio::test]
async fn the_line_to_copy_leads_to_the_same_platform_and_is_quoted() {
    let server = StandIn::on_tcp(Some("t")).await;
    let mut profile = server.profile();
    let line = |profile: &attache::config::Profile| {
        connection(profile).reader.request_preview(&create("x;y", Some("billing"))).cli
    };
    let rest = "addons create postgresql:small --name 'x;y' --app billing --as EXTRA";
    assert_eq!(line(&profile), format!("attache --platform local --endpoint {} {rest}", server.url()));
    profile.name.0 = "work".into();
    assert_eq!(line(&profile), format!("attache --profile work {rest}"));
}

#[tokio::test]
async fn a_read_only_profile_has_no_writer() {
    let server = StandIn::start().await;
    let mut profile = server.profile();
    profile.read_only = Some(attache::model::ReadOnly::Configured);
    assert!(connection(&profile).writer.is_none());
}

#[tokio::test]
async fn one_post_whatever_goes_wrong() {
    let other = StandIn::on_tcp(None).await;
    let redirect = |status| Fault::Say(status, vec![("location", format!("{}/v1/addons", other.url()))], String::new());
    let say = |status, body: &str| Fault::Say(status, Vec::new(), body.to_owned());
    for fault in [
        Fault::Cut,
        Fault::ActAndCut,
        Fault::ActAndCutInBody,
        Fault::Hang,
        Fault::ActAndHang,
        Fault::ActAndSay(202, "<h1>Welcome</h1>"),
        redirect(301),
        redirect(303),
        redirect(307),
        redirect(308),
        say(408, ""),
        say(500, r#"{"error":"internal","message":"It broke."}"#),
        say(502, "<h1>Bad gateway</h1>"),
        say(503, ""),
    ] {
        let server = StandIn::on_tcp(Some("t0psecret")).await;
        let connection = connect(&server.profile(), impatient()).unwrap();
        server.fail(Method::POST, "/v1/addons", 1, fault.clone());
        let error = submit(&connection, &create("new", None)).await.unwrap_err();
        assert!(matches!(error, SubmitError::Unknown(_)), "{fault:?} {error:?}");
        assert!(error.to_string().to_lowercase().contains("it may or may not have happened."), "{error}");
        assert_eq!(server.writes(), 1, "{fault:?}");
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_refusal_is_no_unknown_outcome() {
    for (status, body, expected) in [
        (409, r#"{"error":"name_taken","message":"There is one."}"#, Some("name_taken")),
        (401, "", None),
        (413, "<h1>Too large</h1>", Some("http_413")),
        (422, r#"{"error":"unknown_plan","message":"No such plan."}"#, Some("unknown_plan")),
        (429, "", None),
        (507, r#"{"error":"disk_full","message":"The disk is full."}"#, None),
    ] {
        let server = StandIn::start().await;
        server.fail(Method::POST, "/v1/addons", 1, Fault::Say(status, Vec::new(), body.into()));
        let error = submit(&connection(&server.profile()), &create("new", None)).await.unwrap_err();
        assert!(matches!(&error, SubmitError::Refused(_)) && error.code() == expected, "{error:?}");
        let exchange = error.reason().exchange.as_ref().unwrap();
        assert_eq!((exchange.request.as_str(), exchange.status), ("POST /v1/addons", Some(status)));
        assert_eq!(server.writes(), 1);
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let server = StandIn::start().await;
    let mut profile = server.profile();
    profile.endpoint = Endpoint::Unix(server.journal_folder());
    let error = submit(&connection(&profile), &create("new", None)).await.unwrap_err();
    assert!(matches!(&error, SubmitError::NotSent(why) if why.message.ends_with("Nothing was sent.")), "{error:?}");
    let error = submit(&connection(&server.profile()), &Command::DestroyApp { app: "..".into() }).await.unwrap_err();
    assert!(matches!(error, SubmitError::NotSent(_)), "{error:?}");
    assert_eq!(server.connections(), 0);
}

/// A server that keeps a connection open after its first answer, and closes it when a second request comes on it: what a
/// proxy does with a connection that it has given up.
#[tokio::test]
async fn a_stale_connection_is_never_used_for_a_write() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (count, mut posts) = tokio::sync::mpsc::unbounded_channel();
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let count = count.clone();
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 << 10];
                if stream.read(&mut bytes).await.unwrap_or(0) == 0 {
                    return;
                }
                count.send(()).unwrap();
                let body = r#"{"app":{"id":"app_1","name":"shop"}}"#;
                let head = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + body).as_bytes()).await.unwrap();
                if stream.read(&mut bytes).await.unwrap_or(0) > 0 {
                    count.send(()).unwrap();
                }
            });
        }
    });
    let standin = StandIn::start().await;
    let mut profile = standin.profile();
    profile.endpoint = Endpoint::Url(url);
    let connection = connect(&profile, settings()).unwrap();
    for _ in 0..5 {
        submit(&connection, &Command::CreateApp { app: "shop".into(), team: None }).await.unwrap();
    }
    let mut came = 0;
    while posts.try_recv().is_ok() {
        came += 1;
    }
    assert_eq!(came, 5);
    server.abort();
}

#[tokio::test]
async fn nothing_is_sent_over_tls_to_a_server_that_has_none() {
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    let mut profile = server.profile();
    profile.endpoint = Endpoint::Url(server.url().replace("http://", "https://"));
    let error = submit(&connection(&profile), &create("new", None)).await.unwrap_err();
    assert!(matches!(error, SubmitError::NotSent(_)), "{error:?}");
    assert_eq!(server.writes(), 0);
}

#[tokio::test]
async fn what_stays_on_this_machine_goes_through_no_proxy() {
    let server = StandIn::on_tcp(Some("t0psecret")).await;
    let proxy = StandIn::on_tcp(None).await;
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_attache"))
        .args(["--platform", "local", "--endpoint", &server.url(), "addons", "--json"])
        .env_clear()
        .env("ATTACHE_HOME", server.journal_folder())
        .env("ATTACHE_TOKEN", "t0psecret")
        .env("HTTP_PROXY", proxy.url())
        .env("http_proxy", proxy.url())
        .env("ALL_PROXY", proxy.url())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("orders"), "{output:?}");
    assert_eq!(proxy.connections(), 0);
}
