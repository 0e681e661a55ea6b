//! Codes of authenticator apps, and people whom a provider vouches for.

use super::Home;
use super::accounts::{HOUR, key, user};
use sohoa_base::error::Kind;
use sohoa_base::model::account::{Grant, Origin, Role};
use sohoa_catalog::{Elsewhere, Flow, KeyUse};
use std::time::Duration;

pub(super) async fn codes_are_used_up_by_one_of_two(home: Home) {
    let (catalog, other) = (home.catalog.clone(), home.again().await);
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    for sha256 in ["s1", "s2"] {
        catalog.add_key(&key(sha256, KeyUse::Session, "lan", HOUR), "lan").await.unwrap();
    }
    let kept = catalog.identity("s1", KeyUse::Session).await.unwrap().unwrap().key;
    assert!(!catalog.use_totp("lan", 5).await.unwrap(), "a code opens without an app");
    catalog.want_totp("lan", "first").await.unwrap();
    catalog.want_totp("lan", "second").await.unwrap();
    let codes = ["c1".to_owned(), "c2".to_owned()];
    assert_eq!(catalog.add_totp("lan", "first", 10, &codes, &kept).await.unwrap_err().kind(), Kind::Conflict);
    catalog.add_totp("lan", "second", 10, &codes, &kept).await.unwrap();
    assert_eq!(catalog.want_totp("lan", "third").await.unwrap_err().kind(), Kind::Conflict);
    let secret = catalog.secret("lan").await.unwrap().unwrap();
    assert_eq!((secret.totp.as_deref(), secret.totp_wanted, secret.user.two_steps), (Some("second"), None, true));
    assert!(catalog.identity("s1", KeyUse::Session).await.unwrap().is_some_and(|identity| identity.user.two_steps));
    assert!(catalog.identity("s2", KeyUse::Session).await.unwrap().is_none());

    assert!(!catalog.use_totp("lan", 10).await.unwrap() && !catalog.use_totp("lan", 9).await.unwrap());
    let (one, two) = tokio::join!(catalog.use_totp("lan", 11), other.use_totp("lan", 11));
    assert!(one.unwrap() != two.unwrap(), "one code lets two in");
    let (one, two) = tokio::join!(catalog.use_recovery_code("lan", "c1"), other.use_recovery_code("lan", "c1"));
    assert!(one.unwrap() != two.unwrap(), "one recovery code lets two in");
    assert_eq!((catalog.recovery_codes("lan").await.unwrap(), catalog.use_recovery_code("hoa", "c2").await.unwrap()), (1, false));
    catalog.end_totp("lan", "admin").await.unwrap();
    assert!(!catalog.use_totp("lan", 20).await.unwrap() && !catalog.use_recovery_code("lan", "c2").await.unwrap());
    assert_eq!(catalog.end_totp("nobody", "admin").await.unwrap_err().kind(), Kind::NotFound);
    catalog.verify_events().await.unwrap();
}

pub(super) async fn a_sign_in_elsewhere_is_answered_once_and_in_time(home: Home) {
    let (catalog, other) = (home.catalog.clone(), home.again().await);
    let flow = Flow { state: "s".to_owned(), nonce: "n".to_owned(), verifier: "v".to_owned(), to: "/hồ sơ\0".to_owned() };
    let minutes = |count: u64| Duration::from_secs(60 * count);
    catalog.keep_flow("k1", &flow, minutes(10)).await.unwrap();
    let (one, two) = tokio::join!(catalog.take_flow("k1"), other.take_flow("k1"));
    let taken: Vec<Flow> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
    assert!(taken.len() == 1 && taken[0].nonce == "n" && taken[0].to.starts_with("/hồ sơ"), "{taken:?}");
    catalog.keep_flow("k2", &flow, minutes(10)).await.unwrap();
    home.pass(minutes(11));
    assert_eq!((catalog.take_flow("k2").await.unwrap(), catalog.take_flow("none").await.unwrap()), (None, None));
}

pub(super) async fn who_comes_from_elsewhere_is_known_by_the_subject_alone(home: Home) {
    let catalog = &home.catalog;
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    let grants = |unit: &str| vec![Grant { role: Role::Reader, unit: unit.to_owned() }];
    let person = |subject: &str, name: &str, unit: &str| Elsewhere {
        subject: subject.to_owned(),
        name: name.to_owned(),
        shown: "Hoa".to_owned(),
        grants: grants(unit),
    };
    let enter = async |subject: &str, name: &str, unit: &str| catalog.enter(&person(subject, name, unit), "10.0.0.1").await;
    assert_eq!(enter("i 1", "lan", "SNV").await.unwrap_err().kind(), Kind::Denied, "an account was taken over");
    let hoa = enter("i 1", "hoa", "SNV").await.unwrap();
    assert_eq!((hoa.origin, hoa.two_steps, hoa.grants), (Origin::Oidc, false, grants("SNV")));
    assert_eq!(enter("i 2", "hoa", "SNV").await.unwrap_err().kind(), Kind::Denied, "a name was given anew");
    let renamed = enter("i 1", "hoa.tran", "SYT").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.grants), ("hoa", grants("SYT")));
    let secret = catalog.secret("hoa").await.unwrap().unwrap();
    assert_eq!((secret.password, secret.locked_ms), (None, 0));

    for (sha256, used_for) in [("s1", KeyUse::Session), ("t1", KeyUse::Token)] {
        catalog.add_key(&key(sha256, used_for, "hoa", HOUR), "hoa").await.unwrap();
    }
    catalog.turn_away("i 1").await.unwrap();
    catalog.turn_away("i 9").await.unwrap();
    for (sha256, used_for) in [("s1", KeyUse::Session), ("t1", KeyUse::Token)] {
        assert!(catalog.identity(sha256, used_for).await.unwrap().is_none(), "{sha256} still opens");
    }
    let users = catalog.users().await.unwrap();
    assert!(users.len() == 2 && users[0].grants.is_empty() && !users[1].grants.is_empty());
    catalog.change_user("hoa", "Hoa", &[], true, "admin").await.unwrap();
    assert_eq!(enter("i 1", "hoa", "SNV").await.unwrap_err().kind(), Kind::Denied, "who is disabled comes in");
    catalog.verify_events().await.unwrap();
}
