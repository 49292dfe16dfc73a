//! The sign-in page, and the page for those who cannot be sent back. Plain HTML, no script.

use axum::http::header;

use super::client::Client;
use super::consent;
use super::form::Form;
use super::refusal::Refusal;
use crate::okta::call::Reply;
use crate::okta::record::Record;
use crate::okta::user::Status;
use crate::state::Org;

/// How many people the page offers.
const OFFERED: usize = 12;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;background:#f5f6f8;color:#1d2330;margin:0}\
main{max-width:360px;margin:10vh auto;background:#fff;border:1px solid #dfe3ea;border-radius:8px;padding:28px}\
h1{font-size:19px;margin:0 0 4px}p{margin:0 0 16px;color:#5a6475}label{display:block;margin:12px 0 4px}\
input{width:100%;box-sizing:border-box;font:inherit;padding:8px;border:1px solid #b9c1cf;border-radius:5px}\
button{margin-top:20px;width:100%;font:inherit;padding:9px;border:0;border-radius:5px;background:#2356c5;color:#fff}\
.wrong{color:#a8201a}";

/// The request of an app in hidden fields.
fn hidden(form: &Form) -> String {
    form.iter()
        .filter(|(name, _)| !matches!(*name, "username" | "password" | consent::FIELD | consent::ANSWER))
        .map(|(name, value)| hidden_field(name, value))
        .collect()
}

fn hidden_field(name: &str, value: &str) -> String {
    let (name, value) = (escape(name), escape(value));
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
}

/// Asks a user to sign in, by a form that is sent to `path`. The request of the app travels in hidden fields.
pub fn sign_in(path: &str, form: &Form, client: &Client, org: &Org, wrong: Option<&str>) -> Reply {
    let hidden = hidden(form);
    html(
        200,
        "Sign in",
        &format!(
            "<h1>Sign in to the sandbox org</h1><p>to continue to {}</p>{}\
             <form method=\"post\" action=\"{}\">{hidden}{}<button>Sign in</button></form>",
            escape(&client.name),
            complaint(wrong),
            escape(path),
            credentials(form, org)
        ),
    )
}

/// What a scope is called before people.
pub fn title_of(scope: &Record) -> &str {
    let named = ["displayName", "description", "name"].map(|field| scope.text(field));
    named.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// Asks a user to agree to what an app wants; `code` waits for the answer.
pub fn consent(path: &str, form: &Form, client: &Client, asked: &[String], code: &str) -> Reply {
    let asked: Vec<String> = asked.iter().map(|title| escape(title)).collect();
    let asked = asked.join("</li><li>");
    let answer = consent::ANSWER;
    html(
        200,
        "Consent",
        &format!(
            "<h1>{} would like to:</h1><ul><li>{asked}</li></ul><form method=\"post\" action=\"{}\">{}{}\
             <button name=\"{answer}\" value=\"allow\">Allow access</button>\
             <button name=\"{answer}\" value=\"deny\">Do not allow</button></form>",
            escape(&client.name),
            escape(path),
            hidden(form),
            hidden_field(consent::FIELD, code),
        ),
    )
}

/// Asks for the code of a device, and its user to sign in.
pub fn activate(form: &Form, org: &Org, wrong: Option<&str>) -> Reply {
    html(
        200,
        "Activate your device",
        &format!(
            "<h1>Activate your device</h1><p>Enter the code that it shows, and sign in to the sandbox org.</p>{}\
             <form method=\"post\" action=\"/activate\"><label for=\"user_code\">Code</label>\
             <input id=\"user_code\" name=\"user_code\" value=\"{}\" required autocomplete=\"off\">{}\
             <button>Activate</button></form>",
            complaint(wrong),
            escape(form.get("user_code").unwrap_or_default()),
            credentials(form, org)
        ),
    )
}

/// Says that a device may go on.
pub fn activated() -> Reply {
    let text = "<h1>Device activated</h1><p>Follow the instructions on your device.</p>";
    html(200, "Device activated", text)
}

fn complaint(wrong: Option<&str>) -> String {
    wrong.map_or(String::new(), |text| {
        format!("<p class=\"wrong\" role=\"alert\">{text}</p>")
    })
}

/// The fields for login and password. The first people of the org are offered.
fn credentials(form: &Form, org: &Org) -> String {
    let people = org.users.after(None).filter(|user| user.status == Status::Active);
    let offered: Vec<String> = people
        .take(OFFERED)
        .map(|user| (escape(user.login()), escape(&user.full_name())))
        .map(|(login, name)| format!("<option value=\"{login}\">{name}</option>"))
        .collect();
    let login = form
        .get("username")
        .or_else(|| form.get("login_hint"))
        .unwrap_or_default();
    format!(
        "<label for=\"username\">Username</label>\
         <input id=\"username\" name=\"username\" value=\"{}\" list=\"people\" autofocus required autocomplete=\"off\">\
         <datalist id=\"people\">{}</datalist>\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"off\">\
         <p>People who came with the org take any password, or none.</p>",
        escape(login),
        offered.concat()
    )
}

/// Says why nobody can sign in.
pub fn refused(refusal: &Refusal) -> Reply {
    let text = format!(
        "<h1>{} {}</h1><p>{}</p>",
        refusal.status,
        escape(refusal.error),
        escape(&refusal.description)
    );
    html(refusal.status, "Error", &text)
}

fn html(status: u16, title: &str, content: &str) -> Reply {
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main>{content}</main></body></html>"
    );
    let reply = Reply {
        body: Some(body.into_bytes()),
        ..Reply::no_content().with_status(status)
    };
    reply
        .with_header(header::CONTENT_TYPE, "text/html;charset=utf-8")
        .with_header(header::X_FRAME_OPTIONS, "DENY")
        .with_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
