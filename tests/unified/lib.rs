//! Nothing: the proofs are in the tests beside this.
