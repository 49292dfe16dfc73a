//! What a profile's settings make.

use serde_json::json;

use super::*;

fn read(settings: Value) -> Result<Network, String> {
    let Value::Object(settings) = settings else {
        panic!("settings are an object")
    };
    Network::read(&settings, &BTreeMap::new()).map_err(|error| error.to_string())
}

#[test]
fn a_certificate_given_anew_leaves_the_key_of_the_one_before() {
    let settings = |path: &str| Map::from_iter([("client_certificate".to_owned(), json!(path))]);
    let key = BTreeMap::from([("client_key".to_owned(), Secret::new("key"))]);
    let mut network = Network::read(&settings("/one.pem"), &key).unwrap();
    network.change(&settings("/other.p12"), &BTreeMap::new()).unwrap();
    assert_eq!(network.client_key, None);
}

#[test]
fn nothing_said_is_what_the_system_does() {
    assert_eq!(read(json!({})), Ok(Network::default()));
    let said: Map<String, Value> = form()
        .fields
        .into_iter()
        .filter_map(|field| Some((field.name, Value::String(field.default?))))
        .collect();
    assert_eq!(read(Value::Object(said)), Ok(Network::default()));
}

#[test]
fn no_connector_and_no_way_to_sign_in_has_a_setting_of_that_name() {
    let names: Vec<_> = form().fields.into_iter().map(|field| field.name).collect();
    assert_eq!(names, joinery_connector::form::RESERVED);
    for kind in crate::auth::KINDS {
        for field in kind.form(&Map::new()).fields {
            assert!(!names.contains(&field.name), "{}: {}", kind.id(), field.name);
        }
    }
}

#[test]
fn every_setting_is_in_the_form_and_is_read() {
    let settings = json!({
        "ca_file": "/etc/acme.pem", "client_certificate": "/etc/ada.pem", "verify": "false",
        "proxy": "proxy.acme.test:8080", "proxy_username": "ada", "proxy_bypass": "acme.test",
        "connect_timeout": "5", "timeout": "2.5 s", "http_version": "1.1"
    });
    let secrets = ["client_key", "client_key_passphrase", "proxy_password"];
    let form = form();
    let named = |name: &str| form.fields.iter().find(|field| field.name == name).unwrap();
    for (name, _) in settings.as_object().unwrap() {
        assert_ne!(named(name).control, Control::Secret, "{name}");
    }
    for name in secrets {
        assert_eq!(named(name).control, Control::Secret, "{name}");
    }
    assert_eq!(form.fields.len(), settings.as_object().unwrap().len() + secrets.len());
    let kept = secrets.map(|name| (name.to_owned(), Secret::new(name))).into();
    assert_eq!(
        Network::read(settings.as_object().unwrap(), &kept).unwrap(),
        Network {
            ca_file: Some("/etc/acme.pem".into()),
            client_certificate: Some("/etc/ada.pem".into()),
            client_key: Some(Secret::new("client_key")),
            client_key_passphrase: Some(Secret::new("client_key_passphrase")),
            verify: false,
            proxy: ProxyChoice::Url("http://proxy.acme.test:8080".parse().unwrap()),
            proxy_username: Some("ada".into()),
            proxy_password: Some(Secret::new("proxy_password")),
            proxy_bypass: Bypass::parse("acme.test").unwrap(),
            connect_timeout: Some(Duration::from_secs(5)),
            timeout: Some(Duration::from_millis(2500)),
            http_version: HttpVersion::One,
        }
    );
}

#[test]
fn change_leaves_what_it_does_not_name() {
    let mut network = Network {
        client_certificate: Some("/etc/ada.pem".into()),
        client_key: Some(Secret::new("of ada")),
        ca_file: Some("/etc/acme.pem".into()),
        ..Network::default()
    };
    let changes = json!({ "ca_file": "/etc/grace.pem", "verify": "false" });
    network.change(changes.as_object().unwrap(), &BTreeMap::new()).unwrap();
    assert_eq!(
        network,
        Network {
            client_certificate: Some("/etc/ada.pem".into()),
            client_key: Some(Secret::new("of ada")),
            ca_file: Some("/etc/grace.pem".into()),
            verify: false,
            ..Network::default()
        }
    );
}

#[test]
fn setting_that_is_wrong_is_named() {
    for (settings, expected) in [
        (
            json!({ "ca_file": "ca.pem" }),
            "`ca_file`: `ca.pem` is not a whole path; a connection is used from any folder",
        ),
        (json!({ "verify": "no" }), "`verify`: it is true or false"),
        (
            json!({ "proxy_bypass": "a*b" }),
            "`proxy_bypass`: `a*b` is no entry of a bypass list; write acme.test, 10.0.0.0/8, *, <local> or <-loopback>",
        ),
        (
            json!({ "proxy": "ftp://proxy.acme.test" }),
            "`proxy`: a proxy is http, https, socks5 or socks5h, not `ftp`",
        ),
        (
            json!({ "proxy": "pac+ftp://acme.test/proxy.pac" }),
            "`proxy`: a script is read by http, https or file, not `ftp`",
        ),
        (
            json!({ "proxy": "http://ada:hush@proxy.acme.test" }),
            "`proxy`: write user name and password into `proxy_username` and `proxy_password`",
        ),
        (
            json!({ "timeout": "0" }),
            "`timeout`: `0` is not a number of seconds above 0",
        ),
    ] {
        assert_eq!(read(settings), Err(expected.to_owned()));
    }
}
