//! What a configuration says about models.

use super::*;
use crate::model::Money;

const FILE: &str = r#"
version = 1
[providers.local]
kind = "openai-compatible"
base-url = "http://127.0.0.1:8080/v1/"
[providers.far]
kind = "openai-compatible"
base-url = "https://models.example/v1"
api-key-command = ["pass", "show", "far"]
api-key-env = "FAR_KEY"
[models.small]
provider = ["local", "far"]
id = "coder"
input-price = "0.25 USD"
[agents.reader]
model = "small"
tools = ["read", "grep"]
[[routes]]
task = "security"
model = "small"
[budget]
per-day = "2.5 USD"
"#;

#[test]
fn everything_about_models_is_read() {
    let settings = loaded(FILE).models;
    let local = &settings.providers["local"];
    assert_eq!(local.base_url.as_deref(), Some("http://127.0.0.1:8080/v1"));
    assert_eq!((local.attempts, local.weight, local.stream), (3, 1, true));
    assert_eq!(settings.providers["far"].key_env, ["FAR_KEY"]);
    let small = &settings.models["small"];
    assert_eq!(small.providers, ["local", "far"]);
    assert_eq!(small.input_price, Some(Money(250_000_000)));
    assert_eq!(settings.agents["reader"].role, Role::Validator);
    assert_eq!(settings.routes[0].tasks, ["security"]);
    assert_eq!(settings.budget.per_day, Some(Money(2_500_000_000)));
    assert_eq!(
        (settings.budget.per_run, settings.budget.at_limit.as_str()),
        (None, "stop")
    );
    assert!(settings.routing.remote);
}

#[test]
fn what_sends_a_key_somewhere_must_be_trusted_unless_the_user_wrote_it() {
    let wanted = [
        "providers.far.api-key-command = [\"pass\", \"show\", \"far\"]",
        "providers.far.base-url = \"https://models.example/v1\"",
    ];
    assert_eq!(loaded(FILE).models.to_trust, wanted);
    let flag = Case {
        file: Some("version = 1\n"),
        flags: &["providers.far.base-url = \"https://models.example/v1\""],
        ..Case::default()
    };
    assert_eq!(flag.load().unwrap().models.to_trust, Vec::<String>::new());
}

#[test]
fn a_file_named_like_this_machine_must_be_trusted_too() {
    let file = "version = 1\n[providers.gemini]\nca-file = \"localhost/ca.pem\"\nproxy = \"http://localhost:3128\"\n";
    let wanted = ["providers.gemini.ca-file = \"localhost/ca.pem\""];
    assert_eq!(loaded(file).models.to_trust, wanted);
    assert!(loaded(file).models.providers["gemini"].to_trust);
}

#[test]
fn a_validator_with_a_tool_that_writes_is_refused() {
    let told = problems("version = 1\n[agents.x]\ntools = [\"read\", \"run_shell\"]\n");
    assert!(
        told.contains(".pantheon.toml:3:9: the validator `x` asks for the tool `run_shell`, which writes"),
        "{told}"
    );
    loaded("version = 1\n[agents.x]\nrole = \"creator\"\ntools = [\"write\"]\n");
}

#[test]
fn a_validator_with_a_tool_that_does_not_exist_is_refused() {
    let told = problems("version = 1\n[agents.x]\ntools = [\"read\", \"gerp\"]\n");
    assert!(
        told.contains(":3:9: the validator `x` asks for the tool `gerp`, which does not exist"),
        "{told}"
    );
    assert!(told.contains("did you mean `grep`?"), "{told}");
    let told = problems("version = 1\n[agents.x]\ntools = [\"browser\"]\n");
    assert!(
        told.contains("a validator can `read`, `list`, `glob`, `grep`, `symbol`, `callers`, and no more"),
        "{told}"
    );
    loaded(
        "version = 1\n[agents.x]\ntools = [\"read\", \"list\", \"glob\", \"grep\", \"symbol\", \"callers\"]\n",
    );
}

#[test]
fn addresses_amounts_and_names_are_checked() {
    for (line, told) in [
        (
            "[providers.x]\nbase-url = \"ftp://x\"",
            "expected an address such as",
        ),
        (
            "[providers.x]\nbase-url = \"https://me:pw@x\"",
            "must not hold a user",
        ),
        (
            "[budget]\nper-day = \"ten\"",
            "expected an amount such as `0.50 USD`",
        ),
        ("[routing]\ndefault = \"a b\"", "is not a name"),
        ("[models.\"a b\"]\nid = \"x\"", "cannot name an entry of `models`"),
        ("[[routes]]\ntask = \"x\"", "`model` is missing in `routes`"),
        ("[agents.x]\nrole = \"validatr\"", "did you mean `validator`"),
    ] {
        let text = problems(&format!("version = 1\n{line}\n"));
        assert!(text.contains(told), "{line}: {text}");
    }
}

#[test]
fn a_site_file_tightens_what_models_may_do() {
    let case = Case {
        file: Some("version = 1\n[budget]\nper-day = \"5 USD\"\n"),
        site: Some("[budget]\nper-day = \"9 USD\"\nper-month = \"20 USD\"\n[routing]\nremote = false\n"),
        ..Case::default()
    };
    let settings = case.load().unwrap();
    assert_eq!(settings.models.budget.per_day, Some(Money(5_000_000_000)));
    assert_eq!(settings.models.budget.per_month, Some(Money(20_000_000_000)));
    assert!(!settings.models.routing.remote);
    assert_eq!(settings.notes.len(), 1);
}
