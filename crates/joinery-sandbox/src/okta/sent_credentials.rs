//! The credentials that a create or an update of a user brings, and what Okta asks of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::call::{Answer, Call, Reply};
use super::errand::Errand;
use super::errors::Problem;
use super::imported_password::ImportedPassword;
use super::user::{Password, Provider, Recovery, Status, User};

/// Who may check a password, beside Okta.
const PROVIDERS: &[&str] = &["OKTA", "ACTIVE_DIRECTORY", "LDAP", "FEDERATION", "SOCIAL", "IMPORT"];

/// The credentials a body brings.
pub struct Sent {
    password: Option<SentPassword>,
    recovery: Option<(String, String)>,
    provider: Option<Provider>,
}

enum SentPassword {
    Text(String),
    /// Hashed elsewhere.
    Hash(ImportedPassword),
    /// Checked by a hook when the user signs in.
    Hook,
}

impl Sent {
    /// Reads `credentials`.
    ///
    /// # Errors
    /// E0000003, and E0000001 for a hash or a provider that is none.
    pub fn read(body: &Map<String, Value>) -> Result<Self, Problem> {
        let none = Map::new();
        let credentials = match body.get("credentials") {
            None | Some(Value::Null) => &none,
            Some(sent) => sent.as_object().ok_or_else(Problem::malformed)?,
        };
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let filled = |name: &str| {
            credentials
                .get("password")
                .map(|sent| &sent[name])
                .filter(|it| it.is_object())
        };
        let password = match credentials.get("password") {
            Some(Value::String(value)) => Some(SentPassword::Text(value.clone())),
            Some(_) if let Some(hash) = filled("hash") => {
                check_hash(hash)?;
                let hash = ImportedPassword::read(hash).ok_or_else(Problem::malformed)?;
                Some(SentPassword::Hash(hash))
            }
            Some(_) if filled("hook").is_some() => Some(SentPassword::Hook),
            Some(sent) => text(sent, "value").map(SentPassword::Text),
            None => None,
        };
        let recovery = credentials
            .get("recovery_question")
            .and_then(|sent| Some((text(sent, "question")?, text(sent, "answer").unwrap_or_default())));
        let provider = credentials.get("provider").and_then(|sent| {
            let kind = text(sent, "type")?;
            let name = text(sent, "name").unwrap_or_else(|| kind.clone());
            Some(Provider { kind, name })
        });
        let sent = Self {
            password,
            recovery,
            provider,
        };
        sent.check_provider()?;
        Ok(sent)
    }

    /// Whether it brings a password in any form.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Who federates has no password here, and no question.
    fn check_provider(&self) -> Result<(), Problem> {
        let Some(provider) = &self.provider else {
            return Ok(());
        };
        if !PROVIDERS.contains(&provider.kind.as_str()) {
            let cause = format!("provider.type: '{}' is not a type of provider", provider.kind);
            return Err(Problem::validation("provider", vec![cause]));
        }
        let federates = matches!(provider.kind.as_str(), "FEDERATION" | "SOCIAL");
        if federates && (self.password.is_some() || self.recovery.is_some()) {
            let cause = format!(
                "A {} provider does not support a password or a recovery question",
                provider.kind
            );
            return Err(Problem::validation("credentials", vec![cause]));
        }
        Ok(())
    }

    /// Checks password and answer against Okta's default policy.
    ///
    /// # Errors
    /// E0000001.
    pub fn check(&self, login: &str) -> Result<(), Problem> {
        if let Some(SentPassword::Text(password)) = &self.password {
            check_password(password, login)?;
        }
        if let Some((_, answer)) = &self.recovery {
            check_answer(answer)?;
        }
        Ok(())
    }

    /// A hash can be given to a user only who was not activated so far.
    ///
    /// # Errors
    /// E0000001.
    pub fn check_status(&self, status: Status) -> Result<(), Problem> {
        if matches!(self.password, Some(SentPassword::Hash(_))) && status != Status::Staged {
            let cause = "password: A hashed password can be set for a user only whose status is STAGED";
            return Err(Problem::validation("password", vec![cause.into()]));
        }
        Ok(())
    }

    /// The password, where it is sent as text.
    pub fn text(&self) -> Option<&str> {
        match &self.password {
            Some(SentPassword::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Gives a user the credentials.
    pub fn apply(self, user: &mut User, call: &Call<'_>) {
        match self.password {
            Some(SentPassword::Text(text)) => {
                user.set_password(Password::new(user.id, &text), call.now);
                if user.credentials.provider.kind == "IMPORT" {
                    user.credentials.provider = Provider::default();
                }
            }
            Some(SentPassword::Hash(hash)) => import(user, Password::Imported(Box::new(hash)), call),
            Some(SentPassword::Hook) => import(user, Password::Hook, call),
            None => {}
        }
        if let Some((question, answer)) = &self.recovery {
            user.credentials.recovery = Some(Recovery::new(user.id, question, answer));
        }
        if let Some(provider) = self.provider {
            user.credentials.provider = provider;
        }
    }
}

fn import(user: &mut User, password: Password, call: &Call<'_>) {
    user.set_password(password, call.now);
    let (kind, name) = ("IMPORT".to_owned(), "IMPORT".to_owned());
    user.credentials.provider = Provider { kind, name };
}

/// Compares something with the passwords of `user`, a copy, and answers the call by what came of it. A hash from
/// elsewhere may take a while: then nothing of the org is held, and no call waits for it.
///
/// # Errors
/// Those of `finish`.
pub fn after_comparing<T: Send + 'static>(
    call: &Call<'_>,
    user: User,
    compare: impl FnOnce(&User) -> T + Send + 'static,
    finish: impl FnOnce(&Call<'_>, &User, T) -> Answer + Send + 'static,
) -> Answer {
    if !user.credentials.are_slow() {
        let found = compare(&user);
        return finish(call, &user, found);
    }
    let work = move || {
        let found = compare(&user);
        (user, found)
    };
    Ok(Reply::after(Errand::work(work, |call, (user, found)| {
        finish(call, &user, found)
    })))
}

/// Refuses a password that a user had lately. Okta's default policy remembers the last four; administrators are held to
/// it by `strict=true` only.
///
/// # Errors
/// E0000001.
pub fn check_history(user: &User, password: &str) -> Result<(), Problem> {
    if user.credentials.had(user.id, password) {
        let cause = "password: Password has been used too recently";
        return Err(Problem::validation("password", vec![cause.into()]));
    }
    Ok(())
}

/// Checks the form of a hash: what each algorithm needs, and how long its value is.
fn check_hash(hash: &Value) -> Result<(), Problem> {
    let fault = |cause: &str| Err(Problem::validation("password", vec![format!("password.hash: {cause}")]));
    let text = |name: &str| hash[name].as_str().unwrap_or_default();
    let number = |name: &str| hash[name].as_i64().unwrap_or_default();
    let length = match text("algorithm") {
        "BCRYPT" => {
            if !(1..=20).contains(&number("workFactor")) {
                return fault("The work factor of BCRYPT must be from 1 to 20");
            }
            if text("salt").len() != 22 {
                return fault("The salt of BCRYPT must have 22 characters");
            }
            return if text("value").len() == 31 {
                Ok(())
            } else {
                fault("The value of BCRYPT must have 31 characters")
            };
        }
        "PBKDF2" => {
            if number("iterationCount") < 4096 {
                return fault("PBKDF2 needs an iteration count of 4096 or more");
            }
            if number("keySize") < 1 || text("salt").is_empty() || text("digestAlgorithm").is_empty() {
                return fault("PBKDF2 needs a key size, a digest algorithm and a salt");
            }
            number("keySize")
        }
        "SHA-512" => 64,
        "SHA-256" => 32,
        "SHA-1" => 20,
        "MD5" => 16,
        _ => return fault("The algorithm must be BCRYPT, SHA-512, SHA-256, SHA-1, MD5 or PBKDF2"),
    };
    let bytes = STANDARD.decode(text("value")).ok();
    if bytes.is_none_or(|bytes| i64::try_from(bytes.len()) != Ok(length)) {
        return fault("The value is not the base64 form of a hash of this algorithm");
    }
    let salted = text("algorithm") != "PBKDF2" && !text("salt").is_empty();
    if salted && !matches!(text("saltOrder"), "PREFIX" | "POSTFIX") {
        return fault("A salt needs a salt order, PREFIX or POSTFIX");
    }
    Ok(())
}

/// Okta's default password policy.
///
/// # Errors
/// E0000001 with the requirements.
pub fn check_password(password: &str, login: &str) -> Result<(), Problem> {
    let name = login.split('@').next().unwrap_or_default().to_lowercase();
    let parts_of_login = name
        .split(['.', ',', '-', '_', '#'])
        .filter(|part| part.chars().count() >= 4);
    let lower = password.to_lowercase();
    let strong = password.chars().count() >= 8
        && password.chars().any(char::is_lowercase)
        && password.chars().any(char::is_uppercase)
        && password.chars().any(|c| c.is_ascii_digit())
        && !parts_of_login.into_iter().any(|part| lower.contains(part));
    if strong {
        return Ok(());
    }
    let cause = "password: Password requirements were not met. Password requirements: at least 8 characters, a \
                 lowercase letter, an uppercase letter, a number, no parts of your username.";
    Err(Problem::validation("password", vec![cause.into()]))
}

/// Okta's rule for the answer to a recovery question.
///
/// # Errors
/// E0000001.
pub fn check_answer(answer: &str) -> Result<(), Problem> {
    if answer.chars().count() >= 4 {
        return Ok(());
    }
    let cause = "The security question answer must be at least 4 characters in length";
    Err(Problem::validation("recovery_question", vec![cause.into()]))
}
