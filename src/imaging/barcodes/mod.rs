//! Bar codes, QR codes, patch codes.

pub mod detect;
pub mod patch_code;
pub mod qr_code;
