"""Checks a bill of materials against Cargo.lock: every component is a locked crate, with its licence, and none is missing.

    release/sbom.py BOM LOCK
"""

import json
import re
import sys


def locked(path: str) -> dict[tuple[str, str], list[str]]:
    """Every crate of a lock file with the names (and, where there are several, versions) of what it depends on."""
    found = {}
    for block in open(path, encoding="utf-8").read().split("[[package]]")[1:]:
        [name] = re.findall(r'^name = "(.*)"', block, re.M)
        [version] = re.findall(r'^version = "(.*)"', block, re.M)
        listed = re.findall(r"^dependencies = \[(.*?)\]", block, re.M | re.S)
        found[name, version] = re.findall(r'"([^"]+)"', listed[0]) if listed else []
    return found


def main(bom: str, lock: str) -> int:
    crates = locked(lock)
    content = json.load(open(bom, encoding="utf-8"))
    program = content["metadata"]["component"]
    components = {(one["name"], one["version"]): one for one in content["components"]}
    problems = []
    if content.get("bomFormat") != "CycloneDX" or program["name"] != "nexflow-lsp":
        problems.append("it is no bill of materials of nexflow-lsp")
    for key, component in components.items():
        if key not in crates:
            problems.append(f"{key[0]} {key[1]} is not in {lock}")
        if not component.get("licenses"):
            problems.append(f"{key[0]} {key[1]} has no licence")
    # What the program names is there; what only tests need, or another platform, need not be.
    for name in crates["nexflow-lsp", program["version"]]:
        if not any(known == name.split()[0] for known, _ in components):
            problems.append(f"{name} is missing")
    print("\n".join(problems) or f"{len(components)} components, all locked and licensed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
