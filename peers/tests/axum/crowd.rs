//! Many callers at once, each with their own answer.

use failclosed_peers::http::buy;

use crate::{ALICE, CLIENTS, MALLORY, service};

#[test]
fn each_of_many_callers_gets_the_answer_to_their_own_question() {
    let calls: Vec<_> = (0..60)
        .map(|n| match n % 3 {
            0 => buy(ALICE, 1_000 + n),
            1 => buy(ALICE, 50_001 + n),
            _ => buy(MALLORY, 1_000 + n),
        })
        .collect();
    for client in CLIENTS {
        let (service, url) = service();
        let replies = client.send(&url, true, &calls);
        let decisions = service.decisions();
        for (n, reply) in replies.iter().enumerate() {
            if n % 3 == 0 {
                let cents = 1_000 + n;
                let receipt = format!("{}.{:02} EUR at coachella.com", cents / 100, cents % 100);
                assert!(reply.status == 200 && reply.body.contains(&receipt), "{n}: {reply:?}");
                continue;
            }
            let problem = reply.problem(403, "denied");
            let of = decisions.iter().filter(|decision| decision["call"] == problem["call"]);
            let [of] = of.collect::<Vec<_>>()[..] else { panic!("{n}: not one record") };
            let (user, cents) =
                if n % 3 == 1 { ("alice", 50_001 + n) } else { ("mallory", 1_000 + n) };
            assert_eq!(of["subject"]["on_behalf_of"], user, "{n}");
            assert_eq!(of["arguments"]["cents"], cents, "{n}");
        }
        assert_eq!((decisions.len(), service.bodies()), (60, 20));
    }
}
