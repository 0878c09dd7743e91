"""What the sections beside state backends and checkpoints become, restated option by option from the documentation of Flink and Kafka:
for each option the places that can give it, the one that wins first. `expected` gives the options of each group of a document."""

import re

SIZES = {"": 1, "b": 1, "kb": 1 << 10, "k": 1 << 10, "mb": 1 << 20, "m": 1 << 20, "gb": 1 << 30, "g": 1 << 30, "tb": 1 << 40}


def text(value, _=1):
    return value.strip()


def number_of_bytes(value):
    found = re.fullmatch(r"(\d+) *([a-z]*)", value.strip().lower())
    return int(found[1]) * SIZES[found[2]] if found and found[2] in SIZES else None


def size(value, _=1):
    return None if number_of_bytes(value) is None else "0 bytes" if value.strip() == "0" else value.strip().lower().replace(" ", "")


def size_of_slots(value, slots):
    """What is given for one slot, for the process that has them all."""
    if slots == 1 or size(value) is None:
        return size(value)
    amount = number_of_bytes(value) * slots
    unit, worth = next((unit, worth) for unit, worth in (("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10), ("b", 1)) if amount % worth == 0)
    return f"{amount // worth}{unit}"


def cpu_of_slots(value, slots):
    return f"{float(value) * slots:g}"


def share(value, _=1):
    if value.endswith("%"):
        return f"{float(value[:-1]) / 100:g}"
    return value if re.fullmatch(r"[01]?\.\d+|[01]", value) else None


def duration(value, _=1):
    found = re.fullmatch(r"(\d+)(ms|s|m|h|d)", value)
    return found and f"{found[1]} {'min' if found[2] == 'm' else found[2]}"


def milliseconds(value, _=1):
    found = re.fullmatch(r"(\d+)(ms|s|m|h)", value)
    return found and str(int(found[1]) * {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}[found[2]])


def words(separator):
    return lambda value, _=1: separator.join(item.strip() for item in ([value] if isinstance(value, str) else value))


WORKERS, MASTER, DEPLOY, METRICS = "resources._task_managers.", "resources._job_manager.", "deployment.", "monitoring.metrics."
KUBERNETES, YARN, STANDALONE = ("deployment.type", "kubernetes"), ("deployment.type", "yarn"), ("deployment.type", "standalone")
HIGHLY_AVAILABLE = ("deployment.ha.enabled", "true", None)
ZOOKEEPER = ("deployment.ha.type", "zookeeper", None)
KERBEROS = ("deployment.kerberos.enabled", "true", None)
PROMETHEUS = ("monitoring.metrics.type", "prometheus")
BELOW_2 = ("1.17", "1.18", "1.19", "1.20")
BELOW_1_20 = ("1.17", "1.18", "1.19")
SINCE_1_20 = ("1.20", "2.0", "2.1", "2.2", "2.3")

# Option: where it may come from (path, spelling, what else must hold), the strongest first. Paths without a section are of a process.
OPTIONS = {
    "parallelism.default": [("parallelism", text), ("parallelism.initial", text)],
    "pipeline.max-parallelism": [("max_parallelism", text)],
    "taskmanager.memory.process.size": [
        (WORKERS + "memory", size), (WORKERS + "memory.total", size), (DEPLOY + "task_manager.resources.memory", size),
        (DEPLOY + "container.memory", size, YARN), ("task_memory", size_of_slots)],
    "taskmanager.cpu.cores": [(WORKERS + "cpu", text), ("task_cpu", cpu_of_slots)],
    "taskmanager.numberOfTaskSlots": [(WORKERS + "slots_per_manager", text), (WORKERS + "auto_size.slots_per_manager", text)],
    "taskmanager.memory.managed.size": [
        (WORKERS + "memory.flink.managed", size), ("memory.managed", size_of_slots), ("managed_memory", size_of_slots)],
    "taskmanager.memory.managed.fraction": [("memory.managed", share)],
    "taskmanager.memory.network.fraction": [("memory.network", share)],
    "taskmanager.memory.network.min": [
        ("memory.network", size_of_slots), (WORKERS + "memory.flink.network", size), ("network_memory", size_of_slots), ("memory.network_min", size)],
    "taskmanager.memory.network.max": [
        ("memory.network", size_of_slots), (WORKERS + "memory.flink.network", size), ("network_memory", size_of_slots), ("memory.network_max", size)],
    "taskmanager.memory.task.heap.size": [(WORKERS + "memory.flink.heap", size), ("memory.heap", size_of_slots)],
    "taskmanager.memory.task.off-heap.size": [(WORKERS + "memory.flink.task_off_heap", size), ("memory.task_off_heap", size_of_slots)],
    "taskmanager.memory.framework.heap.size": [(WORKERS + "memory.flink.framework", size), ("memory.framework_heap", size)],
    "taskmanager.memory.framework.off-heap.size": [("memory.framework_off_heap", size)],
    "taskmanager.memory.jvm-metaspace.size": [(WORKERS + "memory.jvm_metaspace", size), ("jvm.metaspace", size)],
    "taskmanager.memory.jvm-overhead.min": [(WORKERS + "memory.jvm_overhead", size)],
    "taskmanager.memory.jvm-overhead.max": [(WORKERS + "memory.jvm_overhead", size)],
    "env.java.opts.taskmanager": [("jvm.options", words(" "))],
    "taskmanager.network.memory.buffers-per-channel": [
        ("network.buffers_per_channel", text, BELOW_2), ("network.exclusive_buffers_per_channel", text, BELOW_2)],
    "taskmanager.network.memory.floating-buffers-per-gate": [("network.floating_buffers_per_gate", text, BELOW_2)],
    "taskmanager.memory.segment-size": [("network.memory_segment_size", size), ("network.buffer_size", size)],
    "execution.buffer-timeout.interval": [("network.buffer_timeout", duration)],
    "taskmanager.network.memory.buffer-debloat.enabled": [("backpressure.buffer_debloat.enabled", text)],
    "taskmanager.network.memory.buffer-debloat.target": [("backpressure.buffer_debloat.target", duration)],
    "jobmanager.memory.process.size": [
        (MASTER + "memory", size), (DEPLOY + "job_manager.resources.memory", size), (DEPLOY + "application_master.memory", size, YARN)],
    "kubernetes.jobmanager.cpu.amount": [(MASTER + "cpu", text), (DEPLOY + "job_manager.resources.cpu", text, KUBERNETES)],
    "kubernetes.taskmanager.cpu.amount": [(DEPLOY + "task_manager.resources.cpu", text, KUBERNETES)],
    "high-availability.type": [(MASTER + "ha.type", text), (DEPLOY + "ha.type", text, HIGHLY_AVAILABLE)],
    "high-availability.storageDir": [(MASTER + "ha.storage_dir", text), (DEPLOY + "ha.storage_dir", text, HIGHLY_AVAILABLE)],
    "high-availability.zookeeper.quorum": [
        (MASTER + "ha.zookeeper_quorum", text, (MASTER + "ha.type", "zookeeper", None)),
        (DEPLOY + "ha.zookeeper.quorum", text, HIGHLY_AVAILABLE, ZOOKEEPER)],
    "high-availability.zookeeper.path.root": [(DEPLOY + "ha.zookeeper.root_path", text, HIGHLY_AVAILABLE, ZOOKEEPER)],
    "rest.port": [(MASTER + "web.port", text), (DEPLOY + "service.rest_port", text), (DEPLOY + "cluster.job_manager.web_port", text, STANDALONE)],
    "web.submit.enable": [(MASTER + "web.submit_enable", text)],
    "blob.server.port": [(DEPLOY + "service.blob_port", text)],
    "kubernetes.namespace": [(DEPLOY + "namespace", text, KUBERNETES)],
    "kubernetes.service-account": [(DEPLOY + "service_account", text, KUBERNETES)],
    "kubernetes.context": [(DEPLOY + "kubernetes.context", text, KUBERNETES)],
    "kubernetes.config.file": [(DEPLOY + "kubernetes.config_file", text, KUBERNETES)],
    "kubernetes.container.image.pull-policy": [(DEPLOY + "image.pull_policy", text, KUBERNETES)],
    "kubernetes.container.image.pull-secrets": [(DEPLOY + "image.pull_secrets", words(";"), KUBERNETES)],
    "kubernetes.pod-template-file.default": [(DEPLOY + "native.pod_template_file", text, KUBERNETES)],
    "kubernetes.rest-service.exposed.type": [(DEPLOY + "service.type", text, KUBERNETES)],
    "yarn.application.queue": [(DEPLOY + "queue", text, YARN)],
    "yarn.application.name": [(DEPLOY + "application.name", text, YARN)],
    "yarn.appmaster.vcores": [(DEPLOY + "application_master.vcores", text, YARN)],
    "yarn.containers.vcores": [(DEPLOY + "container.vcores", text, YARN)],
    "security.kerberos.login.principal": [(DEPLOY + "kerberos.principal", text, KERBEROS)],
    "security.kerberos.login.keytab": [(DEPLOY + "kerberos.keytab", text, KERBEROS)],
    "security.ssl.internal.enabled": [(DEPLOY + "security.ssl.internal.enabled", text)],
    "security.ssl.internal.keystore": [(DEPLOY + "security.ssl.internal.keystore", text)],
    "security.ssl.internal.truststore": [(DEPLOY + "security.ssl.internal.truststore", text)],
    "security.ssl.rest.enabled": [(DEPLOY + "security.ssl.rest.enabled", text)],
    "jobmanager.rpc.address": [(DEPLOY + "cluster.job_manager.host", text, STANDALONE)],
    "jobmanager.rpc.port": [(DEPLOY + "cluster.job_manager.port", text, STANDALONE)],
    "metrics.reporter.prom.port": [(METRICS + "port", text, PROMETHEUS)],
    "state.savepoints.dir": [(DEPLOY + "savepoint.directory", text, BELOW_1_20)],
    "execution.checkpointing.savepoint-dir": [(DEPLOY + "savepoint.directory", text, SINCE_1_20)],
    "execution.savepoint.path": [(DEPLOY + "savepoint.restore.path", text, BELOW_1_20)],
    "execution.state-recovery.path": [(DEPLOY + "savepoint.restore.path", text, SINCE_1_20)],
    "execution.savepoint.ignore-unclaimed-state": [(DEPLOY + "savepoint.restore.allow_non_restored", text, BELOW_1_20)],
    "execution.state-recovery.ignore-unclaimed-state": [(DEPLOY + "savepoint.restore.allow_non_restored", text, SINCE_1_20)],
}
# Properties of Kafka's clients.
KAFKA = {
    "brokers": ("bootstrap.servers", text),
    "consumer.group_id": ("group.id", text),
    "consumer.auto_offset_reset": ("auto.offset.reset", text),
    "consumer.max_poll_records": ("max.poll.records", text),
    "consumer.isolation_level": ("isolation.level", text),
    "consumer.fetch_min_bytes": ("fetch.min.bytes", text),
    "consumer.fetch_max_wait": ("fetch.max.wait.ms", milliseconds),
    "producer.acks": ("acks", text),
    "producer.retries": ("retries", text),
    "producer.batch_size": ("batch.size", text),
    "producer.linger_ms": ("linger.ms", text),
    "producer.compression": ("compression.type", text),
    "producer.idempotence": ("enable.idempotence", text),
    "producer.buffer_memory": ("buffer.memory", text),
    "schema_registry.url": ("schema.registry.url", text),
}


def leaves(value, path=""):
    """The values of a block by their paths; lists are values."""
    if not isinstance(value, dict):
        return {path: value}
    return {at: leaf for key, below in value.items() for at, leaf in leaves(below, f"{path}.{key}" if path else key).items()}


def taken_over(own, *further):
    """The fields of an entry, and those of others that say nothing about the same place."""
    found = dict(own)
    for other in further:
        known = list(found)
        for path, value in other.items():
            if not any(path == at or path.startswith(at + ".") or at.startswith(path + ".") for at in known):
                found[path] = value
    return found


def process(resources, name):
    own = leaves(resources[name])
    group = (resources.get("_groups") or {}).get(own.get("_group"), {})
    return taken_over(own, leaves(group), leaves(resources.get("_defaults") or {}))


def group_of(found, version, slots):
    """The options of a group out of its values by path."""

    def holds(condition):
        if condition[0] in BELOW_2 or condition[0] in SINCE_1_20:
            return version in condition
        path, *values = condition
        return found.get(path) in values

    options = {}
    for option, places in OPTIONS.items():
        for path, spelled, *conditions in places:
            value = found.get(path)
            if value is None or not all(map(holds, conditions)):
                continue
            if isinstance(value, list) and spelled not in LISTS:
                continue
            value = spelled(value, slots)
            if value is not None:
                options[(None, option)] = value
                break
    if found.get("monitoring.metrics.type") == "prometheus":
        options[(None, "metrics.reporter.prom.factory.class")] = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
    if found.get("deployment.type") == "kubernetes" and "deployment.image.repository" in found:
        tag = found.get("deployment.image.tag") or "latest"
        options[(None, "kubernetes.container.image.ref")] = f"{found['deployment.image.repository']}:{tag}"
    return options


LISTS = [spelled for places in OPTIONS.values() for _, spelled, *_ in places if spelled.__name__ == "<lambda>"]


def shared(document):
    resources = document.get("resources") or {}
    found = {}
    for key in ("_task_managers", "_job_manager"):
        found |= leaves(resources.get(key) or {}, f"resources.{key}")
    for section in ("deployment", "monitoring"):
        found |= leaves(document.get(section) or {}, section)
    return found


def clients(document):
    options = {}
    for name, stream in (document.get("streams") or {}).items():
        if not isinstance(stream, dict) or stream.get("type") != "kafka":
            continue
        found = leaves({key: value for key, value in stream.items() if key != "properties"})
        for path, (option, spelled) in KAFKA.items():
            if isinstance(found.get(path), str):
                options[(f"kafka {name}", option)] = spelled(found[path])
        for key, value in (stream.get("properties") or {}).items():
            options.setdefault((f"kafka {name}", key), value)
    return options


def expected(document, version):
    """Options by the process that they are of, `None` for what all share; in one group where there is one process at most and nothing to pair."""
    resources = document.get("resources") or {}
    names = [name for name, value in resources.items() if not name.startswith("_") and isinstance(value, dict)]
    workers = leaves(resources.get("_task_managers") or {})
    slots = int(workers.get("slots_per_manager") or workers.get("auto_size.slots_per_manager") or 1)
    entries = [[name for name, value in (document.get(section) or {}).items() if isinstance(value, dict)] for section in ("state_backends", "checkpoints")]
    if len(names) <= 1 and all(len(found) <= 1 for found in entries):
        found = shared(document)
        for name in names:
            found |= process(resources, name)
        return {None: group_of(found, version, slots) | clients(document)}
    groups = {name: group_of(process(resources, name), version, slots) for name in names}
    groups[None] = group_of(shared(document), version, 1) | clients(document)
    return groups
