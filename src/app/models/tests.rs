//! What configurations mean for the router.

use super::*;
use crate::config::{self, File, Request};
use crate::llm::route::{Ask, State, decide, explain};

fn settings(text: &str) -> Settings {
    let text = format!("version = 1\n{text}");
    let loaded = config::load(&Request {
        file: Some(File {
            name: config::FILE,
            bytes: text.as_bytes(),
        }),
        site: None,
        env: None,
        flags: &[],
        known: &[],
        resolve: &|_| Ok(None),
    });
    loaded.unwrap()
}

fn now(trusted: bool) -> Now {
    Now {
        today: "2026-11-21".to_owned(),
        trusted,
    }
}

fn made(text: &str) -> Result<Book, String> {
    book(&settings(text), &now(true)).map_err(|e| e.to_string())
}

const LOCAL: &str = r#"
[providers.local]
kind = "openai-compatible"
base-url = "http://127.0.0.1:8080/v1"
"#;

#[test]
fn names_are_looked_up_once_and_fallbacks_may_go_in_a_circle() {
    let text = format!(
        "{LOCAL}[models.a]\nprovider = \"local\"\nid = \"coder\"\nfallback = [\"b\"]\n[models.b]\nprovider = \
         [\"local\"]\nfallback = [\"a\"]\n[routing]\ndefault = \"a\"\n"
    );
    let book = made(&text).unwrap();
    let names: Vec<&str> = book.table.models.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(book.models[0].id, "coder");
    assert_eq!(book.models[1].id, "b");
    assert_eq!(book.places.len(), 1);
    assert!(book.places[0].free && book.table.endpoints[0].local);
    let ask = Ask {
        agent: "",
        task: "",
        tokens: 10,
        output: 10,
    };
    assert_eq!(decide(&book.table, &ask, &State::default()).targets.len(), 2);
}

#[test]
fn a_shipped_model_needs_no_table_and_its_key_is_looked_for_in_the_usual_variable() {
    let book = made("[routing]\ndefault = \"gemini-3.8-flash\"\n").unwrap();
    let decision = decide(
        &book.table,
        &Ask {
            agent: "",
            task: "",
            tokens: 10,
            output: 10,
        },
        &State::default(),
    );
    let told = explain(&book.table, &decision);
    assert!(
        told.contains("gemini-3.8-flash at gemini: `GEMINI_API_KEY` is not set"),
        "{told}"
    );
    assert_eq!(book.models[0].family.name(), "gemini");
    assert_eq!(book.table.models[0].window, Some(1_048_576));
}

#[test]
fn a_price_in_the_configuration_makes_a_server_of_this_machine_cost_something() {
    let of = |price: &str| {
        let text = format!("{LOCAL}[models.a]\nprovider = \"local\"\nid = \"gemini-3.8-flash\"\n{price}");
        let rows = show::rows(&made(&text).unwrap(), &now(true));
        rows.into_iter()
            .find(|row| row.name == "a")
            .unwrap()
            .output
            .to_string()
    };
    assert_eq!(of(""), "$0.00");
    assert_eq!(of("output-price = \"4 USD\"\n"), "$4.00");
}

#[test]
fn a_provider_has_an_endpoint_for_each_of_its_keys() {
    let text = "[providers.gemini]\napi-key-env = [\"HOME\", \"PANTHEON_NO_SUCH_KEY\"]\n[models.flash]\nid = \
                \"gemini-3.8-flash\"\n";
    let book = made(text).unwrap();
    let ends: Vec<(&str, Option<&str>)> = book
        .table
        .endpoints
        .iter()
        .map(|e| (e.name.as_str(), e.unusable.as_deref()))
        .filter(|(name, _)| name.starts_with("gemini"))
        .collect();
    let missing = Some("`PANTHEON_NO_SUCH_KEY` is not set");
    assert_eq!(ends, [("gemini#1", None), ("gemini#2", missing)]);
}

#[test]
fn the_usual_key_goes_to_the_usual_address_alone() {
    let text = "[providers.gemini]\nbase-url = \"https://gateway.example\"\n[models.flash]\nid = \
                \"gemini-3.8-flash\"\n";
    let book = made(text).unwrap();
    let place = book.places.iter().find(|p| p.provider == "gemini").unwrap();
    assert_eq!(
        (place.base_url.as_str(), &place.key),
        ("https://gateway.example", &None)
    );
}

#[test]
fn what_the_repository_chose_is_not_asked_before_it_is_trusted() {
    let text = "[providers.gemini]\nbase-url = \"https://gateway.example\"\napi-key-env = \"HOME\"\n\
                [models.flash]\nid = \"gemini-3.8-flash\"\n";
    let of = |trusted| {
        let book = book(&settings(text), &now(trusted)).unwrap();
        let end = book.table.endpoints.iter().find(|e| e.name == "gemini").unwrap();
        end.unusable.clone()
    };
    assert_eq!(of(true), None);
    assert!(of(false).unwrap().contains("`pantheon trust` has not been run"));
}

#[test]
fn prices_of_the_configuration_take_the_place_of_the_shipped_ones() {
    use crate::llm::price::Call;
    use crate::model::Usage;
    let text = "[models.mine]\nid = \"gemini-3.8-flash\"\ninput-price = \"2 USD\"\n[models.new]\nprovider = \
                \"gemini\"\nid = \"gemini-next\"\noutput-price = \"3 USD\"\n";
    let book = made(text).unwrap();
    let cost = |model, usage| {
        let call = Call {
            provider: "gemini",
            asked: model,
            served: None,
            day: "2026-11-21",
            service_tier: None,
        };
        book.prices.price(&call, &usage).cost.to_string()
    };
    let input = Usage {
        input: 1_000_000,
        ..Usage::default()
    };
    let output = Usage {
        output: 1_000_000,
        ..Usage::default()
    };
    assert_eq!(cost("gemini-3.8-flash", input), "$2.00");
    assert_eq!(cost("gemini-3.8-flash", output), "$3.75");
    assert_eq!(
        (cost("gemini-next", input), cost("gemini-next", output)),
        ("$3.00".into(), "$3.00".into())
    );
}

#[test]
fn what_means_nothing_is_told_with_its_place() {
    for (text, told) in [
        (
            "[routing]\ndefault = \"gemini-3.8-flsh\"\n",
            ".pantheon.toml:3:11: there is no model `gemini-3.8-flsh`; did you mean `gemini-3.8-flash`?",
        ),
        (
            "[models.x]\nprovider = \"gemni\"\nid = \"y\"\n",
            "there is no provider `gemni`; did you mean `gemini`?",
        ),
        ("[models.x]\nid = \"y\"\n", "the model `x` has no `provider`"),
        (
            "[providers.p]\nkind = \"opnai\"\n[models.x]\nprovider = \"p\"\n",
            "did you mean `openai`?",
        ),
        (
            "[providers.p]\nkind = \"openai-compatible\"\n[models.x]\nprovider = \"p\"\n",
            "the provider `p` has no `base-url`",
        ),
        (
            "[providers.openai]\nbase-url = \"https://gateway.example/v1\"\n[models.x]\nprovider = \"openai\"\n",
            "ends in `/v1`, which `openai` adds itself",
        ),
        (
            "[[routes]]\nmodel = \"gemini-3.8-flash\"\n",
            "a route for everything decides nothing",
        ),
    ] {
        let error = made(text).err().unwrap_or_default();
        assert!(error.contains(told), "{text}: {error}");
    }
}

#[test]
fn the_example_means_something_and_replaces_shipped_prompts() {
    let example = include_str!("../../../.pantheon.toml.example");
    let settings = settings(&example.replacen("version = 1\n", "", 1));
    let names: Vec<&str> = crate::llm::prompt::SHIPPED
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert!(
        settings
            .models
            .prompts
            .keys()
            .all(|name| names.contains(&name.as_str()))
    );
    book(&settings, &now(true)).unwrap();
}
