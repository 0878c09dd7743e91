"""Claims about MongoDB and Redis, held against the checks of their Python clients. Nothing is connected."""
import functools

import expectations
import pymongo
import redis
from redis.cluster import RedisCluster

PRODUCTS = {"mongodb": f"PyMongo {pymongo.version}", "redis": f"redis-py {redis.__version__}"}


def outcome(product, case):
    """What the client says about an address and options: nothing where it takes them."""
    try:
        if product == "mongodb":
            pymongo.MongoClient(case["uri"], connect=False, **case.get("options", {}))
        elif case.get("cluster"):
            RedisCluster.from_url(case["uri"])
        else:
            redis.Redis.from_url(case["uri"])
    except Exception as error:  # whatever it refuses with
        return f"{type(error).__name__}: {error}"
    return ""


def replay(product, claims):
    return expectations.replay(PRODUCTS[product], claims, functools.partial(outcome, product))
