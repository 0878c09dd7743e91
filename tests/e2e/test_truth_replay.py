"""The replay of claims about Flink (`tests/truth`) without Flink: a claim that does not hold is found, and is no longer noted as run."""

import importlib
import json
import pathlib
import sys
import types

import pytest

TRUTH = pathlib.Path(__file__).resolve().parents[1] / "truth"

SEEN = {
    "log": [{"message": "Managed memory is not used."}],
    "build": {"checkpointing": {"interval_ms": 60, "retention": "NEVER"}},
    "options": [{"key": "a.b", "value": "60", "status": "option"}],
}
REFUSED = {"log": [], "build": {"environment": {"error": {"class": "java.lang.IllegalArgumentException", "message": "Could not parse '1.5h'"}}}}
RIGHT = [
    (SEEN, {"ok": True}),
    (SEEN, {"at": "build.checkpointing.interval_ms", "is": 60}),
    (SEEN, {"at": "build.checkpointing.interval_ms", "at_least": 50, "at_most": 60}),
    (SEEN, {"at": "build.checkpointing.retention", "matches": "^NEV"}),
    (SEEN, {"at": "build.restart", "absent": True}),
    (SEEN, {"option": "a.b", "is": 60}),
    (SEEN, {"option": "a.b", "status": "option"}),
    (SEEN, {"warns": "not used"}),
    (SEEN, {"silent": "deprecated"}),
    (REFUSED, {"throws": "IllegalArgumentException", "message": "1.5h"}),
]
WRONG = [
    (REFUSED, {"ok": True}),
    (SEEN, {"at": "build.checkpointing.interval_ms", "is": 61}),
    (SEEN, {"at": "build.checkpointing.interval_ms", "at_least": 61}),
    (SEEN, {"at": "build.checkpointing.interval_ms", "at_most": 59}),
    (SEEN, {"at": "build.no_such_place", "at_least": 0}),
    (SEEN, {"at": "build.checkpointing.retention", "matches": "RETAIN"}),
    (SEEN, {"at": "build.checkpointing.retention", "absent": True}),
    (SEEN, {"option": "a.b", "is": 61}),
    (SEEN, {"option": "a.b", "status": "unknown"}),
    (SEEN, {"option": "no.such", "is": 60}),
    (SEEN, {"warns": "deprecated"}),
    (SEEN, {"silent": "not used"}),
    (SEEN, {"throws": "IllegalArgumentException"}),
    (REFUSED, {"throws": "NullPointerException"}),
    (REFUSED, {"throws": "IllegalArgumentException", "message": "another reason"}),
]


@pytest.fixture(scope="module")
def truth():
    """The programs of the replay; the clients of Kafka, the stores and the clouds are not needed here."""
    names = ("flink", "main", "kafka", "stores", "clouds")
    before = {name: sys.modules.get(name) for name in names}
    sys.modules["kafka"] = types.SimpleNamespace(version=lambda: "librdkafka 1", replay=lambda claims: set())
    sys.modules["clouds"] = types.SimpleNamespace(PRODUCTS={"aws": "botocore 1"}, replay=lambda product, claims: set())
    sys.modules["stores"] = types.SimpleNamespace(PRODUCTS={"mongodb": "PyMongo 1"}, replay=lambda product, claims: set())
    sys.path.insert(0, str(TRUTH))
    sys.modules.pop("main", None)
    yield importlib.import_module("flink"), importlib.import_module("main")
    sys.path.remove(str(TRUTH))
    for name, module in before.items():
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module


@pytest.mark.parametrize(("seen", "expected"), RIGHT)
def test_an_expectation_that_holds(truth, seen, expected):
    assert truth[0].holds(expected, seen)[0]


@pytest.mark.parametrize(("seen", "expected"), WRONG)
def test_an_expectation_that_does_not_hold(truth, seen, expected):
    assert not truth[0].holds(expected, seen)[0]


def test_a_wrong_claim_fails_the_run_and_is_not_noted(truth, tmp_path, monkeypatch, capsys):
    flink, main = truth
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        "# claims\n"
        "- id: right\n  says: so\n  cases:\n  - {name: a, config: {k: v}, stages: [build], expect: [{at: build.x, is: 1}]}\n"
        "- id: wrong\n  says: otherwise\n  cases:\n  - {name: a, config: {k: v}, stages: [build], expect: [{at: build.x, is: 2}]}\n"
    )
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"wrong": {"fingerprint": "0", "ran": [], "on": "2020-01-01"}, "gone": {}}))
    monkeypatch.setattr(flink, "CLAIMS", claims)
    monkeypatch.setattr(main, "RESULTS", results)
    ran = []
    monkeypatch.setattr(flink, "java", lambda version, cases, path: ran.append(version) or {case["id"]: {"log": [], "build": {"x": 1}} for case in cases})
    monkeypatch.setattr(sys, "argv", ["main.py"])
    assert main.main() == 1
    assert ran == flink.REPLAYED and len(ran) == 4
    noted = json.loads(results.read_text())
    assert noted.keys() == {"right"}
    assert noted["right"]["ran"] == [f"Flink {version}" for version in flink.REPLAYED]
    assert noted["right"]["fingerprint"] == flink.fingerprint(flink.blocks(claims.read_text())["right"])
    assert "wrong / a" in capsys.readouterr().out


def test_another_text_of_a_claim_has_another_fingerprint(truth):
    flink, _ = truth
    text = (TRUTH / "claims.yaml").read_text()
    blocks = flink.blocks(text)
    prints = {name: flink.fingerprint(block) for name, block in blocks.items()}
    assert len(set(prints.values())) == len(blocks) > 80
    for name, block in blocks.items():
        assert flink.fingerprint(block.replace("is: ", "is:  ", 1) + "#") != prints[name]
