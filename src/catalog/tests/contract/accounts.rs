//! Accounts and keys.

use super::TestCatalog;
use sohoa_base::error::ErrorKind;
use sohoa_base::model::account::{Grant, Right, Role, UnitScope, User};
use sohoa_catalog::{KeyPurpose, NewKey};
use std::collections::BTreeSet;
use std::time::Duration;

pub(super) const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn user(name: &str) -> User {
    let grants = vec![Grant { role: Role::Archivist, unit: "F1".to_owned() }];
    User::new(name, &name.to_uppercase(), grants)
}

pub(super) fn key<'a>(sha256: &'a str, purpose: KeyPurpose, user: &'a str, lifetime: Duration) -> NewKey<'a> {
    NewKey { sha256, purpose, user, label: "máy quét", rights: None, lifetime }
}

pub(super) async fn keys_expire_and_idle_sessions_expire_earlier(home: TestCatalog) {
    let catalog = &home.catalog;
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    assert_eq!(catalog.add_user(&user("lan"), None, "admin").await.unwrap_err().kind(), ErrorKind::Conflict);
    catalog.add_key(&key("s1", KeyPurpose::Session, "lan", 24 * HOUR), "lan").await.unwrap();
    catalog.add_key(&key("s2", KeyPurpose::Session, "lan", 24 * HOUR), "lan").await.unwrap();
    let rights = BTreeSet::from([Right::Read]);
    let token = NewKey { rights: Some(&rights), ..key("t1", KeyPurpose::Token, "lan", 100 * HOUR) };
    let id = catalog.add_key(&token, "lan").await.unwrap();
    let holds = async |sha256: &str, purpose: KeyPurpose| catalog.identity(sha256, purpose).await.unwrap().is_some();
    assert!(holds("s1", KeyPurpose::Session).await && holds("t1", KeyPurpose::Token).await);
    assert!(!holds("s1", KeyPurpose::Token).await && !holds("none", KeyPurpose::Session).await, "a key opens what it is not for");

    // One session is used every few hours, the other is idle.
    for _ in 0..3 {
        home.advance_clock(5 * HOUR);
        assert!(holds("s1", KeyPurpose::Session).await);
    }
    assert!(!holds("s2", KeyPurpose::Session).await && holds("t1", KeyPurpose::Token).await);
    home.advance_clock(7 * HOUR);
    assert!(holds("s1", KeyPurpose::Session).await);
    home.advance_clock(3 * HOUR);
    assert!(!holds("s1", KeyPurpose::Session).await, "a session outlives its end");
    assert_eq!(catalog.delete_expired_keys().await.unwrap(), 2);
    let identity = catalog.identity("t1", KeyPurpose::Token).await.unwrap().unwrap();
    assert_eq!((identity.key_rights, identity.key_id.as_str(), identity.user.grants.len()), (Some(rights), id.as_str(), 1));
    let tokens = catalog.tokens(Some("lan")).await.unwrap();
    assert_eq!((tokens.len(), tokens[0].label.as_str()), (1, "máy quét"));
    assert_eq!(catalog.revoke_key(&id, Some("hoa"), "hoa").await.unwrap_err().kind(), ErrorKind::NotFound, "somebody else's key");
    catalog.revoke_key(&id, Some("lan"), "lan").await.unwrap();
    assert!(!holds("t1", KeyPurpose::Token).await);
    catalog.verify_events().await.unwrap();
}

pub(super) async fn repeated_wrong_passwords_extend_account_lock(home: TestCatalog) {
    let catalog = &home.catalog;
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    let locked = async || catalog.user_credentials("lan").await.unwrap().unwrap().locked_ms;
    for _ in 0..4 {
        catalog.record_sign_in("lan", false, "10.0.0.1").await.unwrap();
    }
    assert_eq!(locked().await, 0);
    catalog.record_sign_in("lan", false, "10.0.0.1").await.unwrap();
    assert_eq!(locked().await, 60_000);
    home.advance_clock(Duration::from_secs(61));
    assert_eq!(locked().await, 0);
    catalog.record_sign_in("lan", false, "10.0.0.1").await.unwrap();
    assert_eq!(locked().await, 120_000);
    for _ in 0..20 {
        catalog.record_sign_in("lan", false, "10.0.0.1").await.unwrap();
    }
    assert_eq!(locked().await, 3_600_000, "nobody is locked out for longer than an hour");
    catalog.record_sign_in("lan", true, "10.0.0.1").await.unwrap();
    assert_eq!(locked().await, 0);
    catalog.record_sign_in("nobody", false, "10.0.0.1").await.unwrap();
    assert_eq!(catalog.user_credentials("nobody").await.unwrap(), None);
}

pub(super) async fn only_one_first_user_is_created(home: TestCatalog) {
    let (catalog, other) = (home.catalog.clone(), home.reopen().await);
    for sha256 in ["k1", "k2"] {
        catalog.add_key(&key(sha256, KeyPurpose::Setup, "", HOUR), "").await.unwrap();
    }
    assert_eq!(catalog.add_first_user(&user("minh"), "hash", "k3").await.unwrap_err().kind(), ErrorKind::Denied, "an unknown key");
    let (lan, hoa) = (user("lan"), user("hoa"));
    let (one, two) = tokio::join!(catalog.add_first_user(&lan, "hash", "k1"), other.add_first_user(&hoa, "hash", "k2"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(one.and(two).unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(catalog.users().await.unwrap().len(), 1);
    catalog.add_key(&key("k4", KeyPurpose::Setup, "", HOUR), "").await.unwrap();
    assert_eq!(catalog.add_first_user(&user("minh"), "hash", "k4").await.unwrap_err().kind(), ErrorKind::Denied);
}

pub(super) async fn disabling_user_or_changing_password_revokes_sessions(home: TestCatalog) {
    let catalog = &home.catalog;
    for name in ["lan", "hoa"] {
        catalog.add_user(&user(name), Some("hash"), "admin").await.unwrap();
        catalog.add_key(&key(name, KeyPurpose::Session, name, HOUR), name).await.unwrap();
    }
    let holds = async |sha256: &str| catalog.identity(sha256, KeyPurpose::Session).await.unwrap().is_some();
    let grants = [Grant { role: Role::Reader, unit: "*".to_owned() }];
    catalog.update_user("lan", "Lan", &grants, true, "admin").await.unwrap();
    assert!(!holds("lan").await && holds("hoa").await);
    let kept = catalog.add_key(&key("hoa2", KeyPurpose::Session, "hoa", HOUR), "hoa").await.unwrap();
    catalog.set_password("hoa", "other", "hoa", Some(&kept)).await.unwrap();
    assert!(!holds("hoa").await && holds("hoa2").await);
    assert_eq!(catalog.update_user("minh", "", &grants, false, "admin").await.unwrap_err().kind(), ErrorKind::NotFound);
    let lan = catalog.users().await.unwrap().into_iter().find(|user| user.name == "lan").unwrap();
    assert!(lan.disabled && lan.display_name == "Lan" && lan.grants == grants);
}

pub(super) async fn batches_are_listed_by_unit_and_paginated(home: TestCatalog) {
    let catalog = &home.catalog;
    let mut all = Vec::new();
    for number in 0..5 {
        all.push(super::open(catalog, &format!("k{number}")).await.id);
    }
    all.reverse();
    let ids = async |units: &UnitScope, before: Option<&str>, limit: usize| {
        let found = catalog.batches_before(units, before, limit).await.unwrap();
        found.into_iter().map(|batch| batch.id).collect::<Vec<_>>()
    };
    let some = |units: &[&str]| UnitScope::Only(units.iter().map(|unit| (*unit).to_owned()).collect());
    assert_eq!(ids(&UnitScope::All, None, 10).await, all);
    assert_eq!(ids(&some(&["F0", "F1"]), Some(&all[1]), 2).await, all[2..4]);
    assert!(ids(&some(&["F2"]), None, 10).await.is_empty() && ids(&some(&[]), None, 10).await.is_empty());
    assert_eq!((catalog.page_balance(&all[0]).await.unwrap().received, catalog.open_task_count().await.unwrap()), (0, 0));
}
