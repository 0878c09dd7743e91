"""Claims about the services of clouds, held against what their client libraries check before they connect. Nothing is connected."""
import re

import botocore.session
import expectations
import s3transfer
from azure.mgmt.storage import __version__ as AZURE
from azure.mgmt.storage.operations import _blob_containers_operations
from botocore.endpoint_provider import RuleSetStandardLibrary
from botocore.utils import ArnParser
from google.cloud import storage
from s3transfer.utils import ChunksizeAdjuster

PRODUCTS = {
    "aws": f"botocore {botocore.__version__}",
    "s3transfer": f"s3transfer {s3transfer.__version__}",
    "azure": f"azure-mgmt-storage {AZURE}",
    "gcs": f"google-cloud-storage {storage.__version__}",
}


class Limits:
    """Stands for what writes the parameters of Azure's library into addresses. The library hands over the limits of each and leaves it to
    the service to hold them; this holds them."""

    def url(self, name, value, _, min_length=0, max_length=None, pattern=None):
        if len(value) < min_length or max_length is not None and len(value) > max_length:
            raise ValueError(f"{name} has not {min_length} to {max_length} characters")
        if pattern and not re.search(pattern, value):
            raise ValueError(f"{name} does not match {pattern}")
        return value

    def query(self, _, value, *__, **___):
        return value

    header = query


def client(service):
    return botocore.session.get_session().create_client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


def bucket(name):
    """A bucket that has an address of its own, as each one that AWS lets be made has. A name with dots has one without TLS."""
    client("s3").generate_presigned_url("head_bucket", {"Bucket": name})
    if not RuleSetStandardLibrary("aws").aws_is_virtual_hostable_s3_bucket(name, True):
        raise ValueError(f"{name} is no host")


def arn(text):
    ArnParser().parse_arn(text)


def member(path, text):
    """A parameter of an operation as the model of the service has it: service.Operation.Parameter."""
    service, operation, name = path.split(".")
    rules = client(service).meta.service_model.operation_model(operation).input_shape.members[name].metadata
    if not rules["min"] <= len(text) <= rules["max"]:
        raise ValueError(f"length {len(text)} is not in {rules['min']}..{rules['max']}")
    if not re.fullmatch(rules["pattern"], text):
        raise ValueError(f"does not match {rules['pattern']}")


def part(size):
    """The size of the parts of an upload stays as it is."""
    if ChunksizeAdjuster().adjust_chunksize(size) != size:
        raise ValueError(f"{size} is adjusted")


def container(account, name):
    """A container of a storage account."""
    _blob_containers_operations._SERIALIZER = Limits()
    _blob_containers_operations.build_get_request("group", account, name, "subscription")


def outcome(case):
    """What the library says: nothing where it takes it."""
    try:
        match case:
            case {"bucket": name}:
                bucket(name)
            case {"arn": text}:
                arn(text)
            case {"member": path, "text": text}:
                member(path, text)
            case {"part": size}:
                part(size)
            case {"account": account, "container": name}:
                container(account, name)
            case {"gcs_bucket": name}:
                storage.Bucket(None, name)
    except Exception as error:  # whatever it refuses with
        return f"{type(error).__name__}: {error}"
    return ""


def replay(product, claims):
    return expectations.replay(PRODUCTS[product], claims, outcome)
