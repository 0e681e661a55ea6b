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
    NewKey { sha256, purpose, user, label: "máy quét", rights: None, lifetime, authenticated: None }
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
    let revoke = async |purpose: KeyPurpose, user: &str| catalog.revoke_key(&id, purpose, user, user).await;
    assert_eq!(revoke(KeyPurpose::Token, "hoa").await.unwrap_err().kind(), ErrorKind::NotFound, "somebody else's key");
    assert_eq!(revoke(KeyPurpose::Session, "lan").await.unwrap_err().kind(), ErrorKind::NotFound, "a key for something else");
    revoke(KeyPurpose::Token, "lan").await.unwrap();
    assert!(!holds("t1", KeyPurpose::Token).await);
    catalog.verify_events().await.unwrap();
}

pub(super) async fn session_counts_as_renewed_for_a_while(home: TestCatalog) {
    let catalog = &home.catalog;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    for name in ["lan", "hoa"] {
        catalog.add_user(&user(name), Some("hash"), "admin").await.unwrap();
    }
    let add = async |sha256: &str, purpose: KeyPurpose, authenticated: Option<u64>| {
        let new = NewKey { authenticated, ..key(sha256, purpose, "lan", 24 * HOUR) };
        catalog.add_key(&new, "lan").await.unwrap()
    };
    let now = catalog.now_seconds();
    let fresh = add("s1", KeyPurpose::Session, Some(now)).await;
    let old = add("s2", KeyPurpose::Session, Some(now - 600)).await;
    let unknown = add("s3", KeyPurpose::Session, None).await;
    let ahead = add("s4", KeyPurpose::Session, Some(now + 600)).await;
    let token = add("t1", KeyPurpose::Token, Some(now)).await;
    let recent = async |id: &str| catalog.is_recently_authenticated(id, minutes(5)).await.unwrap();
    assert!(recent(&fresh).await && recent(&ahead).await && !recent("none").await);
    assert!(!recent(&old).await && !recent(&unknown).await && !recent(&token).await);
    home.advance_clock(minutes(5));
    assert!(!recent(&fresh).await && !recent(&ahead).await, "a fast clock elsewhere prolongs it");

    // A session is renewed by its own user alone, and a key of a program never.
    assert_eq!(catalog.renew_session(&fresh, "hoa", "10.0.0.1").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(catalog.renew_session(&token, "lan", "10.0.0.1").await.unwrap_err().kind(), ErrorKind::NotFound);
    catalog.renew_session(&fresh, "lan", "10.0.0.1").await.unwrap();
    assert!(recent(&fresh).await && !recent(&token).await);
    let renewed: Vec<_> =
        catalog.events(0, 100).await.unwrap().into_iter().filter(|event| event.kind == "sign-in-renewed").map(|event| event.body).collect();
    assert_eq!(renewed, [serde_json::json!({ "by": "lan", "user": "lan", "from": "10.0.0.1" })]);
}

pub(super) async fn repeated_wrong_passwords_lock_name_for_one_network(home: TestCatalog) {
    let catalog = &home.catalog;
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    let locked = async |name: &str, network: &str| catalog.sign_in_lockout(name, network).await.unwrap().as_secs();
    let fail = async |name: &str| catalog.record_sign_in(name, false, "10.0.0.1", "10.0.0.0/24").await.unwrap();
    for _ in 0..4 {
        fail("lan").await;
    }
    assert_eq!(locked("lan", "10.0.0.0/24").await, 0);
    fail("lan").await;
    assert_eq!(locked("lan", "10.0.0.0/24").await, 60);
    assert_eq!((locked("lan", "10.0.1.0/24").await, locked("hoa", "10.0.0.0/24").await), (0, 0), "others are locked out too");
    home.advance_clock(Duration::from_secs(61));
    assert_eq!(locked("lan", "10.0.0.0/24").await, 0);
    fail("lan").await;
    assert_eq!(locked("lan", "10.0.0.0/24").await, 120);
    for _ in 0..20 {
        fail("lan").await;
    }
    assert_eq!(locked("lan", "10.0.0.0/24").await, 3_600, "nobody is locked out for longer than an hour");
    catalog.record_sign_in("lan", true, "10.0.1.1", "10.0.1.0/24").await.unwrap();
    assert_eq!(locked("lan", "10.0.0.0/24").await, 3_600, "a sign-in elsewhere helps whoever guesses here");
    catalog.record_sign_in("lan", true, "10.0.0.1", "10.0.0.0/24").await.unwrap();
    assert_eq!(locked("lan", "10.0.0.0/24").await, 0);
    for _ in 0..5 {
        fail("nobody").await;
    }
    assert_eq!(locked("nobody", "10.0.0.0/24").await, 60, "the lock tells which names exist");
    assert_eq!(catalog.user_credentials("nobody").await.unwrap(), None);
    // Somebody who may ends the lock of one name, for every network; it is recorded.
    catalog.record_sign_in("lan", false, "10.0.1.1", "10.0.1.0/24").await.unwrap();
    for _ in 0..5 {
        fail("lan").await;
    }
    assert!(locked("lan", "10.0.0.0/24").await > 0);
    assert_eq!((catalog.unlock_sign_in("lan", "root").await.unwrap(), catalog.unlock_sign_in("lan", "root").await.unwrap()), (2, 0));
    assert_eq!((locked("lan", "10.0.0.0/24").await, locked("nobody", "10.0.0.0/24").await), (0, 60));
    let unlocked: Vec<_> = catalog
        .events(0, 500)
        .await
        .unwrap()
        .into_iter()
        .filter(|event| event.kind == "sign-in-unlocked")
        .map(|event| event.body)
        .collect();
    assert_eq!(unlocked, [serde_json::json!({ "by": "root", "user": "lan", "networks": 2 })]);
    // Failures are forgotten after a day.
    home.advance_clock(24 * HOUR);
    fail("lan").await;
    fail("nobody").await;
    assert_eq!(locked("nobody", "10.0.0.0/24").await, 0);
}

pub(super) async fn loss_of_rights_or_password_ends_keys_of_programs(home: TestCatalog) {
    let catalog = &home.catalog;
    let works = async |sha256: &str, purpose: KeyPurpose| catalog.identity(sha256, purpose).await.unwrap().is_some();
    let grants = |role: Role| [Grant { role, unit: "F1".to_owned() }];
    let mut number = 0;
    let mut remaining = async |change: &str| {
        number += 1;
        let (name, session, token) = (format!("u{number}"), format!("s{number}"), format!("t{number}"));
        catalog.add_user(&user(&name), Some("hash"), "admin").await.unwrap();
        catalog.add_key(&key(&session, KeyPurpose::Session, &name, HOUR), &name).await.unwrap();
        let id = catalog.add_key(&key(&token, KeyPurpose::Token, &name, HOUR), &name).await.unwrap();
        match change {
            "own password" => catalog.change_password(&name, "new", "another").await.unwrap(),
            "password reset" => catalog.reset_password(&name, "new", "admin").await.unwrap(),
            "end of own second factor" => catalog.remove_totp(&name).await.unwrap(),
            "reset of second factor" => catalog.reset_totp(&name, "admin").await.unwrap(),
            "name" => catalog.update_user(&name, "Another", &grants(Role::Archivist), false, "admin").await.unwrap(),
            "role" => catalog.update_user(&name, "Another", &grants(Role::Reader), false, "admin").await.unwrap(),
            _ => catalog.update_user(&name, "Another", &grants(Role::Archivist), true, "admin").await.unwrap(),
        }
        let left = (works(&session, KeyPurpose::Session).await, works(&token, KeyPurpose::Token).await);
        let events = catalog.events(0, 500).await.unwrap();
        let is_told = events.iter().any(|event| event.kind == "token-ended" && event.body["key"] == id.as_str());
        assert_eq!(is_told, !left.1, "{change}");
        left
    };
    assert_eq!(remaining("own password").await, (false, true));
    assert_eq!(remaining("password reset").await, (false, false));
    assert_eq!(remaining("end of own second factor").await, (true, true));
    assert_eq!(remaining("reset of second factor").await, (false, false));
    assert_eq!(remaining("name").await, (true, true));
    assert_eq!(remaining("role").await, (true, false));
    assert_eq!(remaining("disabled").await, (false, false));
    catalog.verify_events().await.unwrap();
}

pub(super) async fn units_that_look_alike_are_refused(home: TestCatalog) {
    let catalog = &home.catalog;
    let open = async |key: &str, unit: &str| {
        let plan = super::plan();
        catalog.open_batch(&sohoa_catalog::NewBatch { key, unit, pipeline: "p", plan: &plan, priority: 0 }).await.map(|_| ())
    };
    let person = |name: &str, unit: &str| User::new(name, name, vec![Grant { role: Role::Reader, unit: unit.to_owned() }]);
    open("k1", "BQLĐA").await.unwrap();
    open("k2", "BQLĐA").await.unwrap();
    for unit in ["BQLDA", "bqlđa", "BQL ĐA", "BQLD\u{0302}A"] {
        let refused = open(unit, unit).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{unit}");
        assert!(refused.context().contains("BQLĐA"), "{}", refused.context());
        assert_eq!(catalog.add_user(&person("lan", unit), None, "admin").await.unwrap_err().kind(), ErrorKind::Conflict, "{unit}");
    }
    assert!(catalog.users().await.unwrap().is_empty());
    catalog.add_user(&person("lan", "BQLĐA"), None, "admin").await.unwrap();
    catalog.add_user(&person("all", "*"), None, "admin").await.unwrap();
    // A mistyped unit to which nothing belongs any more is no hindrance.
    catalog.add_user(&person("hoa", "Snv"), None, "admin").await.unwrap();
    let right = person("hoa", "SNV").grants;
    assert_eq!(open("k3", "SNV").await.unwrap_err().kind(), ErrorKind::Conflict);
    catalog.update_user("hoa", "Hoa", &right, false, "admin").await.unwrap();
    open("k3", "SNV").await.unwrap();
    let elsewhere = person("hoa", "snv").grants;
    assert_eq!(catalog.update_user("hoa", "Hoa", &elsewhere, false, "admin").await.unwrap_err().kind(), ErrorKind::Conflict);
    // What an archive has already stays.
    catalog.restore_units(&["snv".to_owned(), "SNV".to_owned()]).await.unwrap();
    open("k4", "snv").await.unwrap();
    assert_eq!(open("k5", "sNv").await.unwrap_err().kind(), ErrorKind::Conflict);
}

pub(super) async fn events_name_the_key_of_a_program(home: TestCatalog) {
    let catalog = &home.catalog;
    let body = || serde_json::json!({ "by": "lan" });
    sohoa_catalog::with_acting_key("k7".to_owned(), catalog.append_event("", "", "searched", body())).await.unwrap();
    catalog.append_event("", "", "searched", body()).await.unwrap();
    let bodies: Vec<_> = catalog.events(0, 10).await.unwrap().into_iter().map(|event| event.body).collect();
    assert_eq!(bodies, [serde_json::json!({ "by": "lan", "by_key": "k7" }), body()]);
    catalog.verify_events().await.unwrap();
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
    catalog.change_password("hoa", "other", &kept).await.unwrap();
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
