//! Barcodes, QR codes and patch codes.

pub mod detect;
pub mod patch_code;
pub mod qr_code;
