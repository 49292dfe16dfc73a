//! The 250 people of the demo org and their groups.

use std::collections::HashSet;

use super::names::{self, pick, plain};
use super::{FOUNDED, add_active};
use crate::clock::Time;
use crate::okta::group::Group;
use crate::okta::ids::{Id, Kind, scatter};
use crate::okta::user::Status;
use crate::state::Org;

/// How many people the demo org has, its administrator included.
const PEOPLE: usize = 250;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Departments and the titles people have in them, the head's first.
pub const DEPARTMENTS: &[(&str, &[&str])] = &[
    (
        "Engineering",
        &[
            "Director of Engineering",
            "Staff engineer",
            "Senior engineer",
            "Engineer",
            "Test engineer",
        ],
    ),
    (
        "Sales",
        &[
            "Head of Sales",
            "Account executive",
            "Sales engineer",
            "Sales representative",
        ],
    ),
    (
        "Finance",
        &["Finance director", "Controller", "Accountant", "Payroll specialist"],
    ),
    (
        "Marketing",
        &["Head of Marketing", "Brand lead", "Content writer", "Campaign planner"],
    ),
    ("People", &["Head of People", "Recruiter", "People partner"]),
    (
        "Support",
        &["Head of Support", "Support lead", "Support engineer", "Support agent"],
    ),
    ("Legal", &["General counsel", "Counsel", "Paralegal"]),
    ("IT", &["Head of IT", "Systems administrator", "Service desk analyst"]),
    (
        "Product",
        &["Head of Product", "Product lead", "Designer", "Researcher"],
    ),
];

/// Groups beside Everyone and the departments.
const OTHER_GROUPS: &[(&str, &str)] = &[
    ("Okta administrators", "People who administer this org"),
    ("Contractors", "People on a contract with an end date"),
];

/// A person before it is written into the org.
struct Person {
    first: String,
    last: String,
    department: usize,
    title: String,
    dice: u64,
    number: usize,
}

/// Adds the groups, Ada Lovelace, and everybody else.
pub fn add(org: &mut Org, ada_id: Id) {
    let departments: Vec<Id> = DEPARTMENTS
        .iter()
        .map(|(name, _)| group(org, name, &format!("Everybody in {name}")))
        .collect();
    let others: Vec<Id> = OTHER_GROUPS
        .iter()
        .map(|(name, about)| group(org, name, about))
        .collect();
    let mut taken = HashSet::new();
    let mut heads: Vec<Option<(Id, String)>> = vec![None; DEPARTMENTS.len()];
    let ada = Person {
        first: "Ada".into(),
        last: "Lovelace".into(),
        department: 0,
        title: "Staff analyst".into(),
        dice: 0,
        number: 1,
    };
    taken.insert(login(&ada));
    write(org, ada_id, &ada, None, &[departments[0], others[0]]);
    let mut number = 1;
    let mut throw = 0;
    while number + 1 < PEOPLE {
        throw += 1;
        let person = person(throw, number + 1, &heads);
        // Two people of one name would need numbers in their logins: throw again instead.
        if !taken.insert(login(&person)) {
            continue;
        }
        number += 1;
        let mut groups = vec![departments[person.department]];
        if (person.dice >> 50).is_multiple_of(16) {
            groups.push(others[1]);
        }
        if DEPARTMENTS[person.department].0 == "IT" && heads[person.department].is_none() {
            groups.push(others[0]);
        }
        let head = heads[person.department].clone();
        let id = org.ids.next(Kind::User);
        write(org, id, &person, head.as_ref(), &groups);
        if head.is_none() {
            heads[person.department] = Some((id, format!("{} {}", person.first, person.last)));
        } else {
            move_on(org, id, number);
        }
    }
    report_to_head(org, ada_id, heads[0].as_ref());
}

fn group(org: &mut Org, name: &str, about: &str) -> Id {
    let id = org.ids.next(Kind::Group);
    org.groups
        .insert(id, Group::new(id, name.into(), Some(about.into()), FOUNDED));
    id
}

fn person(throw: u64, number: usize, heads: &[Option<(Id, String)>]) -> Person {
    let dice = scatter(throw);
    // A third of the people are engineers; the first of a department leads it.
    let department = if dice.is_multiple_of(4) {
        0
    } else {
        (dice >> 2) as usize % DEPARTMENTS.len()
    };
    let titles = DEPARTMENTS[department].1;
    let title = if heads[department].is_none() {
        titles[0]
    } else {
        pick(&titles[1..], dice >> 8)
    };
    Person {
        first: pick(names::FIRST, dice >> 16).into(),
        last: pick(names::LAST, dice >> 32).into(),
        department,
        title: title.into(),
        dice,
        number,
    }
}

fn login(person: &Person) -> String {
    format!("{}.{}@acme.example", plain(&person.first), plain(&person.last))
}

fn write(org: &mut Org, id: Id, person: &Person, head: Option<&(Id, String)>, groups: &[Id]) {
    let login = login(person);
    let (city, country, locale, zone) = pick(names::PLACES, person.dice >> 24);
    let phone = format!(
        "+1 {} 555 01{:02}",
        200 + (person.dice >> 44) % 800,
        person.number % 100
    );
    let number = format!("E{:05}", 10_000 + person.number);
    let full_name = format!("{} {}", person.first, person.last);
    let mut values = vec![
        ("firstName", person.first.as_str()),
        ("lastName", person.last.as_str()),
        ("mobilePhone", &phone),
        ("title", &person.title),
        ("displayName", &full_name),
        ("city", city),
        ("countryCode", country),
        ("locale", locale),
        ("timezone", zone),
        ("employeeNumber", &number),
        ("organization", "Acme"),
        ("department", DEPARTMENTS[person.department].0),
        ("login", &login),
        ("email", &login),
    ];
    if let Some((id, name)) = head {
        values.extend([("managerId", id.as_str()), ("manager", name.as_str())]);
    }
    let created = Time(FOUNDED.0 + (person.number.cast_signed() as i64 / 2) * DAY / 2).whole_seconds();
    add_active(org, id, &values, created, groups);
    if let Some(user) = org.users.get_mut(id) {
        user.last_login = Some(Time(
            created.0 + 3 * DAY + (person.dice >> 30 & 0xFFFF).cast_signed() * 1000,
        ));
    }
}

/// Gives some people another status than ACTIVE.
fn move_on(org: &mut Org, id: Id, number: usize) {
    let status = match number % 50 {
        7 | 31 => Status::Deprovisioned,
        12 => Status::Staged,
        19 => Status::Provisioned,
        26 => Status::Suspended,
        38 => Status::LockedOut,
        45 => Status::PasswordExpired,
        _ => return,
    };
    let Some(user) = org.users.get_mut(id) else { return };
    let changed = Time(user.created.0 + 10 * DAY);
    match status {
        Status::Staged | Status::Provisioned => {
            user.credentials.password = None;
            (user.password_changed, user.last_login) = (None, None);
            user.move_to(status, user.created);
            if status == Status::Staged {
                (user.activated, user.status_changed) = (None, None);
            }
        }
        _ => user.move_to(status, changed),
    }
}

fn report_to_head(org: &mut Org, id: Id, head: Option<&(Id, String)>) {
    let Org {
        users,
        types,
        user_type,
        ..
    } = org;
    let schema = types.get(user_type).map(|kind| &kind.schema);
    if let (Some(user), Some(schema), Some((head, name))) = (users.get_mut(id), schema, head) {
        user.profile.set(schema, "managerId", head.as_str().into());
        user.profile.set(schema, "manager", name.as_str().into());
    }
}
