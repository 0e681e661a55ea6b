//! Quotas of uploads, and the space that stays free on the disk.

use crate::support::upload_client::{UploadServer, page_image, random_bytes, upload_request};

#[test]
fn uploads_beyond_a_quota_are_refused_with_the_next_step() {
    let (server, admin) = UploadServer::start_with(0, "[uploads]\nopen_per_user = 2\nfiles = 2\nuser_mib = 3\nfree_mib = 16\n");
    let lan = server.add(&admin, "lan", "SNV");
    let upload = server.open(&lan, &upload_request("lô 1"));
    server.deliver(&lan, &upload, "a/1.png", &page_image(1));
    let second = server.create(&lan, &upload, "a/2.pdf", &random_bytes(2 << 20));
    assert_eq!(second.status, 201, "{}", second.body);
    let refused = server.create(&lan, &upload, "a/3.png", &page_image(3));
    assert_eq!((refused.status, &refused.body["type"]), (507, &"urn:sohoa:problem:insufficient-storage".into()), "{}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("more than 2 files; start it"), "{}", refused.body);
    // Announced again: it is the same file.
    assert_eq!(server.create(&lan, &upload, "a/1.png", &page_image(1)).status, 200);

    let other = server.open(&lan, &upload_request("lô 2"));
    let refused = server.create(&lan, &other, "b/1.pdf", &random_bytes(1 << 20));
    assert!(refused.status == 507 && refused.body["detail"].as_str().unwrap().contains("more than 3 MiB"), "{}", refused.body);
    let third = server.json(&lan, "POST", "/api/uploads", &upload_request("lô 3"));
    assert!(third.status == 409 && third.body["detail"].as_str().unwrap().contains("2 open uploads"), "{}", third.body);
    assert_eq!(server.json(&admin, "POST", "/api/uploads", &upload_request("lô 3")).status, 201, "another user has a quota of their own");
    // What is removed counts no more.
    let file = second.header("location");
    assert_eq!(server.tus(&lan, "DELETE", file, &[], b"").status, 204);
    assert_eq!(server.create(&lan, &other, "b/1.pdf", &random_bytes(1 << 20)).status, 201);
}

#[test]
fn file_is_not_accepted_where_the_disk_would_be_full() {
    // More than any disk has.
    let (server, admin) = UploadServer::start_with(0, "[uploads]\nfree_mib = 1000000000\n");
    let upload = server.open(&admin, &upload_request("lô 1"));
    let refused = server.create(&admin, &upload, "a/1.png", &page_image(1));
    assert_eq!((refused.status, &refused.body["type"]), (507, &"urn:sohoa:problem:insufficient-storage".into()), "{}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("MiB left, too few"), "{}", refused.body);
    let headers = [("accept-language", "vi"), ("upload-length", "1"), ("upload-metadata", "path YQ==,sha256 YQ==")];
    assert_eq!(server.tus(&admin, "POST", &format!("{upload}/files"), &headers, b"").status, 400, "a wrong request is wrong first");
    assert_eq!(server.get(&admin, &upload)["files"]["announced"], 0);
}

#[test]
fn requests_that_send_files_have_a_limit_of_their_own() {
    let (server, admin) = UploadServer::start_with(0, "[uploads]\nrequests_per_second = 1\nfree_mib = 16\n");
    let upload = server.open(&admin, &upload_request("lô 1"));
    let statuses: Vec<u16> = (0..50).map(|number| server.create(&admin, &upload, "a/1.png", &page_image(number % 2)).status).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(server.get(&admin, "/api/uploads")["items"].as_array().unwrap().len(), 1, "other requests go on");
}
