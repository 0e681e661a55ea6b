//! Restoration of diacritics that OCR lost or swapped, from the neighbouring words: by their counts in official prose,
//! and by their repetition in the same document.

use crate::text::bigram_model::{diacritic_variants, likelier_variant, neighbour_count};
use std::collections::{BTreeMap, BTreeSet};

/// Counts of neighbouring words on a page or in a document, in lower case.
#[derive(Debug, Default, Clone)]
pub struct PhraseBigrams {
    words: BTreeSet<String>,
    pairs: BTreeMap<(String, String), u32>,
}

impl PhraseBigrams {
    /// Adds running text.
    pub fn add(&mut self, words: &[&str]) {
        let neighbours = words.iter().zip(words.iter().skip(1));
        self.words.extend(words.iter().map(|word| trim_to_letters(word)).filter(|core| is_word(core)).map(str::to_lowercase));
        for pair in
            neighbours.filter_map(|(one, next)| Some((core_without_suffix(one)?.to_lowercase(), core_without_prefix(next)?.to_lowercase())))
        {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// Count of `next` after `one`.
    fn bigram_count(&self, one: Option<&str>, next: Option<&str>) -> u32 {
        let pair = one.zip(next).map(|(one, next)| (one.to_lowercase(), next.to_lowercase()));
        pair.and_then(|pair| self.pairs.get(&pair).copied()).unwrap_or(0)
    }

    /// The word with the same letters and other diacritics that is found between these neighbours elsewhere, and more
    /// often.
    fn repeated_variant(&self, before: Option<&str>, word: &str, after: Option<&str>) -> Option<String> {
        let beside = |word: &str| (self.bigram_count(before, Some(word)), self.bigram_count(Some(word), after));
        let (before_own, after_own) = beside(word);
        let own_count = neighbour_count(before, word, after);
        let repeated = |variant: &&str| {
            let (left, right) = beside(variant);
            let variant_count = neighbour_count(before, variant, after);
            if !self.words.contains(*variant) || own_count > variant_count {
                return false;
            }
            let is_once = |own: u32| own <= 1;
            if before.is_some() && after.is_some() {
                let both = left >= before_own && right >= after_own && left.min(right) >= 2 * before_own.min(after_own).max(1);
                let one = (left >= MIN_REPEATS && is_once(before_own)) || (right >= MIN_REPEATS && is_once(after_own));
                both || (one && variant_count > 0)
            } else {
                (left >= MIN_REPEATS_ONE_SIDED && is_once(before_own)) || (right >= MIN_REPEATS_ONE_SIDED && is_once(after_own))
            }
        };
        let times = |variant: &&str| beside(variant).0 + beside(variant).1;
        diacritic_variants(word).filter(repeated).max_by_key(times).map(str::to_owned)
    }
}

/// Minimum count of a variant beside one neighbour if the other gives no evidence.
const MIN_REPEATS: u32 = 6;

/// Minimum count for a word with one neighbour.
const MIN_REPEATS_ONE_SIDED: u32 = 3;

/// The restored form of each word of running text, if it is unambiguous: same letters, other diacritics. `phrases` are
/// those of the page or document that contains the text. Names, codes and words in capitals stay as recognised, because
/// the model has no evidence about them.
#[must_use]
pub fn suggest_diacritics(words: &[&str], phrases: &PhraseBigrams) -> Vec<Option<String>> {
    let mut out: Vec<Option<String>> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let core = trim_to_letters(word);
        let is_plain = is_word(core) && core.chars().all(char::is_lowercase);
        let mend = is_plain.then(|| {
            let last = at.checked_sub(1).and_then(|at| out.get(at)?.as_deref().or(words.get(at).copied()));
            // Words beyond a comma or a bracket are not neighbours.
            let before = last.filter(|_| word.starts_with(core)).and_then(core_without_suffix);
            let after = words.get(at + 1).filter(|_| word.ends_with(core)).and_then(|word| core_without_prefix(word));
            let variant = likelier_variant(before, core, after).or_else(|| phrases.repeated_variant(before, core, after));
            variant.map(|repeated_variant| word.replacen(core, &repeated_variant, 1))
        });
        out.push(mend.flatten());
    }
    out
}

fn is_word(core: &str) -> bool {
    !core.is_empty() && core.chars().all(char::is_alphabetic)
}

fn is_not_letter(letter: char) -> bool {
    !letter.is_alphabetic()
}

fn trim_to_letters(word: &str) -> &str {
    word.trim_matches(is_not_letter)
}

/// The word if nothing follows its letters.
fn core_without_suffix(word: &str) -> Option<&str> {
    let core = word.trim_start_matches(is_not_letter);
    is_word(core).then_some(core)
}

/// The word if nothing precedes its letters.
fn core_without_prefix(word: &str) -> Option<&str> {
    let core = word.trim_end_matches(is_not_letter);
    is_word(core).then_some(core)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(text: &str) -> String {
        restored_with(text, &PhraseBigrams::default())
    }

    fn restored_with(text: &str, phrases: &PhraseBigrams) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mends = suggest_diacritics(&words, phrases).into_iter().zip(&words);
        mends.map(|(mend, word)| mend.unwrap_or_else(|| (*word).to_owned())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lost_diacritics_are_restored() {
        for (read, right) in [
            ("thuộc thâm quyền giải quyết của Sở Y tế", "thuộc thẩm quyền giải quyết của Sở Y tế"),
            ("Ủy ban nhân dân cap huyện", "Ủy ban nhân dân cấp huyện"),
            ("danh mục được sửa đỗi, bố sung", "danh mục được sửa đổi, bổ sung"),
            ("Về việc triễn khai thực hiện", "Về việc triển khai thực hiện"),
            ("trung học phố thông năm 2021", "trung học phổ thông năm 2021"),
            ("thực hiện hỗ trơ quà Tết", "thực hiện hỗ trợ quà Tết"),
            ("Sở Y tế phôi hợp với Viện", "Sở Y tế phối hợp với Viện"),
            ("nghiên cứu vặc xin sốt", "nghiên cứu vắc xin sốt"),
        ] {
            assert_eq!(restored(read), right);
        }
    }

    fn phrases_of(text: &str) -> PhraseBigrams {
        let mut phrases = PhraseBigrams::default();
        phrases.add(&text.split_whitespace().collect::<Vec<_>>());
        phrases
    }

    #[test]
    fn phrases_of_the_document_correct_diacritics() {
        let phrases = phrases_of(
            "trên địa bàn tỉnh Bạc Liêu; ký sinh trùng sốt rét và ký sinh trùng sốt rét, tại tỉnh. Tại tỉnh, ở tại tỉnh, \
             trên địa bàn tỉnh Bạc Liêu",
        );
        for (read, right) in [
            ("trên địa bàn tính Bạc Liêu", "trên địa bàn tỉnh Bạc Liêu"),
            ("ký sinh trùng sót rét tại", "ký sinh trùng sốt rét tại"),
            ("đánh giá tại tính.", "đánh giá tại tỉnh."),
        ] {
            assert_eq!(restored_with(read, &phrases), right);
            assert_eq!(restored(read), read, "known without the paper");
        }
    }

    #[test]
    fn variants_equally_frequent_in_document_are_kept() {
        let both = phrases_of("các ổ dịch mới, các ô dịch mới, phòng chân trị liệu và phòng chẩn trị liệu");
        for text in ["các ô dịch mới", "phòng chân trị liệu", "phòng chẩn trị liệu"] {
            assert_eq!(restored_with(text, &both), text);
        }
    }

    #[test]
    fn names_capitals_and_correct_words_are_unchanged() {
        for text in [
            "Về việc công nhận xã Bình Son Giang",
            "VE VIEC THAM QUYEN",
            "Chủ tịch uỷ ban nhân dân tỉnh",
            "Kế hoạch ứng phó sự cố tràn dầu huyện Nghĩa Hành",
            "tháng 12-2017 và chương trình công tác tháng 1-2018",
            "các điểm kính hiển vi tại các ổ bệnh",
            "Bộ Tư lệnh Hải quân: thanh tra",
        ] {
            assert_eq!(restored(text), text);
        }
    }
}
