//! What a resource is of, by the form of its URI. Documented are the last parts (`apps/{app}/addons`); what stands before them,
//! and what a template calls its variables, is the server's.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::Payload;

/// What a resource is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::platform::watasu) enum Kind {
    /// Who we are.
    Whoami,
    /// All teams.
    Teams,
    /// The apps of a team.
    TeamApps,
    /// All apps.
    Apps,
    /// One app.
    App,
    /// The add-ons that an app has attached.
    AppAddons,
    /// One add-on, by its name.
    Addon,
    /// The newest release of an app.
    LatestRelease,
}

/// What RFC 6570 leaves as it is in a simple expansion.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// As deep, and as many, as is looked for links.
const DEEPEST: usize = 12;
const MOST: usize = 20_000;

impl Kind {
    const ALL: [Kind; 8] = [
        Kind::Whoami,
        Kind::Teams,
        Kind::TeamApps,
        Kind::Apps,
        Kind::App,
        Kind::AppAddons,
        Kind::Addon,
        Kind::LatestRelease,
    ];

    /// Its last parts; nothing stands for what it is of (documented: the list of resources in the handbook).
    fn parts(self) -> &'static [Option<&'static str>] {
        match self {
            Kind::Whoami => &[Some("whoami")],
            Kind::Teams => &[Some("teams")],
            Kind::TeamApps => &[Some("teams"), None, Some("apps")],
            Kind::Apps => &[Some("apps")],
            Kind::App => &[Some("apps"), None],
            Kind::AppAddons => &[Some("apps"), None, Some("addons")],
            Kind::Addon => &[Some("addons"), None],
            Kind::LatestRelease => &[Some("apps"), None, Some("releases"), Some("latest")],
        }
    }

    /// In words, for sentences.
    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::Whoami => "who we are (whoami)",
            Kind::Teams => "teams",
            Kind::TeamApps => "the apps of a team",
            Kind::Apps => "apps",
            Kind::App => "one app",
            Kind::AppAddons => "the add-ons of an app (apps/APP/addons)",
            Kind::Addon => "one add-on (addons/NAME)",
            Kind::LatestRelease => "the latest release of an app",
        }
    }

    /// What a URI of this kind is of: nothing where the kind is of nothing in particular; `None` where it is of another kind.
    pub(in crate::platform::watasu) fn of(self, uri: &str) -> Option<String> {
        let (_, path) = uri.split_once("://")?;
        let parts: Vec<&str> = path.split(['?', '#']).next()?.trim_end_matches('/').split('/').collect();
        let wanted = self.parts();
        let found = &parts[parts.len().checked_sub(wanted.len())?..];
        // What stands before is a prefix of the server's: not one of the words that mean something here.
        let before = &parts[..parts.len() - wanted.len()];
        if before.iter().any(|part| matches!(*part, "apps" | "teams" | "addons")) {
            return None;
        }
        let mut of = String::new();
        for (part, wanted) in found.iter().zip(wanted) {
            match wanted {
                Some(word) if word != part => return None,
                Some(_) => {}
                None => of = percent_decode_str(part).decode_utf8().ok().filter(|part| !part.is_empty())?.into_owned(),
            }
        }
        // One list beside the apps themselves is documented: `apps/status`.
        (!(self == Kind::App && of == "status")).then_some(of)
    }
}

/// The resources that a server lists.
#[derive(Debug, Default)]
pub(super) struct Index {
    templates: Vec<(Kind, String)>,
    resources: Vec<(Kind, String, String)>,
}

impl Index {
    pub(super) fn add_template(&mut self, template: &str) {
        for kind in Kind::ALL {
            if !self.templates.iter().any(|(known, _)| *known == kind) && is_template_of(kind, template) {
                self.templates.push((kind, template.to_owned()));
            }
        }
    }

    pub(super) fn add_resource(&mut self, uri: &str) {
        for kind in Kind::ALL {
            if let Some(of) = kind.of(uri) {
                self.resources.push((kind, of, uri.to_owned()));
            }
        }
    }

    /// The URI of a resource, if one can be told.
    pub(super) fn uri(&self, kind: Kind, of: Option<&str>) -> Option<String> {
        let of = of.unwrap_or_default();
        let listed = self.resources.iter().find(|(one, whose, _)| *one == kind && whose == of);
        if let Some((_, _, uri)) = listed {
            return Some(uri.clone());
        }
        let (_, template) = self.templates.iter().find(|(one, _)| *one == kind)?;
        Some(expanded(template, of))
    }
}

/// Whether a template's variable stands where the kind has what it is of. Optional parameters at its end are nobody's.
fn is_template_of(kind: Kind, template: &str) -> bool {
    let Some((_, path)) = without_query(template).split_once("://") else { return false };
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let wanted = kind.parts();
    let Some(start) = parts.len().checked_sub(wanted.len()) else { return false };
    let is_variable = |part: &str| {
        part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        })
    };
    let fits = |(part, wanted): (&&str, &Option<&str>)| match wanted {
        Some(word) => word == part,
        None => is_variable(part),
    };
    parts[start..].iter().zip(wanted).all(fits)
        && !parts[..start].iter().any(|part| part.contains('{') || matches!(*part, "apps" | "teams" | "addons"))
}

fn without_query(template: &str) -> &str {
    let end = template.find("{?").or_else(|| template.find("{&")).or_else(|| template.find('?'));
    end.map_or(template, |end| &template[..end])
}

fn expanded(template: &str, of: &str) -> String {
    let template = without_query(template);
    let value = utf8_percent_encode(of, ENCODED).to_string();
    match (template.find('{'), template.find('}')) {
        (Some(start), Some(end)) if start < end => format!("{}{value}{}", &template[..start], &template[end + 1..]),
        _ => template.to_owned(),
    }
}

/// The URIs of resources in what a server returned, with what they are of.
pub(in crate::platform::watasu) fn links(payload: &Payload) -> Vec<(Kind, String, String)> {
    let mut found = Vec::new();
    match payload {
        Payload::Text(text) => {
            let is_end = |c: char| {
                c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '"' | '\'' | '`' | ',' | '|')
            };
            text.split(is_end).take(MOST).for_each(|word| add_link(word.trim_end_matches(['.', ';', ':']), &mut found));
        }
        Payload::Json(value) => walk(value, 0, &mut found),
    }
    found
}

fn walk(value: &Value, depth: usize, found: &mut Vec<(Kind, String, String)>) {
    if depth > DEEPEST || found.len() > MOST {
        return;
    }
    match value {
        Value::String(text) => add_link(text, found),
        Value::Array(items) => items.iter().for_each(|item| walk(item, depth + 1, found)),
        Value::Object(fields) => fields.values().for_each(|field| walk(field, depth + 1, found)),
        _ => {}
    }
}

/// An address of the web is no resource of this server, whatever its path looks like.
fn add_link(text: &str, found: &mut Vec<(Kind, String, String)>) {
    let is_resource = text.split_once("://").is_some_and(|(scheme, _)| {
        !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss" | "ftp" | "file")
    });
    if !is_resource {
        return;
    }
    for kind in Kind::ALL {
        if let Some(of) = kind.of(text).filter(|of| !of.is_empty()) {
            found.push((kind, of, text.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_told_by_their_form_whatever_their_variables_are_called() {
        let mut index = Index::default();
        for template in [
            "watasu://apps/{slug}",
            "watasu://apps/{app_name}/addons{?limit}",
            "watasu://addons/{id}",
            "watasu://apps/{app}/builds/{number}/logs{?limit}",
            "watasu://teams/{team}/apps",
            "watasu://apps/{app}/releases/latest",
        ] {
            index.add_template(template);
        }
        index.add_resource("watasu://whoami");
        index.add_resource("watasu://apps/status");
        index.add_resource("watasu://apps");
        let uri = |kind, of| index.uri(kind, of);
        assert_eq!(uri(Kind::AppAddons, Some("a b/ü")).as_deref(), Some("watasu://apps/a%20b%2F%C3%BC/addons"));
        assert_eq!(uri(Kind::App, Some("shop")).as_deref(), Some("watasu://apps/shop"));
        assert_eq!(uri(Kind::Addon, Some("pg-1")).as_deref(), Some("watasu://addons/pg-1"));
        assert_eq!(uri(Kind::TeamApps, Some("acme")).as_deref(), Some("watasu://teams/acme/apps"));
        assert_eq!(uri(Kind::LatestRelease, Some("x")).as_deref(), Some("watasu://apps/x/releases/latest"));
        assert_eq!(uri(Kind::Whoami, None).as_deref(), Some("watasu://whoami"));
        assert_eq!(uri(Kind::Apps, None).as_deref(), Some("watasu://apps"));
        assert_eq!(uri(Kind::Teams, None), None, "it is not listed");
    }

    #[test]
    fn another_prefix_of_the_server_is_followed_and_its_other_resources_are_not_mistaken() {
        let mut index = Index::default();
        index.add_template("wt://v2/eu/apps/{a}/addons");
        index.add_template("wt://v2/apps/{a}/addons/{b}");
        assert_eq!(index.uri(Kind::AppAddons, Some("x")).as_deref(), Some("wt://v2/eu/apps/x/addons"));
        assert_eq!(index.uri(Kind::Addon, Some("x")), None);
    }

    #[test]
    fn links_are_resources_of_the_server_and_no_addresses_of_the_web() {
        let payload = Payload::Json(serde_json::json!({"a": [{"self": "watasu://addons/pg%2D1"}],
            "url": "https://evil.example.com/addons/pg-2", "status": "watasu://apps/status"}));
        assert_eq!(links(&payload), [(Kind::Addon, "pg-1".to_owned(), "watasu://addons/pg%2D1".to_owned())]);
        let text = Payload::Text("# Add-ons\n- [pg-1](watasu://addons/pg-1), <watasu://apps/shop/addons>.".to_owned());
        let found: Vec<(Kind, String)> = links(&text).into_iter().map(|(kind, of, _)| (kind, of)).collect();
        assert_eq!(found, [(Kind::Addon, "pg-1".to_owned()), (Kind::AppAddons, "shop".to_owned())]);
    }
}
