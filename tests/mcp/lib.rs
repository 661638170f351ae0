//! Nothing: its proofs are in `main.rs`.
