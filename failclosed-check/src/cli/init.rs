//! `init`: a configuration to begin with.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use super::say;
use crate::{config, inconclusive::CheckError, source};

const START: &str = "\
# What `cargo failclosed check` looks at. A key that is not known is an error.
[check]
# Where code begins: `main`; `callbacks`, methods of traits of other crates; `pub`, public functions of
# libraries; or paths (`my_crate::handlers::*`).
entries = [\"main\", \"callbacks\"]
# error | warning | never
fail-on = \"error\"
# true: no RUSTC_BOOTSTRAP in any process; the report says what it does not see then
strict-stable = false

# A package that is not built and followed; the report names it:
# [[check.exclude]]
# package = \"my-devtools\"
# reason = \"run by hand, by whoever builds this\"

# What is built, and under which features; each is followed:
# [[build]]
# all-features = true
# examples = true

# An effect of your own:
# [[sinks.extra]]
# path = \"my_crate::stripe::charge\"
# reason = \"moves money\"

# What is allowed, and why:
# [[allow]]
# rule = \"FC0101\"
# in = \"my_crate::cache::*\"
# reason = \"cache directory only, no user data\"
# expires = \"2030-01-31\"
";

pub(super) fn init() -> Result<u8, CheckError> {
    let metadata = source::metadata(&PathBuf::from("."))?;
    let path = metadata.workspace_root.as_std_path().join(config::FILE);
    let failed = |error: io::Error| CheckError::Config(format!("{}: {error}", path.display()));
    // A file that is there is somebody's.
    let mut file = std::fs::File::create_new(&path).map_err(failed)?;
    file.write_all(START.as_bytes()).map_err(failed)?;
    say(&format!("{} is written\n", path.display()))?;
    Ok(0)
}
