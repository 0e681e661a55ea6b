//! Generated TrueType font with two empty glyphs of equal width (OpenType 1.9).
//!
//! PDF/A requires every font to be embedded, including one used only for invisible text.

/// Units of the em square.
pub(crate) const EM: i16 = 1000;
/// Width of every glyph, units.
pub(crate) const ADVANCE: i16 = 500;
/// Height above the baseline, units. Poppler accepts up to 1050.
pub(crate) const ASCENT: i16 = 1000;
/// Depth below the baseline, units, negative. Poppler accepts down to -400.
pub(crate) const DESCENT: i16 = -400;

/// Checksum of a whole font file (OpenType, `head` table).
const FONT_CHECKSUM: u32 = 0xB1B0_AFBA;
/// Offset of `checkSumAdjustment` in `head`, bytes.
const CHECKSUM_ADJUSTMENT_OFFSET: usize = 8;

/// Bytes of the font file.
pub(crate) fn font_program() -> Vec<u8> {
    // Sorted by tag, as the table directory must be.
    let tables: [(&[u8; 4], Vec<u8>); 8] = [
        // One subtable of format 4: maps only the space, to glyph 1.
        (b"cmap", be_bytes(&[0, 1, 3, 1, 0, 12, 4, 32, 0, 4, 4, 1, 0, 32, 0xffff, 0, 32, 0xffff, 0u16.wrapping_sub(31), 1, 0, 0])),
        (b"glyf", missing_glyph_outline()),
        (b"head", head_table()),
        // Version 1.0, ascent, descent, gap, widest advance, bearings, extent, caret, reserved, one metric.
        (b"hhea", be_bytes(&[1, 0, ASCENT, DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, 0, 0, 0, 0, 0, 1].map(to_u16))),
        (b"hmtx", be_bytes(&[ADVANCE, 0, 0].map(to_u16))),
        // Offsets in pairs of bytes: the missing glyph has an outline, glyph 1 has none.
        (b"loca", be_bytes(&[0, 17, 17])),
        // Version 1.0, two glyphs, four points and one contour at most, one zone.
        (b"maxp", be_bytes(&[1, 0, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
        // Version 3.0: no glyph names; fixed pitch.
        (b"post", be_bytes(&[3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
    ];
    let mut font = be_bytes(&[1, 0, 8, 128, 3, 0]);
    let mut place = 12 + 16 * tables.len();
    let mut head_at = 0;
    for (tag, table) in &tables {
        if *tag == b"head" {
            head_at = place;
        }
        font.extend_from_slice(*tag);
        for number in [checksum(table), place as u32, table.len() as u32] {
            font.extend_from_slice(&number.to_be_bytes());
        }
        place += table.len().next_multiple_of(4);
    }
    for (_, table) in &tables {
        font.extend_from_slice(table);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    let adjustment = FONT_CHECKSUM.wrapping_sub(checksum(&font)).to_be_bytes();
    for (byte, value) in font.iter_mut().skip(head_at + CHECKSUM_ADJUSTMENT_OFFSET).zip(adjustment) {
        *byte = value;
    }
    font
}

fn head_table() -> Vec<u8> {
    let mut table = be_bytes(&[1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, EM as u16]);
    // Created and modified: the start of the font epoch, so that the bytes never differ.
    table.extend([0; 16]);
    table.extend(be_bytes(&[0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0].map(to_u16)));
    table
}

/// Outline of `.notdef`: a box, because some readers require at least one outline. Never shown.
fn missing_glyph_outline() -> Vec<u8> {
    let mut table = be_bytes(&[1, 0, DESCENT, ADVANCE, ASCENT, 3, 0].map(to_u16));
    // Four points on the curve, coordinates as words.
    table.extend([1, 1, 1, 1]);
    table.extend(be_bytes(&[0, 0, ADVANCE, 0, DESCENT, ASCENT - DESCENT, 0, DESCENT - ASCENT].map(to_u16)));
    table
}

fn to_u16(value: i16) -> u16 {
    value as u16
}

fn be_bytes(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes
        .chunks(4)
        .map(|part| part.iter().chain([0; 3].iter()).take(4).fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)))
        .fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn font_checksum_matches_required_constant() {
        assert_eq!(checksum(&font_program()), FONT_CHECKSUM);
    }
}
