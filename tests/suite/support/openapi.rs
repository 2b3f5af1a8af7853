//! `assets/openapi.yaml` as the judge of every answer that a test gets, and of every request that is answered well: an
//! undescribed path, status, header or field fails the test.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

const TEXT: &str = include_str!("../../../assets/openapi.yaml");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The compiled document.
pub(crate) struct Document {
    operations: Vec<Operation>,
    /// What is answered where nothing is described: 404 and 405.
    undescribed: BTreeMap<u16, Described>,
    /// The error codes of each status, as the document lists them.
    codes: BTreeSet<(u16, String)>,
}

/// The kind of a body, and what it has to be where that is described.
type Content = (String, Option<Arc<Validator>>);

struct Operation {
    id: String,
    method: String,
    path: String,
    query: Map<String, Value>,
    /// Its content type, and the schema of its body, where it has one.
    body: Option<(bool, Content)>,
    answers: BTreeMap<u16, Described>,
}

/// One described answer.
struct Described {
    headers: Vec<(String, bool, Arc<Validator>)>,
    content: Option<Content>,
}

/// An exchange, as far as it is judged.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) target: &'a str,
    pub(crate) request_body: &'a [u8],
    pub(crate) status: u16,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

/// The document, compiled once.
pub(crate) fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let yaml: Value = serde_saphyr::from_str(TEXT).unwrap_or_else(|error| panic!("openapi.yaml: {error}"));
        Compiler { yaml: &yaml, cache: HashMap::new() }.document()
    })
}

struct Compiler<'a> {
    yaml: &'a Value,
    cache: HashMap<String, Arc<Validator>>,
}

impl Compiler<'_> {
    fn document(mut self) -> Document {
        no_stray_keys(self.yaml, "");
        let mut operations = Vec::new();
        for (path, item) in self.yaml["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                match METHODS.contains(&method.as_str()) {
                    true => operations.push(self.operation(path, method, item, operation)),
                    false => assert_eq!(method, "parameters", "{path}"),
                }
            }
        }
        let responses = self.yaml["components"]["responses"].as_object().unwrap();
        let mut codes = BTreeSet::new();
        for (status, name) in self.statuses() {
            let schema = &responses[&name]["content"]["application/json"]["schema"];
            let listed = schema.pointer("/allOf/1/properties/error/enum").and_then(Value::as_array);
            codes.extend(listed.into_iter().flatten().map(|code| (status, code.as_str().unwrap().to_owned())));
        }
        let undescribed = [(404, "NotFound"), (405, "MethodNotAllowed")];
        let undescribed = undescribed.map(|(status, name)| (status, self.described(&responses[name])));
        codes.insert((405, "method_not_allowed".to_owned()));
        Document { operations, undescribed: undescribed.into(), codes }
    }

    /// The shared answers that operations refer to, with the status under which they do.
    fn statuses(&self) -> BTreeSet<(u16, String)> {
        let items = self.yaml["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| METHODS.iter().filter_map(|method| item.get(*method)));
        let answers = operations.flat_map(|operation| operation["responses"].as_object().unwrap());
        let named = answers.filter_map(|(status, answer)| {
            let name = answer.get("$ref")?.as_str()?.strip_prefix("#/components/responses/")?;
            Some((status.parse().ok()?, name.to_owned()))
        });
        named.collect()
    }

    fn operation(&mut self, path: &str, method: &str, item: &Value, operation: &Value) -> Operation {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
        let parameters = [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array);
        let parameters: Vec<_> = parameters.flatten().map(|parameter| self.resolved(parameter).clone()).collect();
        let of = |place: &str| -> Map<String, Value> {
            let found = parameters.iter().filter(|parameter| parameter["in"] == place);
            found.map(|parameter| (parameter["name"].as_str().unwrap().to_owned(), parameter.clone())).collect()
        };
        let in_path: BTreeSet<_> = of("path").keys().cloned().collect();
        let in_template: BTreeSet<_> = path.split('/').filter_map(variable).map(str::to_owned).collect();
        assert_eq!(in_path, in_template, "{method} {path}: the parameters of the path");
        let body = operation.get("requestBody").map(|body| (body["required"] == true, self.content(&body["content"])));
        let answers = operation["responses"].as_object().unwrap().iter();
        let answers = answers.map(|(status, answer)| (status.parse().unwrap(), self.described(answer))).collect();
        let (id, method) = (id.to_owned(), method.to_uppercase());
        Operation { id, method, path: path.to_owned(), query: of("query"), body, answers }
    }

    fn described(&mut self, answer: &Value) -> Described {
        let answer = self.resolved(answer).clone();
        let headers = answer["headers"].as_object().cloned().unwrap_or_default();
        let headers = headers.iter().map(|(name, header)| {
            let header = self.resolved(header).clone();
            (name.to_lowercase(), header["required"] == true, self.schema(&header["schema"]))
        });
        let headers = headers.collect();
        let content = answer.get("content").map(|content| self.content(content));
        Described { headers, content }
    }

    fn content(&mut self, content: &Value) -> Content {
        let content = content.as_object().unwrap();
        assert_eq!(content.len(), 1, "{content:?}");
        let (name, media) = content.iter().next().unwrap();
        let is_json = name == "application/json";
        (name.clone(), is_json.then(|| self.schema(&media["schema"])))
    }

    fn schema(&mut self, schema: &Value) -> Arc<Validator> {
        let key = schema.to_string();
        if let Some(known) = self.cache.get(&key) {
            return Arc::clone(known);
        }
        // Beside the components, so that references into them are found.
        let whole = json!({ "allOf": [schema], "components": self.yaml["components"] });
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let validator = options.build(&whole).unwrap_or_else(|error| panic!("{schema}: {error}"));
        Arc::clone(self.cache.entry(key).or_insert(Arc::new(validator)))
    }

    fn resolved<'b>(&'b self, value: &'b Value) -> &'b Value {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return value };
        let pointer = reference.strip_prefix('#').unwrap();
        self.yaml.pointer(pointer).unwrap_or_else(|| panic!("there is no {reference}"))
    }
}

/// A comma in a description without quotes makes a key of what follows it.
fn no_stray_keys(value: &Value, place: &str) {
    match value {
        Value::Null => panic!("openapi.yaml: {place} has no value; is a comma in front of it not quoted?"),
        Value::Object(map) => map.iter().for_each(|(key, value)| no_stray_keys(value, &format!("{place}/{key}"))),
        Value::Array(list) => list.iter().for_each(|value| no_stray_keys(value, place)),
        _ => {}
    }
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(is)) if wanted == is || (variable(wanted).is_some() && !is.is_empty()) => {}
            _ => return false,
        }
    }
}

impl Document {
    /// Every operation: its id with the statuses of success.
    pub(crate) fn operations(&self) -> BTreeMap<String, Vec<u16>> {
        let good = |operation: &Operation| operation.answers.keys().copied().filter(|status| *status < 300).collect();
        self.operations.iter().map(|operation| (operation.id.clone(), good(operation))).collect()
    }

    /// Every described path with its methods.
    pub(crate) fn paths(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in &self.operations {
            paths.entry(operation.path.clone()).or_default().insert(operation.method.clone());
        }
        paths
    }

    /// Every error code with its status.
    pub(crate) fn codes(&self) -> &BTreeSet<(u16, String)> {
        &self.codes
    }

    /// The operation of a request, if it is described.
    fn operation(&self, method: &str, target: &str) -> Option<&Operation> {
        let path = target.split('?').next().unwrap_or_default();
        let mut found = self.operations.iter().filter(|operation| matches(&operation.path, path));
        found.find(|operation| operation.method == method)
    }

    /// The id of the operation of a request.
    pub(crate) fn id_of(&self, method: &str, target: &str) -> Option<&str> {
        self.operation(method, target).map(|operation| operation.id.as_str())
    }

    /// What is wrong with an exchange, in words.
    pub(crate) fn judge(&self, exchange: &Exchange<'_>) -> Result<(), String> {
        let Exchange { method, target, status, .. } = exchange;
        let path = target.split('?').next().unwrap_or_default();
        let described = match self.operation(method, target) {
            Some(operation) => {
                if *status < 300 {
                    operation.check_request(exchange)?;
                }
                operation.answers.get(status)
            }
            // Who is not let in is told so before anybody looks where to.
            None if matches!(status, 401 | 403 | 429) => self.operations[0].answers.get(status),
            None => {
                let is_path = self.operations.iter().any(|operation| matches(&operation.path, path));
                self.undescribed.get(status).filter(|_| is_path == (*status == 405))
            }
        };
        match described {
            Some(described) => described.check(exchange),
            None => Err("this status is not described".to_owned()),
        }
    }

    /// Fails unless an exchange is as described.
    #[track_caller]
    pub(crate) fn check(&self, exchange: &Exchange<'_>) {
        if let Err(what) = self.judge(exchange) {
            let Exchange { method, target, status, headers, body, .. } = exchange;
            let body = String::from_utf8_lossy(&body[..body.len().min(4000)]);
            panic!("openapi.yaml: {method} {target} → {status}: {what}\n{headers:?}\n{body}");
        }
    }
}

impl Operation {
    fn check_request(&self, exchange: &Exchange<'_>) -> Result<(), String> {
        let (_, query) = exchange.target.split_once('?').unwrap_or_default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let name = pair.split('=').next().unwrap_or_default();
            if !self.query.contains_key(name) {
                return Err(format!("the parameter {name} was taken, and is not described"));
            }
        }
        match (&self.body, exchange.request_body) {
            (None, []) => Ok(()),
            (None, _) => Err("a body was taken, and none is described".to_owned()),
            (Some((false, _)), []) | (Some((_, (_, None))), _) => Ok(()),
            (Some((_, (_, Some(schema)))), body) => valid(schema, body, "the body of the request"),
        }
    }
}

impl Described {
    fn check(&self, exchange: &Exchange<'_>) -> Result<(), String> {
        let header = |name: &str| {
            let mut found = exchange.headers.iter().filter(|(is, _)| is.eq_ignore_ascii_case(name));
            found.next().map(|(_, value)| value.as_str())
        };
        for (name, is_required, schema) in &self.headers {
            match header(name) {
                Some(value) if !schema.is_valid(&json!(value)) => {
                    return Err(format!("the header {name} is {value:?}, and that is not as described"));
                }
                None if *is_required => return Err(format!("the header {name} is missing")),
                _ => {}
            }
        }
        if header("etag").is_some() && !self.headers.iter().any(|(name, ..)| name == "etag") {
            return Err("it has an ETag, and none is described".to_owned());
        }
        match &self.content {
            None if exchange.body.is_empty() => Ok(()),
            None => Err("it has a body, and none is described".to_owned()),
            Some((wanted, schema)) => {
                let is = header("content-type");
                if is != Some(wanted) {
                    return Err(format!("the content type is {is:?} and not {wanted}"));
                }
                schema.as_ref().map_or(Ok(()), |schema| valid(schema, exchange.body, "the body"))
            }
        }
    }
}

fn valid(schema: &Validator, body: &[u8], what: &str) -> Result<(), String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| format!("{what} is no JSON: {error}"))?;
    let errors: Vec<_> = schema
        .iter_errors(&body)
        .map(|error| format!("{what}: at {:?}: {error}", error.instance_path().as_str()))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

#[test]
fn the_judge_names_what_is_not_described() {
    let headers = |etag: bool| {
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-request-id".to_owned(), "req_0123456789abcdef".to_owned()),
            ("date".to_owned(), "Fri, 20 Nov 2026 21:13:12 GMT".to_owned()),
        ];
        headers.extend(etag.then(|| ("etag".to_owned(), "\"1\"".to_owned())));
        headers
    };
    let judge =
        |method: &str, target: &str, request: &[u8], status: u16, headers: &[(String, String)], body: &Value| {
            let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
            let exchange = Exchange { method, target, request_body: request, status, headers, body: &body };
            document().judge(&exchange).err().unwrap_or_default()
        };
    let (read, written) = (headers(true), headers(false));
    let teams = json!({ "teams": [{ "id": "t", "name": "n" }], "next_token": null });
    assert_eq!(judge("GET", "/v1/teams", b"", 200, &read, &teams), "");
    assert_eq!(judge("GET", "/v1/teams", b"", 304, &read, &Value::Null), "");
    assert!(judge("GET", "/v1/teams", b"", 200, &written, &teams).contains("etag is missing"));
    assert!(judge("GET", "/v1/teams?x=1", b"", 200, &read, &teams).contains("parameter x"));
    assert!(judge("GET", "/v1/teams", b"", 204, &read, &Value::Null).contains("status"));
    assert!(judge("GET", "/v1/team", b"", 200, &read, &teams).contains("status"));
    assert!(judge("PUT", "/v1/teams", b"", 200, &read, &teams).contains("status"));
    let more = json!({ "teams": [{ "id": "t", "name": "n", "size": 1 }], "next_token": null });
    assert!(judge("GET", "/v1/teams", b"", 200, &read, &more).contains("size"));
    let less = json!({ "teams": [{ "id": "t" }], "next_token": null });
    assert!(judge("GET", "/v1/teams", b"", 200, &read, &less).contains("name"));
    let error = |code: &str| json!({ "error": code, "message": "A sentence for people." });
    assert_eq!(judge("GET", "/v1/addons/x", b"", 404, &written, &error("not_found")), "");
    assert_eq!(judge("GET", "/v1/nothing", b"", 404, &written, &error("not_found")), "");
    assert_eq!(judge("PUT", "/v1/teams", b"", 405, &written, &error("method_not_allowed")), "");
    assert!(judge("GET", "/v1/teams", b"", 405, &written, &error("method_not_allowed")).contains("status"));
    assert!(judge("GET", "/v1/addons/x", b"", 404, &written, &error("gone")).contains("gone"));
    let app = json!({ "app": {
        "id": "a", "name": "n", "team": "t", "release": null, "created_at": "2026-11-20T21:13:12.123Z",
        "maintenance": false, "maintenance_since": null, "maintenance_by": null,
    } });
    assert_eq!(judge("POST", "/v1/apps", br#"{"app":{"name":"n"}}"#, 201, &written, &app), "");
    assert!(judge("POST", "/v1/apps", br#"{"app":{"name":"n","x":1}}"#, 201, &written, &app).contains("'x'"));
    assert!(judge("POST", "/v1/apps", br#"{"app":{"name":"n"}}"#, 201, &read, &app).contains("ETag"));
    assert!(judge("DELETE", "/v1/apps/n", b"{}", 200, &written, &app).contains("none is described"));
    let mut late = app.clone();
    late["app"]["created_at"] = json!("2026-13-20T21:13:12.123Z");
    assert!(judge("POST", "/v1/apps", br#"{"app":{"name":"n"}}"#, 201, &written, &late).contains("date-time"));
}
