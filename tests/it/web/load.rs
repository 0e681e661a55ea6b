//! Latency of the server with many users and a large archive: prints figures, asserts none.

use crate::support::server::Server;
use serde_json::json;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Reading, Word};
use sohoa_catalog::Catalog;
use sohoa_search::index::{IndexPosition, SearchIndex};
use sohoa_search::indexed_page::IndexedPage;
use sqlx::{AnyConnection, Connection};
use std::collections::BTreeMap;
use std::process::Command;

const DOCUMENTS: u32 = 100_000;
const RUNS: u32 = 100_000;

const WORDS_OF_A_PAGE: usize = 150;

/// Random numbers of a fixed seed (xorshift).
struct SeededNumbers(u64);

impl SeededNumbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }
}

/// The syllables of a made-up language; the n-th is about 1/n as frequent as the first, as in real texts.
fn syllables() -> Vec<String> {
    const BEGINNINGS: &str = "t c đ h th ch kh nh l n v b m tr qu ph s ng d gi x r g";
    const RESTS: &str = "a à á ạ ả anh ành ách an án ang áng ao áo ay ày ăm ăng âm ận ât ất e ề em en ét ê ế ện ết i ì ì ị im in ính ít iên iện iết         iêu o ó on òn ong ông ô ố ội ôn ốt ơ ở ới ơn u ú ủ ục ung úng uyên uyết ư ữ ức ương ường ước ưu y ý";
    RESTS.split_whitespace().flat_map(|rest| BEGINNINGS.split_whitespace().map(move |beginning| format!("{beginning}{rest}"))).collect()
}

/// Load of a measurement: `count` users, each of whom waits up to `think_ms` milliseconds between requests.
struct LoadProfile {
    count: u32,
    think_ms: u32,
}

/// Requests `paths` in turn for 20 seconds and prints the latencies.
fn measure(server: &Server, key: &str, what: &str, paths: &[String], people: &LoadProfile) {
    let list: String = paths.iter().map(|path| format!("\"{path}\",")).collect();
    let script = server.home.path().join("wrk.lua");
    let delay =
        if people.think_ms == 0 { String::new() } else { format!("function delay() return math.random(0, {}) end\n", people.think_ms) };
    let lua = format!(
        "local paths = {{{list}}}\nlocal n = 0\n{delay}\
         function request() n = n + 1; return wrk.format('GET', paths[n % #paths + 1], {{['Authorization'] = 'Bearer {key}'}}) end\n\
         function done(summary, latency) io.write(string.format('%d answers, %d errors, p50 %.1f ms, p95 %.1f ms, p99 %.1f ms', \
         summary.requests, summary.errors.status + summary.errors.timeout + summary.errors.connect, latency:percentile(50)/1000, \
         latency:percentile(95)/1000, latency:percentile(99)/1000)) end\n"
    );
    std::fs::write(&script, lua).unwrap();
    let people_count = format!("-c{}", people.count);
    let ran = Command::new("wrk").args(["-t1", &people_count, "-d20s", "-s"]).arg(&script).arg(&server.address).output();
    let out = ran.expect("wrk is missing (Debian: wrk)").stdout;
    let out = String::from_utf8_lossy(&out);
    println!("{what}, {} people thinking 0-{} ms: {}", people.count, people.think_ms, out.lines().last().unwrap_or_default());
}

#[tokio::test]
#[ignore = "a measurement"]
async fn many_people_search_a_large_archive() {
    let (server, admin) = Server::with_administrator();
    let made = server.ask(Some(&admin), "POST", "/api/tokens", Some(&json!({ "label": "load", "rights": ["read", "watch"], "days": 1 })));
    let key = made.body["key"].as_str().unwrap().to_owned();
    let home = server.home.path();
    let address = format!("sqlite:{}", home.join("catalog.db").display());
    let _catalog = Catalog::open(&address).await.unwrap();
    let mut connection = AnyConnection::connect(&address).await.unwrap();
    let insert = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {RUNS})
         INSERT INTO batches (id, key, unit, pipeline, plan, state, control, created, ended)
         SELECT printf('0199%08x', n), printf('%x', n), 'local', '', '{{\"name\": \"\", \"groups\": []}}', 'finished', 'run', n, n FROM numbers"
    );
    sqlx::query(sqlx::AssertSqlSafe(insert)).execute(&mut connection).await.unwrap();
    let catalog = sohoa_catalog::Catalog::open(&format!("sqlite:{}", home.join("catalog.db").display())).await.unwrap();
    let position = IndexPosition {
        catalogue: catalog.catalogue_id().await.unwrap(),
        event: catalog.event_cursor().await.unwrap().event,
        full_pass_after: None,
    };
    let index = SearchIndex::open(&home.join("index")).unwrap();
    let mut update = index.begin_update().unwrap().expect("nobody else writes");
    let vocabulary = syllables();
    let mut numbers = SeededNumbers(88_172_645_463_325_252);
    // Ranks of frequencies that fall as 1/n are uniform in the logarithm.
    let word = |numbers: &mut SeededNumbers| {
        let place = (vocabulary.len() as f64).powf(numbers.below(1_000_000) as f64 / 1e6);
        vocabulary[place as usize - 1].as_str()
    };
    let mut questions = Vec::new();
    for number in 0..DOCUMENTS {
        let text: Vec<&str> = (0..WORDS_OF_A_PAGE).map(|_| word(&mut numbers)).collect();
        if number % 100 == 0 {
            // Users search for two to five consecutive words of a page, or for the number of the document.
            let (start, length) = (numbers.below(WORDS_OF_A_PAGE - 5), 2 + numbers.below(4));
            let question = if number % 400 == 0 { format!("number:{number}") } else { text[start..start + length].join(" ") };
            questions.push(format!("/api/search?q={}", question.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()));
        }
        let words = (0..).zip(&text).map(|(place, word)| Word::new(*word, Bounds::new(place, 0, place + 1, 10), 90)).collect();
        let bounds = Bounds::new(0, 0, 150, 10);
        let blocks = vec![Block { kind: BlockKind::Text, bounds, lines: vec![Line::new(bounds, words)] }];
        let reading = Reading { blocks, width: 1654, height: 2339, ..Reading::default() };
        let code = format!("HS-{number}");
        let page = IndexedPage {
            object: format!("urn:sohoa:local:{code}"),
            fonds: "local".to_owned(),
            dossier: code,
            title: "Hồ sơ".to_owned(),
            document: 1,
            page: 1,
            kind: "02".to_owned(),
            kind_name: "quyết định".to_owned(),
            fields: BTreeMap::from([
                ("number".to_owned(), format!("{number}/QĐ-UBND")),
                ("issuedDate".to_owned(), format!("{}-05-14", 1990 + number % 30)),
            ]),
            reading,
        };
        update.replace_dossier(&page.object.clone(), &[page]).unwrap();
    }
    update.commit(Some(&position)).unwrap();
    update.close().unwrap();
    println!("{} pages in the index", index.page_count().unwrap());
    // Shuffled, so that queries do not follow the order of the pages.
    for place in 1..questions.len() {
        let other = numbers.below(place + 1);
        questions.swap(place, other);
    }
    let runs = ["/api/runs?limit=50".to_owned()];
    for people in
        [LoadProfile { count: 1, think_ms: 0 }, LoadProfile { count: 200, think_ms: 4_000 }, LoadProfile { count: 200, think_ms: 0 }]
    {
        measure(&server, &key, "search", &questions, &people);
        measure(&server, &key, "runs", &runs, &people);
        measure(&server, &key, "page of runs", &["/runs".to_owned()], &people);
    }
}
