//! A stand-in for Slack: messages, people, slash commands and clicks, below `/slack/api`. Who is in the org is in the
//! workspace too. Commands and clicks are signed with the API token of the org as the signing secret.

use axum::http::header;
use ring::hmac;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::{Asked, Refusal, needed, text, unknown};
use crate::clock::Time;
use crate::okta::call::Reply;
use crate::okta::user::{Status, User};
use crate::random;

const TEAM: (&str, &str) = ("T012AB3C4", "Acme");
const BOT: (&str, &str, &str) = ("U0BOT00001", "B0BOT00001", "joinery");
/// The channels of the workspace: id, name, and whether the bot is in it.
const CHANNELS: &[(&str, &str, bool)] = &[
    ("C0GENERAL1", "general", true),
    ("C0IT000001", "it", true),
    ("C0SECURITY", "security", true),
    ("C0PEOPLE01", "people", true),
    ("C0BOARD001", "board", false),
];
/// How often one address may be answered by.
const ANSWERS: u32 = 5;
/// How long it may be, in milliseconds.
const ANSWER_TIME: i64 = 30 * 60 * 1000;
const LONGEST_TEXT: usize = 40_000;

/// What a workspace holds.
#[derive(Default)]
pub struct Workspace {
    posted: u64,
    messages: Vec<Message>,
    addresses: Vec<Address>,
}

struct Message {
    channel: String,
    ts: String,
    text: String,
    blocks: Value,
    thread: Option<String>,
}

/// An address that a command or a click is answered by.
struct Address {
    id: String,
    channel: String,
    made: Time,
    answers: Vec<Value>,
}

/// Slack's word for what is wrong.
type Answer = Result<Value, String>;

/// Answers a call of the API.
pub fn answer(asked: &Asked<'_>) -> Reply {
    let (method, path) = asked.route();
    match (method, &path[..]) {
        ("POST", ["commands" | "actions", id]) => take_answer(asked, id),
        (_, ["api", name]) => {
            let answered = match asked.header(&header::AUTHORIZATION) {
                "" => Err("not_authed".into()),
                _ if !asked.has_bearer() => Err("invalid_auth".into()),
                _ => call(asked, name),
            };
            let mut body = answered.unwrap_or_else(|error| json!({"ok": false, "error": error}));
            if body.get("ok").is_none() {
                body["ok"] = true.into();
            }
            Reply::json(&body)
        }
        _ => Reply::no_content().with_status(404),
    }
}

/// Uses a slash command or clicks a button as a person would, and tells what the app answered.
pub async fn control(asked: &Asked<'_>) -> Result<Value, Refusal> {
    let body = asked.json();
    match asked.route() {
        ("GET", path) if path == ["sandbox", "messages"] => {
            let held = asked.state.neighbours.held();
            let messages = held.slack.messages.iter().map(Message::shown);
            let answers = held.slack.addresses.iter().flat_map(|address| {
                let shown =
                    |answer: &Value| json!({"channel": address.channel, "answer": answer, "text": answer["text"]});
                address.answers.iter().map(shown)
            });
            Ok(json!({"messages": messages.collect::<Vec<_>>(), "answers": answers.collect::<Vec<_>>()}))
        }
        ("POST", path) if path == ["sandbox", "command"] => {
            let (id, name) = whoever(asked, needed(&body, "user")?)?;
            let (channel, response_url) = address(asked, text(&body, "channel").unwrap_or("it"), "commands")?;
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("token", "gIkuvaNzQIHg97ATvDxqgjtO")
                .append_pair("team_id", TEAM.0)
                .append_pair("team_domain", "acme")
                .append_pair("channel_id", channel.0)
                .append_pair("channel_name", channel.1)
                .append_pair("user_id", &id)
                .append_pair("user_name", &name)
                .append_pair("command", needed(&body, "command")?)
                .append_pair("text", text(&body, "text").unwrap_or_default())
                .append_pair("response_url", &response_url)
                .append_pair("trigger_id", &trigger_id())
                .finish();
            send(asked, needed(&body, "url")?, &form).await
        }
        ("POST", path) if path == ["sandbox", "click"] => {
            let payload = click(asked, &body)?;
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("payload", &payload.to_string())
                .finish();
            send(asked, needed(&body, "url")?, &form).await
        }
        _ => Err(unknown(asked)),
    }
}

/// Sends a signed form to the app.
async fn send(asked: &Asked<'_>, url: &str, form: &str) -> Result<Value, Refusal> {
    let sent = asked.now.seconds().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, asked.state.token().as_bytes());
    let signature = hmac::sign(&key, format!("v0:{sent}:{form}").as_bytes());
    let headers = [
        (
            "content-type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        ),
        (
            "user-agent".to_owned(),
            "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned(),
        ),
        ("x-slack-request-timestamp".to_owned(), sent),
        ("x-slack-signature".to_owned(), format!("v0={}", hex::encode(signature))),
    ];
    asked.deliver(url, &headers, form).await
}

fn trigger_id() -> String {
    format!("13345224609.738474920.{}", random::request_id())
}

/// An address to answer by, in a channel.
fn address(asked: &Asked<'_>, channel: &str, kind: &str) -> Result<((&'static str, &'static str), String), Refusal> {
    let found = CHANNELS
        .iter()
        .find(|(id, name, _)| *id == channel || *name == channel.trim_start_matches('#'));
    let (id, name, _) = found.ok_or_else(|| Refusal(400, format!("there is no channel `{channel}`")))?;
    let address = Address {
        id: random::request_id(),
        channel: (*id).to_owned(),
        made: asked.now,
        answers: Vec::new(),
    };
    let url = format!("{}/slack/{kind}/{}", asked.state.url(), address.id);
    asked.state.neighbours.held().slack.addresses.push(address);
    Ok(((id, name), url))
}

/// What Slack tells of a click on a button of a message: of the newest one with buttons, where none is named.
fn click(asked: &Asked<'_>, body: &Map<String, Value>) -> Result<Value, Refusal> {
    let (user, name) = whoever(asked, needed(body, "user")?)?;
    let wanted = needed(body, "action")?;
    let (channel, message, block, mut button) = {
        let held = asked.state.neighbours.held();
        let ts = text(body, "ts");
        let found = held
            .slack
            .messages
            .iter()
            .rev()
            .filter(|message| ts.is_none_or(|ts| message.ts == ts));
        let mut found = found.filter_map(|message| {
            let (block, button) = message.button(wanted)?;
            Some((message.channel.clone(), message.shown(), block, button))
        });
        found
            .next()
            .ok_or_else(|| Refusal(404, format!("no message has a button `{wanted}`")))?
    };
    let (channel, response_url) = address(asked, &channel, "actions")?;
    button["block_id"] = block;
    button["action_ts"] = format!("{}.{:06}", asked.now.seconds(), asked.now.0.rem_euclid(1000) * 1000).into();
    Ok(json!({
        "type": "block_actions",
        "user": {"id": user, "username": name, "name": name, "team_id": TEAM.0},
        "api_app_id": "A0APP00001",
        "token": "Nj2rfC2hU8mAfgaJLemZgO7H",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel.0, "is_ephemeral": false},
        "trigger_id": trigger_id(),
        "team": {"id": TEAM.0, "domain": "acme"},
        "channel": {"id": channel.0, "name": channel.1},
        "message": message,
        "response_url": response_url,
        "actions": [button],
    }))
}

impl Message {
    fn shown(&self) -> Value {
        let mut shown = json!({
            "type": "message",
            "subtype": "bot_message",
            "channel": self.channel,
            "ts": self.ts,
            "text": self.text,
            "username": BOT.2,
            "bot_id": BOT.1,
        });
        if !self.blocks.is_null() {
            shown["blocks"] = self.blocks.clone();
        }
        if let Some(thread) = &self.thread {
            shown["thread_ts"] = thread.as_str().into();
        }
        shown
    }

    /// A button by its action id, and the block it is in.
    fn button(&self, action: &str) -> Option<(Value, Value)> {
        self.blocks.as_array()?.iter().find_map(|block| {
            let elements = block["elements"].as_array()?;
            let button = elements.iter().find(|element| element["action_id"] == action)?;
            Some((block["block_id"].clone(), button.clone()))
        })
    }
}

fn call(asked: &Asked<'_>, name: &str) -> Answer {
    match name {
        "auth.test" => Ok(json!({
            "url": "https://acme.slack.example/",
            "team": TEAM.1,
            "user": BOT.2,
            "team_id": TEAM.0,
            "user_id": BOT.0,
            "bot_id": BOT.1,
        })),
        "chat.postMessage" => post(asked),
        "chat.update" => update(asked),
        "conversations.list" => {
            let channels = CHANNELS.iter().map(|(id, name, is_member)| {
                json!({"id": id, "name": name, "is_channel": true, "is_archived": false, "is_private": false, "is_member": is_member})
            });
            Ok(json!({"channels": channels.collect::<Vec<_>>(), "response_metadata": {"next_cursor": ""}}))
        }
        "users.lookupByEmail" => {
            let email = argument(asked, "email").unwrap_or_default().to_lowercase();
            person(asked, |user| user.profile.text("email").to_lowercase() == email)
                .ok_or_else(|| "users_not_found".into())
        }
        "users.info" => {
            let wanted = argument(asked, "user").unwrap_or_default();
            person(asked, |user| id_of(user) == wanted).ok_or_else(|| "user_not_found".into())
        }
        _ => Err("unknown_method".into()),
    }
}

/// An argument, which Slack takes in the query, as a form or as JSON.
fn argument(asked: &Asked<'_>, name: &str) -> Option<String> {
    let of_query = asked.query.filled(name).map(str::to_owned);
    of_query
        .or_else(|| text(&asked.json(), name).map(str::to_owned))
        .or_else(|| asked.form().filled(name).map(str::to_owned))
}

fn post(asked: &Asked<'_>) -> Answer {
    let wanted = argument(asked, "channel").unwrap_or_default();
    let said = argument(asked, "text").unwrap_or_default();
    let blocks = asked.json().remove("blocks").unwrap_or_default();
    if said.is_empty() && blocks.is_null() {
        return Err("no_text".into());
    }
    if said.chars().count() > LONGEST_TEXT {
        return Err("msg_too_long".into());
    }
    let channel = CHANNELS
        .iter()
        .find(|(id, name, _)| *id == wanted || *name == wanted.trim_start_matches('#'));
    let channel = match channel {
        Some((_, _, false)) => return Err("not_in_channel".into()),
        Some((id, ..)) => (*id).to_owned(),
        // A message to a person opens a conversation with them.
        None if person(asked, |user| id_of(user) == wanted).is_some() => format!("D{}", &wanted[1..]),
        None => return Err("channel_not_found".into()),
    };
    let mut held = asked.state.neighbours.held();
    held.slack.posted += 1;
    let message = Message {
        channel: channel.clone(),
        ts: format!("{}.{:06}", asked.now.seconds(), held.slack.posted),
        text: said,
        blocks,
        thread: argument(asked, "thread_ts"),
    };
    let shown = json!({"channel": channel, "ts": message.ts, "message": message.shown()});
    held.slack.messages.push(message);
    Ok(shown)
}

fn update(asked: &Asked<'_>) -> Answer {
    let (channel, ts) = (argument(asked, "channel"), argument(asked, "ts"));
    let said = argument(asked, "text");
    let blocks = asked.json().remove("blocks").unwrap_or_default();
    let mut held = asked.state.neighbours.held();
    let is_it = |message: &&mut Message| Some(&message.channel) == channel.as_ref() && Some(&message.ts) == ts.as_ref();
    let message = held.slack.messages.iter_mut().find(is_it).ok_or("message_not_found")?;
    message.text = said.ok_or("no_text")?;
    message.blocks = blocks;
    Ok(json!({"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.shown()}))
}

/// Takes an answer by the address of a command or a click.
fn take_answer(asked: &Asked<'_>, id: &str) -> Reply {
    let said = asked.json();
    let mut held = asked.state.neighbours.held();
    let address = held.slack.addresses.iter_mut().find(|address| address.id == id);
    let open = address
        .filter(|address| address.answers.len() < ANSWERS as usize && asked.now.0 - address.made.0 <= ANSWER_TIME);
    match open {
        None => Reply::json(&json!({"ok": false, "error": "used_url"})).with_status(404),
        Some(_) if text(&said, "text").is_none() => {
            Reply::json(&json!({"ok": false, "error": "no_text"})).with_status(400)
        }
        Some(address) => {
            address.answers.push(Value::Object(said));
            Reply::json(&json!({"ok": true}))
        }
    }
}

/// The Slack id of somebody of the org, the same every time.
fn id_of(user: &User) -> String {
    let digest = Sha256::digest(user.login().to_lowercase());
    format!("U{}", hex::encode_upper(&digest[..5]))
}

/// Somebody of the org as Slack shows people.
fn person(asked: &Asked<'_>, is_it: impl Fn(&User) -> bool) -> Option<Value> {
    let org = asked.state.read();
    let user = org.users.after(None).find(|user| is_it(user))?;
    let name = user.login().split('@').next().unwrap_or_default();
    let left = matches!(user.status, Status::Deprovisioned);
    Some(json!({"user": {
        "id": id_of(user),
        "team_id": TEAM.0,
        "name": name,
        "deleted": left,
        "real_name": user.full_name(),
        "tz": "Europe/London",
        "is_admin": false,
        "is_bot": false,
        "profile": {
            "email": user.profile.text("email"),
            "real_name": user.full_name(),
            "display_name": user.profile.text("firstName"),
            "title": user.profile.text("title"),
        },
    }}))
}

/// Id and name of whoever uses a command or clicks: by email address.
fn whoever(asked: &Asked<'_>, email: &str) -> Result<(String, String), Refusal> {
    let found = person(asked, |user| user.profile.text("email").eq_ignore_ascii_case(email));
    let found = found.ok_or_else(|| Refusal(404, format!("nobody in the org has the address `{email}`")))?;
    let said = |name: &str| found["user"][name].as_str().unwrap_or_default().to_owned();
    Ok((said("id"), said("name")))
}
