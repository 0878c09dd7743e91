"""Renders documents for each release of Flink and has that release load them; see `tests/truth/rendered`."""
import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import flink

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULTS = HERE / "rendered.json"
# Options whose names the user chooses a part of, and those that a plug-in reads.
OPEN = re.compile(r"^(metrics\.(reporter|scope)|kubernetes\.|env\.|containerized\.|security\.|fs\.|s3\.|gs\.|azure\.|high-availability\.|"
                  r"state\.backend\.rocksdb\.|yarn\.|historyserver\.|job\.autoscaler\.)")
GOLDEN = json.loads((ROOT / "server/flink/tests/it/golden.json").read_text())["variables"]


def documents():
    corpora = [path for folder in ("specification", "documents", "realistic") for path in (ROOT / "tests/corpus" / folder).glob("*.infra")]
    return sorted(corpora + list((ROOT / "examples").rglob("*.infra")))


def render(program, path, *arguments):
    environment = {"PATH": os.environ["PATH"], **GOLDEN}
    return subprocess.run([program, "render", path.name, *arguments], cwd=path.parent, env=environment, capture_output=True, text=True)


def files(program, version, folder):
    """One folder with a configuration file for each job of each document, with what the table for programs says of it."""
    minor = ".".join(version.split(".")[:2])
    for path in documents():
        name = str(path.relative_to(ROOT))
        table = render(program, path, "--flink-version", minor, "--format", "json")
        if table.returncode != 0:
            if "syntax error" in table.stderr or "cannot be read" in table.stderr:
                continue
            raise SystemExit(f"{name}: {table.stderr}")
        table = json.loads(table.stdout)
        choices = {tuple(sorted(row.get("of", {}).items())) for row in table["rows"] if row.get("client") is None} or {()}
        # Cluster-wide rows of a document with several jobs belong to all of them.
        several = {choice for choice in choices if choice} or {()}
        for number, choice in enumerate(sorted(several)):
            options = [word for kind, value in choice if kind in ("backend", "checkpoint", "process") for word in (f"--{kind}", value)]
            chosen = dict(choice)
            if "process" in chosen:
                options = ["--process", chosen["process"]]
            rows = render(program, path, "--flink-version", minor, "--format", "json", *options)
            conf = render(program, path, "--flink-version", minor, "--as", "conf", *options)
            if rows.returncode != 0 or not conf.stdout:
                raise SystemExit(f"{name} {options}: {rows.stderr}{conf.stderr}")
            place = folder / f"{path.stem}-{number}-{len(list(folder.iterdir()))}"
            place.mkdir()
            (place / ("flink-conf.yaml" if minor in ("1.17", "1.18") else "config.yaml")).write_text(conf.stdout)
            wanted = {row["option"]: row["value"] for row in json.loads(rows.stdout)["rows"] if row.get("client") is None}
            left_out = set(re.findall(r"`([^`]+)` (?:is left out|cannot be written)", conf.stderr))
            wanted = {key: value for key, value in wanted.items() if key not in left_out}
            yield {"id": f"{name} {' '.join(options)}".strip(), "folder": str(place), "run": is_local(wanted), "wanted": wanted}


def is_local(options):
    """Whether a job can run here: checkpoints go to a local file system, and nothing of it is unknown."""
    text = " ".join(options.values())
    places = [value for key, value in options.items() if key.endswith(("checkpoints.dir", "checkpointing.dir", "savepoints.dir", "savepoint-dir"))]
    return "${" not in text and any(value.startswith("file:") for value in places) and all(value.startswith("file:") for value in places)


def load(version, cases, results):
    jars = flink.bring(version)
    classes = jars / "loads-classes"
    sources = [HERE / "harness" / name for name in ("FlinkTruth.java", "FlinkLoads.java")]
    built = classes / "FlinkLoads.class"
    if not built.exists() or built.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        shutil.rmtree(classes, ignore_errors=True)
        classes.mkdir()
        done = subprocess.run(["javac", "-nowarn", "-Xlint:none", "-cp", f"{jars}/*", "-d", classes, *sources], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr[-3000:])
    given = results.with_suffix(".cases")
    given.write_text(json.dumps([{key: value for key, value in case.items() if key != "wanted"} for case in cases]))
    opens = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in flink.OPENS]
    command = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *opens, "-cp", f"{classes}:{jars}/*", "FlinkLoads",
               next(jars.glob("flink-dist-*.jar")), given, results]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"flink {version} did not run:\n{done.stderr[-2000:]}")
    return {seen["id"]: seen for seen in map(json.loads, results.read_text().splitlines())}


def error(value):
    return value["error"]["class"].split(".")[-1] + ": " + str(value["error"]["message"])[:200] if isinstance(value, dict) and "error" in value else None


def check(case, seen, counts):
    """What is not as it must be."""
    found = seen.get("load", {})
    if message := error(found):
        yield f"is not loaded: {message}"
        return
    counts["files"] += 1
    if found != case["wanted"]:
        keys = {key for key in {*found, *case["wanted"]} if found.get(key) != case["wanted"].get(key)}
        yield "is read otherwise: " + ", ".join(f"{key}: {found.get(key)!r}, not {case['wanted'].get(key)!r}" for key in sorted(keys))
    for option in seen["options"]:
        counts["options"] += 1
        if "error" in option and "${" not in option["text"]:
            yield f"{option['key']}: {option['text']!r} is refused: {error(option)}"
        if option["status"] == "unknown" and not OPEN.match(option["key"]):
            yield f"{option['key']} is no option of this version"
        if option["status"] == "deprecated-key":
            yield f"{option['key']} is the older name of {option['option']}"
    build = seen["build"]
    # A reference is no value yet, and a drive of Windows is none on this machine.
    is_known = not any("${" in value or re.search(r"\b[A-Z]:\\", value) for value in case["wanted"].values())
    if is_known:
        for part in ("environment", "jobgraph", "checkpointing", "backend", "restart", "retained", "security"):
            message = error(build.get(part))
            # A key file is looked for where the document has it, which is not on this machine.
            if message and "doesn't exist" not in message:
                yield f"{part}: {message}"
        counts["graphs"] += "error" not in str(build.get("jobgraph", ""))
    if case["run"]:
        run = seen["run"]
        if error(run) or not run.get("checkpoint") or run.get("status") != "RUNNING":
            yield f"no checkpoint: {error(run) or run}"
        else:
            counts["checkpoints"] += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flink", default=",".join(flink.REPLAYED))
    parser.add_argument("--only", default="", help="documents whose path has this")
    arguments = parser.parse_args()
    program = os.environ["NEXFLOW_LSP"]
    wrong = 0
    for version in arguments.flink.split(","):
        begin = time.time()
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "files"
            folder.mkdir()
            cases = [case for case in files(program, version, folder) if arguments.only in case["id"]]
            seen = load(version, cases, Path(temporary) / "results.jsonl")
        counts = {"files": 0, "options": 0, "graphs": 0, "checkpoints": 0}
        for case in cases:
            for line in check(case, seen[case["id"]], counts):
                wrong += 1
                print(f"{version} {case['id']} {line}", flush=True)
        print(f"flink {version}: {counts['files']} files loaded, {counts['options']} values parsed, {counts['graphs']} job graphs, "
              f"{counts['checkpoints']} checkpoints, {time.time() - begin:.0f} s", flush=True)
        if not wrong and not arguments.only:
            record(version, {**counts, "on": datetime.date.today().isoformat()})
    if wrong:
        print(f"{wrong} things are not as they must be")
    return int(wrong > 0)


def record(version, result):
    """Records what was seen of a release, beside what was seen of the others."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[version] = result
    lines = [f" {json.dumps(name)}: {json.dumps(found)}" for name, found in sorted(results.items())]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    sys.exit(main())
