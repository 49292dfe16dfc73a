//! What Okta's error codes mean and where they mostly come from. Codes are Okta's; the words are ours.

/// What a code is about, and what mostly leads to it.
pub(super) fn meaning(code: &str) -> Option<(&'static str, &'static str)> {
    let found = CODES.binary_search_by_key(&code, |(known, _, _)| known).ok()?;
    let (_, title, cause) = CODES[found];
    Some((title, cause))
}

/// The codes that calls of the API meet most, in order.
#[rustfmt::skip]
const CODES: &[(&str, &str, &str)] = &[
    ("E0000001", "A value is not accepted", "Look at errorCauses: each names a field and what it must be. Also sent when an object is not in a state that the call needs, such as suspending a user who is not active."),
    ("E0000002", "A parameter is not accepted", "The request can be read and makes no sense: look at the path and at ids that belong to another kind of object."),
    ("E0000003", "The body is not well-formed", "The body is not the JSON this endpoint reads: a missing brace, a text where an object belongs, or no body at all."),
    ("E0000004", "Signing in failed", "User name or password are wrong, or the user may not sign in now."),
    ("E0000005", "The session is not valid", "The request carries neither a token nor a live session. Choose a connection that signs."),
    ("E0000006", "Not allowed", "The token lacks the scope, or whoever it stands for lacks the admin role. A service app needs both."),
    ("E0000007", "Nothing has this id", "The id or login is unknown to this org, or the object was deleted. Check that the connection is of the org the id is from."),
    ("E0000008", "No such path", "The path is not one of the API. A missing /api/v1 and a misspelt last part are the usual reasons."),
    ("E0000009", "Okta failed", "An error inside Okta. Try again; if it stays, give the request id to Okta's support."),
    ("E0000010", "Read only for now", "The org is in maintenance: reads work, writes do not. Try again later."),
    ("E0000011", "The token is not accepted", "The token is wrong, revoked or expired: an API token ends after 30 days without use. SSWS belongs before an API token, Bearer before an access token."),
    ("E0000012", "The media type is not read here", "Send Content-Type: application/json."),
    ("E0000013", "The app's id is wrong", "The client id is unknown, or its app is not active."),
    ("E0000014", "Credentials were not changed", "The new password breaks the policy, or the user's credentials are kept by another directory."),
    ("E0000015", "The feature is off", "The org does not have this feature, or it is not switched on. An administrator or Okta's support can tell."),
    ("E0000016", "Already active", "The user is active already. Ask for the user's status before you activate."),
    ("E0000017", "The password was not reset", "The user's status does not allow it, or the password is kept by another directory."),
    ("E0000018", "Accept or Content-Type are missing", "Send Accept: application/json, and Content-Type: application/json with a body."),
    ("E0000019", "The Accept header does not fit", "Send Accept: application/json."),
    ("E0000020", "A value cannot be used", "A parameter has a form that the endpoint does not read, such as a text for a number."),
    ("E0000021", "The Content-Type does not fit", "Send Content-Type: application/json; a form or plain text is not read here."),
    ("E0000022", "The method does not fit the path", "The path exists, and not with this method. Often PATCH where POST changes a part, or POST to an id."),
    ("E0000023", "The profile belongs to another system", "A directory or app is the source of this user's profile. Change it there, or change who is the source."),
    ("E0000026", "The endpoint is gone", "It was retired. Look in the API's documentation for what took its place."),
    ("E0000028", "A required parameter is missing", "Read the endpoint's parameters: one that must be there is not."),
    ("E0000029", "The cursor is not accepted", "An `after` value comes from a `next` link only and does not last long. Begin with the first page again."),
    ("E0000030", "A date is not read", "Write dates as 2026-01-31T08:00:00.000Z."),
    ("E0000031", "The search is not read", "Check attribute names, operators and quotes. Values stand in double quotes, and attributes of a profile begin with profile."),
    ("E0000032", "Cannot be unlocked", "Only a user with the status LOCKED_OUT is unlocked, and only where Okta keeps the lock."),
    ("E0000033", "Two kinds of search at once", "`search` goes with neither `filter` nor `q`. Put all of it into `search`."),
    ("E0000034", "A forgotten password cannot be recovered", "The user's status or the password policy does not allow it."),
    ("E0000035", "The password cannot be changed", "The old password is wrong, or the user's status or the policy does not allow a change."),
    ("E0000036", "The recovery question cannot be changed", "The user's status or the policy does not allow it."),
    ("E0000037", "A value has the wrong type", "A parameter that must be a number, a truth value or a date is something else."),
    ("E0000038", "Not in this status", "The user's status does not allow the step. Look at the user's status and at the steps offered below _links."),
    ("E0000039", "The app did not take its settings", "Settings of the app's sign-on or provisioning contradict each other."),
    ("E0000040", "The app's label is taken", "Another app has the same label. Labels are unique."),
    ("E0000041", "Credentials do not belong here", "The app's credential scheme sets them itself: leave them out of the assignment."),
    ("E0000044", "The app cannot be chosen by people", "Self service is not possible for this app."),
    ("E0000045", "A mapping of attributes is wrong", "An expression or an attribute of the profile mapping does not exist."),
    ("E0000046", "Cannot be taken off the app", "The assignment comes through a group, or provisioning does not allow it: take the user out of the group."),
    ("E0000047", "Asked too often", "The rate limit of this endpoint, or of this token, is used up. Wait for the reset that the headers tell."),
    ("E0000048", "The object is not there", "The provisioning agent knows nothing of it."),
    ("E0000053", "The filter is not read", "Check the attribute, the operator and the quotes. The System Log keeps 90 days and reads no date before half a year ago."),
    ("E0000054", "The paging is not read", "`limit` or the start index are outside of what the endpoint allows."),
    ("E0000055", "The group's name is taken", "A group of that name exists already."),
    ("E0000056", "The app cannot be deleted", "Only an inactive app is deleted: POST /api/v1/apps/{id}/lifecycle/deactivate first."),
    ("E0000057", "A sign-on policy refuses", "A rule of the app's policy denies access to this user, place or device."),
    ("E0000058", "A second factor is needed", "The app's policy asks for one, and the session does not have it."),
    ("E0000060", "Cannot be done", "This kind of object does not support the call. Members of a built-in or app group are managed elsewhere."),
    ("E0000062", "Already assigned", "The user has this app already."),
    ("E0000063", "Parameters do not go together", "Two of the parameters exclude each other."),
    ("E0000064", "The password has expired", "The user must change it before anything else."),
    ("E0000067", "The factor's service is slow", "The service that sends or checks the factor did not answer in time. Try again."),
    ("E0000068", "The code is wrong", "The passcode or the answer does not fit. Codes change every 30 seconds."),
    ("E0000069", "The factor is locked", "Too many wrong answers: an administrator unlocks the user."),
    ("E0000073", "The person said no", "The push was rejected on the device."),
    ("E0000075", "The attribute is pushed", "It has a mapping and is pushed to the app: change the mapping, or the source."),
    ("E0000076", "The app is the source of the profile", "Change the user in the app; Okta takes it over."),
    ("E0000077", "The attribute is read only", "The schema does not let this attribute be written."),
    ("E0000078", "The attribute never changes", "It can be set once, when the object is made."),
    ("E0000079", "Not in this step of signing in", "The transaction is in another state: read its status and follow its links."),
    ("E0000080", "The password breaks the policy", "Length, kinds of letters, parts of the user name or an earlier password: the policy says which."),
    ("E0000081", "The attribute is reserved", "The app keeps this attribute for itself."),
    ("E0000082", "The code was used already", "Each code counts once: wait for the next."),
    ("E0000083", "The code is too old", "It was right and came too late. Check the clock of the device."),
    ("E0000085", "Signing in is not allowed", "A policy keeps this user out now."),
    ("E0000090", "The role is assigned already", "The user or group has this admin role."),
    ("E0000091", "The role is of another kind", "The call is for another type of role than the one it names."),
    ("E0000093", "Too many targets", "The role has as many targets as it may have."),
    ("E0000094", "The filter is too complex", "This endpoint takes simple filters only. Where there is a `search`, use that."),
    ("E0000095", "Recovery for nobody", "No user has that login, or recovery is not allowed for them."),
    ("E0000098", "The phone number is not read", "Write it as +49 30 1234567, country first."),
    ("E0000100", "Search does not work now", "The search index does not answer. Try again, or read by id."),
    ("E0000105", "The recovery link is used up", "It was used or has expired. Ask for a new one."),
    ("E0000107", "Not in the state for this step", "Read the object's status: the step starts from another one."),
    ("E0000109", "A text message was just sent", "Wait half a minute before the next."),
    ("E0000110", "The link is used up", "It was used or has expired."),
    ("E0000111", "The object is read only", "It belongs to Okta or to another system."),
    ("E0000112", "Still being activated", "The user's activation is under way. Try again in some minutes."),
    ("E0000117", "The user is not active", "Apps are assigned to active users only. Activate first."),
    ("E0000118", "A message was just sent", "Wait some seconds before the next."),
    ("E0000119", "The account is locked", "An administrator unlocks the user, or the lock runs out."),
    ("E0000122", "Only JSON is answered", "Send Accept: application/json."),
    ("E0000123", "A value is not in the list", "The attribute takes values of its list only: see `enum` and `oneOf` in the schema."),
    ("E0000124", "A password is missing", "A password that expires at once must be given when the user is made."),
    ("E0000125", "The user must be activated", "To let the password expire at once, make the user with activate=true."),
    ("E0000127", "The linked object is wrong", "Primary and associated names must be new, and differ."),
    ("E0000133", "A call was just made", "Wait half a minute before the next."),
    ("E0000134", "The inline hook was not reached", "The hook's address does not answer or its certificate is not trusted."),
    ("E0000135", "The inline hook said no", "The hook answered with an error: look at its own log."),
    ("E0000137", "The inline hook is slow", "It must answer within three seconds."),
    ("E0000142", "The user type is in use", "Users have it still, or it is the default."),
    ("E0000145", "A profile no longer fits its schema", "The schema was changed and some profiles were not. Update those users."),
    ("E0000149", "Nothing to answer in that type", "Send Accept: application/json."),
    ("E0000155", "The user is not active", "Only active users can do this."),
    ("E0000156", "No such user", "The user never was, or was deleted."),
    ("E0000192", "Groups with rules get no roles", "Make a group without a rule for administrators."),
    ("E0000195", "Something else stands in the way", "The object was changed meanwhile, or is used by another: errorCauses say which."),
    ("E0000207", "User name or password are wrong", "One of them does not fit. The answer does not tell which."),
    ("E0000231", "Changed since it was read", "Someone else changed the object: read it again and send the new ETag."),
    ("E0000239", "Priorities are being sorted", "Another change of policies is under way. Try again in a moment."),
    ("E0000268", "Roles are being changed", "Another request changes role assignments now. Try again in a moment."),
    ("access_denied", "The server refuses", "A policy of the authorization server, or the user, said no."),
    ("insufficient_scope", "The token lacks the scope", "Ask for a token with the scope that this endpoint takes; the app needs a grant for it."),
    ("invalid_client", "The app is not accepted", "The client id, its secret or the signed assertion is wrong. Okta's own server takes private_key_jwt only for a service app."),
    ("invalid_dpop_proof", "The proof of possession is wrong", "The DPoP proof has an old nonce, or was signed with another key than the token's."),
    ("invalid_grant", "The grant is used up", "The code or refresh token was used before, has expired, or belongs to another app or redirect address."),
    ("invalid_scope", "A scope is not granted", "Grant the scope to the app (Okta API Scopes), and check its spelling."),
    ("invalid_token", "The access token is not accepted", "It has expired, was revoked, or is of another server than the org's own."),
    ("unauthorized_client", "The app may not do this", "The grant type or the redirect address is not one the app was registered with."),
    ("use_dpop_nonce", "A fresh nonce is needed", "The server gives it in DPoP-Nonce; a connection with DPoP sends it by itself."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_order_each_once() {
        assert!(CODES.is_sorted_by(|(one, _, _), (next, _, _)| one < next));
        assert!(CODES.len() > 80, "{}", CODES.len());
    }

    #[test]
    fn a_code_is_found_by_its_name_alone() {
        assert_eq!(meaning("E0000007").unwrap().0, "Nothing has this id");
        assert_eq!(meaning("E0000268").unwrap().0, "Roles are being changed");
        assert_eq!(meaning("access_denied").unwrap().0, "The server refuses");
        assert_eq!(meaning("E9999999"), None);
    }
}
