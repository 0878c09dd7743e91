"""What documents write where any text is right is offered in the others, whether anybody has opened them or not."""

from __future__ import annotations

import pathlib

import pytest

from fixture import Folder

OPEN = """
//- open a.infra
checkpoints:
  main:
    type: s3
    bucket: b
    region: u
  other:
    type: azure_blob
    container: c
"""


def document(number: int, bucket: str, region: str = "eu-west-1") -> str:
    return f"""\
environment: staging
checkpoints:
  main_{number}:
    type: s3
    bucket: {bucket}
    prefix: "p-{number}/"
    region: {region}
    auth: {{type: static, access_key: AKIA{number}, secret_key: hidden-{number}}}
    s3: {{endpoint: "https://user:hidden@s3-{number}.example"}}
"""


def wait(folder: Folder) -> None:
    """Until the index knows all files: what is asked of all of them waits for it."""
    folder.ask("workspace/symbol", query="main")


def offered(folder: Folder, name: str, line: int, character: int) -> list[str]:
    found = folder.ask("textDocument/completion", **folder.at(name, line, character))
    items = found["items"] if isinstance(found, dict) else found
    return [item["label"] for item in sorted(items, key=lambda item: item.get("sortText", item["label"]))]


BUCKET = (3, len("    bucket: b"))


@pytest.fixture
def folder(tmp_path: pathlib.Path):
    for number in range(120):
        path = tmp_path / f"team{number // 10}" / f"service{number}.infra"
        path.parent.mkdir(exist_ok=True)
        path.write_text(document(number, f"bucket-{number % 60:02}" if number < 100 else "bucket-of-most"))
    with Folder(tmp_path, OPEN) as found:
        wait(found)
        yield found


def test_the_most_frequent_values_of_all_documents_are_offered(folder: Folder):
    found = [label for label in offered(folder, "a.infra", *BUCKET) if label.startswith("bucket-")]
    # Of one frequency the alphabet decides; no more than fifty are offered, and the last ones are the seldom ones.
    twice = [f"bucket-{number:02}" for number in range(40)]
    once = [f"bucket-{number:02}" for number in range(40, 60)]
    assert found == ["bucket-of-most", *twice, *once][: len(found)]
    assert 45 <= len(found) <= 50
    assert found == [label for label in offered(folder, "a.infra", *BUCKET) if label.startswith("bucket-")]


def test_names_of_entries_come_from_all_documents(folder: Folder):
    folder.type("a.infra", "checkpoints:\n  m\n")
    found = [label for label in offered(folder, "a.infra", 1, 3) if label.startswith("main_")]
    assert len(found) >= 45 and found == sorted(found)


def test_no_secret_is_offered(folder: Folder):
    folder.type("a.infra", "checkpoints:\n  m:\n    type: s3\n    auth: {type: static, secret_key: h}\n    s3: {endpoint: h}\n")
    everything = offered(folder, "a.infra", 3, len("    auth: {type: static, secret_key: h"))
    everything += offered(folder, "a.infra", 4, len("    s3: {endpoint: h"))
    assert not [label for label in everything if "hidden" in label or "AKIA" in label]


def test_what_is_gone_or_changed_is_not_offered(folder: Folder):
    wanted = "team11/service119.infra"
    for number in range(100, 119):
        (folder.root / f"team{number // 10}" / f"service{number}.infra").unlink()
    folder.changed(*(f"team{number // 10}/service{number}.infra" for number in range(100, 119)))
    folder.write(wanted, document(119, "bucket-of-one"))
    folder.changed(wanted)
    wait(folder)
    found = offered(folder, "a.infra", *BUCKET)
    assert "bucket-of-most" not in found
    (folder.root / "team0").rename(folder.root / "ignored")
    for name in [f"team0/service{number}.infra" for number in range(10)]:
        folder.changed(name)
    wait(folder)
    folder.write(wanted, document(119, "bucket-00"))
    folder.changed(wanted)
    wait(folder)
    assert offered(folder, "a.infra", *BUCKET)[0:1] != ["bucket-of-one"]
    assert "bucket-of-one" not in offered(folder, "a.infra", *BUCKET)


def test_an_open_document_counts_as_it_stands_in_the_editor(folder: Folder):
    names = [f"team{number // 10}/service{number}.infra" for number in range(100, 120)]
    for name in names:
        folder.open(name, document(1, "bucket-just-typed"))
    found = offered(folder, "a.infra", *BUCKET)
    assert "bucket-just-typed" in found and "bucket-of-most" not in found
    for name in names:
        folder.close(name)
    found = offered(folder, "a.infra", *BUCKET)
    assert "bucket-of-most" in found and "bucket-just-typed" not in found


def test_the_regions_of_aws_are_offered_behind_those_that_are_used(folder: Folder):
    folder.type("a.infra", "checkpoints:\n  m:\n    type: s3\n    region: e\n")
    found = offered(folder, "a.infra", 3, len("    region: e"))
    # The first one is used a hundred times; the others are there because AWS has them.
    assert found.index("eu-west-1") < found.index("eu-central-1")
    assert {"us-east-1", "ap-southeast-2", "sa-east-1", "eu-central-1"} <= set(found)
