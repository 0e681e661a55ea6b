//! Frame header of a JPEG (ITU-T T.81, annex B), as needed to embed the file in a PDF.

/// Frame of a JPEG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JpegFrame {
    /// Width, px.
    pub(crate) width: u32,
    /// Height, px.
    pub(crate) height: u32,
    /// Number of components.
    pub(crate) components: u8,
    /// Bits per sample.
    bits_per_sample: u8,
    /// Baseline, extended or progressive with Huffman codes: the processes that PDF supports.
    is_supported_process: bool,
    /// An APP0 JFIF or APP14 Adobe marker gives the colour space.
    has_colour_marker: bool,
    /// The components are named R, G and B.
    has_rgb_component_ids: bool,
    /// An end marker follows the image data: the file is not truncated.
    has_end_marker: bool,
}

impl JpegFrame {
    /// Whether the file can be embedded unchanged in a PDF, as grey or RGB, so that every reader accepts it.
    pub(crate) fn is_embeddable(&self) -> bool {
        self.has_end_marker
            && self.is_supported_process
            && self.bits_per_sample == 8
            && matches!(self.components, 1 | 3)
            && self.width > 0
            && self.height > 0
    }

    /// Whether only the component names declare RGB. PDF readers would decode such a file as YCbCr.
    pub(crate) fn is_undeclared_rgb(&self) -> bool {
        self.components == 3 && self.has_rgb_component_ids && !self.has_colour_marker
    }
}

/// Reads the markers up to the first frame; `None` if there is none.
pub(crate) fn parse(bytes: &[u8]) -> Option<JpegFrame> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    let mut has_colour_marker = false;
    loop {
        // Any number of fill bytes may precede a marker.
        while let [0xff, 0xff, ..] = rest {
            rest = rest.get(1..)?;
        }
        let (marker, after) = match rest {
            [0xff, marker, after @ ..] => (*marker, after),
            _ => return None,
        };
        if matches!(marker, 0x01 | 0xd0..=0xd7) {
            rest = after;
            continue;
        }
        if matches!(marker, 0xd9 | 0xda) {
            return None;
        }
        let [high, low, ..] = after else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let segment = after.get(2..length)?;
        rest = after.get(length..)?;
        has_colour_marker |= marker == 0xe0 && segment.starts_with(b"JFIF\0") || marker == 0xee && segment.starts_with(b"Adobe");
        // SOF0 to SOF15, without DHT, JPG and DAC.
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let [bits, y1, y0, x1, x0, components, names @ ..] = segment else { return None };
            return Some(JpegFrame {
                width: u32::from(u16::from_be_bytes([*x1, *x0])),
                height: u32::from(u16::from_be_bytes([*y1, *y0])),
                components: *components,
                bits_per_sample: *bits,
                is_supported_process: matches!(marker, 0xc0..=0xc2),
                has_colour_marker,
                has_rgb_component_ids: names.chunks_exact(3).filter_map(<[u8]>::first).eq(b"RGB"),
                has_end_marker: has_scan_and_end(rest),
            });
        }
    }
}

/// Whether a start of scan and, somewhere after it, an end of image follow. Inside image data byte 255 is never
/// followed by 217.
fn has_scan_and_end(after_frame: &[u8]) -> bool {
    let mut pairs = after_frame.windows(2);
    pairs.any(|pair| pair == [0xff, 0xda]) && pairs.any(|pair| pair == [0xff, 0xd9])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn jpeg(marker: &[u8], names: &[u8; 3]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        bytes.extend(marker);
        bytes.extend([0xff, 0xc0, 0, 17, 8, 0, 20, 0, 10, 3]);
        for name in names {
            bytes.extend([*name, 0x11, 0]);
        }
        bytes.extend([0xff, 0xda, 0, 2, 7, 7, 0xff, 0xd9]);
        bytes
    }

    #[test]
    fn rgb_component_names_count_only_without_marker() {
        assert!(parse(&jpeg(&[], b"RGB")).unwrap().is_undeclared_rgb());
        assert!(!parse(&jpeg(&[], &[1, 2, 3])).unwrap().is_undeclared_rgb());
        let jfif = [0xff, 0xe0, 0, 7, b'J', b'F', b'I', b'F', 0];
        let header = parse(&jpeg(&jfif, b"RGB")).unwrap();
        assert!(!header.is_undeclared_rgb() && header.is_embeddable());
        assert_eq!((header.width, header.height), (10, 20));
    }

    #[test]
    fn truncated_jpeg_is_not_embeddable() {
        let whole = jpeg(&[], &[1, 2, 3]);
        let frame = whole.len() - 8;
        for length in 0..whole.len() {
            let header = parse(whole.get(..length).unwrap());
            assert_eq!(header.is_some(), length >= frame, "cut at {length}");
            assert!(!header.is_some_and(|header| header.is_embeddable()), "cut at {length}");
        }
        assert!(parse(&whole).unwrap().is_embeddable());
    }
}
