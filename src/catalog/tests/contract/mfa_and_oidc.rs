//! Authenticator codes and sign-in through an OpenID provider.

use super::TestCatalog;
use super::accounts::{HOUR, key, user};
use sohoa_base::error::ErrorKind;
use sohoa_base::model::account::{Grant, Origin, Role};
use sohoa_catalog::{ExternalAccount, KeyPurpose, OidcLoginState};
use std::time::Duration;

pub(super) async fn totp_and_recovery_codes_are_single_use(home: TestCatalog) {
    let (catalog, other) = (home.catalog.clone(), home.reopen().await);
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    for sha256 in ["s1", "s2"] {
        catalog.add_key(&key(sha256, KeyPurpose::Session, "lan", HOUR), "lan").await.unwrap();
    }
    let kept = catalog.identity("s1", KeyPurpose::Session).await.unwrap().unwrap().key_id;
    assert!(!catalog.consume_totp_step("lan", 5).await.unwrap(), "a code opens without an app");
    catalog.set_pending_totp("lan", "first").await.unwrap();
    catalog.set_pending_totp("lan", "second").await.unwrap();
    let codes = ["c1".to_owned(), "c2".to_owned()];
    assert_eq!(catalog.confirm_totp("lan", "first", 10, &codes, &kept).await.unwrap_err().kind(), ErrorKind::Conflict);
    catalog.confirm_totp("lan", "second", 10, &codes, &kept).await.unwrap();
    assert_eq!(catalog.set_pending_totp("lan", "third").await.unwrap_err().kind(), ErrorKind::Conflict);
    let secret = catalog.user_credentials("lan").await.unwrap().unwrap();
    assert_eq!((secret.totp.as_deref(), secret.pending_totp, secret.user.totp_enabled), (Some("second"), None, true));
    assert!(catalog.identity("s1", KeyPurpose::Session).await.unwrap().is_some_and(|identity| identity.user.totp_enabled));
    assert!(catalog.identity("s2", KeyPurpose::Session).await.unwrap().is_none());

    assert!(!catalog.consume_totp_step("lan", 10).await.unwrap() && !catalog.consume_totp_step("lan", 9).await.unwrap());
    let (one, two) = tokio::join!(catalog.consume_totp_step("lan", 11), other.consume_totp_step("lan", 11));
    assert!(one.unwrap() != two.unwrap(), "one code lets two in");
    let (one, two) = tokio::join!(catalog.consume_recovery_code("lan", "c1"), other.consume_recovery_code("lan", "c1"));
    assert!(one.unwrap() != two.unwrap(), "one recovery code lets two in");
    assert_eq!((catalog.count_recovery_codes("lan").await.unwrap(), catalog.consume_recovery_code("hoa", "c2").await.unwrap()), (1, false));
    catalog.remove_totp("lan").await.unwrap();
    assert!(!catalog.consume_totp_step("lan", 20).await.unwrap() && !catalog.consume_recovery_code("lan", "c2").await.unwrap());
    assert_eq!(catalog.reset_totp("nobody", "admin").await.unwrap_err().kind(), ErrorKind::NotFound);
    catalog.verify_events().await.unwrap();
}

pub(super) async fn oidc_login_state_is_single_use_and_expires(home: TestCatalog) {
    let (catalog, other) = (home.catalog.clone(), home.reopen().await);
    let flow =
        OidcLoginState { state: "s".to_owned(), nonce: "n".to_owned(), pkce_verifier: "v".to_owned(), return_to: "/hồ sơ\0".to_owned() };
    let minutes = |count: u64| Duration::from_secs(60 * count);
    catalog.save_oidc_login("k1", &flow, minutes(10)).await.unwrap();
    let (one, two) = tokio::join!(catalog.consume_oidc_login("k1"), other.consume_oidc_login("k1"));
    let taken: Vec<OidcLoginState> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
    assert!(taken.len() == 1 && taken[0].nonce == "n" && taken[0].return_to.starts_with("/hồ sơ"), "{taken:?}");
    catalog.save_oidc_login("k2", &flow, minutes(10)).await.unwrap();
    home.advance_clock(minutes(11));
    assert_eq!((catalog.consume_oidc_login("k2").await.unwrap(), catalog.consume_oidc_login("none").await.unwrap()), (None, None));
}

pub(super) async fn external_account_is_identified_by_subject_only(home: TestCatalog) {
    let catalog = &home.catalog;
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    let grants = |unit: &str| vec![Grant { role: Role::Reader, unit: unit.to_owned() }];
    let person = |subject: &str, name: &str, unit: &str| ExternalAccount {
        subject: subject.to_owned(),
        name: name.to_owned(),
        shown: "Hoa".to_owned(),
        grants: grants(unit),
    };
    let enter = async |subject: &str, name: &str, unit: &str| catalog.sign_in_external(&person(subject, name, unit), "10.0.0.1").await;
    assert_eq!(enter("i 1", "lan", "SNV").await.unwrap_err().kind(), ErrorKind::Denied, "an account was taken over");
    let hoa = enter("i 1", "hoa", "SNV").await.unwrap();
    assert_eq!((hoa.origin, hoa.totp_enabled, hoa.grants), (Origin::Oidc, false, grants("SNV")));
    assert_eq!(enter("i 2", "hoa", "SNV").await.unwrap_err().kind(), ErrorKind::Denied, "a name was given anew");
    let renamed = enter("i 1", "hoa.tran", "SYT").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.grants), ("hoa", grants("SYT")));
    let secret = catalog.user_credentials("hoa").await.unwrap().unwrap();
    assert_eq!(secret.password, None);

    for (sha256, used_for) in [("s1", KeyPurpose::Session), ("t1", KeyPurpose::Token)] {
        catalog.add_key(&key(sha256, used_for, "hoa", 4000 * HOUR), "hoa").await.unwrap();
    }
    // A program goes on only while the provider confirms the user, and with the groups that it was made for.
    let works = async || catalog.identity("t1", KeyPurpose::Token).await.unwrap().is_some();
    home.advance_clock(29 * 24 * HOUR);
    assert!(works().await);
    enter("i 1", "hoa", "SYT").await.unwrap();
    home.advance_clock(29 * 24 * HOUR);
    assert!(works().await, "a sign-in with the same groups ends a key");
    home.advance_clock(2 * 24 * HOUR);
    assert!(!works().await, "a key outlives the confirmation of its user");
    enter("i 1", "hoa", "SYT").await.unwrap();
    assert!(works().await);
    enter("i 1", "hoa", "SNV").await.unwrap();
    assert!(!works().await, "a key outlives the groups of its user");
    for (sha256, used_for) in [("s1b", KeyPurpose::Session), ("t1b", KeyPurpose::Token)] {
        catalog.add_key(&key(sha256, used_for, "hoa", HOUR), "hoa").await.unwrap();
    }
    catalog.revoke_external_access("i 1").await.unwrap();
    catalog.revoke_external_access("i 9").await.unwrap();
    for (sha256, used_for) in [("s1", KeyPurpose::Session), ("s1b", KeyPurpose::Session), ("t1b", KeyPurpose::Token)] {
        assert!(catalog.identity(sha256, used_for).await.unwrap().is_none(), "{sha256} still opens");
    }
    let users = catalog.users().await.unwrap();
    assert!(users.len() == 2 && users[0].grants.is_empty() && !users[1].grants.is_empty());
    catalog.update_user("hoa", "Hoa", &[], true, "admin").await.unwrap();
    assert_eq!(enter("i 1", "hoa", "SNV").await.unwrap_err().kind(), ErrorKind::Denied, "who is disabled comes in");
    catalog.verify_events().await.unwrap();
}
