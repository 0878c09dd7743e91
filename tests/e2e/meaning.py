"""What a folder of documents means, worked out by a YAML parser and a merge that share nothing with the server."""

from __future__ import annotations

import re

import yaml


class Loader(yaml.BaseLoader):
    """Scalars stay text, so that nothing is lost in a conversion; merge keys are followed."""

    def __init__(self, stream):
        super().__init__(stream)

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile(r"^(?:<<)$"))]}


def load(text: str) -> object:
    """The first document of a text."""
    return next(yaml.load_all(text, Loader), None)


def variables(text: str) -> dict[str, str]:
    """The assignments of an env file in which no value goes over several lines."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = re.fullmatch(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*(?:\s#.*)?", line)
        if match:
            name, value = match.groups()
            if value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 1:
                value = value[1:-1]
            found[name] = re.sub(r"\$\{(\w+)\}", lambda m: found.get(m[1], ""), value)
    return found


def merged(above: object, below: object) -> object:
    """Mappings merge, everything else overrides; nothing overrides nothing."""
    if isinstance(above, dict) and isinstance(below, dict):
        return {key: merged(above.get(key), below.get(key)) for key in [*above, *(key for key in below if key not in above)]}
    return below if above in (None, "") else above


def resolved(value: object, values: dict[str, str]) -> object:
    """A value with its variables replaced; one without a value stays as it is."""
    if isinstance(value, dict):
        return {key: resolved(below, values) for key, below in value.items()}
    if isinstance(value, list):
        return [resolved(item, values) for item in value]
    if isinstance(value, str):
        return re.sub(r"\$\{([A-Z_]\w*)(?::-([^}]*))?\}", lambda m: values.get(m[1], m[2] if m[2] is not None else m[0]), value)
    return value


def meaning(files: dict[str, str]) -> dict[str, object]:
    """Every document of a folder, merged with those that it extends, its variables resolved."""
    trees = {name: load(text) for name, text in files.items() if name.endswith(".infra")}
    values = variables(files.get(".env", ""))

    def chain(name: str, seen: tuple[str, ...] = ()) -> object:
        tree = trees.get(name)
        base = tree.get("extends") if isinstance(tree, dict) else None
        if not isinstance(base, str) or base in seen:
            return tree
        return merged(tree, chain(base, (*seen, name)))

    return {name: resolved(chain(name), values) for name in trees}


def changes(before: object, after: object, path: tuple = ()) -> list[tuple[tuple, str, str]]:
    """Where two meanings differ by a word: the path, and the two texts. Anything else that differs is an error."""
    if isinstance(before, dict) and isinstance(after, dict):
        assert len(before) == len(after), f"{path}: {list(before)} became {list(after)}"
        found = []
        gone = [key for key in before if key not in after]
        new = [key for key in after if key not in before]
        assert len(gone) == len(new) <= 1, f"{path}: {gone} became {new}"
        for key in before:
            now = new[0] if key in gone else key
            if now != key:
                found.append(((*path, "key"), key, now))
            found += changes(before[key], after[now], (*path, key))
        return found
    if isinstance(before, list) and isinstance(after, list):
        assert len(before) == len(after), f"{path}: another number of items"
        return [change for at, (a, b) in enumerate(zip(before, after)) for change in changes(a, b, (*path, at))]
    if before == after:
        return []
    assert isinstance(before, str) and isinstance(after, str), f"{path}: {before} became {after}"
    return [(path, before, after)]
