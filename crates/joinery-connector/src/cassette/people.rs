//! Which values of a body are about a person or secret, by the names they stand under.

/// What a value is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A given name.
    Given,
    /// A family name.
    Family,
    /// Any other name of a person.
    Name,
    /// A telephone number.
    Phone,
    /// A line of a postal address.
    Address,
    /// A day of birth.
    Birth,
    /// A number of a person: passport, social security, staff.
    Number,
    /// An email address.
    Email,
    /// A credential.
    Secret,
    /// What the author named.
    Named,
}

/// Member names without case, `_` and `-`.
const PERSONAL: &[(Kind, &[&str])] = &[
    (Kind::Given, &["firstname", "givenname", "middlename", "nickname"]),
    (Kind::Family, &["lastname", "familyname", "surname"]),
    (
        Kind::Name,
        &[
            "displayname",
            "fullname",
            "formattedname",
            "realname",
            "alternatename",
            "manager",
            "managername",
        ],
    ),
    (
        Kind::Phone,
        &[
            "phone",
            "phonenumber",
            "primaryphone",
            "mobilephone",
            "mobile",
            "telephone",
            "homephone",
            "workphone",
            "fax",
            "phones",
            "phonenumbers",
        ],
    ),
    (
        Kind::Address,
        &[
            "address",
            "streetaddress",
            "postaladdress",
            "street",
            "addressline1",
            "addressline2",
        ],
    ),
    (Kind::Birth, &["birthdate", "birthday", "dateofbirth", "dob"]),
    (
        Kind::Number,
        &[
            "ssn",
            "socialsecuritynumber",
            "passportnumber",
            "nationalid",
            "taxid",
            "ipaddress",
            "employeenumber",
        ],
    ),
    (
        Kind::Email,
        &[
            "email",
            "emails",
            "mail",
            "secondemail",
            "emailaddress",
            "login",
            "username",
        ],
    ),
];

/// Ends of member names whose values are credentials.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "secretkey",
    "accesskey",
    "clientassertion",
    "answer",
    "passcode",
    "signature",
    "sharedsecret",
];

/// Ends of member names whose values are links that let their reader in.
const LINKS: &[&str] = &[
    "activationurl",
    "activationlink",
    "resetpasswordurl",
    "recoveryurl",
    "recoverylink",
    "verificationurl",
    "verificationlink",
    "invitationurl",
    "invitationlink",
    "magiclink",
];

/// Whether a member of that name is a link with a token in it.
pub(super) fn is_link(member: &str) -> bool {
    let plain = plain(member);
    LINKS.iter().any(|end| plain.ends_with(end))
}

/// What the value of a member of that name is taken for.
pub(super) fn kind_of(member: &str, personal: bool) -> Option<Kind> {
    let plain = plain(member);
    if SECRET.iter().any(|end| plain.ends_with(end)) {
        return Some(Kind::Secret);
    }
    let found = PERSONAL.iter().find(|(_, names)| names.contains(&plain.as_str()));
    found.filter(|_| personal).map(|(kind, _)| *kind)
}

/// The name without case, `_` and `-`.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The text that stands for the `number`th value of a kind. It fits the formats such values have.
pub(super) fn stand_in(kind: Kind, number: usize) -> String {
    match kind {
        Kind::Given => format!("Given{number}"),
        Kind::Family => format!("Family{number}"),
        Kind::Name => format!("Person {number}"),
        Kind::Phone => format!("+1555{number:07}"),
        Kind::Address => format!("{number} Example Street"),
        Kind::Birth => format!("19{:02}-01-01", number % 100),
        Kind::Number => format!("{number:09}"),
        Kind::Email => format!("person{number}@example.com"),
        Kind::Secret => format!("redacted-{number}"),
        Kind::Named => format!("masked-{number}"),
    }
}
