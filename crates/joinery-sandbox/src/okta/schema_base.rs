//! The base attributes of every user type, as Okta's schema shows them.

use serde_json::{Map, Value, json};

use super::schema::Attribute;
use crate::intern;

/// An attribute of the base schema.
struct Base {
    name: &'static str,
    title: &'static str,
    format: Option<&'static str>,
    shortest: usize,
    longest: usize,
    /// Whether the schema shows the limits; Okta checks some that it does not show.
    limits_shown: bool,
    /// What a user may do with it.
    own: &'static str,
}

const fn base(name: &'static str, title: &'static str, own: &'static str) -> Base {
    Base {
        name,
        title,
        format: None,
        shortest: 0,
        longest: usize::MAX,
        limits_shown: false,
        own,
    }
}

impl Base {
    const fn format(mut self, format: &'static str) -> Self {
        self.format = Some(format);
        self
    }

    /// Limits that the schema shows.
    const fn limits(mut self, shortest: usize, longest: usize) -> Self {
        self.limits_shown = true;
        self.hidden_limits(shortest, longest)
    }

    /// Limits that Okta checks without showing them.
    const fn hidden_limits(mut self, shortest: usize, longest: usize) -> Self {
        self.shortest = shortest;
        self.longest = longest;
        self
    }

    fn is_required(&self) -> bool {
        matches!(self.name, "login" | "email" | "firstName" | "lastName")
    }

    fn definition(&self) -> Map<String, Value> {
        let mut definition = Map::new();
        let mut put = |name: &str, value: Value| definition.insert(name.to_owned(), value);
        put("title", self.title.into());
        put("type", "string".into());
        if self.is_required() {
            put("required", true.into());
        }
        if let Some(format) = self.format {
            put("format", format.into());
        }
        put("mutability", "READ_WRITE".into());
        put("scope", "NONE".into());
        if self.limits_shown && self.shortest > 0 {
            put("minLength", self.shortest.into());
        }
        if self.limits_shown {
            put("maxLength", self.longest.into());
        }
        put("permissions", json!([{"principal": "SELF", "action": self.own}]));
        put("master", json!({"type": "PROFILE_MASTER"}));
        definition
    }
}

const READ: &str = "READ_ONLY";
const WRITE: &str = "READ_WRITE";
const HIDE: &str = "HIDE";

/// In the order in which the schema lists them.
const BASE: &[Base] = &[
    base("login", "Username", READ).limits(5, 100),
    base("firstName", "First name", WRITE).limits(1, 50),
    base("lastName", "Last name", WRITE).limits(1, 50),
    base("middleName", "Middle name", READ),
    base("honorificPrefix", "Honorific prefix", READ),
    base("honorificSuffix", "Honorific suffix", READ),
    base("email", "Primary email", WRITE)
        .format("email")
        .hidden_limits(5, 100),
    base("title", "Title", READ),
    base("displayName", "Display name", READ),
    base("nickName", "Nickname", READ),
    base("profileUrl", "Profile Url", READ).format("uri"),
    base("secondEmail", "Secondary email", WRITE)
        .format("email")
        .hidden_limits(0, 100),
    base("mobilePhone", "Mobile phone", WRITE).limits(0, 100),
    base("primaryPhone", "Primary phone", HIDE).limits(0, 100),
    base("streetAddress", "Street address", HIDE).hidden_limits(0, 1024),
    base("city", "City", HIDE).hidden_limits(0, 128),
    base("state", "State", HIDE).hidden_limits(0, 128),
    base("zipCode", "Zip code", HIDE).hidden_limits(0, 50),
    base("countryCode", "Country code", HIDE)
        .format("country-code")
        .hidden_limits(2, 2),
    base("postalAddress", "Postal Address", HIDE).hidden_limits(0, 4096),
    base("preferredLanguage", "Preferred language", READ).format("language-code"),
    base("locale", "Locale", READ).format("locale"),
    base("timezone", "Time zone", READ).format("timezone"),
    base("userType", "User type", READ),
    base("employeeNumber", "Employee number", READ),
    base("costCenter", "Cost center", READ),
    base("organization", "Organization", READ),
    base("division", "Division", READ),
    base("department", "Department", READ),
    base("managerId", "ManagerId", READ),
    base("manager", "Manager", READ),
];

/// What a profile shows first and last; the order is the one recorded profiles have.
const FIRST: &[&str] = &["firstName", "lastName", "mobilePhone"];
const LAST: &[&str] = &["secondEmail", "login", "email"];

/// The names in the order in which the schema lists them.
pub fn names() -> impl Iterator<Item = &'static str> {
    BASE.iter().map(|base| base.name)
}

/// The attributes in the order in which profiles show them.
pub fn attributes() -> Vec<Attribute> {
    let between = names().filter(|name| !FIRST.contains(name) && !LAST.contains(name));
    let order = FIRST.iter().copied().chain(between).chain(LAST.iter().copied());
    order
        .filter_map(|name| BASE.iter().find(|base| base.name == name))
        .map(|base| Attribute {
            name: intern::name_of(base.name),
            shortest: base.shortest,
            longest: base.longest,
            required: base.is_required(),
            always_shown: FIRST.contains(&base.name) || LAST.contains(&base.name),
            custom: false,
            definition: base.definition(),
        })
        .collect()
}
