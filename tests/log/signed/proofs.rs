//! Proofs on paper: of a record, and that a log only grew.

use std::fs;

use failclosed::audit::{
    Kind,
    signed::{GrowthProof, InclusionProof, prove, prove_growth},
};

use super::{Key, Signer as _, checkpoints, file_of_checkpoints, forge, lines, notes, sealed};

#[tokio::test]
async fn each_record_is_proven_to_who_has_the_key_alone() {
    let (scratch, key) = sealed(3).await;
    let (keys, all) = ([key.key()], lines(&scratch));
    let proofs = prove(scratch.path(), &keys, |_| true).unwrap().unwrap();
    assert_eq!(proofs.len(), all.len());
    for (at, proof) in proofs.iter().enumerate() {
        let text = proof.to_string();
        let read = InclusionProof::check(&text, &keys).unwrap();
        assert_eq!((&read, read.record(), read.index()), (proof, all[at].as_str(), at as u64));
        assert_eq!(read.checkpoint().size(), all.len() as u64);
        assert!(InclusionProof::check(&text, &[Key::new().key()]).is_err());
        assert!(InclusionProof::check(&text, &[]).is_err());
        // As if it were the next one, or one without an end.
        let other = text.replace(&format!("index {at}\n"), &format!("index {}\n", at + 1));
        assert!(InclusionProof::check(&other, &keys).is_err());
    }
    let picked = prove(scratch.path(), &keys, |record| record.record == Kind::Outcome);
    assert_eq!(picked.unwrap().unwrap().len(), 3);
}

#[tokio::test]
async fn a_proof_with_any_byte_changed_proves_nothing() {
    let (scratch, key) = sealed(2).await;
    let keys = [key.key()];
    let [proof] = &prove(scratch.path(), &keys, |record| record.seq == 1).unwrap().unwrap()[..]
    else {
        panic!("one record")
    };
    let grown = prove_growth(scratch.path(), &keys, checkpoints(&scratch, &key)[1].size());
    let (text, grown) = (proof.to_string(), grown.unwrap().unwrap().to_string());
    let old = &checkpoints(&scratch, &key)[1];
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else { continue };
        assert!(InclusionProof::check(&changed, &keys).is_err(), "byte {at} of {changed}");
        let Some(cut) = text.get(..at) else { continue };
        assert!(InclusionProof::check(cut, &keys).is_err(), "cut at {at}");
    }
    for at in 0..grown.len() {
        let mut changed = grown.clone().into_bytes();
        changed[at] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else { continue };
        assert!(GrowthProof::check(&changed, old, &keys).is_err(), "byte {at} of {changed}");
    }
}

#[tokio::test]
async fn a_log_is_proven_to_have_grown_from_each_of_its_checkpoints() {
    let (scratch, key) = sealed(5).await;
    let keys = [key.key()];
    let all = checkpoints(&scratch, &key);
    assert!(all.len() > 3, "{all:?}");
    for old in &all {
        let proof = prove_growth(scratch.path(), &keys, old.size()).unwrap().unwrap();
        let text = proof.to_string();
        assert_eq!(GrowthProof::check(&text, old, &keys).unwrap(), proof);
        for other in all.iter().filter(|other| other.size() != old.size()) {
            assert!(GrowthProof::check(&text, other, &keys).is_err());
        }
    }
    // Another one is not the log whose key this is.
    let (other, _) = sealed(5).await;
    assert!(prove_growth(other.path(), &keys, 3).unwrap().is_err());
    let why = prove_growth(scratch.path(), &keys, 12).unwrap_err().to_string();
    assert!(why.contains("is of 11 records, and not of 12"), "{why}");
}

#[tokio::test]
async fn what_is_not_signed_is_not_proven() {
    let (scratch, key) = sealed(3).await;
    let keys = [key.key()];
    let text = fs::read_to_string(file_of_checkpoints(&scratch)).unwrap();
    let all = notes(&text);
    let fewer: String = all[..all.len() - 1].iter().map(|note| format!("{note}\n")).collect();
    fs::write(file_of_checkpoints(&scratch), fewer).unwrap();
    let last = prove(scratch.path(), &keys, |record| record.seq == 6);
    assert!(last.unwrap_err().to_string().contains("record 6 is not signed yet"));
    prove(scratch.path(), &keys, |record| record.seq == 0).unwrap().unwrap();
    // Nor anything of a log that was written anew.
    let mut lines = lines(&scratch);
    lines[1] = lines[1].replace(r#""at_ms":1"#, r#""at_ms":2"#);
    forge(&scratch, &lines);
    assert!(prove(scratch.path(), &keys, |_| true).unwrap().is_err());
    assert!(prove_growth(scratch.path(), &keys, 1).unwrap().is_err());
}
