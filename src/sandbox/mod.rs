//! The limited child processes in which bytes from outside are decoded and read.
