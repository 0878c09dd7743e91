"""What the parser and the resolver of the Nexflow toolchain take of an L5 document, restated from their sources: keys, words, units.

`refusals` says why they stop at a document; `documents` makes documents of the dialect with slips of the kinds that people make, in
the shapes of the toolchain's examples and of the inputs of its own tests."""

import random
import re

import yaml

MS = ("ms", "s", "m")
# Amounts that code of the toolchain reads, with the units that it knows; digits alone are seconds or megabytes.
UNITS = {
    ("resources", "checkpoint_interval"): MS,
    ("resources", "restart_strategy", "delay"): MS,
    ("calendar", "timeout"): MS,
    ("calendar", "cache", "ttl"): (*MS, "h"),
    ("calendar", "fallback", "max_stale"): ("s", "m", "h", "d"),
    ("persistence", "*", "flush_interval"): MS,
    ("resources", "heap_memory"): ("g", "m"),
}
# Closed sets of words; case does not matter.
WORDS = {
    ("kafka", "security_protocol"): {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"},
    ("kafka", "sasl_mechanism"): {"plain", "scram-sha-256", "scram-sha-512", "gssapi"},
    ("streams", "*", "start_offset"): {"earliest", "latest", "timestamp"},
    ("persistence", "*", "write_concern"): {"acknowledged", "majority", "unacknowledged"},
    ("calendar", "fallback", "strategy"): {"last_known", "fail_fast", "default_today"},
}
MAY_BE_EMPTY = {("kafka", "sasl_mechanism")}
REQUIRED = {
    ("kafka",): ["brokers"],
    ("mongodb",): ["uri"],
    ("calendar",): ["name"],
    ("streams", "*"): ["topic"],
    ("persistence", "*"): ["database", "collection"],
}
# Mappings whose keys the code asks for; anything else in their place stops it.
BLOCKS = [("kafka",), ("mongodb",), ("calendar",), ("calendar", "cache"), ("calendar", "fallback"), ("streams",), ("streams", "*"),
          ("persistence",), ("persistence", "*"), ("resources",), ("resources", "restart_strategy")]
KEYS = {
    (): {"version", "environment", "kafka", "mongodb", "calendar", "streams", "persistence", "resources"},
    ("kafka",): {"brokers", "security_protocol", "sasl_mechanism", "sasl_username", "sasl_password", "ssl_truststore_location",
                 "ssl_truststore_password", "properties"},
    ("mongodb",): {"uri", "auth_source", "auth_mechanism", "tls_enabled", "tls_ca_file", "properties"},
    ("calendar",): {"name", "service", "endpoint", "cache", "fallback", "timeout", "retry_attempts", "properties"},
    ("calendar", "cache"): {"ttl", "refresh_on_phase"},
    ("calendar", "fallback"): {"strategy", "max_stale", "alert_channel"},
    ("streams", "*"): {"topic", "parallelism", "consumer_group", "start_offset", "timestamp_field", "properties"},
    ("persistence", "*"): {"database", "collection", "batch_size", "flush_interval", "parallelism", "write_concern", "ordered",
                           "upsert_key", "properties"},
    ("resources",): {"job_parallelism", "task_slots", "heap_memory", "managed_memory", "checkpoint_interval", "checkpoint_storage",
                     "checkpoint_mode", "state_backend", "restart_strategy"},
    ("resources", "restart_strategy"): {"type", "attempts", "delay"},
}


def substituted(value):
    """References replaced by their defaults; no variable is set. What comes out is always text."""
    if isinstance(value, str):
        return re.sub(r"\$\{([^}:]+)(?::-([^}]*))?\}", lambda found: found[0] if found[2] is None else found[2], value)
    if isinstance(value, dict):
        return {key: substituted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [substituted(inner) for inner in value]
    return value


def is_open(value):
    """A reference that nothing gives a value: nobody knows what it will be."""
    return isinstance(value, str) and "${" in value


def reads(units, value):
    """Whether code reads an amount: text, the first of the units that it ends in, and digits before that."""
    if not isinstance(value, str):
        return False
    text = value.strip().lower()
    unit = next((unit for unit in units if text.endswith(unit)), "")
    return re.fullmatch(r"\s*[0-9]+\s*", text[: len(text) - len(unit)]) is not None


def places(node, pattern, path=()):
    """The values at a pattern of keys, in which a star stands for any name, with their paths."""
    if not pattern:
        yield path, node
    elif isinstance(node, dict):
        for key, inner in node.items():
            if pattern[0] in ("*", key):
                yield from places(inner, pattern[1:], (*path, key))


def refusals(text):
    """Why the toolchain stops at a document; nothing where it takes it."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"YAML: {str(error).splitlines()[0]}"]
    if not document or not isinstance(document, dict):
        return ["no mapping"]
    document = substituted(document)
    why = [f"{path} is no block" for pattern in BLOCKS for path, node in places(document, pattern) if not isinstance(node, dict)]
    for pattern, keys in REQUIRED.items():
        for path, entry in places(document, pattern):
            if isinstance(entry, dict):
                why += [f"{path} lacks {key}" for key in keys if not entry.get(key)]
    for pattern, words in WORDS.items():
        for path, value in places(document, pattern):
            if not (pattern in MAY_BE_EMPTY and not value) and not is_open(value):
                if not isinstance(value, str) or value.lower() not in words:
                    why.append(f"{path}: {value!r}")
    for pattern, units in UNITS.items():
        why += [f"{path}: {value!r}" for path, value in places(document, pattern) if not is_open(value) and not reads(units, value)]
    for user, cluster in (("streams", "kafka"), ("persistence", "mongodb")):
        if document.get(user) and cluster not in document:
            why.append(f"{user} without {cluster}")
    return why


AMOUNTS = ["500ms", "30s", "5m", "1h", "2d", "'60'", "60", "10 minutes", "90 S", "' 5s '", "1.5h", "4g", "soon", "PT1M", "${D:-30s}",
           "${D:-1h}", "-5s", "0s", "1h30m"]
SIZES = ["4g", "4gb", "2048m", "2048mb", "'4096'", "4096", "1t", "512k", "'4 g'", "${H:-2g}", "1.5g", "4G"]
TEXTS = ["plain", "'quoted'", "${VALUE}", "${VALUE:-fallback}", "${VALUE:-7}", "a b", "x-1"]
VALUES = {
    ("kafka", "brokers"): ["b:9092", "b1:9092,b2:9092", "${BROKERS:-b:9092}", "PLAINTEXT://b:9092", "${BROKERS}", "localhost:9092"],
    ("kafka", "security_protocol"): ["PLAINTEXT", "sasl_ssl", "SASL_SSL", "SSL", "SASLSSL", "Sasl_Plaintext", "${P:-SSL}", "${P:-TLS}"],
    ("kafka", "sasl_mechanism"): ["PLAIN", "plain", "SCRAM-SHA-256", "SCRAM", "GSSAPI", "OAUTHBEARER"],
    ("kafka", "sasl_password"): ["${KAFKA_PASSWORD}", "secret://kafka/password", "hunter2hunter2"],
    ("mongodb", "uri"): ["mongodb://m:27017", "mongodb+srv://c.example.com", "${MONGO_URI}", "${MONGO_URI:-mongodb://localhost:27017}"],
    ("mongodb", "tls_enabled"): ["true", "false", "yes"],
    ("calendar", "endpoint"): ["https://calendar.internal/v1", "${URL:-http://calendar:8080}"],
    ("calendar", "retry_attempts"): ["3", "0"],
    ("calendar", "cache", "refresh_on_phase"): ["true", "false"],
    ("calendar", "fallback", "strategy"): ["last_known", "fail_fast", "default_today", "LAST_KNOWN", "last-known", "none"],
    ("streams", "*", "topic"): ["orders", "shop.orders.v2", "${T:-7}", "${TOPIC}", "${T:-orders}"],
    ("streams", "*", "parallelism"): ["4", "1"],
    ("streams", "*", "start_offset"): ["earliest", "latest", "timestamp", "EARLIEST", "erliest", "committed", "${O:-latest}"],
    ("persistence", "*", "batch_size"): ["100", "500"],
    ("persistence", "*", "parallelism"): ["2"],
    ("persistence", "*", "write_concern"): ["majority", "acknowledged", "unacknowledged", "MAJORITY", "w1", "majorty"],
    ("persistence", "*", "ordered"): ["true", "false"],
    ("persistence", "*", "upsert_key"): ["order_id", "[order_id, version]", "[order_id]"],
    ("resources", "job_parallelism"): ["2", "16"],
    ("resources", "task_slots"): ["1", "4"],
    ("resources", "heap_memory"): SIZES,
    ("resources", "managed_memory"): ["0.4", "0.3"],
    ("resources", "checkpoint_storage"): ["s3://shop-flink/checkpoints", "file:///tmp/cp", "${CP}"],
    ("resources", "checkpoint_mode"): ["exactly_once", "at_least_once"],
    ("resources", "state_backend"): ["rocksdb", "hashmap"],
    ("resources", "restart_strategy", "type"): ["fixed-delay", "none"],
    ("resources", "restart_strategy", "attempts"): ["3"],
}
PROPERTIES = ["{request.timeout.ms: 30000, client.rack: eu-1a}", "{compression.type: lz4}", "{ssl.password: '${file:/etc/k:key}'}", "{}"]
NAMES = ["orders", "bills", "input_orders", "scored", "audit_store", "carts"]
# Slips in the names of keys.
SLIPS = {"security_protocol": "secruity_protocol", "job_parallelism": "job_paralelism", "flush_interval": "flush_intervall",
         "consumer_group": "consumergroup", "start_offset": "startOffset", "heap_memory": "heap_memori"}


class Maker:
    def __init__(self, rng):
        self.rng = rng
        self.slippery = rng.random() < 0.7

    def chance(self, share):
        return self.rng.random() < share

    def value(self, pattern):
        if pattern in UNITS:
            pool = VALUES.get(pattern, AMOUNTS)
        elif pattern[-1] == "properties":
            pool = PROPERTIES
        else:
            pool = VALUES.get(pattern, TEXTS)
        value = self.rng.choice(pool)
        if not self.slippery:
            for _ in range(20):
                amount = value.strip("'")
                good = reads(UNITS[pattern], substituted(amount)) and value not in ("60", "4096") if pattern in UNITS else True
                good = good and (pattern not in WORDS or substituted(value).lower() in WORDS[pattern])
                if good:
                    break
                value = self.rng.choice(pool)
        return value

    def block(self, pattern, indent, share):
        """The lines of a block: what it needs, and a part of what it may have."""
        lines = []
        needed = REQUIRED.get(pattern, [])
        others = sorted(KEYS[pattern] - set(needed))
        self.rng.shuffle(others)
        for key in [*needed, *others]:
            inner = (*pattern, key)
            if key in needed:
                if self.slippery and self.chance(0.03):
                    continue
            elif not self.chance(share):
                continue
            shown = SLIPS[key] if self.slippery and key in SLIPS and self.chance(0.05) else key
            if inner in KEYS:
                if self.slippery and self.chance(0.05):
                    lines.append(f"{indent}{shown}:")
                    continue
                inside = self.block(inner, indent + "  ", 0.6)
                if inside:
                    lines += [f"{indent}{shown}:", *inside]
                continue
            value = self.value(inner)
            if self.slippery and self.chance(0.02):
                value = self.rng.choice(["''", "!env X", "[1, 2]", "~"]) if key not in needed else self.rng.choice(["''", "!env X"])
            lines.append(f"{indent}{shown}: {value}")
        return lines

    def document(self):
        lines = []
        if self.chance(0.8):
            lines += ["version: '1.0'", f"environment: {self.rng.choice(['local', 'dev', 'production', 'qa', 'prod', 'default'])}"]
        sections = [section for section in ("kafka", "mongodb", "calendar") if self.chance({"kafka": 0.95, "mongodb": 0.6, "calendar": 0.4}[section])]
        if not sections:
            sections = ["kafka"]
        for section in sections:
            lines += [f"{section}:", *self.block((section,), "  ", 0.35)]
            if lines[-1] == f"{section}:":
                lines.pop()
        for section in ("streams", "persistence"):
            cluster = {"streams": "kafka", "persistence": "mongodb"}[section]
            if not self.chance(0.7) or (cluster not in sections and not self.slippery):
                continue
            if self.slippery and self.chance(0.03):
                lines.append(f"{section}:{self.rng.choice(['', ' {}'])}")
                continue
            lines.append(f"{section}:")
            for name in self.rng.sample(NAMES, self.rng.randint(1, 3)):
                inside = self.block((section, "*"), "    ", 0.35)
                lines += [f"  {name}:", *inside]
                if section == "streams" and self.chance(0.05):
                    lines.append("    type: kafka")
        if self.chance(0.7):
            inside = self.block(("resources",), "  ", 0.45)
            lines += ["resources:", *inside] if inside else []
        if self.chance(0.08):
            lines += ["checkpoints:", "  c: {type: s3, bucket: My_Bucket}"]
        if self.chance(0.03):
            lines.insert(0, "extends: base.infra" if self.slippery else "# the local environment")
        if self.slippery and self.chance(0.03):
            lines += ["---", "kafka: {brokers: 'b:9092'}"]
        return "\n".join(lines) + "\n"


# In the shape of the toolchain's example (`src/infra/local.infra`) and of the inputs of its own tests.
SHAPES = [
    "version: \"1.0\"\nenvironment: local\n\nkafka:\n  brokers: localhost:9092\n  security_protocol: PLAINTEXT\n\nstreams:\n"
    "  input_orders:\n    topic: shop.orders\n    parallelism: 2\n    consumer_group: order-pipeline\n    start_offset: earliest\n"
    "  processed:\n    topic: shop.processed\n    parallelism: 2\n\nresources:\n  job_parallelism: 2\n  task_slots: 2\n  heap_memory: 2g\n"
    "  checkpoint_interval: 60s\n  checkpoint_storage: file:///tmp/checkpoints\n  state_backend: hashmap\n"
    "  restart_strategy:\n    type: fixed-delay\n    attempts: 3\n    delay: 10s\n",
    "kafka:\n  brokers: ${KAFKA_BROKERS:-localhost:9092}\nstreams:\n  events:\n    topic: ${TOPIC_PREFIX:-dev}.events\n",
    "version: '1.0'\nkafka:\n  brokers: b:9092\n  security_protocol: SASL_SSL\n  sasl_mechanism: SCRAM-SHA-512\n  sasl_username: u\n"
    "  sasl_password: ${PW}\n  ssl_truststore_location: /etc/t.jks\n  properties:\n    acks: all\n    retries: 3\n",
    "mongodb:\n  uri: mongodb://m:27017\n  auth_source: admin\n  tls_enabled: true\npersistence:\n  store:\n    database: d\n    collection: c\n"
    "    batch_size: 50\n    flush_interval: 500ms\n    write_concern: majority\n    upsert_key:\n      - id\n      - version\n",
    "streams:\n  a:\n    topic: t\n",
    "persistence:\n  a:\n    database: d\n    collection: c\n",
    "kafka:\n  security_protocol: PLAINTEXT\n",
    "kafka:\n  brokers: b:9092\nstreams:\n  a:\n    parallelism: 2\n",
    "calendar:\n  name: trading\n  service: calendar-service\n  cache:\n    ttl: 300s\n    refresh_on_phase: true\n  fallback:\n"
    "    strategy: last_known\n    max_stale: 1h\n    alert_channel: ops\n  timeout: 5s\n  retry_attempts: 3\n",
]


def documents(seed, count):
    rng = random.Random(seed)
    yield from SHAPES
    for _ in range(count - len(SHAPES)):
        yield Maker(rng).document()
