"""Writes server/catalog/data/flink/options.yaml: every option of Flink, version by version, as the jars have it.

usage: dump.py JARS   (a folder with one folder per version that holds flink-dist and log4j, as tests/truth/setup.sh makes it)
One line is one option over a range of versions in which its type, default and older keys stay the same."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent.parent / "server/catalog/data/flink/options.yaml"


def dump(folder: Path) -> dict[str, tuple[str, str, str]]:
    classpath = f"{folder}/*"
    with tempfile.TemporaryDirectory() as classes:
        subprocess.run(["javac", "-nowarn", "-Xlint:none", "-cp", classpath, "-d", classes, HERE / "DumpOptions.java"], check=True)
        jar = next(folder.glob("flink-dist-*.jar"))
        run = ["java", "-cp", f"{classes}:{classpath}", "DumpOptions", jar]
        text = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    options = {}
    for line in text.splitlines():
        key, kind, older, default, deprecated = line.split("\t")
        # Defaults that depend on the machine or the build say nothing.
        if "/tmp" in default or default.startswith("apache/flink") or len(default) > 60:
            default = ""
        options[key] = (kind, older, default, deprecated == "true")
    return options


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def main() -> None:
    folders = [path for path in Path(sys.argv[1]).iterdir() if next(path.glob("flink-dist-*.jar"), None)]
    folders.sort(key=lambda path: [int(part) for part in path.name.split(".")])
    versions = [".".join(path.name.split(".")[:2]) for path in folders]
    tables = [dump(path) for path in folders]
    lines = []
    for key in sorted({key for table in tables for key in table}):
        at = 0
        while at < len(tables):
            known = tables[at].get(key)
            first = at
            while at < len(tables) and tables[at].get(key) == known:
                at += 1
            if known is None:
                continue
            kind, older, default, deprecated = known
            line = f"- {{key: {quoted(key)}, type: {quoted(kind)}, in: '{versions[first]}-{versions[at - 1]}'"
            if default:
                line += f", default: {quoted(default)}"
            if older:
                line += ", older: [" + ", ".join(quoted(name) for name in older.split()) + "]"
            if deprecated:
                line += ", deprecated: true"
            lines.append(line + "}")
    seen = ", ".join(path.name for path in folders)
    head = f"# The options of Flink {seen}, as their jars have them. Written by xtask/flink-options/dump.py; not to be edited.\n"
    OUT.write_text(head + "\n".join(lines) + "\n")
    print(f"{len(lines)} lines, {len({re.split(', type', line)[0] for line in lines})} keys")


main()
