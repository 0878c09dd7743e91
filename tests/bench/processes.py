#!/usr/bin/env python3
"""5,000 process files beside 5,000 documents: how long the index takes, how much memory it needs, and what a keystroke costs.

    tests/bench/processes.py [--program target/release/nexflow-lsp] [--files 5000]

Prints a line per figure, with and without the process files.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from wire import Wire  # noqa: E402

PROCESS = """process flow_{n}
    parallelism hint 4
    receive orders from orders_{n}
        schema order_v1
    enrich using customers_{n} on customer_id
    emit to accepted_{n}
    emit to rejected_{n}
    on error
        transform failure dead_letter lost_{n}
    end
    checkpoint every 1 minute to checkpoints_{n}
end
"""

DOCUMENT = """version: "1.0"
environment: staging
streams:
  orders_{n}: {{type: kafka, topic: orders-{n}, brokers: "b:9092"}}
  accepted_{n}: {{type: kafka, topic: accepted-{n}, brokers: "b:9092"}}
  rejected_{n}: {{type: kafka, topic: rejected-{n}, brokers: "b:9092"}}
lookups:
  customers_{n}: {{type: redis, uri: "rediss://r:6379", key_pattern: "c:{{id}}"}}
dead_letters:
  lost_{n}: {{type: kafka, topic: lost-{n}, brokers: "b:9092"}}
checkpoints:
  checkpoints_{n}: {{type: s3, bucket: some-bucket-{n}}}
resources:
  flow_{n}: {{parallelism: 4}}
"""


def resident(pid: int) -> float:
    """Memory of a process in MB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(program: str, folder: pathlib.Path, what: str) -> None:
    name = folder / "src/0/0.infra"
    text = name.read_text()
    with Wire(program=program) as server:
        capabilities = {"textDocument": {"diagnostic": {}}}
        server.initialize(capabilities, rootUri=folder.as_uri())
        begin = time.perf_counter()
        # Answered when the folders have been read.
        server.request("workspace/symbol", {"query": "orders_0"})
        index = time.perf_counter() - begin
        server.open(name.as_uri(), text)
        pull = {"textDocument": {"uri": name.as_uri()}}
        found = server.request("textDocument/diagnostic", pull)["result"]["items"]
        assert not [one for one in found if one["code"].startswith("process-")], found
        times = []
        for version in range(2, 202):
            at = {"line": 3, "character": 30}
            change = {"range": {"start": at, "end": at}, "text": "x"}
            begin = time.perf_counter()
            server.change(name.as_uri(), version, change)
            server.request("textDocument/diagnostic", pull)
            times.append(time.perf_counter() - begin)
        keystroke = statistics.median(times) * 1000
        print(f"{what}: index {index:.2f} s, {resident(server.process.pid):.0f} MB, keystroke {keystroke:.2f} ms (median of 200)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=str(ROOT / "target/release/nexflow-lsp"))
    parser.add_argument("--files", type=int, default=5000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "nexflow.toml").write_text("")
        for n in range(arguments.files):
            part = folder / f"src/{n // 100}"
            part.mkdir(parents=True, exist_ok=True)
            (part / f"{n}.infra").write_text(DOCUMENT.format(n=n))
        measure(arguments.program, folder, f"{arguments.files} documents")
        for n in range(arguments.files):
            (folder / f"src/{n // 100}/{n}.proc").write_text(PROCESS.format(n=n))
        measure(arguments.program, folder, f"and {arguments.files} process files")


if __name__ == "__main__":
    main()
