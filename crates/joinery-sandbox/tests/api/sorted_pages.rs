//! Pages of a search that is sorted: every user once, in order, however many share a value.

use joinery_sandbox::Seed;
use serde_json::Value;

use crate::org::Org;

/// The values of an attribute with the ids, page after page.
async fn pages(org: &Org, order: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let search = "/users?search=status+pr&sortBy=profile.department";
    let mut next = Some(format!("{search}&limit=37&sortOrder={order}"));
    while let Some(path) = next {
        let page = org.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        for user in page.body.as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
            found.push((
                text(&user["profile"]["department"]),
                user["id"].as_str().unwrap().to_owned(),
            ));
        }
        next = page.link("next");
    }
    found
}

#[tokio::test]
async fn sorted_pages_hold_every_user_once_and_in_order() {
    let org = Org::start(Seed::Demo).await;
    let ascending = pages(&org, "asc").await;
    assert_eq!(ascending.len(), 250);
    // The owner of the token has no department, and comes last.
    let (owner, people) = ascending.split_last().unwrap();
    assert_eq!(owner.0, "");
    let mut sorted = people.to_vec();
    sorted.sort();
    assert_eq!(people, sorted);

    let descending = pages(&org, "desc").await;
    let by_department = |list: &[(String, String)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let mut turned = by_department(&ascending);
    turned.reverse();
    assert_eq!(by_department(&descending), turned);
    let same = |pair: &[(String, String)]| pair[0].0 != pair[1].0 || pair[0].1 < pair[1].1;
    assert!(descending.windows(2).all(same), "the same value is in the order of ids");
    let wrong = org
        .get("/users?search=status+pr&sortBy=profile.department&after=00unobody0000000000")
        .await;
    assert_eq!((wrong.status, wrong.cause()), (400, "Invalid cursor."));
}
