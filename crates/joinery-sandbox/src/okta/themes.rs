//! Themes: the colours and images of a brand, one for each.

use axum::http::{Method, header::LOCATION};
use serde_json::{Map, Value, json};

use super::Route;
use super::brands::Brands;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;
use super::event::EventKind;
use super::files::{self, Allowed, StoredFile};
use super::ids::{Id, Kind};
use super::record::Record;
use super::resource::{self, Events, Place, Resource, link};
use super::shape::{fault, need_text, one_of, text};
use crate::clock::Time;
use crate::state::Org;

/// What this file answers.
pub const ROUTES: &[Route] = &[
    Route(Method::GET, "brands/{}/themes", resource::list::<Themes>),
    Route(Method::GET, "brands/{}/themes/{}", resource::get::<Themes>),
    Route(Method::PUT, "brands/{}/themes/{}", resource::replace::<Themes>),
    Route(Method::POST, "brands/{}/themes/{}/logo", upload_logo),
    Route(Method::DELETE, "brands/{}/themes/{}/logo", remove_logo),
    Route(Method::POST, "brands/{}/themes/{}/favicon", upload_icon),
    Route(Method::DELETE, "brands/{}/themes/{}/favicon", remove_icon),
    Route(Method::POST, "brands/{}/themes/{}/background-image", upload_background),
    Route(
        Method::DELETE,
        "brands/{}/themes/{}/background-image",
        remove_background,
    ),
];

/// Themes.
pub struct Themes;

const UPDATE: EventKind = EventKind("system.theme.update", "Update theme", "system.theme.update");

/// Where the theme shows, and how it can.
const VARIANTS: &[(&str, &[&str])] = &[
    (
        "signInPageTouchPointVariant",
        &["BACKGROUND_IMAGE", "BACKGROUND_SECONDARY_COLOR", "OKTA_DEFAULT"],
    ),
    (
        "endUserDashboardTouchPointVariant",
        &[
            "FULL_THEME",
            "LOGO_ON_FULL_WHITE_BACKGROUND",
            "OKTA_DEFAULT",
            "WHITE_LOGO_BACKGROUND",
        ],
    ),
    (
        "errorPageTouchPointVariant",
        &["BACKGROUND_IMAGE", "BACKGROUND_SECONDARY_COLOR", "OKTA_DEFAULT"],
    ),
    ("emailTemplateTouchPointVariant", &["FULL_THEME", "OKTA_DEFAULT"]),
    ("loadingPageTouchPointVariant", &["NONE", "OKTA_DEFAULT"]),
];

impl Resource for Themes {
    const CLASS: &'static str = "Theme";
    const KIND: Kind = Kind::Record(b"the");
    const KEYS: &'static [&'static str] = &[
        "id",
        "logo",
        "favicon",
        "backgroundImage",
        "primaryColorHex",
        "primaryColorContrastHex",
        "secondaryColorHex",
        "secondaryColorContrastHex",
        "signInPageTouchPointVariant",
        "endUserDashboardTouchPointVariant",
        "errorPageTouchPointVariant",
        "emailTemplateTouchPointVariant",
        "loadingPageTouchPointVariant",
        "_links",
    ];
    // A theme comes and goes with its brand.
    const EVENTS: Events = Events {
        create: UPDATE,
        update: UPDATE,
        delete: UPDATE,
        activate: UPDATE,
        deactivate: UPDATE,
    };

    fn place(org: &Org, call: &Call<'_>) -> Result<Place, Problem> {
        Ok(Place::below(resource::find::<Brands>(org, call)?, "themes", 1))
    }

    fn read(
        _org: &Org,
        _place: &str,
        body: &Map<String, Value>,
        old: Option<&Record>,
    ) -> Result<Map<String, Value>, Problem> {
        let mut fields = old.map(|old| old.fields.clone()).unwrap_or_default();
        for name in ["primaryColor", "secondaryColor"] {
            let (field, contrast) = (format!("{name}Hex"), format!("{name}ContrastHex"));
            let colour = need_text(body, &field, 7)?;
            let light = is_light(&colour).ok_or_else(|| no_colour(&field))?;
            let on_it = text(body, &contrast)?.unwrap_or_else(|| if light { "#000000" } else { "#ffffff" }.into());
            is_light(&on_it).ok_or_else(|| no_colour(&contrast))?;
            fields.insert(field, colour.into());
            fields.insert(contrast, on_it.into());
        }
        for (field, known) in VARIANTS {
            let usual = (*field == "loadingPageTouchPointVariant").then_some("OKTA_DEFAULT");
            fields.insert((*field).into(), one_of(body, field, known, usual)?.into());
        }
        Ok(fields)
    }

    fn finish(_record: &Record, url: &str, shown: &mut Map<String, Value>) {
        let usual = [("logo", "assets/img/logos/okta-logo.png"), ("favicon", "favicon.ico")];
        for (field, path) in usual {
            if let Some(value) = shown.get_mut(field).filter(|value| value.is_null()) {
                *value = path.into();
            }
        }
        for (field, _) in [LOGO, ICON, BACKGROUND] {
            if let Some(Value::String(path)) = shown.get_mut(field) {
                *path = format!("{url}/{path}");
            }
        }
    }

    fn links(_record: &Record, at: &str, _url: &str) -> Value {
        let image = |name: &str| link(&format!("{at}/{name}"), &["POST", "DELETE"]);
        json!({
            "favicon": image("favicon"), "self": link(at, &["GET", "PUT"]), "logo": image("logo"),
            "background-image": image("background-image"),
        })
    }
}

fn no_colour(field: &str) -> Problem {
    fault(field, "The field has to be a colour like #1662dd")
}

/// Whether black is easier to read on a colour than white; `None` where the text is no colour.
fn is_light(colour: &str) -> Option<bool> {
    let digits = colour
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let whole = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = whole.to_be_bytes().map(u32::from);
    Some(red * 299 + green * 587 + blue * 114 >= 128_000)
}

/// The logo, and how large it may be.
const LOGO: (&str, Allowed) = (
    "logo",
    Allowed {
        formats: &["PNG", "JPG", "GIF"],
        below: 100 * 1024,
    },
);
/// The icon in the tab of a browser.
const ICON: (&str, Allowed) = (
    "favicon",
    Allowed {
        formats: &["PNG", "ICO"],
        below: 1024 * 1024,
    },
);
/// The picture behind the sign-in page.
const BACKGROUND: (&str, Allowed) = (
    "backgroundImage",
    Allowed {
        formats: &["PNG", "JPG", "GIF"],
        below: 2 * 1024 * 1024,
    },
);

fn upload(call: &Call<'_>, (field, allowed): &(&str, Allowed)) -> Answer {
    resource::find::<Themes>(&call.state.read(), call)?;
    set_image(call, field, Some(files::sent(call, allowed)?))
}

/// Gives the theme an image, or takes it away.
fn set_image(call: &Call<'_>, field: &str, image: Option<StoredFile>) -> Answer {
    let mut org = call.state.write();
    let mut theme = resource::find::<Themes>(&org, call)?.clone();
    org.forget_file(theme.text(field));
    let path = image.map(|image| format!("fs/bco/1/{}", org.keep_file(image)));
    let address = path.as_ref().map(|path| format!("{}/{path}", call.state.url()));
    theme.fields.insert(field.into(), json!(path));
    theme.last_updated = call.now.whole_seconds();
    let party = theme.party(Themes::PARTY);
    org.add_record(theme);
    org.record(call, UPDATE, vec![party]);
    Ok(match address {
        Some(address) => Reply::json(&json!({"url": address}))
            .with_status(201)
            .with_header(LOCATION, &address),
        None => Reply::no_content(),
    })
}

fn upload_logo(call: &Call<'_>) -> Answer {
    upload(call, &LOGO)
}

fn remove_logo(call: &Call<'_>) -> Answer {
    set_image(call, LOGO.0, None)
}

fn upload_icon(call: &Call<'_>) -> Answer {
    upload(call, &ICON)
}

fn remove_icon(call: &Call<'_>) -> Answer {
    set_image(call, ICON.0, None)
}

fn upload_background(call: &Call<'_>) -> Answer {
    upload(call, &BACKGROUND)
}

fn remove_background(call: &Call<'_>) -> Answer {
    set_image(call, BACKGROUND.0, None)
}

/// The theme of a new brand.
pub fn new(id: Id, brand: Id, now: Time) -> Record {
    let fields = json!({
        "logo": null, "favicon": null, "backgroundImage": null, "primaryColorHex": "#1662dd",
        "primaryColorContrastHex": "#ffffff", "secondaryColorHex": "#ebebed", "secondaryColorContrastHex": "#000000",
        "signInPageTouchPointVariant": "OKTA_DEFAULT", "endUserDashboardTouchPointVariant": "OKTA_DEFAULT",
        "errorPageTouchPointVariant": "OKTA_DEFAULT", "emailTemplateTouchPointVariant": "OKTA_DEFAULT",
        "loadingPageTouchPointVariant": "OKTA_DEFAULT",
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    Record::new(id, format!("brands/{brand}/themes"), now, fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_on_a_colour_can_be_read() {
        assert_eq!(is_light("#1662dd"), Some(false));
        assert_eq!(is_light("#ebebed"), Some(true));
        assert_eq!((is_light("1662dd"), is_light("#16é2d")), (None, None));
    }
}
