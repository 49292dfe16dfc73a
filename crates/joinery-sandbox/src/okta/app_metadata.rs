//! What a SAML app publishes about itself: the only answer of the API that is XML.

use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Route;
use super::app_keys;
use super::apps::find;
use super::call::{Answer, Call, Reply};
use super::errors::Problem;

/// The end of the one path that is not JSON.
pub const PATH_END: &str = "/sso/saml/metadata";

/// What this file answers.
pub const ROUTES: &[Route] = &[Route(Method::GET, "apps/{}/sso/saml/metadata", metadata)];

fn metadata(call: &Call<'_>) -> Answer {
    let accepts = call.header(&header::ACCEPT).unwrap_or("*/*");
    if !accepts.contains("application/xml") && !accepts.contains("*/*") {
        let summary = "Bad request. Accept and/or Content-Type headers likely do not match supported values.";
        return Err(Problem::new(400, "E0000019", summary));
    }
    app_keys::complete(call)?;
    let org = call.state.read();
    let app = find(&org, call.part(0))?;
    let wanted = call.query.filled("kid").or(app.kid()).unwrap_or_default();
    let key = app.keys.iter().find(|key| key.kid == wanted);
    let certificate = key
        .filter(|_| app.mode.starts_with("SAML"))
        .and_then(|key| key.certificate())
        .ok_or_else(|| Problem::not_found(wanted, "JsonWebKey"))?;
    let (url, external) = (call.state.url(), format!("exk{}", &app.id.as_str()[3..]));
    let address = format!("{url}/app/{}/{external}/sso/saml", app.name);
    let service = |binding: &str| {
        format!(
            "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:{binding}\" Location=\"{address}\"/>"
        )
    };
    let format = |version: &str, name: &str| {
        format!("<md:NameIDFormat>urn:oasis:names:tc:SAML:{version}:nameid-format:{name}</md:NameIDFormat>")
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><md:EntityDescriptor entityID=\"http://www.okta.com/{external}\" \
         xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"><md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:KeyDescriptor use=\"signing\">\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{}{}{}{}</md:IDPSSODescriptor>\
         </md:EntityDescriptor>",
        STANDARD.encode(certificate),
        format("1.1", "unspecified"),
        format("1.1", "emailAddress"),
        service("HTTP-POST"),
        service("HTTP-Redirect"),
    );
    let mut reply = Reply::no_content().with_status(200);
    reply.body = Some(text.into_bytes());
    Ok(reply.with_header(header::CONTENT_TYPE, "application/xml;charset=ISO-8859-1"))
}
