"""How a hover is laid out, and where its link leads."""

import json
import re
from urllib.parse import unquote

from fixture import CAPABILITIES
from wire import Wire

URI = "file:///a.infra"
TEXT = 'version: "1.0"\ncheckpoints:\n  main:\n    type: s3\n    auth: {role_arn: x}\n    checkpoint: {interval: 60s, mode: exactly_once}\n'


def hovers(commands):
    capabilities = {**CAPABILITIES, "experimental": {"nexflow": {"commands": commands}}}
    with Wire("--stdio") as wire:
        wire.initialize(capabilities)
        wire.open(URI, TEXT)
        for line, text in enumerate(TEXT.splitlines()):
            for word in re.finditer(r"\w+(?=:)", text):
                place = {"textDocument": {"uri": URI}, "position": {"line": line, "character": word.start()}}
                answer = wire.request("textDocument/hover", place)["result"]
                yield word.group(), place, answer["contents"]["value"]


def test_a_hover_says_each_thing_once_in_a_fixed_order():
    order = ["Default", "Limits", "Pattern", "Unit", "Required", "Secret", "Applies if", "Flink option", "Becomes", "Documented dialect", "Example"]
    for word, _, text in hovers([]):
        first, *_ = text.splitlines()
        assert re.fullmatch(r"\*\*`?[^`*]+`?\*\*(:| \*[\w ]+\*).*", first), f"{word}: {first}"
        labels = re.findall(r"^- ([A-Z][\w ]+): ", text.split("**Notes**")[0], re.MULTILINE)
        assert labels == sorted(set(labels), key=order.index), f"{word}: {labels}"
        lines = [line for line in text.splitlines() if line and line != "---"]
        assert len(lines) == len(set(lines)), f"{word}: {text}"
        assert "Open the reference" not in text
        bare = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"(?<!\\)<\w", bare), f"{word}: {text}"


def test_the_link_of_a_hover_asks_for_the_field_it_is_about():
    found = 0
    for _, place, text in hovers(["nexflow.openReference"]):
        link = re.search(r"\[Open the reference\]\(command:nexflow\.openReference\?([^)\s]+)\)$", text)
        if link:
            assert json.loads(unquote(link.group(1))) == [place]
            found += 1
    assert found >= 7
