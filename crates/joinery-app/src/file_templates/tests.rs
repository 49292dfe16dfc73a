use super::*;

fn answers(name: &str, path: &str, answer: &str) -> FileAnswers {
    FileAnswers {
        name: name.to_owned(),
        path: path.to_owned(),
        answer: answer.to_owned(),
    }
}

fn script(template: &str, path: &str, answer: &str) -> Result<String, Error> {
    let start = STARTS.iter().find(|start| start.id == template).unwrap();
    let manifest =
        "format = 1\nid = \"a\"\ntitle = \"A\"\nversion = \"0.1.0\"\n[http]\nbase_url = \"https://a.example\"\n";
    let (manifest, _) = joinery_connector::Manifest::parse(manifest).unwrap();
    Ok(fill::fill(start, &manifest, "do_it", &answers("do_it", path, answer))?.script)
}

#[test]
fn what_stands_in_braces_becomes_a_field_and_is_encoded() {
    let text = script("get", "/groups/{group}/roles/{role}", "").unwrap();
    assert!(
        text.contains("http.get(`/groups/${encode_path(input.group)}/roles/${encode_path(input.role)}`)"),
        "{text}"
    );
    assert!(
        text.contains("field(\"role\", #{ label: \"Role\", required: true })"),
        "{text}"
    );
    assert!(
        text.contains("schema(\"role\")") && text.contains("Reads one role."),
        "{text}"
    );
}

#[test]
fn dots_in_fields_nest_the_body_and_a_method_may_stand_before_the_path() {
    let text = script("create", "PUT /groups", "profile.firstName, profile.nick?, type").unwrap();
    assert!(text.contains("http.request(\"PUT\", \"/groups\")"), "{text}");
    let body = "compact(#{ profile: compact(#{ firstName: input.first_name, nick: input.nick }), type: input.type })";
    assert!(text.contains(body), "{text}");
    assert!(text.contains("field(\"nick\", #{ label: \"Nick\" })"), "{text}");
}

#[test]
fn answers_that_would_not_do_are_refused() {
    let refused = |template, path, answer| script(template, path, answer).unwrap_err().message;
    assert_eq!(refused("get", "groups", ""), "`groups` is no path");
    assert_eq!(refused("get", "/groups/{a b}", ""), "`/groups/{a b}` is no path");
    assert_eq!(refused("get", "/g/{x}`${1}", ""), "`/g/{x}`${1}` is no path");
    assert_eq!(refused("get", "", ""), "Path: an answer is needed");
    assert_eq!(refused("create", "/groups", ""), "Fields: an answer is needed");
    assert_eq!(refused("create", "/groups", "a-b"), "`a-b` cannot be a name");
    assert_eq!(
        refused("create", "/groups", "a.name, b.name"),
        "name is asked for twice"
    );
    assert_eq!(
        refused("delete", "/groups/{group}", "perhaps"),
        "`perhaps` is neither yes nor no"
    );
    assert_eq!(refused("list", "/groups", "my groups"), "`my groups` cannot be a name");
}

#[test]
fn every_template_leaves_no_blank_behind() {
    for template in list() {
        let text = script(&template.id, "/groups", "name")
            .or_else(|_| script(&template.id, "/groups", ""))
            .unwrap();
        assert!(
            !text.contains("{{") && text.starts_with("//! Do it\n"),
            "{}: {text}",
            template.id
        );
    }
}
