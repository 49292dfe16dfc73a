//! The list of users: paging, `q`, `filter`, `search`, and what each refuses.

use std::collections::HashSet;

use joinery_sandbox::Seed;
use serde_json::Value;

use crate::org::Org;

fn logins(body: &Value) -> Vec<&str> {
    body.as_array()
        .unwrap()
        .iter()
        .map(|user| user["profile"]["login"].as_str().unwrap())
        .collect()
}

async fn walk(org: &Org, path: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(page) = next {
        let answer = org.get(&page).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        seen.extend(logins(&answer.body).into_iter().map(str::to_owned));
        next = answer.link("next");
    }
    seen
}

#[tokio::test]
async fn pages_of_50_give_each_of_250_users_once() {
    let org = Org::start(Seed::Users(249)).await;
    let seen = walk(&org, "/users?limit=50").await;
    assert_eq!((seen.len(), seen.iter().collect::<HashSet<_>>().len()), (250, 250));
    let sorted = walk(
        &org,
        "/users?limit=50&search=profile.lastName+pr&sortBy=profile.lastName",
    )
    .await;
    assert_eq!((sorted.len(), sorted.iter().collect::<HashSet<_>>().len()), (250, 250));
}

#[tokio::test]
async fn links_show_the_limit_in_force_and_encode_the_query_as_okta_does() {
    let org = Org::start(Seed::Users(3)).await;
    let base = format!("{}/api/v1", org.sandbox.url());
    let answer = org.get("/users?filter=status%20eq%20%22ACTIVE%22").await;
    assert_eq!(
        answer.link("self").unwrap(),
        format!("{base}/users?limit=200&filter=status+eq+%22ACTIVE%22")
    );
    let page = org.get("/users?limit=1").await;
    let id = page.body[0]["id"].as_str().unwrap();
    assert_eq!(page.link("next").unwrap(), format!("{base}/users?after=2{id}&limit=1"));
    assert_eq!(page.headers.get_all("link").iter().count(), 2);
    assert_eq!(
        org.get("/users?limit=9999").await.link("self").unwrap(),
        format!("{base}/users?limit=200")
    );
    assert!(org.get("/users?q=a").await.link("self").is_none());
    let bad = org.get("/users?after=nonsense").await;
    assert_eq!(
        (bad.status, bad.code(), bad.cause()),
        (400, "E0000029", "Invalid cursor.")
    );
}

#[tokio::test]
async fn search_ignores_case_where_filter_does_not() {
    let org = Org::start(Seed::Demo).await;
    let count = async |query: &str| org.get(&format!("/users?{query}")).await.body.as_array().unwrap().len();
    assert_eq!(count("search=profile.firstName+eq+%22ada%22").await, 1);
    assert_eq!(count("filter=profile.firstName+eq+%22ada%22").await, 0);
    assert_eq!(count("filter=profile.firstName+eq+%22Ada%22").await, 1);
    assert_eq!(count("q=ADA").await, 1);
    assert!(count("search=profile.department+eq+%22Sales%22+and+status+eq+%22ACTIVE%22").await > 5);
    assert_eq!(
        count("search=(profile.login+co+%22lovelace%22+or+profile.city+sw+%22zzz%22)").await,
        1
    );
    assert_eq!(count("search=created+gt+%222099-01-01T00:00:00.000Z%22").await, 0);
    let plain = walk(&org, "/users").await.len();
    let all = walk(&org, "/users?search=id+pr").await.len();
    assert!(
        all == 250 && plain < all,
        "a plain list leaves out the deactivated, search does not"
    );
}

#[tokio::test]
async fn each_parameter_names_what_it_cannot_use() {
    let org = Org::start(Seed::Empty).await;
    let table = [
        (
            "search=profile.city+co+%22x%22",
            "E0000031",
            "'co' cannot be used with 'profile.city', at position 13",
        ),
        (
            "search=profile.nope+eq+%22x%22",
            "E0000031",
            "The attribute 'profile.nope' cannot be searched",
        ),
        (
            "search=status+ne+%22x%22",
            "E0000031",
            "Unrecognized attribute operator 'ne' at position 7. Expected: eq,co,sw,pr,gt,ge,lt,le",
        ),
        ("search=status+eq", "E0000031", "Unexpected end of expression"),
        ("search=status+pr&after=00u1", "E0000031", "Invalid cursor."),
        (
            "search=status+pr&sortBy=nope",
            "E0000031",
            "The attribute 'nope' cannot be sorted by",
        ),
        (
            "filter=profile.city+eq+%22x%22",
            "E0000031",
            "The attribute 'profile.city' cannot be used in a filter",
        ),
        (
            "filter=status+gt+%22x%22",
            "E0000031",
            "Only 'eq' can be used with 'status', at position 7",
        ),
        ("filter=lastUpdated+gt+%22soon%22", "E0000030", ""),
        ("search=id+pr&filter=status+eq+%22ACTIVE%22", "E0000033", ""),
        (
            "limit=abc",
            "E0000001",
            "limit: 'abc' is not valid. It must be a whole number from 1 to 200.",
        ),
    ];
    for (query, code, cause) in table {
        let answer = org.get(&format!("/users?{query}")).await;
        assert_eq!(
            (answer.status, answer.code(), answer.cause()),
            (400, code, cause),
            "{query}"
        );
    }
}
