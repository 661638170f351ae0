//! tmp
use std::process::ExitCode;
fn main() -> ExitCode {
    if let Some(code) = failclosed_check::reach::wrap::if_called() { return code; }
    let m = failclosed_check::source::metadata(std::path::Path::new(".")).unwrap();
    let u = failclosed_check::source::units(&m).unwrap();
    for unit in &u { for f in failclosed_check::lint::unit(unit) { println!("{} {} {}", f.place, f.rule.id, f.inside); } }
    let c = failclosed_check::config::Config::load(m.workspace_root.as_std_path()).unwrap();
    match failclosed_check::reach::check(&m,&u,&c,&Default::default(),&std::env::current_exe().unwrap(), None) {
        Ok((f,c)) => { for f in f { println!("{} {} {} {:?}", f.place, f.rule.id, f.inside, f.sink); for h in f.hops { println!("      {} {}", h.place, h.text); } } println!("{c:?}"); }
        Err(e) => println!("{e}"),
    }
    ExitCode::SUCCESS
}
