//! Mending of marks that OCR lost or swapped, by the words beside them.

use crate::text::language::surer_twin;

/// For each word of running text what it must be, where it can only be that: the same letters with other marks.
/// Names, codes and words in capitals stay as they were read: of them nothing is known.
#[must_use]
pub fn mends(words: &[&str]) -> Vec<Option<String>> {
    let mut out: Vec<Option<String>> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let core = letters_of(word);
        let is_plain = !core.is_empty() && core.chars().all(|letter| letter.is_alphabetic() && letter.is_lowercase());
        let mend = is_plain.then(|| {
            let last = at.checked_sub(1).and_then(|at| out.get(at)?.as_deref().or(words.get(at).copied()));
            // Neighbours beyond a comma or a bracket are no neighbours.
            let before = last.filter(|_| word.starts_with(core)).and_then(open_behind);
            let after = words.get(at + 1).filter(|_| word.ends_with(core)).and_then(|word| open_in_front(word));
            surer_twin(before, core, after).map(|twin| word.replacen(core, &twin, 1))
        });
        out.push(mend.flatten());
    }
    out
}

fn is_no_letter(letter: char) -> bool {
    !letter.is_alphabetic()
}

fn letters_of(word: &str) -> &str {
    word.trim_matches(is_no_letter)
}

/// The word if nothing stands behind its letters.
fn open_behind(word: &str) -> Option<&str> {
    let core = word.trim_start_matches(is_no_letter);
    (!core.is_empty() && core.chars().all(char::is_alphabetic)).then_some(core)
}

/// The word if nothing stands before its letters.
fn open_in_front(word: &str) -> Option<&str> {
    let core = word.trim_end_matches(is_no_letter);
    (!core.is_empty() && core.chars().all(char::is_alphabetic)).then_some(core)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mends = mends(&words).into_iter().zip(&words);
        mends.map(|(mend, word)| mend.unwrap_or_else(|| (*word).to_owned())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn marks_that_were_lost_come_back() {
        for (read, right) in [
            ("thuộc thâm quyền giải quyết của Sở Y tế", "thuộc thẩm quyền giải quyết của Sở Y tế"),
            ("Ủy ban nhân dân cap huyện", "Ủy ban nhân dân cấp huyện"),
            ("danh mục được sửa đỗi, bố sung", "danh mục được sửa đổi, bổ sung"),
            ("Về việc triễn khai thực hiện", "Về việc triển khai thực hiện"),
            ("trung học phố thông năm 2021", "trung học phổ thông năm 2021"),
        ] {
            assert_eq!(mended(read), right);
        }
    }

    #[test]
    fn names_capitals_spellings_and_right_words_stay() {
        for text in [
            "Về việc công nhận xã Bình Son Giang",
            "VE VIEC THAM QUYEN",
            "Chủ tịch uỷ ban nhân dân tỉnh",
            "Kế hoạch ứng phó sự cố tràn dầu huyện Nghĩa Hành",
            "tháng 12-2017 và chương trình công tác tháng 1-2018",
            "các điểm kính hiển vi tại các ổ bệnh",
            "Bộ Tư lệnh Hải quân: thanh tra",
        ] {
            assert_eq!(mended(text), text);
        }
    }
}
