//! What is written for other tools, and that it comes back as it was.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates"
)]

use std::path::Path;

use expect_test::expect;
use serde_json::Value;

use super::*;
use crate::import::{FORMATS as IMPORTS, Imported};

const MANIFEST: &str = r#"format = 1
id = "acme"
title = "Acme"
version = "1.0.0"

[http]
base_url = "https://{{domain}}"

[[fields]]
name = "domain"
label = "Domain"
hint = "acme.example"
"#;

const REQUEST: &str = r#"name = "Add to a group"
method = "PUT"
url = "{{base_url}}/groups/{{group}}/users/{{user}}"
description = "Adds one."

[[query]]
name = "note"
value = "50% & more"

[[headers]]
name = "X-Id"
value = "{{uuid()}}"

[body]
kind = "json"
text = '{"reason": "{{reason}}"}'

[variables]
group = "g1"
reason = "new"

[[assert]]
subject = "status"
equals = 204

[[assert]]
subject = "$.items[0]['full name']"
matches = "(?i)^ada"

[[assert]]
subject = "$..id"
length = 2

[[assert]]
subject = "header:X-Rate"
at_least = 1

[[capture]]
name = "session"
subject = "$.token"
secret = true

[settings]
timeout = 5
"#;

const EXAMPLE: &str = r#"{"request": {"method": "PUT"}, "response": {"status": 404, "reason": "Not Found",
    "headers": [{"name": "Content-Type", "value": "application/json"}], "body": {"code": "E1", "token": "opensesame"}}}"#;

fn connector(files: &[(&str, &str)]) -> Connector {
    let files = [("connector.toml", MANIFEST)].iter().chain(files);
    let files = files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Connector::from_files(Path::new("acme"), files).unwrap()
}

fn sample() -> Connector {
    connector(&[
        (
            "requests/folder.toml",
            "order = [\"users/\", \"groups\"]\n\n[auth]\nkind = \"api_key\"\nheader = \"Authorization\"\nprefix = \"SSWS \"\ntoken = \"{{token}}\"\n",
        ),
        (
            "requests/users/folder.toml",
            "name = \"Users\"\n\n[variables]\nuser = \"ada\"\n",
        ),
        ("requests/users/add.toml", REQUEST),
        ("requests/users/add.examples/not_found.json", EXAMPLE),
        (
            "requests/groups.toml",
            "name = \"Groups\"\nurl = \"/groups\"\nauth = \"none\"\n\n[[headers]]\nname = \"Authorization\"\nvalue = \"Bearer opensesame\"\n",
        ),
    ])
}

fn written(connector: &Connector, id: &str, selection: &Selection) -> Written {
    let format = FORMATS.iter().find(|format| format.id == id).unwrap();
    let set = RequestSet::of(connector, selection).unwrap();
    match &format.write {
        Write::Requests(write) | Write::Code(write) => write(set),
        Write::Package(_) => panic!("{id} holds more than requests"),
    }
}

fn shown(written: &Written) -> String {
    let left = written.not_carried.iter();
    let left = left.map(|left| format!("# {}: {}: {}\n", left.place, left.what, left.why));
    format!("{}{}", written.text, left.collect::<String>())
}

#[test]
fn a_collection_has_tests_for_the_assertions() {
    let written = written(&sample(), "postman", &Selection::default());
    assert!(!written.text.contains("opensesame"), "{}", written.text);
    expect![[r#"
        {
          "info": {
            "name": "Acme",
            "description": "",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
          },
          "item": [
            {
              "name": "Users",
              "item": [
                {
                  "name": "Add to a group",
                  "request": {
                    "method": "PUT",
                    "url": {
                      "raw": "{{base_url}}/groups/:group/users/{{user}}?note=50%25 %26 more",
                      "host": [
                        "{{base_url}}"
                      ],
                      "path": [
                        "groups",
                        ":group",
                        "users",
                        "{{user}}"
                      ],
                      "query": [
                        {
                          "key": "note",
                          "value": "50%25 %26 more"
                        }
                      ],
                      "variable": [
                        {
                          "key": "group",
                          "value": "g1"
                        }
                      ]
                    },
                    "body": {
                      "mode": "raw",
                      "raw": "{\"reason\": \"{{reason}}\"}",
                      "options": {
                        "raw": {
                          "language": "json"
                        }
                      }
                    },
                    "header": [
                      {
                        "key": "X-Id",
                        "value": "{{$guid}}"
                      }
                    ],
                    "description": "Adds one."
                  },
                  "response": [
                    {
                      "name": "not_found",
                      "originalRequest": {
                        "method": "PUT",
                        "url": {
                          "raw": "{{base_url}}/groups/:group/users/{{user}}?note=50%25 %26 more",
                          "host": [
                            "{{base_url}}"
                          ],
                          "path": [
                            "groups",
                            ":group",
                            "users",
                            "{{user}}"
                          ],
                          "query": [
                            {
                              "key": "note",
                              "value": "50%25 %26 more"
                            }
                          ],
                          "variable": [
                            {
                              "key": "group",
                              "value": "g1"
                            }
                          ]
                        },
                        "body": {
                          "mode": "raw",
                          "raw": "{\"reason\": \"{{reason}}\"}",
                          "options": {
                            "raw": {
                              "language": "json"
                            }
                          }
                        },
                        "header": [
                          {
                            "key": "X-Id",
                            "value": "{{$guid}}"
                          }
                        ],
                        "description": "Adds one."
                      },
                      "status": "Not Found",
                      "code": 404,
                      "header": [
                        {
                          "key": "Content-Type",
                          "value": "application/json"
                        }
                      ],
                      "cookie": [],
                      "body": "{\n  \"code\": \"E1\",\n  \"token\": \"{{token}}\"\n}",
                      "_postman_previewlanguage": "json"
                    }
                  ],
                  "event": [
                    {
                      "listen": "prerequest",
                      "script": {
                        "type": "text/javascript",
                        "exec": [
                          "if (!pm.iterationData.has(\"reason\")) pm.variables.set(\"reason\", \"new\");"
                        ]
                      }
                    },
                    {
                      "listen": "test",
                      "script": {
                        "type": "text/javascript",
                        "exec": [
                          "pm.test(\"status equals 204\", function () {",
                          "    pm.response.to.have.status(204);",
                          "});",
                          "pm.test(\"$.items[0]['full name'] matches \\\"(?i)^ada\\\"\", function () {",
                          "    pm.expect(pm.response.json()?.items?.[0]?.[\"full name\"]).to.match(new RegExp(\"^ada\", \"iu\"));",
                          "});",
                          "pm.test(\"header:X-Rate at least 1\", function () {",
                          "    pm.expect(pm.response.headers.get(\"X-Rate\")).to.be.at.least(1);",
                          "});",
                          "pm.collectionVariables.set(\"session\", pm.response.json()?.token); // secret"
                        ]
                      }
                    }
                  ]
                }
              ],
              "event": [
                {
                  "listen": "prerequest",
                  "script": {
                    "type": "text/javascript",
                    "exec": [
                      "if (!pm.iterationData.has(\"user\") && !pm.environment.has(\"user\")) pm.variables.set(\"user\", \"ada\");"
                    ]
                  }
                }
              ]
            },
            {
              "name": "Groups",
              "request": {
                "method": "GET",
                "url": {
                  "raw": "{{base_url}}/groups",
                  "host": [
                    "{{base_url}}"
                  ],
                  "path": [
                    "groups"
                  ]
                },
                "header": [
                  {
                    "key": "Authorization",
                    "value": "Bearer {{authorization}}"
                  }
                ],
                "auth": {
                  "type": "noauth"
                }
              },
              "response": []
            }
          ],
          "variable": [
            {
              "key": "base_url",
              "value": "https://{{domain}}",
              "type": "string"
            },
            {
              "key": "authorization",
              "value": "",
              "type": "secret"
            },
            {
              "key": "domain",
              "value": "",
              "type": "string",
              "description": "Domain, such as acme.example"
            },
            {
              "key": "token",
              "value": "",
              "type": "secret"
            }
          ],
          "auth": {
            "type": "apikey",
            "apikey": [
              {
                "key": "key",
                "value": "Authorization",
                "type": "string"
              },
              {
                "key": "value",
                "value": "SSWS {{token}}",
                "type": "string"
              },
              {
                "key": "in",
                "value": "header",
                "type": "string"
              }
            ]
          },
          "event": [
            {
              "listen": "prerequest",
              "script": {
                "type": "text/javascript",
                "exec": [
                  "pm.variables.unset(\"group\");",
                  "pm.variables.unset(\"reason\");",
                  "pm.variables.unset(\"user\");"
                ]
              }
            }
          ]
        }
        # Groups: the value of `authorization`: secrets are not kept in files: save it in the connection as `authorization`
        # Users / Add to a group: the assertion $..id length 2: its subject cannot be written in a script of one line
        # Users / Add to a group: the setting timeout: a request in Postman has none
    "#]].assert_eq(&shown(&written));
}

#[test]
fn commands_ask_for_what_has_no_value() {
    expect![[r##"
        #!/bin/sh
        # Acme 1.0.0: requests as curl commands.
        # sh FILE lists them, sh FILE NAME... sends them.
        # Set these first: DOMAIN, UUID, TOKEN, AUTHORIZATION

        set -eu

        send() {
          case "$1" in
          # Users / Add to a group
          'users/add')
        curl --request PUT \
          'https://'"$DOMAIN"'/groups/g1/users/ada?note=50%25%20%26%20more' \
          --header 'X-Id: '"$UUID" \
          --header 'Authorization: SSWS '"$TOKEN" \
          --header 'Content-Type: application/json' \
          --data-raw '{"reason": "new"}' \
          --max-time 5
            ;;
          # Groups
          'groups')
        curl 'https://'"$DOMAIN"'/groups' \
          --header 'Authorization: Bearer '"$AUTHORIZATION"
            ;;
          *)
            echo "there is no request $1" >&2
            return 2
            ;;
          esac
        }

        if [ $# -eq 0 ]; then
          cat <<'REQUESTS'
        users/add
        groups
        REQUESTS
        fi
        for request in "$@"; do
          send "$request"
        done
        # Groups: the value of `authorization`: secrets are not kept in files: save it in the connection as `authorization`
        # Users / Add to a group: assertions: a curl command has none
        # Users / Add to a group: captures: a curl command has none
        # Users / Add to a group: {{uuid()}}: it has no value here: set it as `uuid`
    "##]].assert_eq(&shown(&written(&sample(), "curl", &Selection::default())));
}

#[test]
fn a_description_has_paths_by_their_shape() {
    let written = written(&sample(), "openapi", &Selection::default());
    assert!(!written.text.contains("opensesame"), "{}", written.text);
    expect![[r#"
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Acme",
            "version": "1.0.0",
            "description": ""
          },
          "servers": [
            {
              "url": "https://{domain}",
              "variables": {
                "domain": {
                  "default": "acme.example"
                }
              },
              "description": "Domain"
            }
          ],
          "tags": [
            {
              "name": "Users"
            }
          ],
          "paths": {
            "/groups/{group}/users/{user}": {
              "put": {
                "operationId": "add",
                "summary": "Add to a group",
                "responses": {
                  "404": {
                    "description": "Not Found",
                    "content": {
                      "application/json": {
                        "schema": {
                          "required": [
                            "code",
                            "token"
                          ],
                          "type": "object",
                          "properties": {
                            "code": {
                              "type": "string"
                            },
                            "token": {
                              "type": "string"
                            }
                          }
                        },
                        "examples": {
                          "not_found": {
                            "value": {
                              "code": "E1",
                              "token": "{{token}}"
                            }
                          }
                        }
                      }
                    }
                  },
                  "204": {
                    "description": "As expected"
                  }
                },
                "tags": [
                  "Users"
                ],
                "description": "Adds one.",
                "parameters": [
                  {
                    "name": "group",
                    "in": "path",
                    "required": true,
                    "schema": {
                      "type": "string"
                    },
                    "example": "g1"
                  },
                  {
                    "name": "user",
                    "in": "path",
                    "required": true,
                    "schema": {
                      "type": "string"
                    },
                    "example": "ada"
                  },
                  {
                    "name": "note",
                    "in": "query",
                    "schema": {
                      "type": "string"
                    },
                    "example": "50% & more"
                  },
                  {
                    "name": "X-Id",
                    "in": "header",
                    "schema": {
                      "type": "string"
                    }
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {
                    "application/json": {
                      "schema": {
                        "required": [
                          "reason"
                        ],
                        "type": "object",
                        "properties": {
                          "reason": {
                            "type": "string"
                          }
                        }
                      },
                      "example": {
                        "reason": "new"
                      }
                    }
                  }
                },
                "security": [
                  {
                    "api_key": []
                  }
                ]
              }
            },
            "/groups": {
              "get": {
                "operationId": "groups",
                "summary": "Groups",
                "responses": {
                  "default": {
                    "description": "The answer"
                  }
                },
                "security": []
              }
            }
          },
          "components": {
            "schemas": {},
            "securitySchemes": {
              "api_key": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "The key follows `SSWS `."
              }
            }
          }
        }
        # Groups: the value of `authorization`: secrets are not kept in files: save it in the connection as `authorization`
        # Users / Add to a group: assertions: 3: a description has none
        # Users / Add to a group: captures: 1: a description has none
    "#]].assert_eq(&shown(&written));
}

#[test]
fn a_log_needs_a_host_and_holds_saved_answers() {
    let nowhere = written(&sample(), "har", &Selection::default());
    assert_eq!(
        nowhere
            .not_carried
            .iter()
            .filter(|left| left.what == "the request")
            .count(),
        2
    );
    let given = Selection {
        given: [("domain".to_owned(), "acme.example".to_owned())].into(),
        ..Selection::default()
    };
    let log: Value = serde_json::from_str(&written(&sample(), "har", &given).text).unwrap();
    let entries = log["log"]["entries"].as_array().unwrap();
    // `{{uuid()}}` asks for chance, which this test has none of.
    assert_eq!(entries.len(), 1, "{log:#}");
    assert_eq!(entries[0]["request"]["url"], "https://acme.example/groups");
}

#[test]
fn one_request_is_code() {
    let one = Selection {
        request: Some("requests/groups.toml".to_owned()),
        ..Selection::default()
    };
    assert!(written(&sample(), "rhai", &one).text.contains("http.get(\"/groups\")"));
    let nothing = Selection {
        request: Some("requests/none.toml".to_owned()),
        ..Selection::default()
    };
    assert!(RequestSet::of(&sample(), &nothing).is_err());
}

#[test]
fn an_environment_has_no_secret() {
    let values = [("base_url", "https://a.example"), ("token", "opensesame")];
    let values = values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let text = postman_environment("Staging", &values.collect());
    assert!(
        !text.contains("opensesame") && text.contains("\"type\": \"secret\""),
        "{text}"
    );
    assert!(text.contains("https://a.example"));
}

/// What an import of `text` writes.
fn imported(id: &str, text: &str) -> Vec<(String, String)> {
    let format = IMPORTS.iter().find(|format| format.id == id).unwrap();
    let imported: Imported = format.read(text).unwrap();
    imported.files(&mut Vec::new())
}

/// Imports, exports what came of it, imports that: the files are the same.
#[track_caller]
fn comes_back(id: &str, text: &str, selection: &Selection) {
    let first = imported(id, text);
    let files: Vec<(&str, &str)> = first
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let out = written(&connector(&files), id, selection);
    let second = imported(id, &out.text);
    assert_eq!(first, second, "{}", out.text);
}

#[test]
fn a_collection_comes_back_as_it_was() {
    comes_back(
        "postman",
        include_str!("postman/collection.json"),
        &Selection::default(),
    );
}

#[test]
fn a_log_comes_back_as_it_was() {
    comes_back(
        "har",
        r#"{"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [
        {"request": {"method": "POST", "url": "https://acme.example/a?q=a%20b%26c", "headers": [{"name": "accept", "value": "*/*"}, {"name": "x-api-key", "value": "opensesame"}],
            "postData": {"mimeType": "application/json", "text": "{\"ä\": \"'\\\"\"}"}}},
        {"request": {"method": "POST", "url": "https://acme.example/form", "headers": [],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a b", "value": "1&2"}]}}},
        {"request": {"method": "PUT", "url": "https://files.example/up", "headers": [],
            "postData": {"mimeType": "multipart/form-data", "params": [{"name": "t", "value": "x"}, {"name": "f", "fileName": "me.png", "contentType": "image/png"}]}}}
    ]}}"#,
        &Selection::default(),
    );
}

#[test]
fn commands_come_back_as_they_were() {
    let commands = [
        r#"curl 'https://acme.example/a?q=a%20b' -H 'X-Note: it'\''s "so"' --json '{"name": "Zoë", "quote": "\"'\''"}'"#,
        "curl https://acme.example/form -d 'a=1&b=x%20y%26z'",
        "curl https://acme.example/files -F 'title=a;b' -F 'file=@me.png' -F 'other=@a.bin;filename=\"b\"'",
        "curl -X DELETE https://acme.example/a -L --max-time 3",
        "curl -u ada:opensesame https://acme.example/a",
        "curl https://acme.example/raw -H 'Content-Type: text/csv' --data-binary 'a,b'",
        "curl -T me.png https://acme.example/up",
    ];
    for command in commands {
        let first = imported("curl", command);
        let files: Vec<(&str, &str)> = first
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let one = Selection {
            request: Some(first[0].0.clone()),
            ..Selection::default()
        };
        let out = written(&connector(&files), "curl", &one);
        let second = imported("curl", &out.text);
        assert_eq!(first[0].1, second[0].1, "{}", out.text);
    }
}
