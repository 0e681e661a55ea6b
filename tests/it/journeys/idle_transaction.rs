//! A session of the catalogue's server that holds rows and does nothing more.

use crate::support::home::TestHome;
use crate::support::server::Server;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::time::{Duration, Instant};

/// Time after which the server ends the idle session.
const IDLE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_transaction_delays_writers_for_a_moment_and_then_all_goes_on() {
    let Some((home, postgres, schema)) = TestHome::on_servers() else { return };
    sqlx::any::install_default_drivers();
    let mut idle = AnyConnection::connect(&postgres).await.unwrap();
    let mut execute = async |text: String| sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut idle).await.map(|_| ()).unwrap();
    execute(format!("CREATE SCHEMA {schema}; SET search_path TO {schema}")).await;
    let mut settings = home.settings.clone();
    for (name, value) in &mut settings {
        if *name == "SOHOA_CATALOG" {
            value.push_str("%20-clock_timeout%3D300ms");
        }
    }
    settings.extend(["SIGN_INS_PER_MINUTE", "REQUESTS_PER_SECOND"].map(|name| match name {
        "SIGN_INS_PER_MINUTE" => ("SOHOA_SERVER_SIGN_INS_PER_MINUTE", "0".to_owned()),
        _ => ("SOHOA_SERVER_REQUESTS_PER_SECOND", "0".to_owned()),
    }));
    let scan = crate::support::home::sample_path("003-ban-giao-tai-lieu");
    let batch = home.expect_json(0, &["submit", &scan, "--json", "-q"])["batch"].as_str().unwrap().to_owned();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (server, admin) = Server::start_with(home.into_folder(), &settings).create_administrator();
    let pause = || server.ask(Some(&admin), "POST", &format!("/api/runs/{batch}/pause"), None);
    let ready = || server.ask(None, "GET", "/readyz", None).status;
    assert_eq!((pause().status, ready()), (200, 200));

    execute(format!("SET idle_in_transaction_session_timeout = '{}s'", IDLE.as_secs())).await;
    let held = ["batches", "identities", "event_log_head"].map(|table| format!("SELECT 1 FROM {table} FOR UPDATE")).join("; ");
    execute(format!("BEGIN; {held}")).await;
    let began = Instant::now();
    let refused = pause();
    assert_eq!((refused.status, &refused.body["type"]), (503, &"urn:sohoa:problem:unavailable".into()), "{}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("try again in a minute"), "{}", refused.body);
    assert_eq!(ready(), 503);
    assert_eq!(server.ask(Some(&admin), "GET", "/api/runs", None).status, 200, "what only reads goes on");
    let refused_after = began.elapsed();
    assert!(refused_after < IDLE, "writers waited until the idle session was ended: {refused_after:?}");

    // The database ends the idle session, and nobody starts anything again.
    let deadline = began + IDLE + Duration::from_secs(60);
    while pause().status != 200 || ready() != 200 {
        assert!(Instant::now() < deadline, "nothing went on");
    }
    println!("refused and told after {:.1} s, all went on after {:.1} s", refused_after.as_secs_f64(), began.elapsed().as_secs_f64());
    assert!(sqlx::raw_sql("SELECT 1").execute(&mut idle).await.is_err(), "the idle session was not ended");
}
