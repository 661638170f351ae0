//! Tests of the expansion itself. What it means is tested from outside.
