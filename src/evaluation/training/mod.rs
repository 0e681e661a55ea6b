//! Training data of the stamp networks: drawn pages, cut by the program's own code. `train.py` beside this file trains the
//! networks on what [`stamp_dataset`] writes; README.md there says how.

pub mod detector_tile;
pub mod stamp_dataset;
pub mod stamp_examples;
