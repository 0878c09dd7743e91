"""See `tests/truth/run`."""
import argparse
import datetime
import json
import sys
import tempfile
import time
from pathlib import Path

import changes
import clouds
import flink
import kafka
import stores

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
OPTIONS = HERE / "options.tsv"


def options(folder):
    """Writes `options.tsv`: each option with the versions that read it, and its default where that is one for all of them."""
    tables = {version: flink.option_table(version, folder) for version in flink.RELEASES}
    lines = []
    for key in sorted({key for table in tables.values() for key in table}):
        present = [version for version in flink.RELEASES if key in tables[version]]
        minors = [".".join(version.split(".")[:2]) for version in present]
        older = [".".join(version.split(".")[:2]) for version in present if tables[version][key].startswith("-> ")]
        lines.append(f"{key}\t{' '.join(minors)}\t{' '.join(older)}")
    OPTIONS.write_text("# option, versions that read it, those of them that read it as the older name of another option\n"
                       + "\n".join(lines) + "\n")
    print(f"{len(lines)} options of {len(tables)} versions")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--claim", action="append", default=[])
    parser.add_argument("--flink", default=",".join(flink.REPLAYED))
    parser.add_argument("--options", action="store_true")
    parser.add_argument("--changes", nargs="*", metavar="ID")
    arguments = parser.parse_args()
    if arguments.changes is not None:
        versions = changes.REPLAYED if arguments.flink == ",".join(flink.REPLAYED) else arguments.flink.split(",")
        return int(changes.replay(arguments.changes, versions) > 0)
    begin = time.time()
    with tempfile.TemporaryDirectory() as temporary:
        if arguments.options:
            return options(Path(temporary))
        claims, blocks = flink.load()
        chosen = [claim for claim in claims if not arguments.claim or claim["id"] in arguments.claim]
        if missing := set(arguments.claim) - {claim["id"] for claim in claims}:
            sys.exit(f"claims.yaml has no {', '.join(sorted(missing))}")
        of_flink = [claim for claim in chosen if claim.get("product", "flink") == "flink"]
        of_kafka = [claim for claim in chosen if claim.get("product") == "kafka"]
        versions = arguments.flink.split(",")
        failed = {version: flink.replay(version, of_flink, Path(temporary)) for version in versions} if of_flink else {}
        if of_kafka:
            failed[kafka.version()] = kafka.replay(of_kafka)
        for clients in (stores, clouds):
            for product, version in clients.PRODUCTS.items():
                if of_product := [claim for claim in chosen if claim.get("product") == product]:
                    failed[version] = clients.replay(product, of_product)
    print(f"{time.time() - begin:.0f} s")
    if versions == flink.REPLAYED:
        record(claims, chosen, blocks, set().union(*failed.values()))
    return 1 if any(failed.values()) else 0


def record(claims, replayed, blocks, failed):
    """Notes the claims that hold on every version as they are written now. One that fails is no longer noted."""
    products = {**stores.PRODUCTS, **clouds.PRODUCTS}
    names = {"kafka": [kafka.version()], **{product: [version] for product, version in products.items()}}
    of_flink = [f"Flink {version}" for version in flink.REPLAYED]
    known = {claim["id"] for claim in claims}
    results = {name: result for name, result in json.loads(RESULTS.read_text()).items() if name in known - failed}
    for claim in replayed:
        if claim["id"] not in failed:
            ran = names.get(claim.get("product"), of_flink)
            results[claim["id"]] = {"fingerprint": flink.fingerprint(blocks[claim["id"]]), "ran": ran, "on": datetime.date.today().isoformat()}
    lines = [f" {json.dumps(name)}: {json.dumps(result)}" for name, result in sorted(results.items())]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    sys.exit(main())
