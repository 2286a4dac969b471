//! The shipped table is sane, and calls are priced by it as their providers do.

use super::table::Price;
use super::*;
use crate::llm::request::Effort;
use crate::model::{Money, Usage};
use crate::sys::file;
use std::path::{Path, PathBuf};

/// The day on which the table was last looked through.
const TODAY: &str = "2026-11-21";

/// Ninety days later.
const HORIZON: &str = "2027-02-19";

fn table() -> Table {
    parse::parse(parse::SHIPPED).unwrap()
}

fn usage(input: u64, cache_read: u64, output: u64) -> Usage {
    Usage {
        input,
        cache_read,
        output,
        ..Usage::default()
    }
}

fn call<'a>(provider: &'a str, asked: &'a str, day: &'a str) -> Call<'a> {
    Call {
        provider,
        asked,
        served: None,
        day,
        service_tier: None,
    }
}

#[test]
fn each_row_is_sane() {
    let table = table();
    assert_eq!(Table::shipped(), &table);
    for model in &table.models {
        let id = &model.id;
        let same = table.models.iter().filter(|other| other.id == *id);
        assert_eq!(same.count(), 1, "{id} has two rows");
        assert_eq!(base_name(id), id);
        assert!(u64::from(model.max_output) <= model.window, "{id}");
        assert!(
            ["gemini", "anthropic", "openai"].contains(&model.provider.as_str()),
            "{id}"
        );
        assert!(
            ["gemini", "claude", "o200k"].contains(&model.tokenizer.as_str()),
            "{id}"
        );
        assert!(
            !model.rerouted || model.successor.is_some() && model.retires.is_some(),
            "{id}"
        );
        assert!((100..=200).contains(&model.token_percent), "{id}");
        in_order(id, &model.prices);
        for price in &model.prices {
            let all = price.above.iter().map(|above| above.rates);
            for rates in all.chain([price.rates]) {
                sane_rates(id, rates);
            }
            let tiers: Vec<u64> = price.above.iter().map(|above| above.tokens).collect();
            assert!(tiers.is_sorted_by(|a, b| a < b), "{id}");
            assert!(
                price
                    .above
                    .iter()
                    .all(|above| above.rates.input >= price.rates.input),
                "{id}"
            );
        }
    }
}

fn sane_rates(id: &str, rates: Rates) {
    assert!(rates.input > Rate(0) && rates.output >= rates.input, "{id}");
    assert!(rates.cache_read <= rates.input, "{id}");
    assert!(rates.cache_write >= rates.input, "{id}");
    assert!(rates.cache_write_long >= rates.cache_write, "{id}");
    // A price for one token, or for a thousand, would be far out of this.
    let dollar = 1_000_000_000;
    assert!((dollar / 100..=dollar * 200).contains(&rates.output.0), "{id}");
}

/// Each row ends the day before the next begins; only the first may lack a first day, and the last a last one.
fn in_order(id: &str, prices: &[Price]) {
    for pair in prices.windows(2) {
        let end: jiff::civil::Date = pair[0].until.as_deref().unwrap().parse().unwrap();
        let next = pair[1].from.as_deref().unwrap();
        assert_eq!(end.tomorrow().unwrap().to_string(), next, "{id}");
    }
    for price in prices {
        let (Some(from), Some(until)) = (&price.from, &price.until) else {
            continue;
        };
        assert!(from <= until, "{id}");
    }
}

#[test]
fn each_price_names_its_source() {
    let rows = parse::SHIPPED.split("[[model.price]]\n").skip(1);
    for row in rows {
        let first = row.lines().next().unwrap();
        assert!(
            first.starts_with("# https://") || first.starts_with("# LiteLLM "),
            "{row}"
        );
    }
}

#[test]
fn no_default_and_no_successor_is_about_to_go() {
    let table = table();
    let stays = |provider: &str, name: &str| {
        let model = table.find(provider, name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(model.provider, provider);
        let retires = model.retires.as_deref().unwrap_or("9999-12-31");
        assert!(retires > HORIZON, "{name} goes away on {retires}");
    };
    for (provider, name) in &table.defaults {
        stays(provider, name);
    }
    for model in &table.models {
        if let Some(next) = &model.successor {
            stays(&model.provider, next);
        }
    }
}

#[test]
fn nothing_that_is_shipped_names_a_model_that_is_about_to_go() {
    let table = table();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let leaving = table.models.iter().filter(|model| {
        let retires = model.retires.as_deref();
        retires.is_some_and(|day| day <= HORIZON)
    });
    let leaving: Vec<&str> = leaving.map(|model| model.id.as_str()).collect();
    assert_eq!(leaving.len(), 6);
    for path in shipped(&root.join("policies"))
        .into_iter()
        .chain(shipped(&root.join("src/config")))
    {
        let text = String::from_utf8(file::read(&path, 1 << 24).unwrap()).unwrap();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-.".contains(c)));
        let named: Vec<&str> = words.filter(|word| leaving.contains(word)).collect();
        assert_eq!(named, Vec::<&str>::new(), "{}", path.display());
    }
}

/// The configuration and the code that holds defaults of it, but for the table itself.
fn shipped(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(shipped(&path));
        } else if path.file_name().is_some_and(|name| name != "models.toml") {
            found.push(path);
        }
    }
    assert!(!found.is_empty());
    found
}

#[test]
fn a_call_is_priced_by_kind_of_token_and_rounded_up() {
    let table = table();
    let flash = table.find("gemini", "gemini-3.8-flash").unwrap();
    // 1,000 at 0.75, 200 at 0.075 and 400 at 3.75 for a million.
    assert_eq!(
        cost(flash, &usage(1_000, 200, 400), TODAY),
        Money(750_000 + 15_000 + 1_500_000)
    );
    assert_eq!(cost(flash, &usage(0, 1, 0), TODAY), Money(75));
    let sonnet = table.find("anthropic", "claude-sonnet-5-5").unwrap();
    let all = Usage {
        input: 10,
        cache_read: 10,
        cache_write: 10,
        cache_write_long: 10,
        output: 10,
        thinking: 9,
    };
    assert_eq!(
        cost(sonnet, &all, TODAY),
        Money(20_000 + 1_000 + 25_000 + 40_000 + 100_000)
    );
    let flex = Call {
        service_tier: Some("flex"),
        ..call("gemini", "gemini-3.1-flash-lite", TODAY)
    };
    // Half of 25 billionths is rounded up.
    assert_eq!(table.price(&flex, &usage(0, 1, 0)).cost, Money(13));
}

#[test]
fn a_price_counts_from_its_first_day_to_its_last() {
    let table = table();
    let price = |model, day| table.price(&call("gemini", model, day), &usage(1_000_000, 0, 0));
    let cents = |cents: i64| Money(cents * 10_000_000);
    assert_eq!(price("gemini-3.8-flash", "2026-12-31").cost, cents(75));
    assert_eq!(price("gemini-3.8-flash", "2027-01-01").cost, cents(150));
    let early = price("gemini-3.8-flash", "2026-08-01");
    assert_eq!((early.cost, early.guess), (cents(75), Some(Guess::NoRow)));
    let cached = |day| {
        let call = call("anthropic", "claude-sonnet-5-5", day);
        table.price(&call, &usage(0, 1_000_000, 0)).cost
    };
    assert_eq!(
        (cached("2026-10-06"), cached("2026-10-07")),
        (cents(20), cents(10))
    );
}

#[test]
fn a_long_prompt_changes_the_price_of_the_whole_request() {
    let table = table();
    let haiku = table.find("anthropic", "claude-haiku-5-5").unwrap();
    assert_eq!(
        cost(haiku, &usage(100_000, 0, 100), TODAY),
        Money(10_000_000 + 50_000)
    );
    // Cached parts of the prompt count: 100,001 at 0.50 and 0.05, and the output at 2.50.
    assert_eq!(
        cost(haiku, &usage(100_000, 1, 100), TODAY),
        Money(50_000_000 + 50 + 250_000)
    );
    let terra = table.find("openai", "gpt-6.1-terra").unwrap();
    assert_eq!(
        cost(terra, &usage(272_001, 0, 1), TODAY),
        Money(544_002_000 + 7_500)
    );
}

#[test]
fn the_model_that_served_is_the_one_that_is_paid() {
    let table = table();
    let served = Call {
        served: Some("models/gemini-3.5-flash-lite-001"),
        ..call("gemini", "gemini-2.5-flash", "2026-12-02")
    };
    let priced = table.price(&served, &usage(1_000_000, 0, 0));
    assert_eq!(priced.model, "gemini-3.5-flash-lite");
    assert_eq!((priced.cost, priced.guess), (Money(300_000_000), None));
    // Where nothing says who served, the dearer of both is taken.
    let silent = call("gemini", "gemini-2.5-pro", "2027-01-02");
    let priced = table.price(&silent, &usage(1_000_000, 0, 0));
    assert_eq!(
        (priced.cost, priced.guess),
        (Money(1_500_000_000 + 1_000_000_000), Some(Guess::Rerouted))
    );
}

#[test]
fn what_is_unknown_is_never_free_and_never_cheap() {
    let table = table();
    let price = |provider, model| table.price(&call(provider, model, TODAY), &usage(1_000_000, 0, 1_000_000));
    let dollars = |n: i64| Money(n * 1_000_000_000);
    for (provider, model, cost) in [
        ("anthropic", "claude-fable-5-2", dollars(60)),
        ("openai", "gpt-7", dollars(20 + 75)),
        ("openai-compatible", "mystery", dollars(20 + 75)),
    ] {
        let priced = price(provider, model);
        assert_eq!(
            (priced.cost, priced.guess),
            (cost, Some(Guess::UnknownModel)),
            "{model}"
        );
        assert_eq!(priced.model, model);
    }
    let resold = price("openai-compatible", "anthropic/claude-sonnet-5-5");
    assert_eq!(
        (resold.cost, resold.guess),
        (dollars(12), Some(Guess::OtherProvider))
    );
    let nothing = Table::default().price(&call("gemini", "gemini-3.8-flash", TODAY), &usage(1, 0, 0));
    assert_eq!(nothing.cost, Money(10_000));
    let tier = Call {
        service_tier: Some("ultrafast"),
        ..call("openai", "gpt-6-luna", TODAY)
    };
    let priced = table.price(&tier, &usage(1_000_000, 0, 0));
    assert_eq!(priced.guess, Some(Guess::UnknownService));
    assert_eq!(priced.cost, Money(400_000_000));
}

#[test]
fn a_model_of_the_configuration_takes_the_place_of_the_shipped_one() {
    let mut table = table();
    let mut model = table.find("openai", "gpt-6-luna").unwrap().clone();
    model.id = "qwen".to_owned();
    model.provider = "openai-compatible".to_owned();
    model.prices[0].rates = Rates::default();
    model.prices[0].above.clear();
    table.put(model.clone());
    table.put(model);
    let priced = table.price(&call("openai-compatible", "qwen", TODAY), &usage(5, 0, 5));
    assert_eq!((priced.cost, priced.guess), (Money::ZERO, None));
    assert_eq!(table.models.iter().filter(|model| model.id == "qwen").count(), 1);
}

#[test]
fn amounts_beyond_all_bounds_stop_at_the_greatest() {
    let table = table();
    let opus = table.find("anthropic", "claude-opus-5-5").unwrap();
    assert_eq!(cost(opus, &usage(u64::MAX, 0, 0), TODAY), Money(i64::MAX));
}

#[test]
fn what_changes_soon_is_told() {
    let table = table();
    let told = |provider, model, day| warnings(table.find(provider, model).unwrap(), day);
    assert_eq!(
        told("gemini", "gemini-2.5-flash", TODAY),
        [
            "`gemini-2.5-flash` goes away on 2026-12-01: `gemini-3.5-flash-lite` then answers under its name, at \
             its own price"
        ]
    );
    assert_eq!(
        told("anthropic", "claude-sonnet-4-5", "2026-11-30"),
        ["`claude-sonnet-4-5` is gone since 2026-11-30: ask `claude-sonnet-5-5` instead"]
    );
    assert_eq!(
        told("gemini", "gemini-3.8-flash", TODAY),
        [
            "the price of `gemini-3.8-flash` changes after 2026-12-31: $0.75 to $1.50 for a million tokens in, \
             $3.75 to $7.50 out"
        ]
    );
    assert!(told("gemini", "gemini-3.8-flash", "2026-11-01").len() == 1);
    assert!(told("gemini", "gemini-3.8-flash", "2026-10-31").is_empty());
    assert!(told("gemini", "gemini-3.8-flash", "2027-01-01").is_empty());
    assert!(told("anthropic", "claude-sonnet-5-5", TODAY).is_empty());
}

#[test]
fn models_say_what_they_can_do() {
    let table = table();
    let opus = table.find("anthropic", "claude-opus-5-5-20260901").unwrap();
    assert!(opus.has(Ability::ForcedToolsRefused) && opus.has(Ability::AlwaysThinks));
    assert!(opus.has(Ability::NoTemperature) && !opus.has(Ability::ThinkingBudget));
    let flash = table.find("gemini", "gemini-3.8-flash").unwrap();
    assert_eq!(
        (flash.least_effort, flash.cache_minimum),
        (Effort::Low, Some(4_096))
    );
    let pro = table.find("gemini", "gemini-3.1-pro-preview").unwrap();
    assert_eq!(pro.api_version.as_deref(), Some("v1beta"));
    assert_eq!(table.default_of("anthropic"), Some("claude-haiku-5-5"));
}

#[test]
fn a_table_is_read_strictly() {
    let good = parse::SHIPPED;
    for (from, to, says) in [
        (
            "input = \"0.75\"",
            "input = \"0,75\"",
            "the model `gemini-3.8-flash`: a rate is not a number",
        ),
        (
            "until = \"2026-12-31\"",
            "until = \"2026-13-31\"",
            "the model `gemini-3.8-flash`: a day is not",
        ),
        (
            "max-output",
            "max-outptu",
            "the table of models is broken: unknown field `max-outptu`",
        ),
    ] {
        let error = parse::parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
}
