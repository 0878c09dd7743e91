#!/usr/bin/env python3
"""Writes a valid document of about so many lines, half of them state backends and half checkpoints. The same arguments give the
same bytes. No rule has anything to report in it; with --findings it has a problem in about every eighth line, with --diagnostics N it has N
unresolved variables.

    ./document.py --lines 1000 [--seed 1] > doc.infra
    ./document.py --lines 150 --files 200 --dir FOLDER
"""

import argparse
import os
import random

# The variables that a document refers to.
VARIABLES = ("CHECKPOINT_BUCKET", "S3_ENDPOINT", "KMS_KEY_ID", "GCP_PROJECT")

def rocksdb(r, n):
    p = lambda *a: r.choice(a)
    L = [f"  {n}:", "    type: rocksdb", f"    incremental: {p('true','false')}"]
    if r.random() < .5:
        L += ["    # Storage configuration", "    storage:", "      local_directories:"]
        L += [f"        - /mnt/ssd{i}/flink-state" for i in range(1, r.randint(2, 4))]
        L += [f"      directory_selection: {p('round_robin','least_used')}  # round_robin, least_used"]
    if r.random() < .5:
        L += ["    memory:", "      managed: true", f"      write_buffer_count: {r.randint(2,8)}", f"      per_slot: {p(128,256,512)}mb"]
    L += ["    options:", f"      block_cache_size: {p('64mb','256mb','512mb','1gb')}", f"      write_buffer_size: {p(16,32,64,128)}mb"]
    if r.random() < .6:
        L += [f"      max_write_buffer_number: {r.randint(4,6)}", f"      min_write_buffer_number_to_merge: {r.randint(1,3)}",
              "      # Compaction", "      level_compaction_dynamic_level_bytes: true", f"      max_background_compactions: {r.randint(2,8)}",
              f"      max_background_flushes: {r.randint(2,8)}", f"      bloom_filter_bits_per_key: {r.randint(8,16)}", "      bloom_filter_block_based: true"]
    L += [f"      compression: {p('NONE','SNAPPY','LZ4','ZSTD')}  # NONE, SNAPPY, LZ4, ZSTD"]
    if r.random() < .4: L += ["    timer_service:", f"      type: {p('rocksdb','heap')}", "      async: true"]
    if r.random() < .5:
        L += ["    ttl:", "      enabled: true", f"      default_ttl: {p('24h','7d','90m')}", "      cleanup:", f"        strategy: {p('full','incremental','rocksdb_compaction')}",
              "        run_interval: 1h", f"        delete_batch_size: {p(500,1000)}"]
        if r.random() < .4: L += ["    state_ttls:", "      session_state: 30m", "      user_preferences: 7d"]
    return L
def hashmap(r, n):
    L = [f"  {n}:", "    type: hashmap", "    async_snapshots: true  # Non-blocking checkpoints"]
    if r.random() < .7: L += ["    # Memory limits", "    memory:", f"      max_heap_size: {r.randint(1,8)}gb", f"      gc_threshold: 0.{r.randint(5,9)}"]
    return L
def behaviour(r):
    L = ["    # Checkpoint behavior", "    checkpoint:", f"      interval: {r.choice(['30s','60s','5m'])}", f"      min_pause: {r.choice(['10s','30s'])}", "      timeout: 10m"]
    if r.random() < .6: L += [f"      max_concurrent: {r.randint(1,3)}", f"      mode: {r.choice(['exactly_once','at_least_once'])}  # exactly_once, at_least_once"]
    if r.random() < .3: L += ["      alignment:", "        type: aligned", "        timeout: 10m"]
    if r.random() < .3: L += ["      incremental: true"]
    return L
def tail(r):
    L = []
    if r.random() < .5: L += ["    retention:", f"      max_checkpoints: {r.randint(1,9)}  # Keep last N checkpoints", f"      cleanup_on_cancel: {r.choice(['delete','retain'])}", "      externalized: retain_on_cancellation"]
    if r.random() < .35: L += ["    recovery:", "      restart:", "        strategy: exponential_delay", "        initial_delay: 1s", "        max_delay: 60s", "        backoff_multiplier: 2.0", "        max_attempts: 10",
                               "      state:", "        skip_corrupted: false", "        allow_non_restored: false"]
    if r.random() < .35: L += ["    monitoring:", "      metrics:", "        enabled: true", "        histogram_sample_count: 1000", "      history:", "        num_checkpoints: 10", "        include_task_checkpoints: true",
                               "      alerts:", "        checkpoint_duration_warning: 5m", "        checkpoint_duration_critical: 10m", "        checkpoint_size_warning: 10gb"]
    return L
def s3(r, n):
    L = [f"  {n}:", "    type: s3", f"    bucket: company-flink-checkpoints-{r.randint(1,99)}", f"    prefix: production/{n}/", f"    region: {r.choice(['us-east-1','eu-west-1'])}"] + behaviour(r)
    if r.random() < .5: L += ["    savepoint:", f"      directory: s3://company-flink-savepoints/{n}/"]
    if r.random() < .5: L += ["    s3:", "      endpoint: ${S3_ENDPOINT}  # For S3-compatible stores", "      path_style_access: false", "      multipart_upload_threshold: 100mb", "      multipart_upload_part_size: 64mb"]
    if r.random() < .5: L += ["    auth:", "      type: assume_role", "      role_arn: arn:aws:iam::123456789:role/flink-checkpoint-role"]
    if r.random() < .5: L += ["    encryption:", "      type: sse_kms  # sse_s3, sse_kms, none", "      kms_key_id: ${KMS_KEY_ID}"]
    return L + tail(r)
def hdfs(r, n):
    L = [f"  {n}:", "    type: hdfs", f"    path: hdfs://namenode:9000/flink/{n}/", "    hdfs:", f"      replication: {r.randint(1,3)}", "      block_size: 128mb", "      config_path: /etc/hadoop/conf"] + behaviour(r)
    if r.random() < .5: L += ["    kerberos:", "      enabled: true", "      principal: flink/_HOST@REALM", "      keytab: /etc/security/keytabs/flink.keytab"]
    return L + tail(r)
def gcs(r, n):
    return [f"  {n}:", "    type: gcs", f"    bucket: flink-checkpoints-{r.randint(1,99)}", f"    prefix: {n}/", "    gcs:", "      project_id: ${GCP_PROJECT}", "    auth:", "      type: service_account",
            "      key_file: /etc/gcp/service-account.json"] + behaviour(r) + tail(r)
def fs(r, n):
    return [f"  {n}:", "    type: filesystem", f"    path: file:///tmp/{n}"] + behaviour(r)
def clean_backend(r, n):
    size = r.choice((64, 96, 128))
    L = [f"  {n}:", "    type: rocksdb", f"    incremental: {r.choice(('true', 'false'))}"]
    if r.random() < .5: L += ["    # Where the working state lies.", "    storage:", "      local_directories:", "        - /mnt/ssd1/flink-state", "        - /mnt/ssd2/flink-state",
                             f"      directory_selection: {r.choice(('round_robin', 'least_used'))}  # round_robin, least_used"]
    L += ["    options:", f"      write_buffer_size: {size}mb", f"      max_write_buffer_number: {r.randint(3, 4)}"]
    L += [f"      compression: {r.choice(('SNAPPY', 'LZ4', 'ZSTD'))}  # NONE, SNAPPY, LZ4, ZSTD"]
    if r.random() < .5: L += ["    ttl:", "      enabled: true", f"      default_ttl: {r.choice(('24h', '7d', '36h'))}"]
    return L
def clean_checkpoint(r, n):
    L = [f"  {n}:", "    type: s3", "    bucket: ${CHECKPOINT_BUCKET}", f"    prefix: production/{n}/", f"    region: {r.choice(('us-east-1', 'eu-west-1'))}",
         "    checkpoint:", f"      interval: {r.choice(('60s', '90s', '5m'))}", f"      min_pause: {r.choice(('10s', '30s'))}", "      timeout: 10m", "      mode: exactly_once  # exactly_once, at_least_once"]
    if r.random() < .5: L += ["    encryption:", "      type: sse_kms  # sse_s3, sse_kms, none", "      kms_key_id: ${KMS_KEY_ID}"]
    L += ["    retention:", f"      max_checkpoints: {r.randint(2, 9)}  # How many are kept", "      externalized: retain_on_cancellation"]
    return L

def unresolved(out, count):
    """The same lines with `count` references to variables without a value, spread over the prefixes of the checkpoints."""
    places = [at for at, line in enumerate(out) if line.startswith("    prefix: ")]
    out = out.copy()
    for number in range(count):
        out[places[number * len(places) // count]] += f"${{UNSET_{number:04d}}}/"
    return out

def gen(lines, seed, findings=False, diagnostics=0):
    r = random.Random(seed)
    out = ['version: "1.0"', "environment: production", 'description: "Generated L5 document"', "", "state_backends:"]
    sb = [rocksdb, rocksdb, rocksdb, hashmap] if findings else [clean_backend]
    cp = [s3, s3, s3, hdfs, gcs, fs] if findings else [clean_checkpoint]
    i = 0
    while len(out) < lines // 2 or i == 0:
        i += 1; out += (sb[0] if i == 1 else r.choice(sb))(r, f"backend_{i:05d}") + [""]
    out += ["checkpoints:"]; i = 0
    while len(out) < lines or i == 0:
        i += 1; out += (cp[0] if i == 1 else r.choice(cp))(r, f"checkpoint_{i:05d}") + [""]
    if diagnostics: out = unresolved(out, diagnostics)
    return "\n".join(out[:-1]) + "\n"

if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--lines", type=int, default=1000); a.add_argument("--seed", type=int, default=1)
    a.add_argument("--files", type=int); a.add_argument("--dir")
    a.add_argument("--findings", action="store_true")
    a.add_argument("--diagnostics", type=int, default=0)
    a = a.parse_args()
    if a.files:
        os.makedirs(a.dir, exist_ok=True)
        for k in range(a.files): open(os.path.join(a.dir, f"f{k:03d}.infra"), "w").write(gen(a.lines, a.seed + k, a.findings, a.diagnostics))
    else: print(gen(a.lines, a.seed, a.findings, a.diagnostics), end="")
