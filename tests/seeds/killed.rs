//! > Kill your permission server while an agent is running — does the agent stop or continue?
//!
//! With a real server in a process of its own, and real signals.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use failclosed::{Cause, Denial};
use failclosed_tests::{
    Rig, Running, Shop,
    children::{AuthorityProcess, Remote},
    decisions,
};

const SERVER: &str = env!("CARGO_BIN_EXE_permission_authority");
const DEADLINE: Duration = Duration::from_millis(1_000);

struct Agent {
    running: Running,
}

impl Agent {
    fn asking(address: SocketAddr) -> Self {
        Self { running: Rig::with(Remote(address)).deadline(DEADLINE).build() }
    }

    async fn buys(&self) -> Result<u64, Denial> {
        self.running.shop.charge("coachella.com", 742).await
    }

    /// Three purchases that nobody can allow.
    async fn is_stopped(&self, cause: Cause) {
        let before = self.running.shop.bodies();
        for _ in 0..3 {
            let denial = self.buys().await.expect_err("it bought without permission");
            assert_eq!(denial.cause(), cause, "{denial:?}");
            let text = denial.to_string();
            assert!(text.starts_with("Permission check unavailable. Action blocked. ("), "{text}");
            assert_eq!(decisions(&self.running.log).pop().unwrap().cause, Some(cause));
        }
        assert_eq!(self.running.shop.bodies(), before, "something was executed");
    }

    async fn works(&self) {
        let before = self.running.shop.bodies();
        for _ in 0..3 {
            assert_eq!(self.buys().await.unwrap(), 742);
        }
        assert_eq!(self.running.shop.bodies(), before + 3);
    }
}

/// N1, N20: the server is killed with SIGKILL, and started again on the same port.
#[tokio::test]
async fn killed_permission_server_stops_the_agent() {
    let mut server = AuthorityProcess::start(SERVER, 0);
    let agent = Agent::asking(server.address);
    agent.works().await;

    server.kill();
    agent.is_stopped(Cause::Unavailable).await;
    let denial = agent.buys().await.unwrap_err();
    assert_eq!(
        denial.to_string(),
        "Permission check unavailable. Action blocked. \
         (the permission authority could not be reached)"
    );
    assert!(denial.detail().unwrap().contains("refused"), "{denial:?}");

    let _restarted = AuthorityProcess::start(SERVER, server.address.port());
    agent.works().await;
}

/// N10: the server is stopped with SIGSTOP: its port accepts, and nobody answers.
#[tokio::test]
async fn stopped_permission_server_stops_the_agent() {
    let server = AuthorityProcess::start(SERVER, 0);
    let agent = Agent::asking(server.address);
    agent.works().await;

    server.stop();
    agent.is_stopped(Cause::TimedOut).await;

    server.go_on();
    agent.works().await;
}

/// N4: killed while it is being asked.
#[tokio::test]
async fn server_killed_in_the_middle_of_a_check_stops_the_agent() {
    let mut server = AuthorityProcess::start(SERVER, 0);
    let agent = Agent::asking(server.address);
    agent.works().await;

    server.stop();
    let kill = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.kill();
    };
    let (result, ()) = tokio::join!(agent.buys(), kill);
    let denial = result.unwrap_err();
    assert_eq!((denial.cause(), agent.running.shop.bodies()), (Cause::Unavailable, 3));
    agent.is_stopped(Cause::Unavailable).await;
}

/// K3: the agent runs all the time, in many tasks, while the server dies: as many bodies as yeses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agent_running_while_the_server_is_killed_buys_only_what_was_allowed() {
    let mut server = AuthorityProcess::start(SERVER, 0);
    let agent = Agent::asking(server.address);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let shop: Shop = agent.running.shop.clone();
        tasks.spawn(async move {
            let (mut bought, mut stopped) = (0, 0);
            let started = Instant::now();
            while stopped < 3 {
                assert!(
                    started.elapsed() < Duration::from_secs(10),
                    "it goes on without its server"
                );
                match shop.charge("coachella.com", 742).await {
                    Ok(_) => bought += 1,
                    Err(_) => stopped += 1,
                }
            }
            bought
        });
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    server.kill();
    let mut bought = 0;
    while let Some(task) = tasks.join_next().await {
        bought += task.unwrap();
    }
    let allowed =
        decisions(&agent.running.log).iter().filter(|entry| entry.verdict == "allow").count();
    assert!(bought > 0, "the agent was not running");
    assert_eq!((agent.running.shop.bodies(), allowed), (bought, bought));
}

/// Another action of the same agent is another question.
#[tokio::test]
async fn server_that_says_no_is_heard() {
    #[failclosed::requires_permission(action = "delete", guard = shop.guard(), skip(shop))]
    async fn delete(shop: &Shop) -> Result<(), Denial> {
        shop.ran();
        Ok(())
    }
    let server = AuthorityProcess::start(SERVER, 0);
    let agent = Agent::asking(server.address);
    let denial = delete(&agent.running.shop).await.unwrap_err();
    agent.running.denied(&denial, Cause::Denied);
    assert_eq!(denial.to_string(), "Blocked: the shop is closed");
}
