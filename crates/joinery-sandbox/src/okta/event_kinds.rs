//! Every event the org records.

use super::event::EventKind;

pub const USER_CREATE: EventKind = EventKind(
    "user.lifecycle.create",
    "Create okta user",
    "core.user.config.user_creation.success",
);
pub const USER_ACTIVATE: EventKind = EventKind(
    "user.lifecycle.activate",
    "Activate Okta user",
    "core.user.config.user_activated.success",
);
pub const USER_REACTIVATE: EventKind = EventKind(
    "user.lifecycle.reactivate",
    "Reactivate Okta user",
    "core.user.config.user_reactivated.success",
);
pub const USER_DEACTIVATE: EventKind = EventKind(
    "user.lifecycle.deactivate",
    "Deactivate Okta user",
    "core.user.config.user_deactivated.success",
);
pub const USER_SUSPEND: EventKind = EventKind(
    "user.lifecycle.suspend",
    "Suspend Okta user",
    "core.user.config.user_suspended.success",
);
pub const USER_UNSUSPEND: EventKind = EventKind(
    "user.lifecycle.unsuspend",
    "Unsuspend Okta user",
    "core.user.config.user_unsuspended.success",
);
pub const USER_DELETE_INITIATED: EventKind = EventKind(
    "user.lifecycle.delete.initiated",
    "Delete Okta user initiated",
    "core.user.config.delete.initiated",
);
pub const USER_DELETE_COMPLETED: EventKind = EventKind(
    "user.lifecycle.delete.completed",
    "Delete Okta user completed",
    "core.user.config.delete.completed",
);
pub const USER_UPDATE: EventKind = EventKind(
    "user.account.update_profile",
    "Update user profile for Okta",
    "core.user.config.profile_update.success",
);
pub const USER_TYPE_CHANGE: EventKind = EventKind(
    "user.account.update_user_type",
    "User type update",
    "core.user.config.user_type_update.success",
);
pub const SCHEMA_UPDATE: EventKind = EventKind(
    "directory.user_profile.update",
    "Update universal directory user profile",
    "core.directory.user_profile.update",
);
pub const USER_PASSWORD: EventKind = EventKind(
    "user.account.update_password",
    "User update password for Okta",
    "core.user.config.password_update.success",
);
pub const USER_RESET: EventKind = EventKind(
    "user.account.reset_password",
    "Fired when the user's Okta password is reset",
    "core.user.config.password_reset.success",
);
pub const USER_EXPIRE: EventKind = EventKind(
    "user.account.expire_password",
    "Expire password",
    "core.user.config.password_expire.success",
);
pub const USER_UNLOCK: EventKind = EventKind(
    "user.account.unlock_by_admin",
    "Unlock user account for Okta by admin",
    "core.user.config.user_unlock_by_admin.success",
);
pub const SESSION_START: EventKind = EventKind(
    "user.session.start",
    "User login to Okta",
    "core.user_auth.login_success",
);
pub const AUTHORIZE_CODE: EventKind = EventKind(
    "app.oauth2.authorize.code",
    "OIDC authorization code request",
    "app.oauth2.authorize.code_success",
);
pub const TOKEN_GRANT: EventKind = EventKind(
    "app.oauth2.token.grant.access_token",
    "OIDC access token is granted",
    "app.oauth2.token.grant.access_token_success",
);
pub const TOKEN_REUSE: EventKind = EventKind(
    "app.oauth2.token.detect_reuse",
    "OAuth2 refresh token reuse detected",
    "app.oauth2.token.detect_reuse",
);
pub const SESSION_CLEAR: EventKind = EventKind(
    "user.session.clear",
    "Clear user session",
    "core.user.config.session_clear.success",
);
pub const FACTORS_RESET: EventKind = EventKind(
    "user.mfa.factor.reset_all",
    "Reset all factors for user",
    "core.user.factor.reset_all",
);
pub const FACTOR_ACTIVATE: EventKind = EventKind(
    "user.mfa.factor.activate",
    "Activate factor for user",
    "core.user.factor.activate",
);
pub const FACTOR_DEACTIVATE: EventKind = EventKind(
    "user.mfa.factor.deactivate",
    "Reset factor for user",
    "core.user.factor.deactivate",
);
pub const MEMBER_ADD: EventKind = EventKind(
    "group.user_membership.add",
    "Add user to group membership",
    "core.user_group_member.user_add",
);
pub const MEMBER_REMOVE: EventKind = EventKind(
    "group.user_membership.remove",
    "Remove user from group membership",
    "core.user_group_member.user_remove",
);
pub const RULE_TRIGGER: EventKind = EventKind(
    "group.user_membership.rule.trigger",
    "Trigger group membership rule",
    "core.user_group_member.rule.trigger",
);
pub const RULE_DEACTIVATED: EventKind = EventKind(
    "group.user_membership.rule.deactivated",
    "Deactivate group membership rule",
    "core.user_group_member.rule.deactivated",
);
pub const RULE_EXCLUSION: EventKind = EventKind(
    "group.user_membership.rule.add_exclusion",
    "Add user to group membership exclusion rule",
    "core.user_group_member.rule.add_exclusion",
);
pub const APP_CREATE: EventKind = EventKind(
    "application.lifecycle.create",
    "Create application",
    "app.generic.config.app_created",
);
pub const APP_UPDATE: EventKind = EventKind(
    "application.lifecycle.update",
    "Update application",
    "app.generic.config.app_updated",
);
pub const APP_ACTIVATE: EventKind = EventKind(
    "application.lifecycle.activate",
    "Activate application",
    "app.generic.config.app_activated",
);
pub const APP_DEACTIVATE: EventKind = EventKind(
    "application.lifecycle.deactivate",
    "Deactivate application",
    "app.generic.config.app_deactivated",
);
pub const APP_DELETE: EventKind = EventKind(
    "application.lifecycle.delete",
    "Delete application",
    "app.generic.config.app_deleted",
);
pub const APP_USER_ADD: EventKind = EventKind(
    "application.user_membership.add",
    "Add user to application membership",
    "app.generic.provision.assign_user_to_app",
);
pub const APP_USER_REMOVE: EventKind = EventKind(
    "application.user_membership.remove",
    "Remove user's application membership",
    "app.generic.provision.deactivate_user_from_app",
);
pub const APP_GROUP_ADD: EventKind = EventKind(
    "group.application_assignment.add",
    "Add assigned application to group",
    "core.user_group.application_assignment.add",
);
pub const APP_GROUP_REMOVE: EventKind = EventKind(
    "group.application_assignment.remove",
    "Remove assigned application from group",
    "core.user_group.application_assignment.remove",
);
pub const HOOK_CREATE: EventKind = EventKind("event_hook.created", "Event hook created", "event_hook.created");
pub const HOOK_UPDATE: EventKind = EventKind("event_hook.updated", "Event hook updated", "event_hook.updated");
pub const HOOK_ACTIVATE: EventKind = EventKind("event_hook.activated", "Event hook activated", "event_hook.activated");
pub const HOOK_DEACTIVATE: EventKind = EventKind(
    "event_hook.deactivated",
    "Event hook deactivated",
    "event_hook.deactivated",
);
pub const HOOK_DELETE: EventKind = EventKind("event_hook.deleted", "Event hook deleted", "event_hook.deleted");
pub const HOOK_VERIFY: EventKind = EventKind("event_hook.verified", "Event hook verified", "event_hook.verified");
pub const HOOK_DELIVERY: EventKind = EventKind("event_hook.delivery", "Event hook delivery", "event_hook.delivery");
pub const GROUP_CREATE: EventKind = EventKind(
    "group.lifecycle.create",
    "Create Okta group",
    "core.user_group.create.success",
);
pub const GROUP_DELETE: EventKind = EventKind(
    "group.lifecycle.delete",
    "Delete Okta group",
    "core.user_group.delete.success",
);
pub const GROUP_UPDATE: EventKind = EventKind(
    "group.profile.update",
    "Update Okta group",
    "core.user_group.update.success",
);
pub const USER_PRIVILEGE_GRANT: EventKind = EventKind(
    "user.account.privilege.grant",
    "Grant user privilege",
    "core.user.admin_privilege.granted",
);
pub const USER_PRIVILEGE_REVOKE: EventKind = EventKind(
    "user.account.privilege.revoke",
    "Revoke user privilege",
    "core.user.admin_privilege.revoked",
);
pub const GROUP_PRIVILEGE_GRANT: EventKind = EventKind(
    "group.privilege.grant",
    "Grant group privilege",
    "core.user_group.admin_privilege.granted",
);
pub const GROUP_PRIVILEGE_REVOKE: EventKind = EventKind(
    "group.privilege.revoke",
    "Revoke group privilege",
    "core.user_group.admin_privilege.revoked",
);
pub const CLIENT_PRIVILEGE_GRANT: EventKind = EventKind(
    "app.oauth2.client.privilege.grant",
    "Grant privilege to an OAuth 2.0 client",
    "app.oauth2.client.privilege.grant",
);
pub const CLIENT_PRIVILEGE_REVOKE: EventKind = EventKind(
    "app.oauth2.client.privilege.revoke",
    "Revoke privilege from an OAuth 2.0 client",
    "app.oauth2.client.privilege.revoke",
);
pub const SCOPE_GRANT: EventKind = EventKind(
    "app.oauth2.admin.consent.grant",
    "Admin granted consent for an app",
    "app.oauth2.admin.consent.grant_success",
);
pub const SCOPE_REVOKE: EventKind = EventKind(
    "app.oauth2.admin.consent.revoke",
    "Admin revoked consent for an app",
    "app.oauth2.admin.consent.revoke_success",
);
pub const KEY_GENERATE: EventKind = EventKind(
    "app.keys.generate",
    "Generate keys of an app",
    "app.keys.generate_success",
);
pub const KEY_CLONE: EventKind = EventKind("app.keys.clone", "Clone keys of an app", "app.keys.clone_success");
pub const SECRET_CREATE: EventKind = EventKind(
    "app.oauth2.credentials.lifecycle.create",
    "Create client credentials",
    "app.oauth2.credentials.lifecycle.create",
);
pub const SECRET_ACTIVATE: EventKind = EventKind(
    "app.oauth2.credentials.lifecycle.activate",
    "Activate client credentials",
    "app.oauth2.credentials.lifecycle.activate",
);
pub const SECRET_DEACTIVATE: EventKind = EventKind(
    "app.oauth2.credentials.lifecycle.deactivate",
    "Deactivate client credentials",
    "app.oauth2.credentials.lifecycle.deactivate",
);
pub const SECRET_DELETE: EventKind = EventKind(
    "app.oauth2.credentials.lifecycle.delete",
    "Delete client credentials",
    "app.oauth2.credentials.lifecycle.delete",
);
pub const FACTOR_UPDATE: EventKind = EventKind(
    "user.mfa.factor.update",
    "Update or resend a factor of a user",
    "core.user.factor.update",
);
pub const USER_LOCK: EventKind = EventKind(
    "user.account.lock",
    "Max sign in attempts exceeded",
    "core.user_auth.account_locked",
);
