//! What people who read Vietnamese see: no English sentence and no bare code on pages and in the list of refusals. The page
//! for programmers of the API is left out.

use crate::support::command::sohoa_command;
use crate::support::home::sample_path;
use crate::support::server::{Person, Server};
use regex::Regex;
use sohoa_testing::torn_pdf;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// English words that are no Vietnamese syllables: a text that has one is English.
const ENGLISH: &str = r"(?i)\b(the|is|are|was|were|of|and|with|cannot|not|files?|pages?|failed|missing|unknown|documents?|dossiers?|deliver|again|batch|store|from|has|have|been|this|that|which|there|only|must|when|where|its|words?|numbers?|lists?)\b";

/// Codes of the program: words joined by hyphens, and random identifiers.
const CODE: &str = r"(^|[\s(>])[a-z]{3,}(-[a-z]{2,})+($|[\s,.;:)<])|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-";

/// Pages looked at.
const MOST_PAGES: usize = 120;

/// Pages looked at below one address, such as `/documents`.
const MOST_OF_A_KIND: usize = 14;

/// A delivery in which much is wrong.
fn faulty_delivery() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("hồ sơ hỏng");
    std::fs::create_dir_all(&place).unwrap();
    let sample = std::fs::read(Path::new(&sample_path("002-cau-phao-cua-may")).join("trang 1.jpg")).unwrap();
    for (name, bytes) in [
        ("rỗng.pdf", &b""[..]),
        ("thư.docx", b"PK no archive"),
        ("rách.pdf", &torn_pdf()),
        ("cụt.jpg", &sample[..20_000]),
        ("sai.pdf", &sample),
        ("mục lục.csv", "STT,file,Số trang,Chỉ tiêu\n1,không có.pdf,3,CT9\n2,cụt.jpg,5,\n".as_bytes()),
    ] {
        std::fs::write(place.join(name), bytes).unwrap();
    }
    let mut archive = zip::ZipWriter::new(std::fs::File::create(place.join("gói.zip")).unwrap());
    for (name, bytes) in [("trong/trang.jpg", &sample[..]), ("Thumbs.db", b"x"), ("../ngoài.jpg", b"x"), ("__MACOSX/a", b"x")] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    folder
}

/// What a person sees of a page: its text and its tooltips, a line for each element, without what is meant for machines.
fn visible_text(html: &str) -> Vec<String> {
    let machine = Regex::new(r"(?s)<(script|style|code|kbd|pre|textarea)\b.*?</(script|style|code|kbd|pre|textarea)>").unwrap();
    let attribute = Regex::new(r#"(?:title|placeholder|aria-label|alt)="([^"]*)""#).unwrap();
    let html = machine.replace_all(html, "|");
    let tooltips = attribute.captures_iter(&html).map(|found| found[1].to_owned()).collect::<Vec<_>>();
    let text = Regex::new("<[^>]+>").unwrap().replace_all(&html, "|").into_owned();
    let unescape =
        |text: &str| text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    text.split('|').map(str::to_owned).chain(tooltips).map(|line| unescape(line.trim())).filter(|line| !line.is_empty()).collect()
}

/// Lines that are English or hold a code.
fn foreign_lines(lines: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let (english, code) = (Regex::new(ENGLISH).unwrap(), Regex::new(CODE).unwrap());
    // What a person types is the same in both languages, such as the name of a run in its list; doubtful words are those of the page.
    let typed = Regex::new(r"`[^`]*`|--[a-z][a-z-]*|\S*[/\\.]\S*|^[0-9a-f]{8}-[0-9a-f-]{27}  |^[0-9]+:[0-9]+\t.*").unwrap();
    let is_foreign = |line: &String| {
        let words = typed.replace_all(line, " ");
        english.is_match(&words) || code.is_match(&words)
    };
    lines.into_iter().filter(is_foreign).collect()
}

#[test]
fn english_and_codes_are_noticed_and_vietnamese_is_not() {
    let foreign = |line: &str| !foreign_lines([line.to_owned()]).is_empty();
    for line in ["file is empty (0 bytes)", "tệp is hỏng", "lý do: number-unsure", "lượt 01a23183-273f-77d1-98b5-bae3f13bab28"] {
        assert!(foreign(line), "{line}");
    }
    for line in ["tệp rỗng (0 byte); hãy nộp lại", "`sohoa runs list` liệt kê", "an toàn, do to", "thêm --keep-all", "hồ sơ/a-b-list.pdf"]
    {
        assert!(!foreign(line), "{line}");
    }
}

/// The pages of the console from its start on, with the lines that a reader of Vietnamese should not see.
fn crawl(server: &Server, who: &Person) -> BTreeMap<String, BTreeSet<String>> {
    let link = Regex::new(r##"href="(/[^"#]*)""##).unwrap();
    let start = ["/", "/help", "/account", "/keys", "/people", "/plant", "/uploads", "/runs", "/failures", "/roadmap", "/review"];
    let wrong_addresses = ["/nowhere", "/records/none", "/documents/none", "/review/none"];
    let more = ["/audit", "/pipelines", "/quarantine", "/records", "/search?q=k%E1%BA%BF+ho%E1%BA%A1ch"];
    let mut open: VecDeque<String> = start.into_iter().chain(more).chain(wrong_addresses).map(str::to_owned).collect();
    let (mut seen, mut of_a_kind, mut foreign) = (BTreeSet::new(), BTreeMap::<String, usize>::new(), BTreeMap::new());
    while let Some(path) = open.pop_front() {
        if seen.len() == MOST_PAGES || !seen.insert(path.clone()) {
            continue;
        }
        let kind = path.split(['/', '?']).nth(1).unwrap_or_default().to_owned();
        let count = of_a_kind.entry(kind).or_default();
        *count += 1;
        if *count > MOST_OF_A_KIND {
            continue;
        }
        let request = ureq::http::Request::builder().uri(format!("{}{path}", server.address));
        let request = request.header("cookie", format!("{}; sohoa-language=vi", who.cookie)).header("accept", "text/html");
        let answer = server.send(request, None);
        let Some(html) = answer.body.as_str().filter(|_| answer.kind.as_deref().is_some_and(|kind| kind.starts_with("text/html"))) else {
            continue;
        };
        let lines = foreign_lines(visible_text(html));
        if !lines.is_empty() {
            foreign.insert(path, lines);
        }
        let is_page = |path: &&str| !["/api", "/assets", "/language", "/docs"].iter().any(|other| path.starts_with(other));
        open.extend(
            link.captures_iter(html).map(|found| found.get(1).unwrap().as_str()).filter(is_page).map(|path| path.replace("&amp;", "&")),
        );
    }
    assert!(seen.len() > 60, "only {} pages were found", seen.len());
    foreign
}

#[test]
fn pages_and_refusals_in_vietnamese_show_no_english() {
    let (home, delivery) = (tempfile::tempdir().unwrap(), faulty_delivery());
    let sohoa = |arguments: &[&str]| {
        let mut command = sohoa_command();
        command.args(arguments).args(["--lang", "vi", "--home"]).arg(home.path());
        let done = command.current_dir(home.path()).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    };
    let (faulty, sample) = (delivery.path().join("hồ sơ hỏng"), sample_path("002-cau-phao-cua-may"));
    let ran = sohoa(&["run", "-q", faulty.to_str().unwrap(), &sample]);
    let mut foreign = BTreeMap::new();
    let mut look = |what: &str, text: &str| {
        let lines = foreign_lines(text.lines().map(str::to_owned));
        if !lines.is_empty() {
            foreign.insert(what.to_owned(), lines);
        }
    };
    look("run", &ran);
    look("failures", &sohoa(&["failures"]));
    look("run of nothing", &sohoa(&["run", "/không/có"]));
    for arguments in [
        &["review", "list"][..],
        &["review", "show", "002-cau-phao-cua-may#1"],
        &["review", "show", "none#1"],
        &["quarantine", "list"],
        &["quarantine", "remove", "none"],
        &["runs", "list"],
        &["runs", "retry", "none"],
        &["runs", "show", "none"],
        &["quality"],
        &["roadmap", "status"],
        &["search", "xyzxyz"],
        &["export", "none", "--original", "x"],
        &["verify"],
        &["audit", "verify"],
        &["models", "list"],
        &["sweep"],
        &["backup"],
        &["nonsense"],
        &["run", "--nonsense"],
        &["run"],
        &["--store", "ftp://x", "runs", "list"],
        &["--catalog", "mysql://x", "runs", "list"],
        &["--catalog", "sqlite:/không/có/catalog.db", "runs", "list"],
        &["run", "x", "--pipeline", "/không/có.toml"],
    ] {
        look(&arguments.join(" "), &sohoa(arguments));
    }
    let (server, admin) = Server::with_administrator_of(home);
    foreign.extend(crawl(&server, &admin));
    assert!(foreign.is_empty(), "{foreign:#?}");
}
