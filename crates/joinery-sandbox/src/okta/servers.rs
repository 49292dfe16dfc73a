//! Authorization servers of the org's own: list, create, get, replace, delete, switch, and the keys they sign with. What
//! they grant is in `super::oauth::servers`.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::Route;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::ids::{Id, Kind};
use super::paging::Limits;
use super::record::Record;
use super::resource::{self, Events, Page, Place, Resource, link};
use super::shape::{fault, need_free, need_text, one_of, text};
use super::{server_claims, server_policies, server_scopes};
use crate::clock::Time;
use crate::random;
use crate::state::{Org, State};

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "authorizationServers", resource::list::<Servers>),
    Route(Method::POST, "authorizationServers", resource::create::<Servers>),
    Route(Method::GET, "authorizationServers/{}", resource::get::<Servers>),
    Route(Method::PUT, "authorizationServers/{}", resource::replace::<Servers>),
    Route(Method::DELETE, "authorizationServers/{}", resource::delete::<Servers>),
    Route(
        Method::POST,
        "authorizationServers/{}/lifecycle/activate",
        resource::activate::<Servers>,
    ),
    Route(
        Method::POST,
        "authorizationServers/{}/lifecycle/deactivate",
        resource::deactivate::<Servers>,
    ),
    Route(Method::GET, "authorizationServers/{}/credentials/keys", list_keys),
    Route(Method::GET, "authorizationServers/{}/credentials/keys/{}", get_key),
    Route(
        Method::POST,
        "authorizationServers/{}/credentials/lifecycle/keyRotate",
        rotate,
    ),
];

/// Authorization servers.
pub struct Servers;

/// After this long a key is replaced, where Okta does it.
const ROTATION: i64 = 90 * 24 * 3600 * 1000;
const ROLLOVER: EventKind = EventKind(
    "app.oauth2.as.key.rollover",
    "Rollover of keys",
    "app.oauth2.as.key.rollover",
);
/// What keys are for, in the order they are listed.
const STATES: [&str; 3] = ["ACTIVE", "NEXT", "EXPIRED"];

impl Resource for Servers {
    const CLASS: &'static str = "AuthorizationServer";
    const KIND: Kind = Kind::Record(b"aus");
    const KEYS: &'static [&'static str] = &[
        "id",
        "name",
        "description",
        "audiences",
        "issuer",
        "issuerMode",
        "status",
        "created",
        "lastUpdated",
        "credentials",
        "default",
        "_links",
    ];
    const EVENTS: Events = Events {
        create: EventKind("oauth2.as.created", "Authorization server created", "oauth2.as.created"),
        update: EventKind("oauth2.as.updated", "Authorization server updated", "oauth2.as.updated"),
        delete: EventKind("oauth2.as.deleted", "Authorization server deleted", "oauth2.as.deleted"),
        activate: EventKind(
            "oauth2.as.activated",
            "Authorization server activated",
            "oauth2.as.activated",
        ),
        deactivate: EventKind(
            "oauth2.as.deactivated",
            "Authorization server deactivated",
            "oauth2.as.deactivated",
        ),
    };
    const CREATED: u16 = 201;
    const LIFECYCLE_SHOWS: bool = false;
    const PAGE: Page = Page::Limited(Limits {
        default: 200,
        most: 200,
    });

    fn place(_org: &Org, _call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::top("authorizationServers"))
    }

    fn read(
        org: &Org,
        place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let name = need_text(body, "name", 100)?;
        need_free(org, place, "name", &name, old)?;
        let audiences = body.get("audiences").and_then(Value::as_array);
        let audiences = audiences.filter(|list| !list.is_empty() && list.iter().all(Value::is_string));
        let Some(audiences) = audiences else {
            return Err(fault("audiences", "The field cannot be left blank"));
        };
        if audiences.len() > 1 {
            return Err(fault("audiences", "Only one audience is supported"));
        }
        let modes = ["ORG_URL", "CUSTOM_URL", "DYNAMIC"];
        let mode = one_of(
            body,
            "issuerMode",
            &modes,
            old.map(|old| old.text("issuerMode")).or(Some("ORG_URL")),
        )?;
        let rotation = &body.get("credentials").unwrap_or(&Value::Null)["signing"]["rotationMode"];
        let mut fields = old.map_or_else(usual_fields, |old| old.fields.clone());
        if let Some(rotation) = rotation.as_str() {
            fields["credentials"]["signing"]["rotationMode"] = rotation.into();
        }
        fields.insert("name".into(), name.into());
        fields.insert("description".into(), json!(text(body, "description")?));
        fields.insert("audiences".into(), json!(audiences));
        fields.insert("issuerMode".into(), mode.into());
        Ok(fields)
    }

    fn is_named(record: &Record, name: &str) -> bool {
        record.id.as_str() == name || name == "default" && is_default(record)
    }

    fn finish(record: &Record, url: &str, shown: &mut Map<String, Value>) {
        shown.insert("issuer".into(), issuer(record, url).into());
    }

    fn links(record: &Record, _at: &str, url: &str) -> Value {
        let at = format!("{url}/api/v1/authorizationServers/{}", public_name(record));
        let issuer = issuer(record, url);
        let document = |name: &str| {
            json!({
                "name": name, "href": format!("{issuer}/.well-known/{name}"), "hints": {"allow": ["GET"]},
            })
        };
        let mut links = Map::new();
        let mut put = |name: &str, value: Value| drop(links.insert(name.into(), value));
        put(
            "rotateKey",
            link(&format!("{at}/credentials/lifecycle/keyRotate"), &["POST"]),
        );
        put(
            "metadata",
            json!([document("oauth-authorization-server"), document("openid-configuration")]),
        );
        put("keys", link(&format!("{at}/credentials/keys"), &["GET"]));
        put("claims", link(&format!("{at}/claims"), &["GET", "POST"]));
        put("policies", link(&format!("{at}/policies"), &["GET", "POST"]));
        put("self", link(&at, &["GET", "DELETE", "PUT"]));
        put("scopes", link(&format!("{at}/scopes"), &["GET", "POST"]));
        let act = if record.active { "deactivate" } else { "activate" };
        put(act, link(&format!("{at}/lifecycle/{act}"), &["POST"]));
        Value::Object(links)
    }

    fn is_wanted(call: &Call<'_>, record: &Record) -> bool {
        let holds = |value: &str, part: &str| value.to_lowercase().contains(&part.to_lowercase());
        call.query.filled("q").is_none_or(|part| {
            holds(record.text("name"), part) || holds(record.get("audiences")[0].as_str().unwrap_or_default(), part)
        })
    }

    fn keep_in_step(org: &mut Org, id: Id, call: &Call<'_>, new: bool) {
        if !new {
            return;
        }
        if let Some(server) = org.records.get_mut(&id) {
            give_keys(server, call.now);
        }
        let place = format!("authorizationServers/{id}");
        for record in server_scopes::usual(&place, call.now)
            .into_iter()
            .chain(server_claims::usual(&place, call.now))
        {
            let kind = if record.place.ends_with("scopes") {
                b"scp"
            } else {
                b"ocl"
            };
            let id = org.ids.next(Kind::Record(kind));
            org.add_record(Record { id, ..record });
        }
    }
}

/// What a new server has before anything is said about it.
fn usual_fields() -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("default".into(), false.into());
    // Depends on where the org is: filled in where it is shown.
    fields.insert("issuer".into(), Value::Null);
    fields.insert("credentials".into(), json!({"signing": {"rotationMode": "AUTO"}}));
    fields
}

/// Whether it is the one called `default`.
fn is_default(server: &Record) -> bool {
    *server.get("default") == true
}

/// What stands for the server in paths.
fn public_name(server: &Record) -> &str {
    if is_default(server) {
        "default"
    } else {
        server.id.as_str()
    }
}

/// The issuer of its tokens.
pub fn issuer(server: &Record, url: &str) -> String {
    format!("{url}/oauth2/{}", public_name(server))
}

/// The collection of something that belongs to a server.
///
/// # Errors
/// E0000007 where there is no such server.
pub fn below(org: &Org, call: &Call<'_>, name: &str) -> Result<Place, Problem> {
    let server = resource::named::<Servers>(org, "authorizationServers", call.part(0))?;
    Ok(Place::below(server, name, 1))
}

/// Something that belongs to a server and came with it; its id is the caller's.
pub fn part_of<R: Resource>(server: &str, name: &str, fields: Value, now: Time) -> Record {
    let fields = fields.as_object().cloned().unwrap_or_default();
    let id = Id::founded(R::KIND, 0);
    Record::new(id, format!("{server}/{name}"), now, fields).founded()
}

/// The only link of what belongs to a server.
pub fn own_link(at: &str) -> Value {
    json!({"self": link(at, &["GET", "PUT", "DELETE"])})
}

/// Gives a server a key to sign with and one to come.
fn give_keys(server: &mut Record, now: Time) {
    let kids = json!({"ACTIVE": random::text(43), "NEXT": random::text(43)});
    server.fields.insert("kids".into(), kids);
    note_rotation(server, now);
}

/// Writes down when the key was changed, and which it is.
fn note_rotation(server: &mut Record, now: Time) {
    let mode = server.get("credentials")["signing"]["rotationMode"].clone();
    let now = now.whole_seconds();
    let mut signing = json!({"kid": server.get("kids")["ACTIVE"], "rotationMode": mode, "lastRotated": now});
    if mode == "AUTO" {
        signing["nextRotation"] = json!(Time(now.0 + ROTATION));
    }
    server.fields.insert("credentials".into(), json!({"signing": signing}));
}

/// The name of the key a server signs with.
pub fn signing_kid(server: &Record) -> &str {
    server.get("kids")["ACTIVE"].as_str().unwrap_or_default()
}

/// The names of the keys whose signatures count, with what each is for.
pub fn kids(server: &Record) -> Vec<(&'static str, String)> {
    let kids = server.get("kids");
    let kid = |state: &'static str| Some((state, kids[state].as_str()?.to_owned()));
    STATES.iter().filter_map(|state| kid(state)).collect()
}

fn shown_key(state: &State, server: &Record, (status, kid): &(&str, String)) -> Value {
    let key = state.server_key(kid).public();
    let at = format!("{}/api/v1/authorizationServers/{}", state.url(), public_name(server));
    let own = link(&format!("{at}/credentials/keys/{kid}"), &["GET"]);
    json!({
        "kty": key["kty"], "status": status, "alg": key["alg"], "kid": kid, "use": key["use"],
        "_links": {"self": own}, "e": key["e"], "n": key["n"],
    })
}

/// The server a call names, taken out of the org: its keys may have to be made first, which takes a moment.
fn server_of(call: &Call<'_>) -> Result<Record, Problem> {
    let org = call.state.read();
    resource::named::<Servers>(&org, "authorizationServers", call.part(0)).cloned()
}

fn list_keys(call: &Call<'_>) -> Answer {
    let server = server_of(call)?;
    let list: Vec<Value> = kids(&server)
        .iter()
        .map(|kid| shown_key(call.state, &server, kid))
        .collect();
    Ok(Reply::json(&list))
}

fn get_key(call: &Call<'_>) -> Answer {
    let server = server_of(call)?;
    let kid = kids(&server).into_iter().find(|(_, kid)| kid == call.part(1));
    let kid = kid.ok_or_else(|| Problem::not_found(call.part(1), "JsonWebKey"))?;
    Ok(Reply::json(&shown_key(call.state, &server, &kid)))
}

fn rotate(call: &Call<'_>) -> Answer {
    one_of(&call.object()?, "use", &["sig"], None)?;
    let mut server = server_of(call)?;
    {
        let mut org = call.state.write();
        let kids = server.get("kids").clone();
        let kids = json!({"ACTIVE": kids["NEXT"], "NEXT": random::text(43), "EXPIRED": kids["ACTIVE"]});
        server.fields.insert("kids".into(), kids);
        note_rotation(&mut server, call.now);
        org.add_record(server.clone());
        org.record(call, ROLLOVER, vec![server.party(Servers::PARTY)]);
    }
    list_keys(call)
}

/// The server every org has, and what belongs to it.
pub fn founded(now: Time) -> Vec<Record> {
    let fields = json!({
        "name": "default", "description": "Default Authorization Server for your Applications",
        "audiences": ["api://default"], "issuer": null, "issuerMode": "ORG_URL", "default": true,
        "credentials": {"signing": {"rotationMode": "AUTO"}},
    });
    let id = Id::founded(Servers::KIND, 100);
    let fields = fields.as_object().cloned().unwrap_or_default();
    let mut server = Record::new(id, "authorizationServers", now, fields);
    give_keys(&mut server, now);
    let place = server.path();
    let usual = server_scopes::usual(&place, now)
        .into_iter()
        .chain(server_claims::usual(&place, now));
    let numbered = (110..).zip(usual).map(|(number, record)| Record {
        id: Id::founded(
            Kind::Record(if record.place.ends_with("scopes") {
                b"scp"
            } else {
                b"ocl"
            }),
            number,
        ),
        ..record
    });
    let policies = server_policies::founded(&place, now);
    std::iter::once(server.clone())
        .chain(numbered)
        .chain(policies)
        .collect()
}
