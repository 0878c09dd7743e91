"""`diff` and the blocks of regions: a change of one is what it does to the entry in that region."""

from __future__ import annotations

from test_diff import plan, write

REGIONAL = """\
version: '1.0'
environment: production
checkpoints:
  main: {type: s3, prefix: orders/, regional: true, us: {bucket: cp-us}, eu: {bucket: cp-eu, prefix: eu/}}
streams:
  orders: {type: kafka, topic: orders, regional: true, us: {topic: orders-us}, eu: {brokers: 'k:9092'}}
"""


def regional(tmp_path, old, new):
    write(tmp_path, a=REGIONAL, b=REGIONAL.replace(old, new))
    assert (tmp_path / "a.infra").read_text() != (tmp_path / "b.infra").read_text()
    documents = plan("a.infra", "b.infra", "--no-env", cwd=tmp_path)
    return [change for document in documents for change in document["changes"]]


def test_a_region_block_that_says_again_what_the_entry_says_is_no_difference(tmp_path):
    assert regional(tmp_path, "us: {bucket: cp-us}", "us: {bucket: cp-us, prefix: orders/}") == []
    assert regional(tmp_path, "eu: {brokers", "eu: {topic: orders, brokers") == []


def test_a_change_of_a_region_block_is_what_it_does_in_that_region(tmp_path):
    [change] = regional(tmp_path, "topic: orders-us", "topic: others-us")
    assert (change["path"], change["old"], change["new"]) == ("streams.orders.us.topic", "orders-us", "others-us")
    assert (change["rule"], change["class"]) == ("kafka-topic-changed", "safe-but")
    [change] = regional(tmp_path, "bucket: cp-us", "bucket: cp-us-2")
    assert change["rule"] == "region-changed"
    assert "checkpoint-bucket-changed" in [also["rule"] for also in change["also"]]
