"""Documents whose right answer is known, from running Flink and the toolchain or from their sources; see inputs/README.md."""

import json
import os
import pathlib
import subprocess

import pytest
from wire import binary

INPUTS = pathlib.Path(__file__).resolve().parent / "inputs"
FLINK = sorted((INPUTS / "flink").glob("*.infra"))
ERROR, WARNING, HINT = 1, 2, 4


def check(path: pathlib.Path, *arguments: str) -> list:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LLVM_PROFILE_FILE")}
    command = [binary(), "check", "--format", "json", *arguments, str(path)]
    done = subprocess.run(command, env=keep, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return [finding for line in done.stdout.splitlines() for finding in json.loads(line)["diagnostics"]]


def said(findings: list) -> list:
    return [(finding["code"], finding["severity"], finding["range"]["start"]["line"] + 1) for finding in findings]


@pytest.mark.parametrize("path", [path for path in FLINK if path.name.startswith("fp")], ids=lambda path: path.name)
def test_a_sound_configuration_gets_hints_at_most(path):
    assert all(finding["severity"] >= HINT for finding in check(path)), check(path)


@pytest.mark.parametrize("path", [path for path in FLINK if ".good." in path.name], ids=lambda path: path.name)
def test_a_configuration_without_the_mistake_is_silent(path):
    assert check(path) == []


# The rule that reports each mistake, and how severe it is: errors where the job does not start, warnings where data or the job is lost.
MISTAKES = {
    "n01": ("transaction-timeout-missing", HINT),
    "n02": ("max-parallelism-below-scaling", WARNING),
    "n03": ("max-parallelism-no-room", HINT),
    "n03b": ("max-parallelism-no-room", HINT),
    "n04": ("ha-storage-missing", HINT),
    "n04b": ("ha-storage-missing", ERROR),
    "n05": ("production-without-ha", HINT),
    "n06": ("local-checkpoints-on-pods", WARNING),
    "n07": ("memory-leaves-no-room", ERROR),
    "n07b": ("memory-leaves-no-room", ERROR),
    "n08": ("network-buffers-few", WARNING),
    "n09": ("restart-ends-without-retention", WARNING),
    "n09b": ("restart-attempts-few", HINT),
    "n10": ("full-snapshots-in-production", HINT),
    "n11": ("checkpoints-back-to-back", HINT),
    "n12": ("local-directory-unsuitable", HINT),
    "n12b": ("local-directory-unsuitable", HINT),
    "n13": ("pod-role-not-used", HINT),
    "n14": ("process-wider-than-sources", HINT),
    "n15": ("property-set-by-flink", WARNING),
    "n16": ("native-mode-ignores-replicas", HINT),
    "n17": ("scaling-without-followers", HINT),
    "n18": ("group-shared", HINT),
    "n19": ("isolation-level-missing", HINT),
    "n20": ("replication-two-with-all", HINT),
    "n21": ("latest-in-production", HINT),
    "n22": ("savepoint-in-tmp", WARNING),
    "n23": ("retention-below-savepoints", HINT),
    "n24": ("not-in-flink-version", HINT),
}


@pytest.mark.parametrize("path", [path for path in FLINK if ".bad." in path.name], ids=lambda path: path.name)
def test_a_mistake_is_reported_and_nothing_beside_it(path):
    rule, severity = MISTAKES[path.name.split("-")[0]]
    found = check(path)
    assert {finding["code"] for finding in found} <= {rule, "yarn-per-job-removed"}, found
    assert any(finding["code"] == rule and finding["severity"] == severity for finding in found), found


HEAD = 'version: "1.0"\nenvironment: production\n'
S3 = "checkpoints:\n  cp:\n    type: s3\n    bucket: acme-flink-checkpoints\n    retention: {externalized: retain_on_cancellation, max_checkpoints: 3}\n"
KAFKA = "streams:\n  orders:\n    type: kafka\n    topic: orders\n    brokers: b1.kafka.internal:9093\n"
SOUND = {
    "read_uncommitted on a topic that nobody writes in transactions": S3
    + "    checkpoint: {interval: 60s, mode: exactly_once, min_pause: 30s}\n" + KAFKA
    + "    direction: source\n    consumer: {group_id: g, isolation_level: read_uncommitted}\n",
    "six replicas of a stretch cluster": "checkpoints:\n  cp:\n    type: hdfs\n    path: hdfs://nameservice1/cp\n    hdfs: {replication: 6}\n"
    "    checkpoint: {interval: 60s, min_pause: 30s}\n    retention: {externalized: retain_on_cancellation, max_checkpoints: 3}\n",
    "parts of 4mb, which Hadoop raises": S3 + "    checkpoint: {interval: 60s, min_pause: 30s}\n    s3: {multipart_upload_part_size: 4mb}\n",
    "a Kubernetes secret given as a variable": "secrets:\n  kafka: {provider: env, variable: KAFKA_PASSWORD}\n" + KAFKA
    + "    properties: {security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, sasl.jaas.config: 'secret://kafka'}\n",
    "an internal load balancer": "deployment:\n  type: kubernetes\n  namespace: flink\n  service: {type: LoadBalancer}\n",
    "a pause longer than the interval": S3 + "    checkpoint: {interval: 60s, min_pause: 90s}\n",
    "database 20 of a Redis with more than sixteen": "lookups:\n  a: {type: redis, uri: 'rediss://r.internal:6379', database: 20}\n",
    "plain text inside a service mesh": KAFKA + "    properties: {security.protocol: PLAINTEXT}\n",
    "a pause of nothing": S3 + "    checkpoint: {interval: 60s, min_pause: 0s, alignment: {timeout: 0s}}\n",
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_choice_gets_hints_at_most(name, tmp_path):
    path = tmp_path / "a.infra"
    path.write_text(HEAD + SOUND[name])
    found = check(path, "--no-env")
    assert all(finding["severity"] >= HINT for finding in found), found


# What each document gives: the rule, its severity and its line. All else but these is not said.
TOOLCHAIN = {
    "a01-advice-after.infra": None,  # the documented dialect, to which nothing of the other may be advised
    "a01-advice-before.infra": [],
    "a02-env-default-number-in-text-field-current.infra": [],
    "a02-env-default-number-in-text-field.infra": [("secret-literal-development", HINT, 5)],
    "a08-environment-dev.infra": [],
    "a09-anchors-in-a-section-of-their-own.infra": [],
    "a10-brokers-with-a-scheme.infra": [("kafka-brokers-form", HINT, 4)],
    "a12-units-that-do-not-stop-a-build.infra": [("toolchain-heap-unit", ERROR, 6), ("toolchain-duration-unit", ERROR, 7)],
    "a13-secret-advice.infra": [("secret-literal", ERROR, 8)],
    "a14-extends-in-older-dialect/base.infra": [],
    "a14-extends-in-older-dialect/production.infra": [("other-dialect", HINT, 3)],
    "a15-typing-error-in-resources.infra": [("field-unknown", WARNING, 6), ("field-unknown", WARNING, 7)],
    "b01-required-text-empty.infra": [("required-field-empty", ERROR, line) for line in (9, 12, 13)],
    "b01-required-text-empty-current.infra": None,
    "b02-empty-block.infra": [("toolchain-empty-block", ERROR, 3), ("toolchain-empty-block", ERROR, 4)],
    "b03-streams-without-kafka.infra": [("toolchain-cluster-missing", WARNING, 1), ("header-missing", HINT, 1)],
    "b04-two-documents.infra": [("toolchain-several-documents", ERROR, 5)],
    "b06-units-of-the-calendar.infra": [("toolchain-duration-unit", ERROR, line) for line in (8, 10, 12, 16)],
    "b08-known-value-is-wrong/current.infra": None,
    "b08-known-value-is-wrong/older.infra": [("enum-unknown-value", ERROR, 5)],
    "b09-reference-in-place-of-a-block.infra": [("env-unresolved", WARNING, 3), ("env-unresolved", WARNING, 4)],
    "b18-infra-yaml-is-passed-over/w.infra.yaml": [("field-unknown", WARNING, 5)],
}
# What the schema says of values that stand in no known list belongs to the comparison of schema and check.
OF_THE_SCHEMA = {"b12-version-form.infra", "b17-tolerations.infra"}
DOCUMENTS = sorted(str(path.relative_to(INPUTS / "toolchain")) for path in (INPUTS / "toolchain").rglob("*.infra*") if path.is_file())


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if TOOLCHAIN.get(name) is not None])
def test_a_document_of_the_toolchain_gives_what_its_code_does_with_it(name):
    assert said(check(INPUTS / "toolchain" / name)) == TOOLCHAIN[name]


def test_each_document_of_the_toolchain_has_an_answer():
    assert set(DOCUMENTS) == TOOLCHAIN.keys() | OF_THE_SCHEMA


def test_nothing_of_the_documented_dialect_is_said_to_be_wrong_where_the_value_is():
    assert [entry for entry in said(check(INPUTS / "toolchain/a01-advice-after.infra")) if entry[1] < HINT] == []
    empty = said(check(INPUTS / "toolchain/b01-required-text-empty-current.infra"))
    assert {line for _, severity, line in empty if severity == ERROR}, empty
    known = said(check(INPUTS / "toolchain/b08-known-value-is-wrong/current.infra"))
    assert {line for _, severity, line in known if severity == ERROR} == {8, 9, 10}, known


def test_a_reference_in_place_of_a_block_is_an_error_whatever_its_value():
    found = said(check(INPUTS / "toolchain/b09-reference-in-place-of-a-block.infra", "--no-env"))
    assert found == [("wrong-kind", ERROR, 3), ("wrong-kind", ERROR, 4)]


def test_a_folder_has_all_names_of_documents():
    assert said(check(INPUTS / "toolchain/b18-infra-yaml-is-passed-over")) == [("field-unknown", WARNING, 5)]


DEVELOPMENT = 'version: "1.0"\nenvironment: development\n'
BROKERS = "kafka: {brokers: 'b:9092'}\n"
# The toolchain takes these, or reads another thing than is written; what is said of each is the lines with errors, and no others.
SMALL = {
    "digits are seconds for a delay": (BROKERS + "resources: {restart_strategy: {attempts: 3, delay: '5'}}\n", []),
    "a default is always text": (BROKERS + "mongodb: {uri: 'mongodb://m:1'}\npersistence: {s: {database: d, collection: c, flush_interval: '${F:-7}'}}\n", []),
    "a section without entries needs no cluster": ("calendar: {name: x}\nstreams: {}\npersistence: {}\n", []),
    "a space before the unit": (BROKERS + "resources: {heap_memory: '4 g'}\n", []),
    "a number with the tag of text": (BROKERS + "streams: {a: {topic: !!str 5}}\n", []),
    "providers of Kafka's configuration": (BROKERS + "streams: {a: {topic: t, properties: {p: '${file:/etc/k.properties:key}', q: '${vault:kv/a:b}'}}}\n", []),
    "Kerberos is the default mechanism": ("kafka: {brokers: 'b:9092', security_protocol: SASL_SSL}\n", []),
    "a bare number of megabytes": (BROKERS + "resources: {heap_memory: 4096}\n", [4]),
    "streams without a cluster": ("persistence: {}\nstreams: {a: {topic: t}}\n", [4]),
    "a tag that nobody knows": (BROKERS + "streams: {a: {topic: !env TOPIC}}\n", [4]),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_small_document_of_the_toolchain(name, tmp_path):
    text, lines = SMALL[name]
    found = said(check(project(tmp_path, DEVELOPMENT + text), "--no-env"))
    assert sorted({line for _, severity, line in found if severity == ERROR}) == lines, found
    assert all(severity in (ERROR, HINT) for _, severity, _ in found), found


# What the parser refuses or reads otherwise, by the row of its list that says so, with everything that is said of it.
ROWS = {
    "b10: a secret is text like any other": (BROKERS + "streams: {a: {topic: 'secret://topics/a'}}\n", [("toolchain-secret-reference", WARNING, 4)]),
    "b11: words that YAML 1.1 takes for booleans": (BROKERS + "streams: {a: {topic: yes, consumer_group: no}}\n", 2 * [("toolchain-yaml11-scalar", WARNING, 4)]),
    "b11: a number with a leading zero": (BROKERS + "streams: {a: {topic: t, parallelism: 010}}\n", [("toolchain-yaml11-scalar", WARNING, 4)]),
    "b11: a number that is text": (BROKERS + "streams: {a: {topic: t, parallelism: 0o10}}\n", [("toolchain-yaml11-scalar", WARNING, 4)]),
    "b11: a date": (BROKERS + "streams: {a: {topic: 2026-01-01}}\n", [("toolchain-yaml11-scalar", WARNING, 4)]),
    "b19: both dialects": (
        BROKERS + "streams: {a: {topic: t, type: kafka}}\ncheckpoints: {m: {type: s3, bucket: state}}\n",
        [("other-dialect", HINT, 4)],
    ),
}


def project(folder: pathlib.Path, text: str) -> pathlib.Path:
    """A document in a project that says its dialect."""
    (folder / "nexflow.toml").write_text('[infra]\ndialect = "toolchain"\n')
    path = folder / "a.infra"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ROWS)
def test_a_row_about_the_parser_is_said(name, tmp_path):
    text, expected = ROWS[name]
    assert said(check(project(tmp_path, DEVELOPMENT + text), "--no-env")) == expected


@pytest.mark.parametrize("text", ["", "\n\n", "# Nothing but\n# comments\n", "---\n", "---\n...\n"])
def test_a_document_without_anything_is_refused_where_the_dialect_is_the_toolchains(text, tmp_path):
    """b15: the parser stops with "Empty configuration file". Where no dialect is said, an empty file is one that is being begun."""
    path = project(tmp_path, text)
    found = check(path, "--no-env")
    assert said(found) == [("toolchain-empty-block", ERROR, 1)]
    assert "Empty configuration file" in found[0]["message"]
    (tmp_path / "nexflow.toml").unlink()
    assert check(path, "--no-env") == []
