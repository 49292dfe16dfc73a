//! What comes of commands and files.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;

/// What came of a file, as text: addresses, environments, files to write, and what is left out.
pub(super) fn shown(read: Result<Imported, Refused>) -> String {
    let imported = match read {
        Err(refused) => return format!("refused: {refused}\n"),
        Ok(imported) => imported,
    };
    let mut shown = format!("{:?} {:?}\n", imported.name, imported.base_url);
    for (name, values) in &imported.environments {
        let _ = writeln!(shown, "environment {name}: {values:?}");
    }
    for (path, text) in imported.files(&mut Vec::new()) {
        let _ = write!(shown, "--- {path}\n{text}");
    }
    for left in &imported.not_carried {
        let _ = writeln!(shown, "# {}: {}: {}", left.place, left.what, left.why);
    }
    shown
}

/// Reads `sample` cut off at each letter, and with each of its lines and some of its signs taken away.
pub(super) fn cut(sample: &str, read: Read) {
    for (at, _) in sample.char_indices().step_by(7) {
        let _ = read(&sample[..at]);
    }
    let lines: Vec<&str> = sample.lines().collect();
    for skipped in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(skipped);
        let _ = read(&rest.join("\n"));
    }
    for (sign, other) in [(':', ""), ('{', "["), ('"', "'"), ('}', "é"), ('[', "{")] {
        for (at, _) in sample.match_indices(sign).step_by(3) {
            let _ = read(&format!("{}{other}{}", &sample[..at], &sample[at + 1..]));
        }
    }
}

#[track_caller]
fn check(command: &str, expect: Expect) {
    let shown = match curl(command) {
        Err(refused) => format!("refused: {refused}\n"),
        Ok((request, not_carried)) => {
            let left = not_carried
                .iter()
                .map(|left| format!("# {}: {}\n", left.what, left.why));
            request.render(None) + &left.collect::<String>()
        }
    };
    expect.assert_eq(&shown);
}

#[test]
fn a_command_copied_from_a_browser_is_a_request() {
    check(
        "curl 'https://acme.okta.com/api/v1/users?limit=20&search=profile.lastName+eq+%22Byron%22' \\\n  -H 'accept: application/json' \\\n  -H $'x-note: it\\'s' \\\n  --compressed",
        expect![[r#"
            name = ""
            method = "GET"
            url = "https://acme.okta.com/api/v1/users"

            [[query]]
            name = "limit"
            value = "20"

            [[query]]
            name = "search"
            value = 'profile.lastName eq "Byron"'

            [[headers]]
            name = "accept"
            value = "application/json"

            [[headers]]
            name = "x-note"
            value = "it's"
        "#]],
    );
    check(
        "curl \"https://acme.example/api\" ^\r\n  -H \"content-type: application/json\" ^\r\n  --data-raw \"{\\\"a\\\":1}\"",
        expect![[r#"
            name = ""
            method = "POST"
            url = "https://acme.example/api"

            [body]
            kind = "json"
            text = '{"a":1}'
        "#]],
    );
}

#[test]
fn data_makes_a_form_json_or_text() {
    check(
        "curl -sSLX PATCH acme.example/a -d a=1 -d 'b=x%20y'",
        expect![[r#"
        name = ""
        method = "PATCH"
        url = "http://acme.example/a"

        [body]
        kind = "form"

        [[body.fields]]
        name = "a"
        value = "1"

        [[body.fields]]
        name = "b"
        value = "x y"

        [settings]
        follow_redirects = true
    "#]],
    );
    check(
        "curl --json '{\"a\": 1}' https://acme.example/a",
        expect![[r#"
        name = ""
        method = "POST"
        url = "https://acme.example/a"

        [body]
        kind = "json"
        text = '{"a": 1}'
    "#]],
    );
    check(
        "curl https://acme.example/a -H 'Content-Type: text/csv' --data-binary $'a,b\\n1,2'",
        expect![[r#"
        name = ""
        method = "POST"
        url = "https://acme.example/a"

        [body]
        kind = "raw"
        content_type = "text/csv"
        text = '''
        a,b
        1,2'''
    "#]],
    );
    check(
        "curl -G https://acme.example/a --data-urlencode 'q=a b&c'",
        expect![[r#"
        name = ""
        method = "GET"
        url = "https://acme.example/a"

        [[query]]
        name = "q"
        value = "a b&c"
    "#]],
    );
    check(
        "curl https://acme.example/a --data @body.bin -H 'Content-Type: image/png'",
        expect![[r#"
            name = ""
            method = "POST"
            url = "https://acme.example/a"

            [body]
            kind = "file"
            content_type = "image/png"
            path = "body.bin"
            # the file body.bin: put it into the workspace's folder `fixtures`
        "#]],
    );
}

#[test]
fn forms_have_files_and_media_types() {
    check(
        r#"curl -F title=Photo -F 'file=@"a;b.png";type=image/png;filename=me.png' --form-string 'at=@home' https://acme.example/a"#,
        expect![[r#"
            name = ""
            method = "POST"
            url = "https://acme.example/a"

            [body]
            kind = "multipart"

            [[body.parts]]
            name = "title"
            value = "Photo"

            [[body.parts]]
            name = "file"
            file = "a;b.png"
            filename = "me.png"

            [[body.parts]]
            name = "at"
            value = "@home"
            # the file a;b.png: put it into the workspace's folder `fixtures`
        "#]],
    );
}

#[test]
fn secrets_do_not_go_into_files() {
    check(
        "curl -u ada:opensesame --digest https://acme.example/a",
        expect![[r#"
        name = ""
        method = "GET"
        url = "https://acme.example/a"

        [auth]
        kind = "digest"
        username = "ada"
        password = "{{password}}"
        # the password: secrets are not kept in files: save it in the connection as `password`
    "#]],
    );
    check(
        "curl --oauth2-bearer abc123 https://acme.example/a",
        expect![[r#"
        name = ""
        method = "GET"
        url = "https://acme.example/a"

        [auth]
        kind = "bearer"
        token = "{{token}}"
        # the token: secrets are not kept in files: save it in the connection as `token`
    "#]],
    );
}

#[test]
fn what_cannot_be_carried_is_told() {
    check(
        "curl -k -x http://proxy:8080 --cert me.pem -b jar.txt --frobnicate https://a.example https://b.example | jq .",
        expect![[r#"
            name = ""
            method = "GET"
            url = "https://a.example"
            # --insecure: switch the check of certificates off in the connection
            # --proxy: set it in the connection
            # --cert: set it in the connection
            # --cookie: a file of cookies is not read
            # --frobnicate: it is not known here
            # https://b.example: a request has one URL
            # |: only the first command is taken
        "#]],
    );
}

#[test]
fn what_is_no_command_is_refused() {
    check(
        "wget https://acme.example",
        expect![[r#"
        refused: it is not a curl command
    "#]],
    );
    check(
        "curl 'https://acme.example",
        expect![[r#"
        refused: a single quote is opened and not closed
    "#]],
    );
    check(
        "curl -v",
        expect![[r#"
        refused: the command has no URL
    "#]],
    );
}

#[test]
fn no_command_makes_the_reader_panic() {
    let start = r#"$ curl -X POST 'https://a.example/{{x}}?a=%zz&b' -H "a: b" -d @f -F 'x=@y;type=z' --json '{' -u a:b $'\x41\u00e9' \"#;
    for cut in 0..start.len() {
        for extra in ["", "'", "\"", "\\", "$'", " -", " --", " -F", " -F=", "\u{1}é"] {
            let _ = curl(&format!("{}{extra}", &start[..cut]));
        }
    }
}

#[test]
fn files_get_names_that_every_system_can_hold() {
    let request = |name: &str| SavedRequest {
        name: name.into(),
        method: "GET".into(),
        url: "https://a.example/v1/users/{{id}}".into(),
        ..SavedRequest::default()
    };
    let users = vec!["Users & more".to_owned()];
    let imported = Imported {
        requests: [
            "Get a user",
            "get a USER!",
            "../../etc/passwd",
            "con",
            "",
            "Größe",
            "folder",
        ]
        .map(|name| (users.clone(), request(name)))
        .into(),
        ..Imported::default()
    };
    let paths: Vec<String> = imported
        .files(&mut Vec::new())
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    expect![[r#"
        [
            "requests/users_more/get_a_user.toml",
            "requests/users_more/get_a_user_2.toml",
            "requests/users_more/etc_passwd.toml",
            "requests/users_more/request_con.toml",
            "requests/users_more/get_v1_users_id.toml",
            "requests/users_more/größe.toml",
            "requests/users_more/request_folder.toml",
        ]
    "#]]
    .assert_debug_eq(&paths);
}

#[test]
fn secrets_in_headers_of_a_command_become_variables() {
    check(
        "curl -H 'Authorization: SSWS opensesame' -H 'X-Api-Key: opensesame' -b 'sid=opensesame' https://acme.example/a",
        expect![[r#"
            name = ""
            method = "GET"
            url = "https://acme.example/a"

            [[headers]]
            name = "Authorization"
            value = "SSWS {{authorization}}"

            [[headers]]
            name = "X-Api-Key"
            value = "{{x_api_key}}"

            [[headers]]
            name = "Cookie"
            value = "{{cookie}}"
            # the value of `authorization`: secrets are not kept in files: save it in the connection as `authorization`
            # the value of `x_api_key`: secrets are not kept in files: save it in the connection as `x_api_key`
            # the value of `cookie`: secrets are not kept in files: save it in the connection as `cookie`
        "#]],
    );
}

#[test]
fn commands_that_browsers_copy_for_windows_are_read() {
    check(
        "curl ^\"https://acme.example/a?b=1^&c=2^\" ^\r\n  -H ^\"content-type: application/json^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"",
        expect![[r#"
            name = ""
            method = "POST"
            url = "https://acme.example/a"

            [[query]]
            name = "b"
            value = "1"

            [[query]]
            name = "c"
            value = "2"

            [body]
            kind = "json"
            text = '{"a":1}'
        "#]],
    );
    check(
        r#"curl https://acme.example/a --data-raw $'{"a":"\ud83d\ude00 \u00e9"}'"#,
        expect![[r#"
            name = ""
            method = "POST"
            url = "https://acme.example/a"

            [body]
            kind = "json"
            text = '{"a":"😀 é"}'
            # Content-Type: application/x-www-form-urlencoded: the body is JSON and sent as such
        "#]],
    );
}

#[test]
fn files_of_a_command_are_told() {
    check(
        "curl -F 'a=<note.txt' -F 'b=@photo.png' -d x=1 https://acme.example/a",
        expect![[r#"
            name = ""
            method = "POST"
            url = "https://acme.example/a"

            [body]
            kind = "multipart"

            [[body.parts]]
            name = "b"
            file = "photo.png"
            # --form a=<note.txt: a text is not read from a file
            # the file photo.png: put it into the workspace's folder `fixtures`
            # --data: a body is a form or data, not both
        "#]],
    );
    check(
        "curl -d @one.json -d @two.json https://acme.example/a",
        expect![[r#"
        name = ""
        method = "POST"
        url = "https://acme.example/a"

        [body]
        kind = "file"
        path = "one.json"
        # the file one.json: put it into the workspace's folder `fixtures`
        # @two.json: a body is one file
    "#]],
    );
    check(
        "curl -G -d @query.txt https://acme.example/a",
        expect![[r#"
        name = ""
        method = "GET"
        url = "https://acme.example/a"
        # --data @query.txt: a query is not read from a file
    "#]],
    );
}

#[test]
fn folders_of_one_path_stay_two() {
    let folder = |value: &str| RequestFolder {
        variables: [("name".to_owned(), value.to_owned())].into(),
        ..RequestFolder::default()
    };
    let at = |name: &str| vec![name.to_owned()];
    let request = SavedRequest {
        name: "list".into(),
        url: "/a".into(),
        ..SavedRequest::default()
    };
    let imported = Imported {
        folders: vec![(at("Users!"), folder("one")), (at("users"), folder("two"))],
        requests: vec![(at("users"), request.clone()), (at("Users!"), request)],
        ..Imported::default()
    };
    let paths: Vec<String> = imported
        .files(&mut Vec::new())
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "requests/users/folder.toml",
            "requests/users_2/folder.toml",
            "requests/users_2/list.toml",
            "requests/users/list.toml"
        ]
    );
}

#[test]
fn what_looks_like_a_secret_is_replaced_wherever_it_stands() {
    let token = format!("00{}", "aB3dE5fG7h".repeat(4));
    let imported = Imported {
        requests: vec![(
            Vec::new(),
            SavedRequest {
                name: "odd".into(),
                url: format!("https://acme.example/{token}"),
                body: crate::request::RequestBody::Json {
                    text: format!("{{\"odd\": \"{token}\"}}"),
                },
                ..SavedRequest::default()
            },
        )],
        environments: vec![("Live".into(), [("odd".to_owned(), token.clone())].into())],
        ..Imported::default()
    };
    let mut left = Vec::new();
    let mut files = imported.files(&mut left);
    files.extend(imported.environment_files(&mut left));
    assert!(files.iter().all(|(_, text)| !text.contains(&token)), "{files:#?}");
    assert_eq!(left.len(), 3, "{left:#?}");
    let (request, _) = SavedRequest::parse(&files[0].1, "a.toml").unwrap();
    assert_eq!(request.url, "https://acme.example/{{secret}}");
}
