//! Validity of Vietnamese syllables (âm tiết): onset, rime and tone that can be combined.
//!
//! A measure of the quality of a reading, never a reason to change it: names and foreign words fail it.

use crate::text::nfc::nfc;
use crate::text::tones::{Tone, split_tone};

const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu", "r", "s", "t", "th",
    "tr", "v", "x",
];

const RIMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu \
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot \
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơng ơp ơt u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt \
    up ut uơ uy uya uych uyên uyêt uyn uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y";

/// Rimes written with `y` at the start of a syllable or after `qu`.
const Y_RIMES: &str = "yêm yên yêng yêt yêu ych yn ynh yp yt";

/// The parts of a syllable, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syllable {
    /// Consonants before the vowel, such as `ngh`, `qu`, `gi`; may be empty.
    pub onset: String,
    /// Vowels and final consonants without the tone, such as `iêng`.
    pub rime: String,
    /// The tone.
    pub tone: Tone,
}

/// Parses `word`; `None` if it is no valid Vietnamese syllable. Case is ignored, and so is the position of the tone mark
/// within the rime.
#[must_use]
pub fn parse_syllable(word: &str) -> Option<Syllable> {
    // The longest syllable, nghiêng, has seven letters; decomposed it has nine.
    if word.is_empty() || word.len() > 40 {
        return None;
    }
    let mut plain = String::with_capacity(word.len());
    let mut tone = Tone::Level;
    for letter in nfc(word).to_lowercase().chars() {
        let (base, found) = split_tone(letter);
        if found != Tone::Level {
            if tone != Tone::Level {
                return None;
            }
            tone = found;
        }
        plain.push(base);
    }
    ONSETS.iter().rev().find_map(|onset| {
        let rime = plain.strip_prefix(onset)?;
        (is_valid_combination(onset, rime) && rime_allows_tone(rime, tone)).then(|| Syllable {
            onset: (*onset).to_owned(),
            rime: rime.to_owned(),
            tone,
        })
    })
}

/// Whether `word` is a valid Vietnamese syllable.
#[must_use]
pub fn is_valid_syllable(word: &str) -> bool {
    parse_syllable(word).is_some()
}

/// Applies the spelling rules between onset and rime.
fn is_valid_combination(onset: &str, rime: &str) -> bool {
    let Some(first) = rime.chars().next() else { return false };
    let front = matches!(first, 'i' | 'e' | 'ê' | 'y');
    let y_rime = Y_RIMES.split(' ').any(|known| known == rime);
    if !y_rime && !RIMES.split_whitespace().any(|known| known == rime) {
        return false;
    }
    match onset {
        "" => true,
        "qu" => y_rime || (!matches!(first, 'u' | 'ư') && !rime.starts_with("oa") && !rime.starts_with("oă") && !rime.starts_with("oe")),
        "k" | "gh" | "ngh" => front && !y_rime,
        "c" | "ng" => !front,
        "g" => !front || (first == 'i' && rime != "ia"),
        _ => !y_rime,
    }
}

/// Whether the rime allows the tone: a rime closed by a stop takes only sắc and nặng.
fn rime_allows_tone(rime: &str, tone: Tone) -> bool {
    !rime.ends_with(['p', 't', 'c']) && !rime.ends_with("ch") || matches!(tone, Tone::Acute | Tone::DotBelow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_syllables_are_valid() {
        let text = "cộng hoà xã hội chủ nghĩa việt nam độc lập tự do hạnh phúc quyết định uỷ ban nhân dân quận huyện nghiêng gì giết \
            giếng già quốc quý quỳnh khuya khuỷu thuở ngoằn ngoèo yêu yến ý kỹ lý rượu người đường khoảng quản lý điều hành thị trấn \
            chuyển nhượng quyền sử dụng đất hồ sơ lưu trữ phông tiếp nhận chứng thực Nguyễn Thị Hường Phượng hòa thúy khỏe của";
        for word in text.split_whitespace() {
            assert!(is_valid_syllable(word), "{word}");
        }
    }

    #[test]
    fn impossible_syllables_are_invalid() {
        for word in
            ["tệt̀", "quyểt", "cạp̣", "hoc", "mat", "điòa", "ngiêng", "kông", "ceo", "bk", "street", "QĐ", "UBND", "2020", "", "tờr", "wòw"]
        {
            assert!(!is_valid_syllable(word), "{word}");
        }
    }

    #[test]
    fn syllables_are_split_into_onset_rime_and_tone() {
        assert_eq!(parse_syllable("NGHĨA"), Some(Syllable { onset: "ngh".into(), rime: "ia".into(), tone: Tone::Tilde }));
        assert_eq!(parse_syllable("quốc"), Some(Syllable { onset: "qu".into(), rime: "ôc".into(), tone: Tone::Acute }));
    }
}
