//! What an error says, in every form that errors have.

use super::*;

async fn error(answer: impl Fn() -> Answered + Clone + Send + Sync + 'static) -> ReadError {
    let server = serve(move |_| answer()).await;
    adapter(&server).catalog_of_projects().await.unwrap_err()
}

impl Orkestr {
    /// Any read at all.
    async fn catalog_of_projects(&self) -> Result<(), ReadError> {
        self.all_apps().await.map(drop)
    }
}

#[tokio::test]
async fn what_is_wrong_is_a_sentence_whatever_form_it_came_in() {
    for (code, body, kind, sentence) in [
        (409, r#"{"detail": "Name taken.", "code": "name_taken"}"#, "name_taken", "Name taken."),
        (400, r#"{"message": "Too old."}"#, "http_400", "Too old."),
        (400, r#"{"error": "access_denied", "detail": "No."}"#, "access_denied", "No."),
        (400, r#"{"error": "slow_down"}"#, "http_400", "slow_down"),
        (
            422,
            r#"{"detail": [{"loc": ["body", "name"], "msg": "at least 2 characters", "type": "x"}]}"#,
            "http_422",
            "name: at least 2 characters.",
        ),
        (
            422,
            r#"{"detail": [{"loc": ["body", "a", 0], "msg": "no"}, {"loc": ["query"], "msg": "nor this"}]}"#,
            "http_422",
            "a.0: no; nor this.",
        ),
        (
            402,
            r#"{"detail": "Two add-ons.", "code": "plan_limit"}"#,
            "plan_limit",
            "does not allow this (402). It says: Two add-ons.",
        ),
    ] {
        let told = error(move || Answered(code, vec![("x-request-id", "r-7".into())], body.to_owned())).await;
        assert_eq!(told.kind, ReadErrorKind::Refused { status: code, code: kind.into() }, "{body}");
        assert!(told.message.contains(sentence), "{body}: {}", told.message);
        assert_eq!(told.request_id(), Some("r-7"));
    }
}

#[tokio::test]
async fn a_field_that_is_refused_is_named_once() {
    let told = error(|| status(422, &json!({"detail": [{"loc": ["body", "name"], "msg": "too short"}]}))).await;
    assert_eq!(told.message.matches("name").count(), 1, "{}", told.message);
    assert_eq!(told.exchange.unwrap().field.as_deref(), Some("name"));
}

#[tokio::test]
async fn a_page_of_some_proxy_says_nothing_of_what_is_there() {
    let page = "<html><h1>Not Found</h1></html>";
    let told = error(move || Answered(404, vec![("content-type", "text/html".into())], page.into())).await;
    assert_eq!(told.kind, ReadErrorKind::Nonsense, "{}", told.message);
    let told = error(|| Answered(404, vec![], "no route to service".into())).await;
    assert_eq!(told.kind, ReadErrorKind::Nonsense, "{}", told.message);
    let told = error(|| status(404, &json!({"detail": "Project not found"}))).await;
    assert_eq!((told.kind, told.message.as_str()), (ReadErrorKind::NotFound, "Project not found"));
    let told = error(|| Answered(500, vec![], "upstream broke".into())).await;
    assert_eq!(told.kind, ReadErrorKind::ServerError(500));
    assert!(told.message.contains("upstream broke"), "{}", told.message);
}

#[tokio::test]
async fn without_a_plan_that_has_the_api_the_way_out_is_told() {
    let unknown = error(|| status(403, &json!({"detail": "Forbidden"}))).await;
    assert_eq!(unknown.kind, ReadErrorKind::Forbidden);
    assert!(unknown.message.contains("If the account has the plan Starter"), "{}", unknown.message);
    let told = error(|| status(403, &json!({"detail": "Not included in the Starter plan."}))).await;
    assert_eq!(told.message.matches("Starter").count(), 1, "what it says itself is not said again: {}", told.message);
    for (plan, expected) in [("free", true), ("Starter", true), ("pro", false)] {
        let server = serve(move |line| match line {
            "GET /api/auth/me" => ok(&json!({"username": "ada", "plan": plan})),
            _ => status(403, &json!({"detail": "missing scope projects:read"})),
        })
        .await;
        let reader = adapter(&server);
        let rights = reader.account().await.unwrap().rights.unwrap();
        let told = reader.apps().await.unwrap_err();
        assert!(told.message.contains("missing scope projects:read"), "{}", told.message);
        assert_eq!(told.message.contains("needs the plan Pro or Team"), expected, "{}", told.message);
        assert_eq!(rights.contains("no API"), expected, "{rights}");
    }
}

#[tokio::test]
async fn a_token_that_is_no_good_is_named_by_where_it_came_from_and_never_shown() {
    let told = error(|| status(401, &json!({"detail": format!("Token {TOKEN} is revoked")}))).await;
    assert_eq!(told.kind, ReadErrorKind::Unauthorized);
    assert!(told.message.contains("ORKESTR_API_TOKEN") && !told.message.contains(TOKEN), "{}", told.message);
}

#[tokio::test]
async fn how_long_to_wait_stands_in_the_header_or_in_the_body() {
    let too_often = |header: Option<&'static str>, body: Value| {
        let headers: Vec<_> = header.iter().map(|wait| ("retry-after", (*wait).to_owned())).collect();
        Answered(429, headers, body.to_string())
    };
    let wait = |seconds: f64| ReadErrorKind::RateLimited(Some(Duration::from_secs_f64(seconds)));
    let told = error(move || too_often(Some("7"), json!({"detail": "slow", "retry_after": 90}))).await;
    assert_eq!(told.kind, wait(7.0), "the header wins");
    let told = error(move || too_often(None, json!({"detail": "slow", "retry_after": 2.5}))).await;
    assert_eq!(told.kind, wait(2.5));
    assert!(told.message.contains("in 3 s"), "{}", told.message);
    let told = error(move || too_often(None, json!({"detail": "slow"}))).await;
    assert_eq!(told.kind, ReadErrorKind::RateLimited(None));
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_no_matter_of_a_minute() {
    let told =
        error(|| status(429, &json!({"detail": "Monthly quota", "code": "usage_exhausted", "retry_after": 1}))).await;
    assert_eq!(told.kind, ReadErrorKind::Refused { status: 429, code: "usage_exhausted".into() });
    assert!(told.message.contains("Monthly quota") && told.message.contains("console"), "{}", told.message);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let server = serve(|_| Answered(307, vec![("location", "/api/v1/projects/".into())], String::new())).await;
    let told = adapter(&server).apps().await.unwrap_err();
    assert!(matches!(told.kind, ReadErrorKind::Refused { status: 307, .. }), "{told:?}");
    assert!(server.lines().iter().all(|line| !line.split('?').next().unwrap().ends_with('/')), "{:?}", server.lines());
}
