"""Replays what changes of documents do to running jobs, on Flink itself; see `tests/truth/run --changes`.

An old job is started from the old document's options, its snapshots are taken, and the new job is started from each of them. What comes of it is
derived from counts: every kind of state is known before and looked at by probe records after. Old jobs are shared by all changes that start from the
same configuration. Kafka, object stores and Kubernetes are not run.
"""
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import yaml

import flink

HERE = Path(__file__).resolve().parent
CHANGES = HERE / "changes.yaml"
RESULTS = HERE / "changes-results.json"
# What the runs saw that the classes of changes.yaml rest on.
WAYS_SEEN = HERE / "changes-ways.json"
# RocksDB makes file names of the folder: it has to be short.
WORK = os.environ.get("FLINK_WORK") or os.path.join(tempfile.gettempdir(), "fw")
REPLAYED = ["1.20.5", "2.3.0"]
DEFAULT = ["1.17.2", "1.20.5", "2.3.0"]
WAYS = ["checkpoint", "canonical", "native"]
STATES = ["aggregation_state", "recent_events", "user_preferences", "session_state"]
MS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}


def load():
    text = CHANGES.read_text()
    return yaml.safe_load(text), flink.blocks(text)


def options(document, version):
    """What the product makes of a document: the options of the only state backend, checkpoint and process."""
    binary = os.environ.get("NEXFLOW_LSP") or HERE.parent.parent / "target" / "debug" / "nexflow-lsp"
    minor = ".".join(version.split(".")[:2])
    command = [binary, "render", "-", "--no-env", "--format", "json", "--flink-version", minor]
    for section, option in (("state_backends", "--backend"), ("checkpoints", "--checkpoint")):
        if name := only(document, section):
            command += [option, name]
    done = subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, check=False)
    if not done.stdout:
        raise SystemExit(f"render: {done.stderr}")
    return {row["option"]: row["value"] for row in json.loads(done.stdout)["rows"] if row["scope"] != "client"}


def ms(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(text)).groups()
    return int(number) * MS[unit]


def only(document, section):
    names = [name for name in (document.get(section) or {}) if not name.startswith("_")]
    return names[0] if names else None


def shape_of(doc):
    """What generated code makes of the document: parallelism and TTL of the job's states."""
    sh = {}; p = only(doc, 'resources'); r = (doc.get('resources') or {}).get(p) or {}
    par = r.get('parallelism'); par = par.get('initial') if isinstance(par, dict) else par
    if isinstance(par, int): sh['parallelism'] = par
    if isinstance(r.get('max_parallelism'), int): sh['maxParallelism'] = r['max_parallelism']
    o = (r.get('operators') or {}).get('aggregate') or {}
    if o.get('parallelism'): sh['workParallelism'] = o['parallelism']
    b = (doc.get('state_backends') or {}).get(only(doc, 'state_backends')) or {}; t = b.get('ttl') or {}; st = b.get('state_ttls') or {}
    if t.get('enabled') is not False and (t.get('default_ttl') or st):
        sh['ttl'] = {s: ms(st.get(s, t.get('default_ttl'))) for s in STATES if st.get(s) or t.get('default_ttl')}
        c = t.get('cleanup') or {}; s = c.get('strategy') or ('rocksdb_compaction' if t.get('compaction_filter') else None)
        if t.get('compaction_filter') is False and not c.get('strategy'): s = 'none'
        if s: sh['ttlStrategy'] = s
        if c.get('delete_batch_size'): sh['ttlBatch'] = c['delete_batch_size']
    return sh
def side(c, which, v):
    """Flink configuration of one side, made runnable on one machine."""
    doc = c[which]; h = c.get('harness', {}); hs = {**h.get('both', {}), **h.get(which, {})}
    for k in ('job', 'cluster', 'shape'):
        if k in h.get('both', {}): hs[k] = {**h['both'][k], **h.get(which, {}).get(k, {})}
    cfg = options(doc, v)
    out = {}
    for k, x in cfg.items():
        if k.endswith(('checkpoints.dir', 'checkpointing.dir')): x = x if hs.get('keep_dirs') else 'file://%TMP%/cp'
        elif k.endswith(('savepoints.dir', 'savepoint-dir')): x = 'file://%TMP%/sp'
        elif k.endswith('dfs.base-path'): x = 'file://%WORK%/dstl/' + re.sub(r'\W+', '_', x)
        elif k == 'state.backend.rocksdb.localdir': x = ','.join(f'%TMP%/{re.sub(chr(92) + "W+", "_", y)[-8:]}' for y in x.split(','))
        elif k in ('execution.savepoint.path', 'execution.state-recovery.path', 'execution.savepoint.ignore-unclaimed-state', 'execution.state-recovery.ignore-unclaimed-state'): continue
        elif k.endswith('.interval') and k.startswith('execution'): x = '200 ms'
        elif k.endswith('.min-pause'): x = '10 ms'
        elif k.startswith(('s3.', 'fs.', 'gs.', 'flink.hadoop', 'security.', 'env.')): continue
        out[k] = x
    out.setdefault('execution.checkpointing.interval', '200 ms')
    if not any(k.endswith(('checkpoints.dir', 'checkpointing.dir')) for k in out): out['state.checkpoints.dir'] = 'file://%TMP%/cp'
    out.setdefault('execution.checkpointing.externalized-checkpoint-retention', 'RETAIN_ON_CANCELLATION')
    if which == 'new' and not h.get('keep_restart'):
        out = {k: x for k, x in out.items() if not k.startswith('restart-strategy')}; out['restart-strategy.type'] = 'none'
    def lay(base, extra):
        base = dict(base)
        for k, x in (extra or {}).items():
            k = k if not isinstance(x, dict) else k; x = x.get(flink.column(v)) if isinstance(x, dict) else x
            for kk in [k]: base.pop(kk, None) if x is None else base.__setitem__(kk, x)
        return {k: str(x).lower() if isinstance(x, bool) else str(x) for k, x in base.items()}
    return {'job': lay(out, hs.get('job')), 'cluster': lay(out, hs.get('cluster') or hs.get('job')), 'shape': {**shape_of(doc), **hs.get('shape', {})}, **hs.get('case', {})}

def ways(c):
    """From which snapshots the new job is started. The changelog backend refuses NO_CLAIM, Flink's default, so it is tried with CLAIM as well."""
    b = (c['new'].get('state_backends') or {}).get(only(c['new'], 'state_backends')) or {}
    return c.get('harness', {}).get('ways') or WAYS + ([w + ':claim' for w in WAYS] if b.get('type') == 'changelog' else [])
def java(version, mode, cases, results, work):
    """Runs the harness; jobs of one mode after the other in one process."""
    jars = flink.bring(version)
    classes = jars / "change-classes"
    sources = sorted((HERE / "harness").glob("*.java"))
    built = classes / "FlinkChange.class"
    if not built.exists() or built.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        shutil.rmtree(classes, ignore_errors=True)
        services = classes / "META-INF" / "services"
        services.mkdir(parents=True)
        subprocess.run(["javac", "-nowarn", "-Xlint:none", "-cp", f"{jars}/*", "-d", classes, *sources], check=True, stderr=subprocess.DEVNULL)
        (services / "org.apache.flink.core.fs.FileSystemFactory").write_text("Stores$S3\nStores$S3a\nStores$Gs\n")
    opens = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in flink.OPENS]
    command = ["java", "-Xmx1600m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=2", *opens,
               "-Dzookeeper.admin.enableServer=false", "-cp", f"{classes}:{jars}/*", "FlinkChange", mode, cases, results, work]
    return subprocess.run(["nice", "-n", "10", *command], capture_output=True, text=True, check=False)


def launch(v, mode, cases, name):
    d = f'{WORK}/{v}'
    os.makedirs(d, exist_ok=True)
    f = f'{WORK}/{name}-{mode}-{v}'
    Path(f + '.json').write_text(json.dumps(cases))
    r = java(v, mode, f + '.json', f + '.jsonl', d)
    print('  ', (r.stderr.strip().splitlines() or ['?'])[-1], flush=True)
    return {x['id']: x for x in map(json.loads, open(f + '.jsonl'))} if os.path.exists(f + '.jsonl') else {}


def slim(x, base):
    s = json.dumps(x, ensure_ascii=False).replace(WORK, '%WORK%'); s = re.sub(r'[0-9a-f]{32}', '<id>', s); s = re.sub(r'savepoint-[0-9a-f]{6}-[0-9a-f]{12}', 'savepoint-<id>', s); return json.loads(s)
def run(todo, versions):
    olds, plan, has = {}, [], []
    for c in todo:
        for r in c.get('runs', DEFAULT):
            frm, to = r if isinstance(r, list) else (r, r)
            if not {frm, to} & set(versions): continue
            if isinstance(r, list) and not {frm, to} <= set(versions): continue
            if 'ha' in c.get('harness', {}):
                o, n = side(c, 'old', to), side(c, 'new', to); hh = c['harness']['ha']
                for vn, x in hh.items(): has.append((to, c, vn, {'id': f"{c['id']}/{vn}", 'old': {**o, **x.get('old', {})}, 'new': {**n, **x.get('new', {}), 'cluster': {**n['cluster'], **x.get('new', {}).get('cluster', {})}}, 'early_savepoint': x.get('early_savepoint', False)} | ({'old': {**o, **x.get('old', {}), 'cluster': {**o['cluster'], **x.get('old', {}).get('cluster', {})}}})))
                if c['harness'].get('ha_only'): continue
            for w in ways(c):   # a claimed snapshot is deleted by its new owner: such a run gets an old job of its own, the others share theirs
                o = side(c, 'old', frm); o.update({'salt': c['id'] + w} if ':' in w or side(c, 'new', to).get('claim') else {})
                k = 'o' + hashlib.sha1(json.dumps(o, sort_keys=True).encode()).hexdigest()[:8]; olds.setdefault(frm, {})[k] = {'id': k, **o}
                plan.append((c, frm, to, k, w))
    res = {}
    for v in olds:
        print(f'old jobs on {v}: {len(olds[v])}', flush=True); got = launch(v, 'old', list(olds[v].values()), 'r'); res[v] = got
    byto = {}
    for c, frm, to, k, w in plan:
        o = res[frm].get(k, {}).get('old') or {}; h = c.get('harness', {}); p = o.get(w.split(':')[0]); n = side(c, 'new', to); nid = f"{c['id']}/{w}/{frm}"
        case = {'id': nid, **n, 'restore': p if isinstance(p, str) else None, 'why': None if isinstance(p, str) else p}
        if h.get('allow'): case['allow'] = True
        if ':' in w: case['claim'] = w.split(':')[1].upper()
        case['oldkey'] = k; case['move'] = h.get('move')
        byto.setdefault(to, []).append((c, frm, w, case, o))
    out = {}
    for to, l in byto.items():
        cases = []
        for c, frm, w, case, o in l:
            if case['restore'] is None and w != 'none': out.setdefault(c['id'], {}).setdefault(f'{frm}->{to}' if frm != to else to, {})[w] = {'state': 'NO SNAPSHOT', 'why': case['why'] if case['why'] else 'the old job left none', 'old': o}; continue
            mv = case.pop('move')
            if mv:   # copy or delete what the old job wrote, before the new one starts
                base = f'{WORK}/{frm}'; f = lambda s: s.replace('%WORK%', base).replace('%TMP%', f"{base}/{case['oldkey']}")
                for a in mv:
                    if 'copy' in a: shutil.copytree(f(a['copy'][0]), f(a['copy'][1]), dirs_exist_ok=True)
                    if 'rewrite' in a and case['restore']: case['restore'] = case['restore'].replace(f(a['rewrite'][0]), f(a['rewrite'][1]))
                case['_after'] = [f(a['delete']) for a in mv if 'delete' in a]
            cases.append(case)
        early = [x for x in cases if not x.get('_after')]; late = [x for x in cases if x.get('_after')]
        print(f'new jobs on {to}: {len(cases)}', flush=True); got = launch(to, 'new', early, 'r') if early else {}
        if late:
            for x in late:
                for d in x['_after']: shutil.move(d, d + '.gone') if os.path.exists(d) else None
            got.update(launch(to, 'new', late, 'rl'))
        for c, frm, w, case, o in l:
            if case['id'] in got:
                g = got[case['id']]; r = g.get('new', {'state': 'HARNESS', 'failure': g.get('error')}); r['log'] = [x for x in g['log'] if 'deprecated' not in x]; r['old'] = {k: x for k, x in o.items() if k in ('state', 'failure', 'in_flight_checkpoint', 'processed_then', 'channels')}
                out.setdefault(c['id'], {}).setdefault(f'{frm}->{to}' if frm != to else to, {})[w] = r
    hv = {}
    for to, c, vn, case in has: hv.setdefault(to, []).append((c, vn, case))
    for to, l in hv.items():
        print(f'high availability on {to}: {len(l)}', flush=True); got = launch(to, 'ha', [x[2] for x in l], 'r')
        for c, vn, case in l: g = got.get(case['id'], {}); r = g.get('ha', {'error': g.get('error')}); r['log'] = g.get('log'); out.setdefault(c['id'], {}).setdefault(to, {})['ha:' + vn] = r
    return {name: slim(seen, WORK) for name, seen in out.items()}


def outcome(r):
    """restores | partly | lost | fails | refused | none"""
    st, s = r.get('state'), r.get('seen') or {}
    if st == 'NO SNAPSHOT': return 'no-snapshot'
    if st in ('NOT BUILT', 'NOT SUBMITTED'): return 'refused'
    if st in ('FAILED', 'FAILING', 'RESTARTING'): return 'fails'
    if st != 'RUNNING': return 'other:' + str(st)
    if 'value' not in s and str(s.get('source', '')).startswith('from ') and s.get('final_counts') == 'ok': s = {**s, 'source': 'ok'}   # data in flight: the source need not have read everything
    bad = {k: v for k, v in s.items() if v != 'ok' and k != 'final_counts'}
    if not bad and s.get('final_counts') == 'ok': return 'restores'
    if str(s.get('source', '')).startswith('from the start'): return 'lost'   # begins anew; the counts then agree only because everything is read again
    keyed = [k for k in ('value', 'list', 'map', 'session', 'reducing', 'timers') if k in s]
    if keyed and all(s[k] in ('lost',) or k == 'timers' and s[k] != 'ok' for k in keyed): return 'lost'
    return 'partly'


def outcomes(seen):
    """What each way of restarting did, by release."""
    def of(way, result):
        if way.startswith("ha:"):
            return (result.get("new") or result).get("state")
        return outcome(result)
    return {version: {way: of(way, result) for way, result in sorted(ways.items())} for version, ways in sorted(seen.items())}


def replay(names, versions):
    """Replays changes, all or those named, and holds the outcomes against what is known; records each change that agrees."""
    begin = time.time()
    changes, blocks = load()
    if missing := set(names) - {change["id"] for change in changes}:
        raise SystemExit(f"changes.yaml has no {', '.join(sorted(missing))}")
    todo = [change for change in changes if change.get("run", True) is True and (not names or change["id"] in names)]
    recorded = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    seen_before = json.loads(WAYS_SEEN.read_text())
    shutil.rmtree(WORK, ignore_errors=True)
    failed = 0
    for name, seen in sorted(run(todo, versions).items()):
        found = outcomes(seen)
        known = recorded.get(name, {"outcomes": {}})
        before = {
            (version, way): result
            for ways_of in (seen_before.get(name, {}).get("ways", {}), known["outcomes"])
            for version, ways in ways_of.items()
            for way, result in ways.items()
        }
        now = {(version, way): result for version, ways in found.items() for way, result in ways.items()}
        differ = [place for place, result in now.items() if place in before and str(before[place]).lower() != str(result).lower()]
        for version, way in differ:
            print(f"  {name} {version} {way}: {now[version, way]}, known {before[version, way]}")
        failed += len(differ)
        if not differ:
            # What is recorded belongs to the change as it is written now.
            recorded[name] = {
                "outcomes": {**known["outcomes"], **{version: {**known["outcomes"].get(version, {}), **ways} for version, ways in found.items()}},
                "fingerprint": flink.fingerprint(blocks[name]),
                "on": datetime.date.today().isoformat(),
            }
    print(f"{len(todo)} changes, {failed} outcomes differ, {time.time() - begin:.0f} s")
    write(recorded)
    return failed


def write(recorded):
    lines = [f" {json.dumps(name)}: {json.dumps(result, sort_keys=True)}" for name, result in sorted(recorded.items())]
    RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")
