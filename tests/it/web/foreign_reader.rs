//! People of another unit ask every route with names of a foreign unit, and learn nothing of its content.
//!
//! Requests are drawn by a seeded generator; `TEST_FOREIGN_REQUESTS` sets their number, `TEST_FOREIGN_SEED` the seed.

use crate::support::server::{Answer, PASSWORD, Person, Server, program};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sohoa_web::access::Route;
use sohoa_web::server::route_table;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The heading of every official paper, reports of this server included.
const HEADING: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM CỘNG HOÀ XÃ HỘI Độc lập - Tự do - Hạnh phúc Độc lập – Tự do – Hạnh phúc";

/// Requests in the usual run.
const REQUESTS: usize = 1_000;

/// The foreign unit, what stands in its papers and lists, and the names of its things.
struct Foreign {
    /// Texts that no answer may hold, unless the request said them.
    markers: Vec<String>,
    /// Values of path and query parameters by their name.
    values: BTreeMap<&'static str, Vec<String>>,
}

/// Pseudo-random numbers (xorshift64*).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn number_from(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn expect(answer: Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.body);
    answer.body
}

/// Runs a delivery of unit SNV with a file that is refused, in a new home.
fn home_with_foreign_papers() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("in/kin-7731");
    std::fs::create_dir_all(&folder).unwrap();
    let scan = sohoa_testing::workspace().join("samples/003-ban-giao-tai-lieu/BB_bangiao.tif");
    std::fs::copy(scan, folder.join("giay-to-4451.tif")).unwrap();
    std::fs::write(folder.join("hong-4452.pdf"), "no PDF").unwrap();
    let mut run = program();
    run.arg("run")
        .arg(&folder)
        .args(["--unit", "SNV", "-q", "--pipeline"])
        .arg(sohoa_testing::workspace().join("pipelines/fast.toml"))
        .arg("--home")
        .arg(home.path())
        .current_dir(home.path());
    assert_eq!(run.output().unwrap().status.code(), Some(3), "one file is refused");
    home
}

/// Imports a plan with a line of the foreign unit and one of the own.
fn import_plan(server: &Server, admin: &Person) {
    let template = server.get(admin, "/api/roadmap/template", None).2;
    let rows = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Mã hồ sơ bắt đầu bằng\nL9182,Chỉ tiêu kín 6203,SNV,trang,1000,31/12/2099,kin\nX1,Nơi đây,SYT,trang,10,31/12/2099,\n";
    for (path, bytes) in [("/api/roadmap/plan", template), ("/api/roadmap/plan?reason=x", rows.as_bytes().to_vec())] {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = agent.post(format!("{}{path}", server.address)).header("cookie", &admin.cookie).header("x-form-key", &admin.form_key);
        let answer = request.header("content-type", "application/octet-stream").send(&bytes[..]).unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}

/// Opens an upload of the foreign unit with one announced file; identifiers of both.
fn open_upload(server: &Server, owner: &Person) -> (String, String) {
    let opened = expect(server.ask(Some(owner), "POST", "/api/uploads", Some(&json!({ "name": "đợt kín 3349", "unit": "SNV" }))), 201);
    let upload = opened["id"].as_str().unwrap().to_owned();
    let coded = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let metadata = format!("path {},sha256 {}", coded("kin-7731/nop-4453.png"), coded(&hex::encode(Sha256::digest(b"x"))));
    let request = ureq::http::Request::builder().method("POST").uri(format!("{}/api/uploads/{upload}/files", server.address));
    let request = request.header("cookie", &owner.cookie).header("x-form-key", &owner.form_key).header("tus-resumable", "1.0.0");
    expect(server.send(request.header("upload-length", "1").header("upload-metadata", metadata), None), 201);
    let files = server.ask(Some(owner), "GET", &format!("/api/uploads/{upload}/files"), None).body;
    (upload, files["items"][0]["id"].as_str().unwrap().to_owned())
}

/// Sequences of three words of a document's text that `common` does not hold.
fn text_markers(text: &str, common: &str) -> Vec<String> {
    let lines = text.lines().flat_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(3).map(|three| three.join(" ")).collect::<Vec<_>>()
    });
    lines.filter(|three| three.chars().count() > 12 && !three.is_ascii() && !common.contains(three)).collect()
}

/// Makes everything of the foreign unit that has a name.
fn foreign_unit(server: &Server, admin: &Person, stranger: &Person) -> Foreign {
    let grants: Vec<Value> = ["archivist", "reviewer"].iter().map(|role| json!({ "role": role, "unit": "SNV" })).collect();
    let person = json!({ "name": "nguoinop7731", "display_name": "Trần Kín 5512", "password": PASSWORD,
        "grants": grants });
    expect(server.ask(Some(admin), "POST", "/api/users", Some(&person)), 201);
    let owner = server.sign_in("nguoinop7731");
    let get = |path: &str| server.ask(Some(&owner), "GET", path, None).body;
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned();
    let run = text(&get("/api/runs")["items"][0]["id"]);
    let dossier = get("/api/records")["items"][0].clone();
    let (code, object) = (text(&dossier["code"]), text(&dossier["object"]));
    let failure = text(&get("/api/failures")[0]["file_id"]);
    let document = format!("{code}#1");
    let read = get(&format!("/api/documents/{}/text", encode(&document)));
    let (upload, upload_file) = open_upload(server, &owner);
    expect(server.ask(Some(&owner), "POST", &format!("/api/review/{}", encode(&document)), Some(&json!({ "accept": true }))), 200);
    import_plan(server, admin);
    expect(server.ask(Some(admin), "PUT", &format!("/api/runs/{run}/line"), Some(&json!({ "target": "L9182" }))), 204);
    let lot = server.ask(Some(admin), "POST", "/api/lots", Some(&json!({ "target": "L9182" })));
    let lot = lot.body["id"].as_str().unwrap_or("01a22db4-0000-7000-8000-000000000000").to_owned();
    let search = server.ask(Some(&owner), "POST", "/api/searches", Some(&json!({ "name": "tìm kín 6621", "query": "bàn giao" }))).body;
    let token = json!({ "label": "khóa kín 7719", "rights": ["read"], "days": 1 });
    let token = expect(server.ask(Some(&owner), "POST", "/api/tokens", Some(&token)), 201);
    let session = text(&get("/api/sessions")[0]["id"]);

    let common: String = ["/", "/help", "/docs", "/openapi.json", "/roadmap", "/account", "/uploads", "/api/roadmap"]
        .map(|path| server.ask(Some(stranger), "GET", path, None).body.to_string())
        .concat();
    let mut markers = text_markers(read.as_str().unwrap(), &format!("{common}\n{HEADING}"));
    assert!(markers.len() > 20, "too few words were read: {read}");
    let record = get(&format!("/api/records/{}", encode(&code)));
    let subject = record["documents"][0]["fields"]["subject"]["value"].as_str().unwrap_or_default();
    let fixed = [&code, subject, "giay-to-4451", "hong-4452", "nop-4453", "nguoinop7731", "Trần Kín 5512", "đợt kín 3349", "tìm kín 6621"];
    markers.extend(fixed.iter().filter(|marker| !marker.is_empty()).map(|marker| (*marker).to_owned()));
    markers.extend(["khóa kín 7719", "Chỉ tiêu kín 6203", "L9182"].map(str::to_owned));
    let some = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let values = BTreeMap::from([
        ("run", some(&[&run])),
        ("batch", some(&[&run])),
        ("dossier", some(&[&code, &object, &format!("urn:sohoa:SNV:{code}")])),
        ("document", some(&[&document, &format!("{object}#1"), &format!("{code}#2")])),
        ("page", some(&["1", "2"])),
        ("index", some(&["0", "1"])),
        ("file", some(&[&upload_file, &failure])),
        ("upload", some(&[&upload])),
        ("lot", some(&[&lot])),
        ("target", some(&["L9182"])),
        ("line", some(&["L9182"])),
        ("name", some(&["nguoinop7731", "admin"])),
        ("id", some(&[&text(&search["id"]), &text(&token["id"])])),
        ("session", some(&[&session])),
        ("unit", some(&["SNV"])),
        ("q", some(&["giao", &markers[0], &code])),
        ("query", some(&["giao"])),
        ("before", some(&[&run, &upload])),
        ("after", some(&["0", &upload_file])),
        ("limit", some(&["5", "1000"])),
        ("form", some(&["pdf", "text", "json", "csv", "xlsx", "docx", "mets", "alto", "original", "progress"])),
        ("list", some(&["found", "dossiers", "runs", "failures", "events"])),
        ("stage", some(&["read"])),
        ("class", some(&["input"])),
    ]);
    Foreign { markers, values }
}

/// Parameters that name a thing of one unit: what is asked about a foreign one must not succeed.
const NAMES_OF_THINGS: [&str; 12] =
    ["run", "dossier", "document", "file", "upload", "lot", "target", "line", "session", "batch", "user", "search"];

/// Routes that end the session of whoever asks, lead to another server, or have no end.
fn is_left_out(route: &Route) -> bool {
    let own_session = route.path.starts_with("/api/session") && route.path != "/api/sessions/{session}" && route.method != "GET";
    own_session
        || route.path.starts_with("/sign-in/oidc")
        || matches!(route.path.as_str(), "/api/live" | "/readyz" | "/metrics" | "/api/setup")
}

/// A drawn request: method, path with query, body, and all that it says in plain text.
struct Request {
    method: &'static str,
    path: String,
    body: Option<Value>,
    said: String,
    /// Whether the path names a thing of the foreign unit, or one that nobody has.
    names_thing: bool,
}

fn draw_request(draw: &mut Draw, route: &Route, query_names: &[String], foreign: &Foreign, unknown: bool) -> Request {
    let (mut said, mut names_thing) = (String::new(), false);
    let value_of = |draw: &mut Draw, name: &str, said: &mut String| {
        let known = foreign.values.get(name).filter(|_| !unknown || !NAMES_OF_THINGS.contains(&name));
        let value = match known {
            Some(values) => draw.of(values).clone(),
            None => format!("none-{}", draw.below(1_000_000)),
        };
        said.push_str(&value);
        said.push('\n');
        encode(&value)
    };
    let parts: Vec<String> = route
        .path
        .split('/')
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => {
                names_thing |= NAMES_OF_THINGS.contains(&name);
                value_of(draw, name, &mut said)
            }
            None => part.to_owned(),
        })
        .collect();
    let mut path = parts.join("/");
    let mut sign = '?';
    for name in query_names.iter().filter(|_| draw.below(2) == 0).collect::<Vec<_>>() {
        let value = value_of(draw, name, &mut said);
        path.push_str(&format!("{sign}{name}={value}"));
        sign = '&';
    }
    let of = |name: &str| foreign.values[name][0].clone();
    let bodies = [
        json!({}),
        json!({ "accept": true }),
        json!({ "priority": 1 }),
        json!({ "target": of("target") }),
        json!({ "target": of("target"), "pages": 10 }),
        json!({ "text": "[[stage]]\nname = \"read\"\n", "documents": [of("document")] }),
        json!({ "name": "x", "unit": "SNV" }),
        json!({ "name": "x", "query": "giao" }),
        json!({ "note": "x" }),
        json!({ "defects": [] }),
        json!({ "grants": [{ "role": "reader", "unit": "SNV" }] }),
        json!({ "label": "x", "rights": ["read"], "days": 1 }),
    ];
    let body = (!matches!(route.method, "GET" | "HEAD" | "OPTIONS" | "DELETE")).then(|| draw.of(&bodies).clone());
    said.push_str(&body.as_ref().map(Value::to_string).unwrap_or_default());
    Request { method: route.method, path, body, said, names_thing }
}

/// Names of the query parameters of every route, from the description of the API; pages get those that any of them takes.
fn query_parameters(document: &Value, route: &Route) -> Vec<String> {
    let pages = ["q", "run", "unit", "after", "before", "line", "stage", "class", "kind", "state", "dossier"];
    if !route.path.starts_with("/api/") {
        return pages.map(str::to_owned).to_vec();
    }
    let described = document["paths"][&route.path][route.method.to_lowercase()]["parameters"].as_array().cloned().unwrap_or_default();
    let queries = described.iter().filter(|parameter| parameter["in"] == "query");
    queries.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

/// The number of calls of the store so far.
fn store_calls(server: &Server) -> u64 {
    let metrics = server.ask(None, "GET", "/metrics", None).body;
    let counts = metrics.as_str().unwrap().lines().filter(|line| line.starts_with("sohoa_store_calls_total{"));
    let counts: Vec<u64> = counts.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert!(!counts.is_empty(), "the metrics have no calls of the store");
    counts.iter().sum()
}

/// Sends a request; status, headers and body as text, and the time to the whole answer.
fn send(agent: &ureq::Agent, server: &Server, who: &Person, request: &Request) -> (u16, String, Duration) {
    let built = ureq::http::Request::builder().method(request.method).uri(format!("{}{}", server.address, request.path));
    let built = built.header("cookie", &who.cookie).header("x-form-key", &who.form_key).header("tus-resumable", "1.0.0");
    let began = Instant::now();
    let mut answer = match &request.body {
        Some(body) => agent.run(built.header("content-type", "application/json").body(body.to_string()).unwrap()),
        None => agent.run(built.body(()).unwrap()),
    }
    .unwrap();
    let bytes = answer.body_mut().read_to_vec().unwrap_or_default();
    let took = began.elapsed();
    let headers: Vec<String> =
        answer.headers().iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))).collect();
    (answer.status().as_u16(), format!("{}\n{}", headers.join("\n"), String::from_utf8_lossy(&bytes)), took)
}

#[test]
fn foreign_names_tell_nothing_and_cost_no_store_call() {
    let (server, admin) = Server::with_administrator_of(home_with_foreign_papers());
    let grants: Vec<Value> =
        ["reader", "archivist", "reviewer", "administrator", "auditor"].iter().map(|role| json!({ "role": role, "unit": "SYT" })).collect();
    server.add(&admin, "hoa", &json!(grants));
    server.add(&admin, "mai", &json!([{ "role": "reader", "unit": "SYT" }]));
    let people = [server.sign_in("hoa"), server.sign_in("mai")];
    let foreign = foreign_unit(&server, &admin, &people[1]);
    let document = server.ask(None, "GET", "/openapi.json", None).body;
    let routes: Vec<(Route, Vec<String>)> = route_table()
        .into_iter()
        .filter(|route| !is_left_out(route))
        .map(|route| (query_parameters(&document, &route), route))
        .map(|(queries, route)| (route, queries))
        .collect();
    let seed = number_from("TEST_FOREIGN_SEED", 20_261_201).max(1);
    let count = number_from("TEST_FOREIGN_REQUESTS", REQUESTS as u64) as usize;
    let mut draw = Draw(seed);
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
    let agent: ureq::Agent = config.build().into();
    let mut times = Vec::with_capacity(count);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for number in 0..count {
        // Every route once by each person, then at random.
        let place = if number < routes.len() * 2 { number / 2 } else { draw.below(routes.len()) };
        let (route, queries) = &routes[place];
        let unknown = draw.below(4) == 0;
        let request = draw_request(&mut draw, route, queries, &foreign, unknown);
        let before = store_calls(&server);
        let (status, answer, took) = send(&agent, &server, &people[number % 2], &request);
        let calls = store_calls(&server) - before;
        let what = format!("seed {seed}, request {number}: {} {} {:?}", request.method, request.path, request.body);
        for marker in foreign.markers.iter().filter(|marker| !request.said.contains(marker.as_str())) {
            assert!(!answer.contains(marker.as_str()), "{what} tells {marker:?}: {status} {answer}");
        }
        if request.names_thing && request.method != "OPTIONS" {
            // To give up a lock that one does not have says nothing, whatever the name.
            let gives_up_lock = request.method == "DELETE" && route.path.ends_with("/hold") && status == 204;
            assert!((400..500).contains(&status) || gives_up_lock, "{what}: {status} {answer}");
            assert_eq!(calls, 0, "{what} made the server call its store");
            times.push(took);
        }
        assert_ne!(status, 500, "{what}: {answer}");
        *statuses.entry(status).or_default() += 1;
    }
    times.sort();
    let (middle, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{count} requests of {} routes, seed {seed}: {statuses:?}; {} with foreign or unknown names: median {:.2} ms, longest {:.2} ms",
        routes.len(),
        times.len(),
        middle.as_secs_f64() * 1e3,
        slowest.as_secs_f64() * 1e3
    );
}
