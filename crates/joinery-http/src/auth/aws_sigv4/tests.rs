//! The examples that AWS publishes: its test suite, and those of its guides.

use super::*;

/// Signs as the examples do and compares the signature.
#[track_caller]
fn check(
    service: &str,
    at: &str,
    request: HttpRequest,
    body: &[u8],
    signed_headers: &str,
    signature: &str,
) -> HttpRequest {
    let key = if service == "s3" {
        "AKIAIOSFODNN7EXAMPLE"
    } else {
        "AKIDEXAMPLE"
    };
    // The two guides print secrets that differ in one letter.
    let secret = if service == "s3" {
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    } else {
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    };
    let scope = Scope {
        access_key_id: key,
        session_token: None,
        region: "us-east-1",
        service,
        signs_body: true,
    };
    let mut request = request;
    let signed = sign(&scope, &mut request, body, at.parse().unwrap(), |text| {
        Ok::<_, Error>(super::signature(secret.as_bytes(), text))
    });
    signed.unwrap();
    let day = at[..10].replace('-', "");
    assert_eq!(
        request.header("authorization").unwrap(),
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/{day}/us-east-1/{service}/aws4_request, SignedHeaders={signed_headers}, \
             Signature={signature}"
        )
    );
    request
}

fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> HttpRequest {
    let mut request = HttpRequest::new(method, url);
    for (name, value) in headers {
        request.headers.push(joinery_connector::Header::new(*name, *value));
    }
    request
}

#[test]
fn requests_of_the_test_suite_are_signed_as_it_says() {
    let host = "https://example.amazonaws.com";
    for (method, path, headers, body, signed, signature) in [
        (
            "GET",
            "/",
            &[][..],
            "",
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "POST",
            "/",
            &[],
            "",
            "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "GET",
            "/?Param2=value2&Param1=value1",
            &[],
            "",
            "host;x-amz-date",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "/",
            &[("My-Header1", " value1"), ("My-Header2", "\"a   b   c\"")],
            "",
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
        (
            "POST",
            "/",
            &[("Content-Type", "application/x-www-form-urlencoded")],
            "Param1=value1",
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ] {
        let request = request(method, &format!("{host}{path}"), headers);
        check(
            "service",
            "2015-08-30T12:36:00Z",
            request,
            body.as_bytes(),
            signed,
            signature,
        );
    }
}

#[test]
fn example_of_the_signing_guide_comes_out_as_printed_there() {
    let request = request(
        "GET",
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        &[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
    );
    check(
        "iam",
        "2015-08-30T12:36:00Z",
        request,
        b"",
        "content-type;host;x-amz-date",
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
}

#[test]
fn examples_of_s3_come_out_as_printed_there() {
    let host = "https://examplebucket.s3.amazonaws.com";
    let at = "2013-05-24T00:00:00Z";
    let plain = "host;x-amz-content-sha256;x-amz-date";
    check(
        "s3",
        at,
        request("GET", &format!("{host}/test.txt"), &[("Range", "bytes=0-9")]),
        b"",
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
    let put = check(
        "s3",
        at,
        request(
            "PUT",
            &format!("{host}/test$file.text"),
            &[
                ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
        ),
        b"Welcome to Amazon S3.",
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
    assert_eq!(
        put.header("x-amz-content-sha256"),
        Some("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
    );
    check(
        "s3",
        at,
        request("GET", &format!("{host}/?lifecycle"), &[]),
        b"",
        plain,
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
    check(
        "s3",
        at,
        request("GET", &format!("{host}/?max-keys=2&prefix=J"), &[]),
        b"",
        plain,
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
}

#[test]
fn temporary_credentials_send_their_token_and_bodies_may_be_left_out() {
    let scope = Scope {
        access_key_id: "a",
        session_token: Some("t"),
        region: "r",
        service: "s3",
        signs_body: false,
    };
    let mut request = request("PUT", "https://acme.test/a b?q=a+b", &[]);
    let now = "2015-08-30T12:36:00Z".parse().unwrap();
    sign(&scope, &mut request, b"body", now, |text| {
        Ok::<_, Error>(signature(b"s", text))
    })
    .unwrap();
    assert_eq!(request.header("x-amz-security-token"), Some("t"));
    assert_eq!(request.header("x-amz-content-sha256"), Some("UNSIGNED-PAYLOAD"));
    assert_eq!(request.url, "https://acme.test/a%20b?q=a%20b");
    let authorization = request.header("authorization").unwrap();
    assert!(
        authorization.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"),
        "{authorization}"
    );
}
