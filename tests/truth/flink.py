"""Brings Flink, gives it the cases of claims.yaml, and holds what it did against what they expect."""
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
CLAIMS = HERE / "claims.yaml"
JARS = re.compile(r"(?:^|/)lib/((?:flink-dist|log4j-api|log4j-core|log4j-slf4j-impl)-[^/]*\.jar)$")
# The release of each minor version that is run; the first four replay every claim, all eight give their tables of options.
REPLAYED = ["1.17.2", "1.20.5", "2.2.1", "2.3.0"]
RELEASES = ["1.17.2", "1.18.1", "1.19.3", "1.20.5", "2.0.1", "2.1.1", "2.2.1", "2.3.0"]
COLUMNS = ("1.17", "1.20", "2.x")
OPENS = ["util", "lang", "net", "io", "nio", "text", "time", "util.concurrent", "util.concurrent.atomic", "lang.reflect"]


def cache():
    """Where the jars are kept, outside the repository."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("FLINK_JARS") or Path(home) / "nexflow-lsp" / "flink")


def column(version):
    minor = ".".join(version.split(".")[:2])
    return minor if minor in COLUMNS else "2.x"


def bring(version):
    """The folder with the jars of a release; downloads the Python package that holds them when they are not there."""
    folder = cache() / version
    if list(folder.glob("flink-dist-*.jar")):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    print(f"flink {version}: download of some 300 MB", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check",
             "-d", temporary, f"apache-flink-libraries=={version}"],
            check=True,
        )
        package = next(Path(temporary).iterdir())
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as archive:
                for name in archive.namelist():
                    if found := JARS.search(name):
                        with archive.open(name) as source, open(folder / found[1], "wb") as target:
                            shutil.copyfileobj(source, target, 1 << 20)
        else:
            with tarfile.open(package, "r|gz") as archive:
                for entry in archive:
                    if (found := JARS.search(entry.name)) and entry.isfile():
                        with open(folder / found[1], "wb") as target:
                            shutil.copyfileobj(archive.extractfile(entry), target, 1 << 20)
    return folder


def java(version, cases, results):
    """Runs the harness over cases; returns what it wrote, by the id of the case."""
    jars = bring(version)
    classes = jars / "classes"
    source = HERE / "harness" / "FlinkTruth.java"
    built = classes / "FlinkTruth.class"
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        shutil.rmtree(classes, ignore_errors=True)
        classes.mkdir()
        subprocess.run(["javac", "-nowarn", "-Xlint:none", "-cp", f"{jars}/*", "-d", classes, source],
                       check=True, stderr=subprocess.DEVNULL)
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(cases, file)
    opens = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in OPENS]
    command = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *opens, "-cp", f"{classes}:{jars}/*", "FlinkTruth",
               next(jars.glob("flink-dist-*.jar")), file.name, results]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    os.unlink(file.name)
    if done.returncode != 0:
        raise SystemExit(f"flink {version} did not run:\n{done.stderr[-2000:]}")
    found = {}
    for line in Path(results).read_text().splitlines():
        case = json.loads(line)
        name = case["id"].removesuffix("#run")
        merged = found.setdefault(name, {"log": []})
        merged["log"] += case.pop("log")
        merged.update({key: value for key, value in case.items() if key not in ("id", "flink", "ms")})
    return found


def blocks(text):
    """The claims as they are written: the id and the lines of each."""
    found = {}
    for block in re.split(r"(?m)^(?=- id: )", text)[1:]:
        name = block.split("\n", 1)[0].removeprefix("- id: ").strip()
        if name in found:
            raise SystemExit(f"claims.yaml: {name} stands there twice")
        found[name] = block.rstrip() + "\n"
    return found


def fingerprint(block):
    """FNV-1a of a claim's text, which the tests of the catalog compute as well."""
    value = 0xCBF29CE484222325
    for byte in block.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def of_column(value, column_name):
    """A configuration, which may be written per column."""
    if isinstance(value, dict) and value and set(value) <= set(COLUMNS):
        value = value.get(column_name)
    return {key: str(text) if not isinstance(text, bool) else str(text).lower() for key, text in (value or {}).items()}


def cases(claims, column_name):
    made = []
    for claim in claims:
        for case in claim["cases"]:
            name = f"{claim['id']}/{case['name']}"
            if "job" in case:
                base = {part: of_column(case[part], column_name) for part in ("job", "cluster")}
            else:
                base = {"config": of_column(case.get("config"), column_name)}
            stages = [stage for stage in case["stages"] if stage != "run"]
            extra = {key: case[key] for key in ("ttl_ms", "call") if key in case}
            if stages:
                made.append({"id": name, "stages": stages, **base, **extra})
            if "run" in case:
                with_place = {part: {"state.checkpoints.dir": "file://%TMP%/cp", **conf} for part, conf in base.items()}
                made.append({"id": name + "#run", "stages": ["run"], "run": case["run"], **with_place})
    return made


def errors(value):
    if isinstance(value, dict):
        if isinstance(value.get("error"), dict):
            yield value["error"]
        for inner in value.values():
            yield from errors(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from errors(inner)


def at(value, path):
    for key in re.findall(r"[^.\[]+(?:\[\d+\])?", path):
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def holds(expected, seen):
    """Whether an expectation holds, and what was seen in its place."""
    failures = list(errors({key: value for key, value in seen.items() if key != "log"}))
    logs = [line["message"] for line in seen["log"]]
    if "throws" in expected:
        def fits(error):
            words = error["message"] + " " + " ".join(error.get("causes", []))
            return (error["class"].split(".")[-1] in expected["throws"].split("|")
                    and re.search(expected.get("message", ""), words))
        shown = [f"{error['class'].split('.')[-1]}: {error['message'][:160]}" for error in failures]
        return any(map(fits, failures)), shown or {key: value for key, value in seen.items() if key != "log"}
    if "ok" in expected:
        return not failures, [error["message"][:160] for error in failures]
    if "warns" in expected:
        return any(re.search(expected["warns"], line) for line in logs), logs
    if "silent" in expected:
        return not any(re.search(expected["silent"], line) for line in logs), logs
    if "option" in expected:
        option = next((option for option in seen.get("options", []) if option["key"] == expected["option"]), {})
        if "status" in expected:
            return option.get("status") == expected["status"], option.get("status")
        return option.get("value") == str(expected["is"]), option
    value = at(seen, expected["at"])
    if "absent" in expected:
        return value is None, value
    if "is" in expected:
        return value == expected["is"], value
    if "matches" in expected:
        return value is not None and bool(re.search(expected["matches"], str(value))), value
    return value is not None and expected.get("at_least", value) <= value <= expected.get("at_most", value), value


def replay(version, claims, folder):
    """Replays claims on a release; the ids of those that do not hold, with a line for each expectation that fails."""
    name = column(version)
    begin = time.time()
    made = cases(claims, name)
    seen = java(version, made, folder / f"{version}.jsonl")
    failed, lines, count = set(), [], 0
    for claim in claims:
        for case in claim["cases"]:
            result = seen.get(f"{claim['id']}/{case['name']}")
            for expected in case["expect"]:
                if name not in expected.get("flink", COLUMNS):
                    continue
                count += 1
                good, found = holds(expected, result) if result else (False, "nothing was run")
                if not good:
                    failed.add(claim["id"])
                    lines.append(f"  {claim['id']} / {case['name']}: {expected}\n    seen: {json.dumps(found)[:600]}")
    print(f"flink {version}: {count} expectations of {len(claims)} claims, {len(lines)} fail, {time.time() - begin:.0f} s", flush=True)
    for line in lines:
        print(line)
    return failed


def option_table(version, folder):
    """Every option that a release reads, with its default; an older name is marked with the option that it stands for."""
    seen = java(version, [{"id": "dump", "stages": ["dump"]}], folder / f"{version}-options.jsonl")
    table = {}
    for option in seen["dump"]["dump"]:
        table[option["key"]] = option.get("default", "")
    for option in seen["dump"]["dump"]:
        for older in option.get("older", []):
            table.setdefault(older, f"-> {option['key']}")
    return table


def load():
    text = CLAIMS.read_text()
    return yaml.safe_load(text), blocks(text)
