"""Claims about Kafka's clients: their configurations against the parser and the checks of librdkafka, which connects to nothing, and what a
consumer reads against its mock cluster, which is part of the same process. The mock cluster keeps no transactions from readers and
enforces no in-sync replicas, so claims about these rest on sources."""
import time
import uuid

import confluent_kafka

PATIENCE_SECONDS = 120


def version():
    return f"librdkafka {confluent_kafka.libversion()[0]}"


def outcome(case):
    """What the client says about a configuration: nothing where it takes it."""
    make = {"producer": confluent_kafka.Producer, "consumer": confluent_kafka.Consumer}[case["client"]]
    try:
        make({"log_level": 0, **case["config"]})
    except Exception as error:  # whatever it refuses with
        return str(error)
    return ""


def read(case):
    """What a consumer without committed offsets reads of a topic up to its end."""
    producer = confluent_kafka.Producer({"bootstrap.servers": "mock:9092", "test.mock.num.brokers": 1, "log_level": 0})
    brokers = producer.list_topics(timeout=PATIENCE_SECONDS).brokers.values()
    for record in case["written"]:
        producer.produce("topic", record.encode(), partition=0)
    assert producer.flush(PATIENCE_SECONDS) == 0, "not everything was written"
    own = {"bootstrap.servers": ",".join(f"{broker.host}:{broker.port}" for broker in brokers), "group.id": uuid.uuid4().hex,
           "enable.partition.eof": True, "log_level": 0}
    consumer = confluent_kafka.Consumer({**own, **case["config"]})
    consumer.assign([confluent_kafka.TopicPartition("topic", 0)])
    found, end = [], time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < end:
            message = consumer.poll(1)
            if message is None:
                continue
            if message.error() is None:
                found.append(message.value().decode())
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                return found
        return "the end was not reached"
    finally:
        consumer.close()


def replay(claims):
    failed = set()
    count = 0
    for claim in claims:
        for case in claim["cases"]:
            [expected] = case["expect"]
            count += 1
            if "read" in expected:
                said = read(case)
                good = said == expected["read"]
            else:
                said = outcome(case)
                good = said == "" if expected.get("ok") else expected["refused"] in said
            if not good:
                failed.add(claim["id"])
                print(f"  {claim['id']} / {case['name']}: {expected}\n    seen: {said or 'taken'}")
    print(f"{version()}: {count} expectations of {len(claims)} claims, {len(failed)} claims fail")
    return failed
