"""Checks the licences and sources of all crates in the output of `cargo metadata` against deny.toml.

cargo-deny does the same and more; it takes minutes to compile, so that a fresh machine gets this check of the same file.
"""

import json
import re
import sys

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def allowed_licences(path: str) -> set[str]:
    """The list `licenses.allow`, read without a TOML library because Python 3.10 has none."""
    text = open(path, encoding="utf-8").read()
    [table] = re.findall(r"^\[licenses\]\n(.*?)(?=^\[|\Z)", text, re.S | re.M)
    [entries] = re.findall(r"^allow = \[(.*?)\]", table, re.S | re.M)
    return set(re.findall(r'"([^"]+)"', entries))


def acceptable(expression: str, allowed: set[str]) -> bool:
    """Whether a choice of licences in an SPDX expression is allowed. Older crates write `/` for OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        value = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            # Both sides are read, whatever the first one says.
            value = both() or value
        return value

    def both() -> bool:
        value = single()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = single() and value
        return value

    def single() -> bool:
        token = tokens.pop(0)
        if token == "(":
            value = either()
            tokens.pop(0)
            return value
        if tokens and tokens[0] == "WITH":
            tokens.pop(0)
            return f"{token} WITH {tokens.pop(0)}" in allowed
        return token in allowed

    return either()


def main(metadata: str, deny: str) -> int:
    allowed = allowed_licences(deny)
    packages = json.load(open(metadata, encoding="utf-8"))["packages"]
    problems = []
    for package in packages:
        name = f"{package['name']} {package['version']}"
        licence = package["license"]
        if licence is None or not acceptable(licence, allowed):
            problems.append(f"{name}: licence {licence}")
        if package["source"] not in (None, REGISTRY):
            problems.append(f"{name}: source {package['source']}")
    print("\n".join(problems) or f"{len(packages)} crates, all licences and sources allowed")
    return 1 if problems else 0


if __name__ == "__main__":
    assert acceptable("MIT OR (GPL-3.0 AND Apache-2.0)", {"MIT"})
    assert not acceptable("MIT AND GPL-3.0", {"MIT"})
    assert acceptable("Apache-2.0 WITH LLVM-exception OR GPL-2.0", {"Apache-2.0 WITH LLVM-exception"})
    assert not acceptable("Apache-2.0 WITH Other", {"Apache-2.0"})
    sys.exit(main(*sys.argv[1:]))
