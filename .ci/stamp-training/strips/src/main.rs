//! `stamp-strips OUT SEED COUNT FONTS MODELS`: strips with and without `MẬT` as the program cuts them out of drawn pages, COUNT of
//! them or some more: `OUT.strips` (208 x 64 px, three colours each) and `OUT.rows` (see `page::Row`). FONTS names a font file a
//! line, MODELS is where `sohoa models fetch` keeps the runtime. No real page is used.
#![allow(dead_code, unused_imports)]

#[path = "../../../../src/error.rs"]
mod error;
mod marks;
mod page;
mod pieces;
mod press;

#[path = "../../../../src/engine"]
mod engine {
    pub mod contract;
    pub mod models;
    pub mod network;
    pub mod stamp_finder;
}

#[path = "../../../../src/imaging"]
mod imaging {
    pub mod components;
    pub mod lines;
    pub mod resize;
    pub mod seal;
    pub mod stamp_inks;
    pub mod stamps;
}

#[path = "../../../../src/model"]
mod model {
    pub mod code;
    pub mod geometry;
    pub mod reading;
}

#[path = "../../../../src/sandbox"]
mod sandbox {
    pub mod secrecy;
}

#[path = "../../../../src/specimen"]
mod specimen {
    pub mod canvas;
    pub mod degrade;
    /// The typefaces of pages; those of stamps are other ones than asked for, where some are picked.
    pub mod fonts {
        pub use super::own_fonts::*;
        pub use crate::press::load;
    }
    pub mod layout;
    #[path = "fonts.rs"]
    pub mod own_fonts;
    pub mod paper;
    pub mod random;
    pub mod secrecy_stamp;
    pub mod stamp;
    pub mod stamped_page;
    pub mod story;
}

use std::fs::File;
use std::io::{BufWriter, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, seed, count, fonts, models] = arguments.as_slice() else { return Err("OUT SEED COUNT FONTS MODELS".into()) };
    let (seed, count): (u64, usize) = (seed.parse()?, count.parse()?);
    let mut pages = page::Pages::open(seed, std::path::Path::new(fonts), std::path::Path::new(models))?;
    let create = |name: &str| File::create(format!("{out}.{name}")).map(BufWriter::new);
    let (mut strips, mut rows, mut pieces, mut asked) = (create("strips")?, create("rows")?, create("pieces")?, create("asked")?);
    let (mut written, mut shown, mut drawn) = (0, 0, 0);
    while written < count {
        let lesson = pages.next_page()?;
        for (strip, row) in &lesson.strips {
            strips.write_all(strip.as_raw())?;
            row.iter().try_for_each(|value| rows.write_all(&value.to_le_bytes()))?;
        }
        for (piece, values) in &lesson.pieces {
            pieces.write_all(piece.as_raw())?;
            values.iter().try_for_each(|value| asked.write_all(&value.to_le_bytes()))?;
        }
        (written, shown) = (written + lesson.strips.len(), shown + lesson.pieces.len());
        drawn += 1;
        if drawn % 100 == 0 {
            println!("{drawn} pages, {written} strips, {shown} pieces");
        }
    }
    Ok([strips, rows, pieces, asked].iter_mut().try_for_each(Write::flush)?)
}
