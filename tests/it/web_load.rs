//! How fast the server answers many people over a large archive: figures, not a judgement.

use crate::web::Server;
use serde_json::json;
use sohoa::catalog::Catalog;
use sohoa::model::geometry::Bounds;
use sohoa::model::reading::{Block, BlockKind, Line, Reading, Word};
use sohoa::search::index::SearchIndex;
use sohoa::search::page::IndexedPage;
use sqlx::{AnyConnection, Connection};
use std::collections::BTreeMap;
use std::process::Command;

const DOCUMENTS: u32 = 100_000;
const RUNS: u32 = 100_000;

const SYLLABLES: &str = "giấy chứng nhận quyền sử dụng đất hồ sơ lưu trữ phông tài liệu xã phường thị trấn tỉnh thành phố hội đồng nhân dân căn \
    cứ luật tổ chức chính quyền địa phương xét đề nghị của giám đốc sở nội vụ về việc phê duyệt kế hoạch thực hiện nhiệm vụ công tác năm báo \
    cáo kết quả triển khai chương trình cải cách hành chính giai đoạn tiếp nhận giải quyết thủ tục theo quy định hiện hành";

/// Asks for `paths` in turn from 200 connections for 20 seconds and prints how long answers took.
fn measure(server: &Server, key: &str, what: &str, paths: &[String]) {
    let list: String = paths.iter().map(|path| format!("\"{path}\",")).collect();
    let script = server.home.path().join("wrk.lua");
    let lua = format!(
        "local paths = {{{list}}}\nlocal n = 0\nfunction request() n = n + 1; return wrk.format('GET', paths[n % #paths + 1], {{['Authorization'] = 'Bearer {key}'}}) end\n\
         function done(summary, latency) io.write(string.format('{what}: %d answers, %d errors, p50 %.1f ms, p95 %.1f ms, p99 %.1f ms\\n', \
         summary.requests, summary.errors.status + summary.errors.timeout + summary.errors.connect, latency:percentile(50)/1000, \
         latency:percentile(95)/1000, latency:percentile(99)/1000)) end\n"
    );
    std::fs::write(&script, lua).unwrap();
    let ran = Command::new("wrk").args(["-t1", "-c200", "-d20s", "-s"]).arg(&script).arg(&server.address).output();
    println!("{}", String::from_utf8_lossy(&ran.expect("wrk is missing (Debian: wrk)").stdout));
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
    let index = SearchIndex::open(&home.join("index")).unwrap();
    let known: Vec<&str> = SYLLABLES.split_whitespace().collect();
    let mut seed = 88_172_645_463_325_252_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        known[usize::try_from(seed % known.len() as u64).unwrap()]
    };
    for number in 0..DOCUMENTS {
        let words: Vec<Word> = (0..150).map(|place| Word::new(next(), Bounds::new(place, 0, place + 1, 10), 90)).collect();
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
        index.add_page(&page).unwrap();
    }
    index.commit().unwrap();
    println!("{} pages in the index", index.page_count().unwrap());
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let searches: Vec<String> = (0..40)
        .map(|number| {
            format!(
                "/api/search?q={}",
                encoded(&if number % 4 == 0 { format!("number:{}", number * 97) } else { format!("{} {} {}", next(), next(), next()) })
            )
        })
        .collect();
    measure(&server, &key, "search", &searches);
    measure(&server, &key, "runs", &["/api/runs?limit=50".to_owned()]);
    let pages: Vec<String> = vec!["/runs".to_owned(), "/search?q=ho%20so".to_owned()];
    measure(&server, &key, "pages", &pages);
}
