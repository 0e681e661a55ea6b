//! Training data of the stamp networks: examples cut from synthetic pages by the same code that searches real pages.
//! `train.py` in this folder trains the networks on the files that [`stamp_dataset`] writes; see README.md in this folder.

pub mod detector_tile;
pub mod stamp_dataset;
pub mod stamp_examples;
