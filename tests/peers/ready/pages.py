"""Takes apart what no tool reads whole: the recipes in `docs/ci.md`, by their heading, and the two documents of the
component of GitLab. Writes each into a folder: `pages.py FOLDER`."""

import re
import sys
from pathlib import Path

NAMES = {
    "Buildkite": "buildkite",
    "CircleCI": "circle-ci",
    "Azure Pipelines": "azure-pipelines",
    "Bitbucket Pipelines": "bitbucket-pipelines",
    "Woodpecker": "woodpecker-ci",
}


def fences(text, language):
    heading = ""
    for part in re.finditer(r"^#+ ([^\n]+)$|^```" + language + r"\n(.*?)^```$", text, re.M | re.S):
        if part[1]:
            heading = part[1]
        else:
            yield heading, part[2]


def main():
    folder = Path(sys.argv[1])
    found = set()
    for heading, text in fences(Path("docs/ci.md").read_text(), "yaml"):
        if heading in NAMES:
            found.add(heading)
            (folder / f"{NAMES[heading]}.yml").write_text(text)
    missing = NAMES.keys() - found
    if missing:
        sys.exit(f"docs/ci.md lacks {', '.join(sorted(missing))}")
    header, job = Path("docs/ci/gitlab/templates/pantheon.yml").read_text().split("\n---\n")
    # What GitLab reads once the inputs are in.
    for name in re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", job):
        value = re.search(rf"^    {name}:\n(?:      .*\n)*?      default: (.+)$", header, re.M)
        if not value:
            sys.exit(f"`{name}` has no default")
        job = job.replace(f"$[[ inputs.{name} ]]", value[1])
    (folder / "gitlab-ci.yml").write_text(job)
    hooks = [text for _, text in fences(Path("docs/hooks.md").read_text(), "yaml") if "repos:" in text]
    (folder / "pre-commit-config.yaml").write_text(hooks[0].replace("COMMIT", "0" * 40))


main()
