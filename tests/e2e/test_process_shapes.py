"""Projects of the shapes that published ones have: processes with a document, without one, with topics of their own, with names from a
configuration, in an older spelling, around SQL. Nothing is said about the names of processes in any of them, and where a document binds
what a process uses, a binding with another name is missed."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from wire import binary

HEADER = 'version: "1.0"\nenvironment: production\n'

# By shape: the processes, the documents beside them, and a name that a document binds (none where nothing can be missed).
SHAPES: dict[str, tuple[str, str, str | None]] = {
    # One process between two streams, as the toolchain's own project has it: its dialect, settings of all streams at the top.
    "the smallest project": (
        """\
// From one topic to another
process parcel_tracking
    parallelism hint 2
    partition by parcel_id
    time by scanned_at
        watermark delay 10 seconds
    mode stream

    receive scans from raw_scans
        schema Scan

    transform using locate_parcel

    emit to located_scans
        schema LocatedScan

end
""",
        'version: "1.0"\nenvironment: local\n\nkafka:\n  brokers: localhost:9092\n  security_protocol: PLAINTEXT\n\n'
        "streams:\n  raw_scans:\n    topic: scans.raw\n    parallelism: 2\n    consumer_group: parcel-tracking\n"
        "  located_scans:\n    topic: scans.located\n    parallelism: 2\n\nresources:\n  job_parallelism: 2\n  task_slots: 2\n",
        "raw_scans",
    ),
    # A comment behind every statement, a route to the sinks, dead letters.
    "a comment behind each statement": (
        """\
process meter_check                     // the name of the process
    parallelism hint 4                  // four of them
    receive meter_readings              // from a stream of this name
        schema meter_reading            // emit to nowhere
    transform using check_reading
    route using reading_rules           // rules say which
        plausible to plausible_readings // receive nothing
        odd to odd_readings
    emit to plausible_readings
    emit to odd_readings
    on error
        transform failure retry 3
        transform failure dead_letter unread_meters
    end
end
""",
        HEADER
        + 'streams:\n  meter_readings: {type: kafka, topic: r, brokers: "b:9092"}\n  plausible_readings: {type: kafka, topic: p, brokers: "b:9092"}\n'
        + '  odd_readings: {type: kafka, topic: o, brokers: "b:9092"}\ndead_letters:\n  unread_meters: {type: kafka, topic: u, brokers: "b:9092"}\n'
        + "resources:\n  meter_check: {parallelism: 4}\n",
        "odd_readings",
    ),
    # The process names the connector and the topic itself: a document has no part in it.
    "topics of the process's own": (
        """\
process ledger_copy
    receive entries
        from kafka "ledger-entries"
        schema entry
    lookup accounts
        from mongodb "accounts"
        key entry.account
    emit to copied
        to kafka "ledger-copies"
    emit to archive schema entry to kafka "ledger-archive"
end
""",
        HEADER + "state_backends:\n  default: {type: rocksdb}\nresources:\n  ledger_copy: {parallelism: 2}\n",
        None,
    ),
    # Levels two and three of the building blocks: typed sources, `send to`, blocks that the grammar does not have.
    "an older spelling": (
        """\
import ./ticket.schema

process ticket_triage
    description "Sorts tickets, and says which cannot be read"

    receive tickets: Ticket from new_tickets

    on_validation_error
        send to unreadable_tickets
        with validation_errors
    end

    where tickets.status = "open"
      and tickets.age_days >= 3

    send to overdue_tickets
end

// ---------------------------------------------------------------------------
// The same again with another source
// ---------------------------------------------------------------------------

process ticket_replay
    description "Receives from an archive, and is not named anywhere"
    receive tickets: Ticket from old_tickets
    send to overdue_tickets
end
""",
        HEADER
        + "streams:\n"
        + "".join(f'  {name}: {{type: kafka, topic: {name}, brokers: "b:9092"}}\n' for name in ("new_tickets", "unreadable_tickets", "overdue_tickets", "old_tickets"))
        + "resources:\n  ticket_triage: {parallelism: 2}\n  ticket_replay: {parallelism: 1}\n",
        "overdue_tickets",
    ),
    # Names that a configuration gives: any binding may be meant.
    "names from a configuration": (
        """\
process sensor_feed
    description "Topics differ by environment"
    receive samples from ${topics.samples}
    batch size ${batch.size:100}
    batch timeout ${batch.timeout:5000}
    on_error
        send to ${topics.errors}
    end
    route by samples.level
        when "high"
            send to ${topics.alarms.name}
        default
            send to ${topics.levels.name}
    end
end
""",
        HEADER + 'streams:\n  samples: {type: kafka, topic: s, brokers: "b:9092"}\n  alarms: {type: kafka, topic: a, brokers: "b:9092"}\n',
        None,
    ),
    # SQL in which other words than those of L1 stand.
    "blocks of SQL": (
        """\
process visits_per_page
    receive visits
        from kafka "page-visits"
        schema visit
    sql ```
        CREATE STREAM cleaned AS
        SELECT page, COUNT(*) AS visits
        FROM visits -- receive orders from others, emit to nowhere
        WHERE page IS NOT NULL
        GROUP BY page
        EMIT CHANGES
    ``` as PageVisits
    emit to visits_by_page
        schema page_visits
end

process pages_of_the_day
    receive counted from visits_by_page
        schema page_visits
    emit to top_pages
end
""",
        HEADER + 'streams:\n  visits_by_page: {type: kafka, topic: v, brokers: "b:9092"}\n  top_pages: {type: kafka, topic: t, brokers: "b:9092"}\n',
        "visits_by_page",
    ),
    # All that one process can name.
    "every kind of name": (
        """\
process claim_settlement
    business_date from settlement_calendar
    receive claims from filed_claims
        schema claim
    uses shared_limits
    local claims_per_customer keyed by customer_id
        ttl 30 days
    late data to late_claims
    branch customer_check
        lookup customer_records
            key claim.customer_id
            cache ttl 5 minutes
    end
    enrich using fraud_scores on claim_id
    window tumbling 1 hour
    emit to settled_claims
    emit completion to settlement_notices
        on commit
    persist to claim_archive
        mode async
    checkpoint every 1 minute
        to claim_checkpoints
    on error
        lookup failure dead_letter unknown_customers
    end
end
""",
        HEADER
        + 'streams:\n  filed_claims: {type: kafka, topic: f, brokers: "b:9092"}\n  late_claims: {type: kafka, topic: l, brokers: "b:9092"}\n'
        + '  settled_claims: {type: kafka, topic: s, brokers: "b:9092"}\n  claim_archive: {type: mongodb_sink, uri: "mongodb://m", database: d, collection: c}\n'
        + 'lookups:\n  customer_records: {type: redis, uri: "rediss://r:6379", key_pattern: "c:{id}"}\n  fraud_scores: {type: redis, uri: "rediss://r:6379", key_pattern: "f:{id}"}\n'
        + 'completions:\n  settlement_notices: {type: kafka, topic: n, brokers: "b:9092"}\ndead_letters:\n  unknown_customers: {type: kafka, topic: u, brokers: "b:9092"}\n'
        + "checkpoints:\n  claim_checkpoints: {type: s3, bucket: some-claims}\nstate_backends:\n  default: {type: rocksdb, state_ttls: {claims_per_customer: 30d}}\n"
        + "resources:\n  claim_settlement: {parallelism: 2}\n",
        "fraud_scores",
    ),
    # Sinks whose names are words of L1, and a name that stands in a text only.
    "words of the language as sinks": (
        'process door_states\n    receive doors from door_events\n    emit to state\n    emit to "door-log"\n    emit to output\nend\n',
        HEADER + 'streams:\n  door_events: {type: kafka, topic: d, brokers: "b:9092"}\n  state: {type: kafka, topic: s, brokers: "b:9092"}\n  output: {type: kafka, topic: m, brokers: "b:9092"}\n',
        "door_events",
    ),
    # Documents of a repository in which processes are examples of something else.
    "documents that have nothing to do with the processes": (
        "process something_else\n    receive these\n    emit to those\nend\n",
        HEADER + 'streams:\n  payments: {type: kafka, topic: p, brokers: "b:9092"}\nresources:\n  payment_flow: {parallelism: 2}\n',
        None,
    ),
}


def found(folder) -> list[tuple[str, str]]:
    run = subprocess.run([binary(), "check", "--no-env", "--allow-empty", "--format", "json", "."], cwd=folder, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    reports = map(json.loads, run.stdout.splitlines())
    return [(one["code"], one["message"]) for report in reports for one in report["diagnostics"] if one["code"].startswith("process-")]


def write(folder, process: str, document: str, declared: bool) -> None:
    (folder / "src/flow").mkdir(parents=True)
    (folder / "src/infra").mkdir()
    if declared:
        (folder / "nexflow.toml").write_text("[project]\nname = 'shape'\n")
    (folder / "src/flow/a.proc").write_text(process)
    (folder / "src/infra/production.infra").write_text(document)


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_said_where_both_sides_agree(tmp_path, shape):
    process, document, _ = SHAPES[shape]
    # A folder without a project file is a project only where the two sides meet.
    write(tmp_path, process, document, declared=shape != "documents that have nothing to do with the processes")
    assert found(tmp_path) == []


@pytest.mark.parametrize("shape", [shape for shape, (_, _, bound) in SHAPES.items() if bound])
def test_a_binding_with_another_name_is_missed(tmp_path, shape):
    process, document, bound = SHAPES[shape]
    write(tmp_path, process, re.sub(rf"\b{bound}:", "zebra_crossing:", document), declared=True)
    said = found(tmp_path)
    unbound = [message for code, message in said if code == "process-name-unbound"]
    assert len(unbound) == 1 and f"`{bound}`" in unbound[0]
    assert {code for code, _ in said} <= {"process-name-unbound", "process-binding-unused"}


def test_processes_without_documents_are_a_project_like_any_other(tmp_path):
    for number, (process, _, _) in enumerate(SHAPES.values()):
        folder = tmp_path / f"level-{number}"
        folder.mkdir()
        (folder / "a.proc").write_text(process)
    assert found(tmp_path) == []
