//! What a configuration says about creators.

use super::*;
use std::time::Duration;

const FILE: &str = "version = 1\n[agents.fixer]\nrole = \"creator\"\nruntime = \"acp\"\ncommand = [\"opencode\", \"acp\"]\n\
                    hosts = [\"index.crates.io:443\"]\nenv = [\"RUSTFLAGS\"]\ntools = [\"read\", \"edit\", \"run\"]\n\
                    [create]\nagent = \"fixer\"\nrounds = 5\nsandbox = \"strict\"\ndeadline = \"20m\"\nmemory = 1024\n";

#[test]
fn everything_about_creators_is_read() {
    let settings = loaded(FILE);
    let agent = &settings.models.agents["fixer"];
    assert_eq!(agent.role, Role::Creator);
    assert_eq!(agent.creator.runtime, "acp");
    assert_eq!(agent.creator.command, ["opencode", "acp"]);
    assert_eq!(agent.creator.hosts, ["index.crates.io:443"]);
    assert!(agent.creator.to_trust);
    let create = &settings.create;
    assert_eq!((create.agent.as_deref(), create.rounds), (Some("fixer"), 5));
    assert_eq!(
        (create.sandbox.as_str(), create.stage.as_str()),
        ("strict", "pre-commit")
    );
    assert_eq!(
        (create.deadline, create.memory),
        (Duration::from_secs(1200), 1 << 30)
    );
    assert_eq!((create.turns, create.processes, create.max_agents), (50, 512, 3));
}

#[test]
fn nothing_said_is_the_built_in_one_with_its_limits() {
    let create = loaded("version = 1\n").create;
    assert_eq!(
        (create.agent, create.rounds, create.deadline),
        (None, 3, Duration::from_secs(900))
    );
    assert_eq!((create.sandbox.as_str(), create.memory), ("base", 4 << 30));
    let agent = &loaded("version = 1\n[agents.a]\nrole = \"creator\"\n")
        .models
        .agents["a"];
    assert_eq!(
        (agent.creator.runtime.as_str(), agent.creator.to_trust),
        ("builtin", false)
    );
}

#[test]
fn what_runs_and_what_it_reaches_must_be_trusted_unless_the_user_wrote_it() {
    let wanted = [
        "agents.fixer.command = [\"opencode\", \"acp\"]",
        "agents.fixer.env = [\"RUSTFLAGS\"]",
        "agents.fixer.hosts = [\"index.crates.io:443\"]",
    ];
    assert_eq!(loaded(FILE).models.to_trust, wanted);
    let flags = [
        "agents.x.role = \"creator\"".to_owned(),
        "agents.x.program = \"/bin/x\"".to_owned(),
    ];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let case = Case {
        file: Some("version = 1\n"),
        flags: &flags,
        ..Case::default()
    };
    let settings = case.load().unwrap();
    assert_eq!(settings.models.to_trust, Vec::<String>::new());
    assert!(!settings.models.agents["x"].creator.to_trust);
}

#[test]
fn a_validator_has_nothing_that_runs() {
    for key in [
        "runtime = \"claude\"",
        "program = \"/bin/x\"",
        "args = [\"-v\"]",
        "command = [\"x\"]",
        "hosts = [\"a:1\"]",
        "env = [\"A\"]",
    ] {
        let name = key.split(' ').next().unwrap();
        let told = problems(&format!("version = 1\n[agents.x]\n{key}\n"));
        assert_eq!(
            told,
            format!(
                ".pantheon.toml:3:1: the validator `x` has `{name}`, which is for creators alone; a validator reads the \
                 change and no more; write `role = \"creator\"`"
            )
        );
    }
    for tool in ["edit", "write", "run"] {
        problems(&format!("version = 1\n[agents.x]\ntools = [\"{tool}\"]\n"));
    }
}

#[test]
fn what_is_wrong_about_a_creator_is_told() {
    let told = |text: &str| problems(&format!("version = 1\n[agents.x]\nrole = \"creator\"\n{text}\n"));
    assert_eq!(
        told("tools = [\"edt\"]"),
        ".pantheon.toml:4:9: the creator `x` asks for the tool `edt`, which does not exist; did you mean `edit`?"
    );
    assert!(told("runtime = \"command\"").contains("the runtime `command` of `x` needs `command`"));
    assert!(told("runtime = \"cluade\"").contains("did you mean `claude`?"));
    for host in ["https://a.example", "*.crates.io", "a:b", ""] {
        let told = told(&format!("hosts = [\"{host}\"]"));
        assert!(told.contains("is no host") || host.is_empty(), "{told}");
    }
    for name in ["A B", "A=B", "*", "1A", "A*B"] {
        assert!(
            told(&format!("env = [\"{name}\"]")).contains("is no name of a variable"),
            "{name}"
        );
    }
    assert!(problems("version = 1\n[create]\nsandbox = \"none\"\n").contains("sandbox"));
}

#[test]
fn a_site_only_tightens() {
    let case = |site: &'static str| Case {
        file: Some("version = 1\n[create]\nrounds = 5\nsandbox = \"base\"\n"),
        site: Some(site),
        ..Case::default()
    };
    let settings = case("version = 1\n[create]\nrounds = 2\nsandbox = \"strict\"\ndeadline = \"5m\"\n")
        .load()
        .unwrap();
    let create = settings.create;
    assert_eq!(
        (create.rounds, create.sandbox.as_str(), create.deadline.as_secs()),
        (2, "strict", 300)
    );
    let settings = case("version = 1\n[create]\nrounds = 9\ndeadline = \"30m\"\n")
        .load()
        .unwrap();
    assert_eq!(
        (
            settings.create.rounds,
            settings.create.deadline.as_secs(),
            settings.notes.len()
        ),
        (5, 900, 2)
    );
}
