//! Tests of connections that sign in with OAuth: which step fails, whom they reach, and what to do.

use joinery_app::connections::{self, Cause, ConnectionTest, StepState};

use crate::desk::Desk;

impl Desk {
    async fn test(&self, name: &str) -> ConnectionTest {
        connections::test_resolved(&self.studio, &self.okta, self.resolved(name))
            .await
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_app_tells_how_it_got_its_token_and_what_that_opens() {
    let desk = Desk::open().await;
    for (name, dpop, how) in [
        ("plain", false, "private_key_jwt"),
        ("bound", true, "private_key_jwt, DPoP"),
    ] {
        let (id, _) = desk.service(name, "ES256", dpop).await;
        let found = desk.test(name).await;
        assert!(found.ok, "{found:?}");
        assert_eq!(
            (found.steps[1].state, found.steps[1].detail.as_str()),
            (StepState::Ok, how)
        );
        assert_eq!(found.scopes, ["okta.users.manage"]);
        assert_eq!(found.signed_in_as, Some(format!("service app {id}")));
    }
    assert!(desk.test("bound").await.steps[1].detail.ends_with(", kept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_given_says_at_which_step_and_why() {
    let desk = Desk::open().await;
    let (id, kid) = desk.service("known", "ES256", false).await;
    // Another key than the one the app knows.
    desk.key("strange", "ES256");
    desk.save("strange", "service_app", &[("client_id", &id), ("key_id", &kid)]);
    let found = desk.test("strange").await;
    assert_eq!(found.cause, Some(Cause::CredentialsRefused), "{found:?}");
    let states: Vec<_> = found.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Ok, StepState::Failed, StepState::Skipped]);
    assert!(found.hint.unwrap_or_default().contains("public key"));

    desk.save("nobody", "sign_in", &[("client_id", &id)]);
    let found = desk.test("nobody").await;
    assert_eq!(found.cause, Some(Cause::SignInNeeded), "{found:?}");
    assert!(found.message.starts_with("Nobody has signed in"), "{}", found.message);
}
