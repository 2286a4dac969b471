//! Each program: how exactly it is started, what is heard of a recorded stream, and of lines that mean harm.

use super::*;
use crate::agent::order::Limits;
use proptest::prelude::*;
use std::time::Duration;

fn order() -> Order {
    Order {
        run: "r1".to_owned(),
        agent: "fixer".to_owned(),
        prompt: "--fix it\n".to_owned(),
        resume: None,
        model: "m-1".to_owned(),
        gateway: "http://127.0.0.1:8017".to_owned(),
        placeholder: "PLACEHOLDER".to_owned(),
        tree: "/run/tree".into(),
        home: "/run/home".into(),
        tmp: "/run/tmp".into(),
        limits: Limits {
            time: Duration::from_secs(60),
            turns: 12,
            dollars: Some(0.5),
        },
    }
}

fn program() -> Program {
    Program {
        path: "/opt/agent".into(),
        args: vec!["--own".to_owned()],
        ..Program::default()
    }
}

fn launched(name: &str, order: &Order) -> Launch {
    (find(name).unwrap().launch)(order, &program()).unwrap()
}

/// The arguments, in one line.
fn args(launch: &Launch) -> String {
    let words: Vec<_> = launch.args.iter().map(|arg| arg.to_str().unwrap()).collect();
    words.join(" ")
}

/// The variables, in one line.
fn env(launch: &Launch) -> String {
    let pairs = launch.env.iter();
    let pairs = pairs.map(|(name, value)| format!("{}={}", name.to_str().unwrap(), value.to_str().unwrap()));
    pairs.collect::<Vec<_>>().join(" ")
}

fn file(launch: &Launch, path: &str) -> String {
    let found = launch.files.iter().find(|(name, _)| name.to_str() == Some(path));
    String::from_utf8(found.unwrap().1.clone()).unwrap()
}

fn resumed(id: &str) -> Order {
    Order {
        resume: Some(id.to_owned()),
        ..order()
    }
}

#[test]
fn claude_is_started_without_a_person_and_without_settings_of_the_repository() {
    let launch = launched("claude", &resumed("s-1"));
    assert_eq!(
        args(&launch),
        "-p --output-format stream-json --verbose --dangerously-skip-permissions --safe-mode --setting-sources user \
         --strict-mcp-config --disable-slash-commands --no-chrome --tools Bash,Edit,Glob,Grep,Read,Write \
         --max-turns 12 --max-budget-usd 0.5000 --model m-1 --resume s-1 --own"
    );
    assert_eq!(
        env(&launch),
        "ANTHROPIC_BASE_URL=http://127.0.0.1:8017 ANTHROPIC_API_KEY=PLACEHOLDER \
         CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 CLAUDE_CODE_MAX_RETRIES=4 DISABLE_AUTOUPDATER=1 \
         DISABLE_ERROR_REPORTING=1 DISABLE_TELEMETRY=1 IS_SANDBOX=1"
    );
    assert_eq!(launch.input, b"--fix it\n");
    assert!(launch.files.is_empty());
}

#[test]
fn codex_is_started_with_its_settings_among_the_arguments() {
    let launch = launched("codex", &resumed("s-1"));
    assert_eq!(
        args(&launch),
        "exec --json --ignore-user-config --ignore-rules --skip-git-repo-check \
         --dangerously-bypass-approvals-and-sandbox --color never -c model_provider=\"pantheon\" \
         -c model_providers.pantheon={name=\"pantheon\",base_url=\"http://127.0.0.1:8017/v1\",\
         env_key=\"PANTHEON_KEY\",wire_api=\"responses\",request_max_retries=2,stream_max_retries=2} \
         -c projects={\"/run/tree\"={trust_level=\"untrusted\"}} -c project_doc_max_bytes=0 \
         -c analytics.enabled=false -c check_for_update_on_startup=false -c web_search=\"disabled\" \
         -C /run/tree -m m-1 --own resume s-1 -"
    );
    assert_eq!(env(&launch), "PANTHEON_KEY=PLACEHOLDER");
    assert_eq!(launch.input, b"--fix it\n");
}

#[test]
fn gemini_has_its_settings_before_all_others() {
    let launch = launched("gemini", &order());
    assert_eq!(
        args(&launch),
        "--skip-trust --yolo --extensions none --allowed-mcp-server-names none --output-format stream-json \
         --model m-1 --own"
    );
    assert_eq!(
        env(&launch),
        "GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8017 GEMINI_API_KEY=PLACEHOLDER GEMINI_CLI_NO_RELAUNCH=true \
         GEMINI_CLI_SYSTEM_SETTINGS_PATH=/run/home/.gemini/settings.json"
    );
    let settings = file(&launch, ".gemini/settings.json");
    assert!(settings.contains(r#""maxSessionTurns":12"#), "{settings}");
    let wrong = (gemini::ROW.launch)(&resumed("s-1"), &program()).unwrap_err();
    assert_eq!(wrong.to_string(), "`gemini` cannot go on with a session");
}

#[test]
fn opencode_knows_one_provider() {
    let launch = launched("opencode", &resumed("ses_1"));
    assert_eq!(
        args(&launch),
        "run --pure --format json --auto --model pantheon/m-1 --session ses_1 --own"
    );
    assert!(env(&launch).contains("OPENCODE_DISABLE_PROJECT_CONFIG=1"));
    let settings = file(&launch, ".config/opencode/opencode.json");
    assert!(
        settings.contains(r#""baseURL":"http://127.0.0.1:8017/v1""#),
        "{settings}"
    );
    assert!(
        settings.contains(r#""apiKey":"{env:PANTHEON_KEY}""#),
        "{settings}"
    );
}

#[test]
fn pi_does_not_see_the_settings_of_the_repository() {
    let launch = launched("pi", &resumed("s-1"));
    assert_eq!(
        args(&launch),
        "-p --mode json --offline --no-extensions --no-skills --no-prompt-templates --no-themes \
         --no-context-files --append-system-prompt Work in the current directory. --provider pantheon --model m-1 \
         --session s-1 --own"
    );
    assert_eq!(launch.hides, [PathBuf::from(".pi")]);
    let models = r#"{"providers":{"pantheon":{"baseUrl":"http://127.0.0.1:8017","api":"anthropic-messages","apiKey":"PANTHEON_KEY","models":[{"id":"m-1"}]}}}"#;
    assert_eq!(file(&launch, ".pi/agent/models.json"), models);
}

#[test]
fn aider_reads_the_prompt_from_its_home_and_leaves_nothing_in_the_tree() {
    let launch = launched("aider", &resumed("history"));
    let args = args(&launch);
    let end = "--load /dev/null --env-file /dev/null --model openai/m-1 --weak-model openai/m-1 \
               --message-file /run/home/prompt.txt --chat-history-file /run/home/chat.md --input-history-file \
               /run/home/input --openai-api-base http://127.0.0.1:8017/v1 --restore-chat-history --own";
    assert!(args.ends_with(end), "{args}");
    assert_eq!(file(&launch, "prompt.txt"), "--fix it\n");
    assert!(launch.input.is_empty());
}

#[test]
fn a_command_gets_the_prompt_where_it_asks_for_it() {
    let with = |args: &[&str]| {
        let program = Program {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..program()
        };
        (command::ROW.launch)(&order(), &program).unwrap()
    };
    assert_eq!(with(&[]).input, b"--fix it\n");
    let launch = with(&["--p={prompt}"]);
    assert_eq!(args(&launch), "--p=--fix it\n");
    assert!(launch.input.is_empty());
    let launch = with(&["{prompt-file}"]);
    assert_eq!(args(&launch), "/run/home/prompt.txt");
    assert_eq!(file(&launch, "prompt.txt"), "--fix it\n");
}

#[test]
fn a_script_is_run_by_its_interpreter() {
    let program = Program {
        interpreter: Some("/opt/node".into()),
        ..program()
    };
    let launch = (claude::ROW.launch)(&order(), &program).unwrap();
    assert_eq!(launch.program, "/opt/node");
    assert_eq!(launch.args[0], "/opt/agent");
}

#[test]
fn no_session_becomes_a_flag() {
    for row in ALL {
        let launch = (row.launch)(&resumed("--yolo"), &program());
        let is_in = launch.is_ok_and(|launch| {
            launch
                .args
                .iter()
                .any(|arg| arg == "--yolo" && row.name != "gemini")
        });
        assert!(!is_in, "{}", row.name);
    }
}

#[test]
fn who_needs_the_name_of_a_model_says_so() {
    let order = Order {
        model: String::new(),
        ..order()
    };
    let wrong = |name: &str| {
        (find(name).unwrap().launch)(&order, &program())
            .err()
            .map(|w| w.0)
    };
    for name in ["opencode", "pi", "aider"] {
        assert_eq!(wrong(name), Some(format!("`{name}` needs the name of a model")));
    }
    for name in ["claude", "codex", "gemini", "acp", "command"] {
        assert_eq!(wrong(name), None, "{name}");
    }
}

/// What is heard of a recorded stream, in short.
fn heard(name: &str, stream: &[u8]) -> Vec<String> {
    heard_by((find(name).unwrap().ear)(&order()).as_mut(), stream)
}

fn heard_by(ear: &mut dyn Ear, stream: &[u8]) -> Vec<String> {
    let mut heard = Vec::new();
    for line in stream.split(|b| *b == b'\n') {
        heard.extend(ear.hear(line));
    }
    heard.extend(ear.end());
    heard.iter().map(|heard| format!("{heard:?}")).collect()
}

/// What each of them says of the same work: a file written, a command run, a word said.
fn worked(names: [&str; 2], before: &[&str]) -> Vec<String> {
    let [write, run] = names;
    let mut expected: Vec<String> = before.iter().map(|line| (*line).to_owned()).collect();
    expected.extend([
        format!("Tool({write:?}, \"notes.txt\")"),
        format!("Answered({write:?}, true)"),
        format!("Tool({run:?}, \"cat notes.txt && echo more >> notes.txt\")"),
        format!("Answered({run:?}, true)"),
    ]);
    expected.push("Said(\"I wrote the file, and read it.\")".to_owned());
    expected.extend(["Used(300, 60)", "Done"].map(str::to_owned));
    expected
}

fn without_session(mut heard: Vec<String>) -> Vec<String> {
    assert!(heard[0].starts_with("Session("), "{heard:?}");
    heard.remove(0);
    heard
}

#[test]
fn claude_is_understood() {
    let heard = heard(
        "claude",
        include_bytes!("../../../fixtures/agents/claude/fixed.jsonl"),
    );
    assert_eq!(
        without_session(heard),
        worked(["Write", "Bash"], &["Model(\"mock-1\")"])
    );
}

#[test]
fn codex_is_understood() {
    let heard = heard(
        "codex",
        include_bytes!("../../../fixtures/agents/codex/fixed.jsonl"),
    );
    let mut heard = without_session(heard);
    assert_eq!(heard.remove(0), "Model(\"m-1\")");
    assert!(heard.remove(0).starts_with("Tool(\"shell\", \"/bin/bash -lc "));
    assert_eq!(heard.remove(0), "Answered(\"shell\", true)");
    assert!(
        heard
            .remove(0)
            .contains("cat notes.txt && echo more >> notes.txt")
    );
    let end = [
        "Answered(\"shell\", true)",
        "Said(\"I wrote the file, and read it.\")",
    ];
    assert_eq!(heard, [end[0], end[1], "Used(300, 60)", "Done"]);
}

#[test]
fn gemini_is_understood() {
    let heard = heard(
        "gemini",
        include_bytes!("../../../fixtures/agents/gemini/fixed.jsonl"),
    );
    let expected = worked(
        ["write_file", "run_shell_command"],
        &["Model(\"gemini-2.5-flash\")"],
    );
    assert_eq!(heard, expected);
}

#[test]
fn opencode_and_pi_are_understood() {
    let mut opencode = heard(
        "opencode",
        include_bytes!("../../../fixtures/agents/opencode/fixed.jsonl"),
    );
    opencode.retain(|line| !["Used(100, 20)", "Used(200, 40)"].contains(&line.as_str()));
    assert_eq!(
        without_session(opencode),
        worked(["write", "bash"], &["Model(\"m-1\")"])
    );
    let mut pi = heard("pi", include_bytes!("../../../fixtures/agents/pi/fixed.jsonl"));
    pi.retain(|line| !["Used(100, 20)", "Used(200, 40)"].contains(&line.as_str()));
    assert_eq!(
        without_session(pi),
        worked(["write", "bash"], &["Model(\"mock-1\")"])
    );
}

#[test]
fn aider_is_understood() {
    let mut heard = heard(
        "aider",
        include_bytes!("../../../fixtures/agents/aider/fixed.txt"),
    );
    heard.retain(|line| !line.starts_with("Said("));
    let expected = [
        "Session(\"history\")",
        "Model(\"mock-1\")",
        "Used(100, 20)",
        "Tool(\"edit\", \"notes.txt\")",
        "Answered(\"edit\", true)",
        "Done",
    ];
    assert_eq!(heard, expected);
    let tokens = b"Tokens: 12k sent, 3.4k cache hit, 1.2k received. Cost: $0.01 message.";
    assert_eq!(
        aider::ROW.ear_of(&order()).hear(tokens),
        [Heard::Used(12_000, 1200)]
    );
}

#[test]
fn the_protocol_is_spoken_to_its_end() {
    let stream = include_bytes!("../../../fixtures/agents/acp/fixed.jsonl");
    let mut heard = heard("acp", stream);
    let is_reply = |line: &String| line.starts_with("Reply(");
    assert_eq!(heard.iter().filter(|line| is_reply(line)).count(), 3);
    heard.retain(|line| !is_reply(line));
    let expected = [
        "Model(\"gemini-2.5-flash\")",
        "Tool(\"edit\", \"/run/tree/notes.txt\")",
        "Answered(\"edit\", true)",
        "Tool(\"execute\", \"cat notes.txt && echo more >> notes.txt\")",
        "Answered(\"execute\", false)",
        "Said(\"I wrote the file, and read it.\")",
        "Used(300, 60)",
        "Done",
    ];
    assert_eq!(without_session(heard), expected);
}

impl Row {
    fn ear_of(&self, order: &Order) -> Box<dyn Ear> {
        (self.ear)(order)
    }
}

fn replies(ear: &mut dyn Ear, line: &str) -> Vec<String> {
    let heard = ear.hear(line.as_bytes()).into_iter();
    let texts = heard.map(|heard| match heard {
        Heard::Reply(bytes) => String::from_utf8(bytes).unwrap().trim_end().to_owned(),
        other => format!("{other:?}"),
    });
    texts.collect()
}

#[test]
fn what_an_agent_asks_by_the_protocol_is_allowed_once_or_refused() {
    let mut ear = acp::ROW.ear_of(&order());
    let ask = |options: &str| {
        format!(r#"{{"id":"a","method":"session/request_permission","params":{{"options":[{options}]}}}}"#)
    };
    let always = r#"{"optionId":"x","kind":"allow_always"}"#;
    let once = r#"{"optionId":"y","kind":"allow_once"}"#;
    let chosen = |id: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"a","result":{{"outcome":{{"outcome":"selected","optionId":"{id}"}}}}}}"#
        )
    };
    assert_eq!(
        replies(ear.as_mut(), &ask(&format!("{always},{once}"))),
        [chosen("y")]
    );
    assert_eq!(replies(ear.as_mut(), &ask(always)), [chosen("x")]);
    let none = r#"{"jsonrpc":"2.0","id":"a","result":{"outcome":{"outcome":"cancelled"}}}"#;
    assert_eq!(replies(ear.as_mut(), &ask("")), [none]);
    let read = r#"{"id":7,"method":"fs/read_text_file","params":{"path":"/etc/passwd"}}"#;
    let refused =
        r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"`fs/read_text_file` is not offered"}}"#;
    assert_eq!(replies(ear.as_mut(), read), [refused]);
}

#[test]
fn an_old_session_is_loaded_where_that_is_offered() {
    let mut ear = acp::ROW.ear_of(&resumed("old-1"));
    assert_eq!(ear.cancel(), b"");
    let hello = r#"{"id":1,"result":{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}}"#;
    let load = r#"{"jsonrpc":"2.0","id":2,"method":"session/load","params":{"cwd":"/run/tree","mcpServers":[],"sessionId":"old-1"}}"#;
    assert_eq!(replies(ear.as_mut(), hello), [load]);
    let old = r#"{"method":"session/update","params":{"update":{"sessionUpdate":"agent_message_chunk","content":{"text":"old"}}}}"#;
    assert!(replies(ear.as_mut(), old).is_empty());
    let prompt = r#"{"jsonrpc":"2.0","id":4,"method":"session/prompt","params":{"sessionId":"old-1","prompt":[{"type":"text","text":"--fix it\n"}]}}"#;
    let opened = replies(ear.as_mut(), r#"{"id":2,"result":null}"#);
    assert_eq!(opened, ["Session(\"old-1\")", prompt]);
    let cancel = "{\"jsonrpc\":\"2.0\",\"method\":\"session/cancel\",\"params\":{\"sessionId\":\"old-1\"}}\n";
    assert_eq!(ear.cancel(), cancel.as_bytes());
    let over = replies(
        ear.as_mut(),
        r#"{"id":4,"result":{"stopReason":"max_turn_requests"}}"#,
    );
    assert_eq!(over, ["Limit(\"it has taken all its turns\")"]);
    assert!(ear.end().is_empty());
}

#[test]
fn limits_and_failures_are_told_apart() {
    let last = |name: &str, line: &str| heard(name, line.as_bytes()).pop().unwrap();
    let turns = "Limit(\"it has taken all its turns\")";
    assert_eq!(
        last(
            "claude",
            r#"{"type":"result","subtype":"error_max_turns","is_error":true}"#
        ),
        turns
    );
    assert_eq!(
        last("claude", r#"{"type":"result","subtype":"error_max_budget_usd"}"#),
        "Limit(\"it has spent its budget\")"
    );
    assert_eq!(
        last(
            "claude",
            r#"{"type":"result","subtype":"success","is_error":true,"result":"no key"}"#
        ),
        "Failed(\"no key\")"
    );
    assert_eq!(
        last(
            "claude",
            r#"{"type":"system","subtype":"api_retry","attempt":5,"error":"overloaded"}"#
        ),
        "Failed(\"its model does not answer: overloaded\")"
    );
    assert_eq!(
        last(
            "codex",
            r#"{"type":"turn.failed","error":{"message":"stream lost"}}"#
        ),
        "Failed(\"stream lost\")"
    );
    assert_eq!(
        last(
            "gemini",
            r#"{"type":"result","status":"error","error":{"type":"FatalTurnLimitedError"}}"#
        ),
        turns
    );
    assert_eq!(
        last(
            "opencode",
            r#"{"type":"error","error":{"name":"APIError","data":{"message":"no"}}}"#
        ),
        "Failed(\"no\")"
    );
    let pi =
        r#"{"type":"message_end","message":{"role":"assistant","stopReason":"error","errorMessage":"529"}}"#;
    assert_eq!(last("pi", pi), "Failed(\"529\")");
    assert_eq!(
        last("aider", "litellm.APIError: no"),
        "Failed(\"litellm.APIError: no\")"
    );
}

#[test]
fn who_ends_without_a_word_has_not_said_how_it_went() {
    for row in ALL.iter().filter(|row| row.name != "command") {
        assert!(heard(row.name, b"").is_empty(), "{}", row.name);
    }
    assert_eq!(heard("command", b""), ["Done"]);
}

/// Lines that look like those of a program, with values that it would not write.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn hostile() -> impl Strategy<Value = String> {
    let words = [
        "system",
        "init",
        "assistant",
        "user",
        "result",
        "api_retry",
        "thread.started",
        "item.started",
        "item.completed",
        "turn.completed",
        "message",
        "tool_use",
        "tool_result",
        "step_finish",
        "error",
        "session",
        "message_end",
        "tool_execution_start",
        "session/update",
        "session/request_permission",
        "text",
    ];
    let places = [
        "type",
        "subtype",
        "message",
        "content",
        "part",
        "item",
        "id",
        "method",
        "params",
        "update",
        "result",
        "error",
        "usage",
        "tokens",
        "state",
        "name",
        "sessionID",
        "options",
        "status",
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<u64>().prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        prop::sample::select(words.to_vec()).prop_map(|word| format!("{word:?}")),
        ".{0,20}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let pairs = prop::collection::vec((prop::sample::select(places.to_vec()), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|list| format!("[{}]", list.join(","))),
            pairs.prop_map(|pairs| {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(key, value)| format!("{key:?}:{value}"))
                    .collect();
                format!("{{{}}}", pairs.join(","))
            }),
        ]
    })
}

/// Holds what is heard within bounds.
fn is_bounded(heard: &Heard) -> bool {
    let small = |text: &String| text.chars().count() <= 301 && !text.chars().any(char::is_control);
    match heard {
        Heard::Said(text) => text.chars().count() <= 8001,
        Heard::Tool(name, on) => small(name) && small(on),
        Heard::Session(id) => line::is_id(id),
        Heard::Answered(text, _) | Heard::Model(text) | Heard::Limit(text) => small(text),
        Heard::Failed(text) => text.chars().count() <= 700,
        Heard::Used(..) | Heard::Done | Heard::Reply(_) => true,
    }
}

proptest! {
    #[test]
    fn no_line_does_harm(lines in prop::collection::vec(hostile(), 1..6), raw in prop::collection::vec(any::<u8>(), 0..200)) {
        for row in ALL {
            let mut ear = row.ear_of(&order());
            let mut heard = ear.hear(&raw);
            for line in &lines {
                heard.extend(ear.hear(line.as_bytes()));
            }
            heard.extend(ear.end());
            prop_assert!(heard.iter().all(is_bounded), "{}: {heard:?}", row.name);
        }
    }
}
