//! A user: its state, and the object Okta shows.

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::factor::Factor;
use super::ids::Id;
use super::imported_password::ImportedPassword;
use super::schema::{Profile, Schema};
use super::user_links::Links;
use crate::clock::Time;
use crate::users::GroupIds;

/// Where a user stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Created, not activated.
    Staged,
    /// Activated, without a password so far.
    Provisioned,
    /// In use.
    Active,
    /// Has to set a new password after a reset.
    Recovery,
    /// Has to change the password at the next sign-in.
    PasswordExpired,
    /// Too many failed sign-ins.
    LockedOut,
    /// Stopped for a while.
    Suspended,
    /// Deactivated.
    Deprovisioned,
}

impl Status {
    /// The name Okta gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "STAGED",
            Self::Provisioned => "PROVISIONED",
            Self::Active => "ACTIVE",
            Self::Recovery => "RECOVERY",
            Self::PasswordExpired => "PASSWORD_EXPIRED",
            Self::LockedOut => "LOCKED_OUT",
            Self::Suspended => "SUSPENDED",
            Self::Deprovisioned => "DEPROVISIONED",
        }
    }
}

/// How a user proves who it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Credentials {
    /// The password, where there is one.
    pub password: Option<Password>,
    /// The recovery question and the digest of its answer.
    pub recovery: Option<Recovery>,
    /// Who checks the password.
    pub provider: Provider,
    /// The passwords before this one, the last first.
    earlier: Vec<Password>,
}

/// How many passwords a user may not take again, the present one included.
const REMEMBERED: usize = 4;

impl Credentials {
    /// Whether this is the password or was one of the last.
    pub fn had(&self, id: Id, text: &str) -> bool {
        self.password
            .iter()
            .chain(&self.earlier)
            .any(|password| password.matches(id, text))
    }

    /// Whether it takes a while to compare a text with the passwords.
    pub fn are_slow(&self) -> bool {
        let mut all = self.password.iter().chain(&self.earlier);
        all.any(|password| matches!(password, Password::Imported(_)))
    }
}

/// A password that is never kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Password {
    /// Set in the org.
    Digest([u8; 32]),
    /// Imported as a hash, and not shown by a sign-in so far.
    Imported(Box<ImportedPassword>),
    /// That of a user who came with the org: no password given here can match it.
    Elsewhere,
    /// Checked by a hook when the user first signs in.
    Hook,
}

impl Password {
    /// Keeps a password.
    pub fn new(id: Id, text: &str) -> Self {
        Self::Digest(digest(id, text))
    }

    /// Whether this is the password.
    pub fn matches(&self, id: Id, text: &str) -> bool {
        match self {
            Self::Digest(own) => *own == digest(id, text),
            Self::Imported(hash) => hash.matches(text),
            Self::Elsewhere | Self::Hook => false,
        }
    }
}

/// A recovery question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recovery {
    /// The question.
    pub question: String,
    answer: [u8; 32],
}

impl Recovery {
    /// Keeps a question and what its answer has to be.
    pub fn new(id: Id, question: &str, answer: &str) -> Self {
        Self {
            question: question.to_owned(),
            answer: digest(id, &answer.to_lowercase()),
        }
    }

    /// Whether this is the answer, in any case.
    pub fn matches(&self, id: Id, answer: &str) -> bool {
        self.answer == digest(id, &answer.to_lowercase())
    }
}

fn digest(id: Id, text: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(id.as_str())
        .chain_update(text)
        .finalize()
        .into()
}

/// Who checks a user's password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// `OKTA`, `FEDERATION`, `SOCIAL`, `ACTIVE_DIRECTORY`, `LDAP` or `IMPORT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            kind: "OKTA".into(),
            name: "OKTA".into(),
        }
    }
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: Id,
    /// Its status.
    pub status: Status,
    /// When it was made.
    pub created: Time,
    /// When it was activated.
    pub activated: Option<Time>,
    /// When its status changed.
    pub status_changed: Option<Time>,
    /// When it signed in.
    pub last_login: Option<Time>,
    /// When it changed.
    pub last_updated: Time,
    /// When its password changed.
    pub password_changed: Option<Time>,
    /// Its type.
    pub type_id: Id,
    /// Its attributes.
    pub profile: Profile,
    /// Its credentials.
    pub credentials: Credentials,
    /// The groups it is in.
    pub groups: GroupIds,
    /// Its factors.
    pub factors: Vec<Factor>,
    /// How often in a row somebody gave a wrong password for it.
    pub failed_sign_ins: u8,
    /// Counts the changes, for the `ETag`.
    revision: u64,
}

impl User {
    /// A staged user without a profile.
    pub fn new(id: Id, type_id: Id, now: Time) -> Self {
        let now = now.whole_seconds();
        Self {
            id,
            status: Status::Staged,
            created: now,
            activated: None,
            status_changed: None,
            last_login: None,
            last_updated: now,
            password_changed: None,
            type_id,
            profile: Profile::default(),
            credentials: Credentials::default(),
            groups: GroupIds::new(),
            factors: Vec::new(),
            failed_sign_ins: 0,
            revision: 0,
        }
    }

    /// Its login.
    pub fn login(&self) -> &str {
        self.profile.text("login")
    }

    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.profile.text("firstName"), self.profile.text("lastName"))
    }

    /// Notes that something changed.
    pub fn touch(&mut self, now: Time) {
        self.last_updated = now.whole_seconds();
        self.revision += 1;
    }

    /// Moves to a status. Only activation leads out of STAGED and DEPROVISIONED.
    pub fn move_to(&mut self, status: Status, now: Time) {
        if matches!(self.status, Status::Staged | Status::Deprovisioned) {
            self.activated = Some(now.whole_seconds());
        }
        self.status = status;
        self.status_changed = Some(now.whole_seconds());
        self.touch(now);
    }

    /// Sets the password.
    pub fn set_password(&mut self, password: Password, now: Time) {
        if let Some(old) = self.credentials.password.replace(password) {
            self.credentials.earlier.insert(0, old);
            self.credentials.earlier.truncate(REMEMBERED - 1);
        }
        self.password_changed = Some(now.whole_seconds());
        self.touch(now);
    }

    /// Keeps an imported password like one of the org's own, now that the user has shown what it is.
    pub fn adopt_password(&mut self, text: &str) {
        if let Some(password @ (Password::Imported(_) | Password::Hook)) = &mut self.credentials.password {
            *password = Password::new(self.id, text);
            self.credentials.provider = Provider::default();
        }
    }

    /// Makes a seeded user active with a password nobody knows.
    pub fn set_seed_password(&mut self, now: Time) {
        self.set_password(Password::Elsewhere, now);
        self.move_to(Status::Active, now);
    }

    /// The `ETag` of the user as it is now.
    pub fn etag(&self) -> String {
        let state = Sha256::new()
            .chain_update(self.id.as_str())
            .chain_update(self.revision.to_be_bytes())
            .chain_update(self.last_updated.0.to_be_bytes())
            .finalize();
        format!("W/\"{}\"", hex::encode(state))
    }

    /// The object as lists show it (`_links` with `self` only) or as a single GET does.
    pub fn shown<'a>(&'a self, schema: &'a Schema, url: &'a str, in_list: bool) -> ShownUser<'a> {
        ShownUser {
            user: self,
            schema,
            url,
            in_list,
        }
    }

    /// The credentials as Okta shows them: no password, no answer. `emails` belongs to the whole user only.
    pub fn shown_credentials(&self, emails: bool) -> ShownCredentials<'_> {
        ShownCredentials { user: self, emails }
    }
}

/// A user, ready to be written.
pub struct ShownUser<'a> {
    user: &'a User,
    schema: &'a Schema,
    url: &'a str,
    in_list: bool,
}

impl Serialize for ShownUser<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Type {
            id: Id,
        }
        let user = self.user;
        let mut out = serializer.serialize_struct("User", 12)?;
        out.serialize_field("id", &user.id)?;
        out.serialize_field("status", &user.status)?;
        out.serialize_field("created", &user.created)?;
        out.serialize_field("activated", &user.activated)?;
        out.serialize_field("statusChanged", &user.status_changed)?;
        out.serialize_field("lastLogin", &user.last_login)?;
        out.serialize_field("lastUpdated", &user.last_updated)?;
        out.serialize_field("passwordChanged", &user.password_changed)?;
        out.serialize_field("type", &Type { id: user.type_id })?;
        out.serialize_field("profile", &user.profile.shown(self.schema))?;
        out.serialize_field("credentials", &user.shown_credentials(true))?;
        out.serialize_field(
            "_links",
            &Links {
                user,
                url: self.url,
                in_list: self.in_list,
            },
        )?;
        out.end()
    }
}

/// A user's credentials, ready to be written.
pub struct ShownCredentials<'a> {
    user: &'a User,
    emails: bool,
}

impl Serialize for ShownCredentials<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Email<'a> {
            value: &'a str,
            status: &'static str,
            #[serde(rename = "type")]
            kind: &'static str,
        }
        #[derive(Serialize)]
        struct Question<'a> {
            question: &'a str,
        }
        #[derive(Serialize)]
        struct Nothing {}

        let credentials = &self.user.credentials;
        let mut out = serializer.serialize_map(None)?;
        if credentials.password.is_some() {
            out.serialize_entry("password", &Nothing {})?;
        }
        if self.emails {
            let value = self.user.profile.text("email");
            out.serialize_entry(
                "emails",
                &[Email {
                    value,
                    status: "VERIFIED",
                    kind: "PRIMARY",
                }],
            )?;
        }
        if let Some(recovery) = &credentials.recovery {
            out.serialize_entry(
                "recovery_question",
                &Question {
                    question: &recovery.question,
                },
            )?;
        }
        out.serialize_entry("provider", &credentials.provider)?;
        out.end()
    }
}
