//! sRGB colour profile (IEC 61966-2-1) as an ICC profile of version 2.1 (ICC.1:1998-09), generated.

/// Number of points of the tone curve.
const TONE_CURVE_POINTS: usize = 1024;

/// Bytes of the profile, identical on every call.
pub(crate) fn srgb_profile() -> Vec<u8> {
    let curve = tone_curve_tag();
    // Primaries of sRGB adapted to D50 by Bradford's method; the profile's white is D50.
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description_tag("sRGB IEC61966-2.1")),
        (b"cprt", text_tag("No copyright, use freely")),
        (b"wtpt", xyz_tag([0.964_20, 1.0, 0.824_91])),
        (b"rXYZ", xyz_tag([0.436_07, 0.222_49, 0.013_92])),
        (b"gXYZ", xyz_tag([0.385_15, 0.716_87, 0.097_08])),
        (b"bXYZ", xyz_tag([0.143_07, 0.060_61, 0.714_10])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut directory = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data: Vec<u8> = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    let mut last: Option<(&Vec<u8>, usize)> = None;
    for (name, value) in &tags {
        // The three tone curve tags share their data.
        let place = match last {
            Some((before, place)) if before == value => place,
            _ => {
                let place = start + data.len();
                data.extend_from_slice(value);
                data.resize(data.len().next_multiple_of(4), 0);
                place
            }
        };
        last = Some((value, place));
        directory.extend_from_slice(*name);
        directory.extend_from_slice(&(place as u32).to_be_bytes());
        directory.extend_from_slice(&(value.len() as u32).to_be_bytes());
    }
    let mut profile = header((start + data.len()) as u32);
    profile.extend(directory);
    profile.extend(data);
    profile
}

fn header(size: u32) -> Vec<u8> {
    let mut bytes = size.to_be_bytes().to_vec();
    bytes.extend([0; 4]);
    bytes.extend([2, 0x10, 0, 0]);
    bytes.extend(b"mntrRGB XYZ ");
    // Fixed date, 1 January 2000, so that the bytes never differ.
    for number in [2000u16, 1, 1, 0, 0, 0] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(b"acsp");
    // Platform, flags, maker, model, attributes, perceptual intent.
    bytes.extend([0; 28]);
    for number in [0.964_20, 1.0, 0.824_91] {
        bytes.extend(s15_fixed16(number));
    }
    bytes.resize(128, 0);
    bytes
}

/// `s15Fixed16Number`.
fn s15_fixed16(value: f64) -> [u8; 4] {
    ((value * 65_536.0).round() as i32).to_be_bytes()
}

fn xyz_tag(values: [f64; 3]) -> Vec<u8> {
    let mut bytes = b"XYZ \0\0\0\0".to_vec();
    bytes.extend(values.into_iter().flat_map(s15_fixed16));
    bytes
}

fn text_tag(content: &str) -> Vec<u8> {
    let mut bytes = b"text\0\0\0\0".to_vec();
    bytes.extend(content.bytes());
    bytes.push(0);
    bytes
}

/// `textDescriptionType`, with empty Unicode and Macintosh forms.
fn description_tag(content: &str) -> Vec<u8> {
    let mut bytes = b"desc\0\0\0\0".to_vec();
    bytes.extend((content.len() as u32 + 1).to_be_bytes());
    bytes.extend(content.bytes());
    bytes.push(0);
    bytes.extend([0; 4 + 4 + 2 + 1 + 67]);
    bytes
}

/// Tone curve of sRGB: linear near black, then exponent 2.4 (IEC 61966-2-1, 5.2).
fn tone_curve_tag() -> Vec<u8> {
    let mut bytes = b"curv\0\0\0\0".to_vec();
    bytes.extend((TONE_CURVE_POINTS as u32).to_be_bytes());
    for step in 0..TONE_CURVE_POINTS {
        let signal = step as f64 / (TONE_CURVE_POINTS - 1) as f64;
        let light = if signal <= 0.040_45 { signal / 12.92 } else { ((signal + 0.055) / 1.055).powf(2.4) };
        bytes.extend(((light * 65_535.0).round() as u16).to_be_bytes());
    }
    bytes
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn profile_size_matches_and_primaries_sum_to_white() {
        let profile = srgb_profile();
        assert_eq!(profile[..4], (profile.len() as u32).to_be_bytes());
        for (axis, white) in [(0, 0.9642), (1, 1.0), (2, 0.8249)] {
            let primaries = [[0.436_07, 0.222_49, 0.013_92], [0.385_15, 0.716_87, 0.097_08], [0.143_07, 0.060_61, 0.714_10]];
            let sum: f64 = primaries.iter().map(|primary| primary[axis]).sum();
            assert!((sum - white).abs() < 0.000_6, "axis {axis}: {sum}");
        }
    }
}
