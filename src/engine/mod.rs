//! Engines that read text from a picture.
