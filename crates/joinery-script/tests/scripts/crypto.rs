//! Signing, verifying and encrypting: with keys of the script, and with secrets it cannot see.

use joinery_script::Limits;
use serde_json::{Value, json};

use crate::support::{execute, private_key, value_of};

/// The value of an expression with `input.key` being the private key that the secret `key` is.
fn with_key(expression: &str) -> Value {
    let script = format!("fn execute(connection, input) {{ {expression} }}");
    let files = [("actions/a.rhai", script.as_str())];
    let outcome = execute(&files, json!({ "key": private_key() }), Limits::default()).0;
    outcome
        .result
        .unwrap_or_else(|error| panic!("{expression}\n{error:#?}"))
}

#[test]
fn a_token_is_signed_with_a_secret_and_verified_with_the_same_key() {
    let body = r#"
        let token = jwt_sign(#{ sub: "ada" }, connection.key, "RS384", #{ kid: "k" });
        let shared = jwt_sign(#{ sub: "ada" }, connection.token, "HS512");
        [
            jwt_decode(token).header,
            jwt_verify(token, input.key).sub,
            jwt_verify(shared, connection.token).sub,
            jwt_verify(shared, "hush").sub,
            token == jwt_sign(#{ sub: "ada" }, input.key, "RS384", #{ kid: "k" }),
        ]"#;
    assert_eq!(
        with_key(body),
        json!([{ "alg": "RS384", "kid": "k", "typ": "JWT" }, "ada", "ada", "ada", true])
    );
}

#[test]
fn a_token_that_is_not_to_be_trusted_is_refused_by_code() {
    let code = |token: &str, rest: &str| {
        with_key(&format!(
            "let token = {token}; let code = \"none\"; try {{ jwt_verify(token, {rest}) }} catch (error) {{ code = error.code; }} code"
        ))
    };
    let signed = |claims: &str| format!("jwt_sign({claims}, \"s\", \"HS256\")");
    assert_eq!(code(&signed("#{ exp: 1772368139 }"), "\"s\""), "jwt_expired");
    assert_eq!(code(&signed("#{ exp: 1772368141 }"), "\"s\""), "none");
    assert_eq!(code(&signed("#{ nbf: 1772368261 }"), "\"s\""), "jwt_not_yet");
    assert_eq!(code(&signed("#{ nbf: 1772368261 }"), "\"s\", #{ leeway: 61 }"), "none");
    assert_eq!(code(&signed("#{ a: 1 }"), "\"other\""), "jwt_signature");
    assert_eq!(
        code(&signed("#{ aud: [\"x\"] }"), "\"s\", #{ audience: \"y\" }"),
        "jwt_audience"
    );
    assert_eq!(
        code(&signed("#{ aud: [\"x\", \"y\"] }"), "\"s\", #{ audience: \"y\" }"),
        "none"
    );
    assert_eq!(
        code(&signed("#{ iss: \"x\" }"), "\"s\", #{ issuer: \"y\" }"),
        "jwt_issuer"
    );
    assert_eq!(
        code(&signed("#{}"), "\"s\", #{ algorithms: [\"HS512\"] }"),
        "jwt_algorithm"
    );
    assert_eq!(code("\"no token\"", "\"s\""), "jwt_malformed");
    assert_eq!(
        code("\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.\"", "\"s\""),
        "jwt_algorithm"
    );
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret() {
    let body = r#"
        let forged = jwt_sign(#{ sub: "eve" }, input.key, "HS256");
        try { jwt_verify(forged, input.key) } catch (error) { return error.code; }"#;
    assert_eq!(with_key(body), json!("jwt_algorithm"));
}

#[test]
fn every_curve_signs_and_verifies() {
    // RFC 7515 A.3, RFC 7520 and one made for P-384.
    let p256 = r##"#{ kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }"##;
    let p521 = r##"#{ kty: "EC", crv: "P-521",
        x: "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
        y: "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
        d: "AAhRON2r9cqXX1hg-RoI6R1tX5p2rUAYdmpHZoC1XNM56KtscrX6zbKipQrCW9CGZH3T4ubpnoTKLDYJ_fF3_rJt" }"##;
    for (key, algorithm) in [(p256, "ES256"), (p521, "ES512")] {
        let body = format!(
            "let key = {key}; let token = jwt_sign(#{{ sub: \"ada\" }}, key, \"{algorithm}\"); key.remove(\"d\"); \
             [jwt_verify(token, key).sub, jwt_verify(token, #{{ keys: [key] }}).sub]"
        );
        assert_eq!(value_of(&body), json!(["ada", "ada"]), "{algorithm}");
    }
}

#[test]
fn an_rsa_signature_holds_for_its_message_alone() {
    let body = r#"
        let signature = rsa_sign(connection.key, "hello", "sha512");
        [rsa_verify(input.key, "hello", signature, "sha512"), rsa_verify(input.key, "hallo", signature, "sha512")]"#;
    assert_eq!(with_key(body), json!([true, false]));
}

#[test]
fn a_secret_hashes_derives_and_compares_without_being_read() {
    let body = r#"
        [sha512(connection.token) == sha512("hush"), md5(connection.token) == md5("hush"),
         hmac_md5(connection.token, "m") == hmac_md5("hush", "m"),
         pbkdf2(connection.token, "salt", #{ iterations: 10 }) == pbkdf2("hush", "salt", #{ iterations: 10 }),
         safe_equal(connection.token, "hush"), safe_equal(connection.token, "hash")]"#;
    assert_eq!(with_key(body), json!([true, true, true, true, true, false]));
}

/// What an expression that fails says.
fn said(expression: &str) -> Value {
    with_key(&format!(
        "try {{ {expression} }} catch (error) {{ return error; }} \"nothing\""
    ))
}

#[test]
fn what_does_not_fit_is_told_in_words() {
    assert_eq!(
        said("jwt_sign(#{}, connection.token, \"RS256\")"),
        "jwt_sign: private key: it is neither PEM (-----BEGIN PRIVATE KEY-----) nor a JWK"
    );
    assert_eq!(
        said("jwt_sign(#{}, \"s\", \"HS265\")"),
        "jwt_sign: `HS265` is not an algorithm; did you mean \"HS256\"?"
    );
    assert_eq!(
        said("jwt_sign(#{ password: connection.token }, \"s\", \"HS256\")"),
        "jwt_sign: a secret cannot stand in the claims, which anyone can read"
    );
    assert_eq!(
        said("aes_gcm_encrypt(connection.token, \"m\", #{ nonce: \"abcdefghijkl\" })"),
        "aes_gcm_encrypt: the key has 4 bytes; AES takes 16, 24 or 32"
    );
    assert_eq!(
        said("aes_cbc_encrypt(\"0123456789abcdef\", \"m\", #{ vi: \"\" })"),
        "aes_cbc_encrypt knows no `vi`; did you mean `iv`?"
    );
    assert_eq!(
        said("aes_gcm_encrypt(\"0123456789abcdef\", \"m\", #{ nonce: \"short\" })"),
        "aes_gcm_encrypt: `nonce` must have 12 bytes, not 5"
    );
}

#[test]
fn aws_signatures_are_those_of_their_definition_with_a_secret_too() {
    let body = r#"
        let options = #{ access_key_id: "AKID", secret_access_key: connection.token, region: "eu-central-1", service: "iam" };
        let request = http.request("GET", "https://acme.test/echo").query(#{ q: "a b" }).sigv4(options);
        let headers = request.send().body.headers;
        let time = headers["x-amz-date"];
        let day = time.sub_string(0, 8);
        let asked = "GET\n/echo\nq=a%20b\nhost:acme.test\nx-amz-date:" + time + "\n\nhost;x-amz-date\n" + sha256("");
        let text = "AWS4-HMAC-SHA256\n" + time + "\n" + day + "/eu-central-1/iam/aws4_request\n" + sha256(asked);
        let key = hmac_sha256_bytes("AWS4hush", day);
        for part in ["eu-central-1", "iam", "aws4_request"] { key = hmac_sha256_bytes(key, part); }
        let signature = headers.authorization.split("Signature=")[1];
        [request.url, signature == hmac_sha256(key, text)]"#;
    assert_eq!(with_key(body), json!(["https://acme.test/echo?q=a%20b", true]));
}

#[test]
fn what_aws_could_not_verify_is_not_signed() {
    let with = |request: &str, more: &str| {
        let options = "#{ access_key_id: \"a\", secret_access_key: \"s\", region: \"r\", service: \"iam\"";
        said(&format!("{request}.sigv4({options}{more} }})"))
    };
    let whole = "http.request(\"POST\", \"https://acme.test/echo\")";
    assert_eq!(
        with("http.request(\"GET\", \"/echo\")", ""),
        "sigv4 signs the host too, and \"/echo\" has none: request a whole URL, or give `host`"
    );
    for (call, reason) in [
        (
            ".header(\"X-A\", connection.token)",
            "sigv4 cannot sign a header that holds a secret: set it after signing",
        ),
        (
            ".json(#{ a: connection.token })",
            "sigv4 cannot sign a body that holds a secret: only the host knows its text",
        ),
        (
            ".form(#{ a: connection.token })",
            "sigv4 cannot sign a body that holds a secret: only the host knows its text",
        ),
        (
            ".multipart(#{ a: \"b\" })",
            "sigv4 cannot sign a multipart body: give `unsigned_payload: true`, or another body",
        ),
    ] {
        assert_eq!(with(&format!("{whole}{call}"), ""), reason);
    }
    assert_eq!(
        with(whole, ", regoin: 1"),
        "sigv4 knows no `regoin`; did you mean `region`?"
    );
    let missing = said(&format!("{whole}.sigv4(#{{ access_key_id: \"a\" }})"));
    assert_eq!(missing, "sigv4: `secret_access_key` is needed");
}
