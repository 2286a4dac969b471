"""Reads reports with what others wrote: `check.py DIR NODE SCHEMAS`.

`DIR` holds a report in each format, and the repository that they are about. Prints what passed, what failed and
what was left out for want of a tool; the last line counts.
"""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as tree

where, node, schemas = sys.argv[1:4]
here = os.path.dirname(os.path.abspath(__file__))
passed, failed, skipped = 0, 0, 0


def said(is_right, what, why=""):
    global passed, failed
    passed, failed = passed + is_right, failed + (not is_right)
    print(f"{'ok' if is_right else 'FAILED'} {what}{': ' + str(why) if why and not is_right else ''}")


def skip(what, why):
    global skipped
    skipped += 1
    print(f"skipped: {what}: {why}")


def text(name):
    with open(os.path.join(where, name), encoding="utf-8", newline="") as file:
        return file.read()


def schema(name):
    path = os.path.join(schemas, name) if schemas else ""
    return path if os.path.isfile(path) else None


def by_json_schema(what, path, values):
    try:
        import jsonschema
    except ImportError:
        return skip(what, "`jsonschema` is not there")
    with open(path, encoding="utf-8-sig") as file:
        rules = json.load(file)
    checker = jsonschema.validators.validator_for(rules, default=jsonschema.Draft7Validator)(rules)
    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for value in values for e in checker.iter_errors(value)]
    said(not errors, what, errors[:3])


def check_sarif():
    own = os.path.join(node, "node_modules/@microsoft/sarif-multitool-linux")
    for name in ["sarif", "sarif-github"]:
        path = os.path.join(where, name + ".sarif")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text(name))
        if os.path.isfile(os.path.join(own, "sarif-2.1.0.json")):
            by_json_schema(f"{name} against the schema", os.path.join(own, "sarif-2.1.0.json"), [json.loads(text(name))])
            check_multitool(own, name, path)
        else:
            skip(f"{name} by sarif-multitool", "it is not there")
        check_sarif_tools(name, path)


def check_multitool(own, name, path):
    """Its exit code is always 0, so its report is read. What GitHub asks of a log is asked of its own form alone."""
    tool = os.path.join(own, "Sarif.Multitool")
    os.chmod(tool, 0o755)
    kinds = "Sarif;Ghas" if name == "sarif-github" else "Sarif"
    out = os.path.join(where, name + ".validated")
    env = dict(os.environ, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")
    command = [tool, "validate", path, "--rule-kind", kinds, "-o", out, "--log", "ForceOverwrite"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, env=env)
    if not os.path.isfile(out):
        return skip(f"{name} by sarif-multitool", (ran.stdout + ran.stderr)[:300])
    with open(out, encoding="utf-8-sig") as file:
        results = json.load(file)["runs"][0].get("results", [])
    levels = [(r["ruleId"], r.get("level", "warning")) for r in results]
    for rule in sorted(set(levels)):
        print(f"   {name}: {rule[0]} ({rule[1]}), {levels.count(rule)} times")
    errors = [r["ruleId"] + " " + json.dumps(r["message"])[:200] for r in results if r.get("level") == "error"]
    said(not errors, f"{name} by sarif-multitool with the rules {kinds}", errors[:3])


def check_sarif_tools(name, path):
    try:
        import sarif.loader
    except ImportError:
        return skip(f"{name} by sarif-tools", "it is not there")
    records = sarif.loader.load_sarif_file(path).get_records()
    count = len(json.loads(text(name))["runs"][0]["results"])
    said(len(records) == count, f"{name} by sarif-tools", f"{len(records)} of {count} records")


def check_gitlab():
    for name, file in [
        ("gitlab-sast", "sast-report-format.json"),
        ("gitlab-secret-detection", "secret-detection-report-format.json"),
    ]:
        path = schema(file)
        if path:
            by_json_schema(f"{name} against GitLab's schema", path, [json.loads(text(name))])
        else:
            skip(name, f"`{file}` is not there")
    issues = json.loads(text("gitlab-code-quality"))
    prints = [issue["fingerprint"] for issue in issues]
    said(len(prints) == len(set(prints)), "gitlab-code-quality has no fingerprint twice")
    said(not text("gitlab-code-quality").startswith("\ufeff"), "gitlab-code-quality has no byte order mark")
    path = schema("codeclimate.json")
    if path:
        by_json_schema("gitlab-code-quality against GitLab's schema", path, issues)
    else:
        skip("gitlab-code-quality", "`codeclimate.json` is not there")


def check_rdjson():
    for name, file, values in [
        ("rdjson", "DiagnosticResult.json", [json.loads(text("rdjson"))]),
        ("rdjsonl", "Diagnostic.json", [json.loads(line) for line in text("rdjsonl").splitlines()]),
    ]:
        path = schema(file)
        if path:
            by_json_schema(f"{name} against reviewdog's schema", path, values)
        else:
            skip(name, f"`{file}` is not there")


def check_xml():
    for name in ["junit", "checkstyle"]:
        tree.fromstring(text(name))
        said(True, f"{name} is XML")
    errors = tree.fromstring(text("checkstyle")).findall("file/error")
    said(len(errors) > 0, "checkstyle has errors")
    for file in ["JUnit.xsd", "junit-10.xsd"]:
        path = schema(file)
        try:
            import lxml.etree as etree
        except ImportError:
            path = None
        if not path:
            skip("junit", f"`{file}` or `lxml` is not there")
            continue
        rules = etree.XMLSchema(etree.parse(path))
        is_right = rules.validate(etree.fromstring(text("junit").encode()))
        said(is_right, f"junit against {file}", [str(error)[:200] for error in list(rules.error_log)[:3]])
    try:
        import junitparser
    except ImportError:
        return skip("junit by junitparser", "it is not there")
    read = junitparser.JUnitXml.fromstring(text("junit").encode())
    suite = next(iter(read))
    cases = list(suite)
    failures = sum(1 for case in cases for result in case.result if isinstance(result, junitparser.Failure))
    right = (suite.tests, suite.failures) == (len(cases), failures)
    said(right, "junit by junitparser", f"{suite.tests} {suite.failures} against {len(cases)} {failures}")


def check_github():
    """What our commands say, the toolkit says in the same letters."""
    lines = [line for line in text("github").splitlines() if re.match("::(error|warning|notice) ", line)]
    said(0 < len(lines) <= 30, "github has annotations", len(lines))
    if not os.path.isdir(os.path.join(node, "node_modules/@actions/core")):
        return skip("github by @actions/core", "it is not there")
    command = ["node", os.path.join(here, "commands.mjs"), node]
    ran = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60)
    said(ran.stdout.splitlines() == lines, "github by @actions/core", ran.stderr[:300] or ran.stdout[:300])


def check_hashes():
    """The hashes of lines, against the module of GitHub's action."""
    path = schema("fingerprints.mjs")
    if not os.path.isdir(where + "/repo"):
        return None
    if not path:
        return skip("the hashes of lines", "`fingerprints.mjs` is not there")
    command = ["node", os.path.join(here, "hashes.mjs"), path, os.path.join(where, "sarif-github"), where + "/repo"]
    env = dict(os.environ, NODE_PATH=os.path.join(node, "node_modules"))
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    print("   " + ran.stdout.strip())
    said(ran.returncode == 0, "the hashes of lines are those of GitHub's action", ran.stderr[:500])


def check_pages():
    for name in ["github", "github-summary", "markdown", "html", "junit", "checkstyle", "json", "sarif"]:
        page = text(name).lower()
        bad = [word for word in ["##[", "##vso[", "##teamcity[", "\x1b"] if word in page]
        said(not bad, f"{name} orders no build server about", bad)
    page = text("html")
    said("<img src=x" not in page and "<b>]]" not in page, "html shows what is hostile as text")


def check_browser():
    """The page in a browser: what is hostile is text, the filter works by keys, nothing is loaded."""
    browser = os.environ.get("FORMATS_CHROMIUM")
    if not os.path.isdir(where + "/repo"):
        return None
    if not browser or not os.path.isdir(os.path.join(node, "node_modules/playwright-core")):
        return skip("html in a browser", "`FORMATS_CHROMIUM` names none, or `playwright-core` is not there")
    with open(where + "/page.html", "w", encoding="utf-8", newline="") as file:
        file.write(text("html"))
    command = ["node", os.path.join(here, "page.mjs"), node, browser, where + "/page.html"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    said(ran.returncode == 0, "html in a browser", (ran.stdout + ran.stderr)[:600])


CHECKS = [check_sarif, check_gitlab, check_rdjson, check_xml, check_github, check_hashes, check_pages, check_browser]
for check in CHECKS:
    try:
        check()
    except Exception as error:
        said(False, check.__name__, repr(error))
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
