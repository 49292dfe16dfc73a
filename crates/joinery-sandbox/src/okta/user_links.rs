//! The `_links` of a user: what can be done with it in its status.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::ids::Kind;
use super::user::{Status, User};

/// The links of a user, ready to be written.
pub struct Links<'a> {
    /// The user.
    pub user: &'a User,
    /// The base URL of the org.
    pub url: &'a str,
    /// Lists show `self` only.
    pub in_list: bool,
}

/// A link of a user: its name, the path below the user, and whether it is a POST.
type Link = (&'static str, &'static str, bool);

const SUSPEND: Link = ("suspend", "/lifecycle/suspend", true);
const RESET_PASSWORD: Link = ("resetPassword", "/lifecycle/reset_password", true);
const RESET_FACTORS: Link = ("resetFactors", "/lifecycle/reset_factors", true);
const DEACTIVATE: Link = ("deactivate", "/lifecycle/deactivate", true);
const ACTIVATE: Link = ("activate", "/lifecycle/activate", true);
const SELF: Link = ("self", "", false);

/// The links of a status, in the recorded order. `schema` and `type` are written where `self` stands.
fn links_of(user: &User) -> Vec<Link> {
    match user.status {
        Status::Staged => vec![ACTIVATE, SELF, RESET_FACTORS],
        Status::Provisioned => {
            vec![
                SUSPEND,
                RESET_PASSWORD,
                ("reactivate", "/lifecycle/reactivate", true),
                SELF,
                RESET_FACTORS,
                DEACTIVATE,
            ]
        }
        Status::Active | Status::PasswordExpired | Status::Recovery | Status::LockedOut => {
            let mut links = vec![
                SUSPEND,
                RESET_PASSWORD,
                ("forgotPassword", "/credentials/forgot_password", true),
                ("expirePassword", "/lifecycle/expire_password", true),
                ("changeRecoveryQuestion", "/credentials/change_recovery_question", true),
                SELF,
                RESET_FACTORS,
                ("changePassword", "/credentials/change_password", true),
                DEACTIVATE,
            ];
            if user.status == Status::LockedOut {
                links.insert(0, ("unlock", "/lifecycle/unlock", true));
            }
            links
        }
        Status::Suspended => vec![
            ("unsuspend", "/lifecycle/unsuspend", true),
            SELF,
            RESET_FACTORS,
            DEACTIVATE,
        ],
        Status::Deprovisioned => vec![ACTIVATE, SELF, RESET_FACTORS, ("delete", "", false)],
    }
}

impl Serialize for Links<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { user, url, in_list } = self;
        let mut out = serializer.serialize_map(None)?;
        if *in_list {
            out.serialize_entry("self", &href(format_args!("{url}/api/v1/users/{}", user.id), None))?;
            return out.end();
        }
        for (name, path, post) in links_of(user) {
            if name == "self" {
                let schema = user.type_id.of_kind(Kind::Schema);
                let (kind, id) = (user.type_id, user.id);
                out.serialize_entry(
                    "schema",
                    &href(format_args!("{url}/api/v1/meta/schemas/user/{schema}"), None),
                )?;
                out.serialize_entry("self", &href(format_args!("{url}/api/v1/users/{id}"), None))?;
                out.serialize_entry("type", &href(format_args!("{url}/api/v1/meta/types/user/{kind}"), None))?;
            } else {
                let method = if name == "delete" {
                    Some("DELETE")
                } else {
                    post.then_some("POST")
                };
                out.serialize_entry(
                    name,
                    &href(format_args!("{url}/api/v1/users/{}{path}", user.id), method),
                )?;
            }
        }
        out.end()
    }
}

fn href<'a>(href: std::fmt::Arguments<'a>, method: Option<&'static str>) -> impl Serialize + 'a {
    #[derive(Serialize)]
    struct Href<'a> {
        href: std::fmt::Arguments<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        method: Option<&'static str>,
    }
    Href { href, method }
}
