"""The bucket of the app, and ways to ask it."""

import http.client
import os
import unittest.mock
import urllib.parse
from datetime import datetime, timedelta, timezone

import boto3
import botocore.auth
from botocore.client import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024
BUCKET = os.environ["S3_BUCKET"]
OTHER = os.environ["OTHER_S3_BUCKET"]
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
# Retries would hide an answer that came at the second try only.
ONCE = {"retries": {"max_attempts": 1, "mode": "standard"}}


def client(secret=None, access=None, **config):
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        aws_access_key_id=access or os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or os.environ["AWS_SECRET_ACCESS_KEY"],
        region_name=os.environ["AWS_REGION"],
        config=Config(**ONCE, **config),
    )


s3 = client()


def put(key, body=b"", **more):
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def get(key, **more):
    return s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def refused(status, code, call, *args, **kwargs):
    """The call must fail in this way. HEAD has no body, so there the code is the status."""
    try:
        call(*args, **kwargs)
    except ClientError as error:
        found = (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
        assert found == (status, code), f"{found}, not {(status, code)}: {error}"
        return error.response
    raise AssertionError(f"succeeded, but should have been refused with {code}")


def fetch(url, method="GET", data=None, headers=None):
    """A request as it stands here: urllib would add a Content-Type, which is part of a signature."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request(method, url[len(f"{parts.scheme}://{parts.netloc}"):], data, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def an_hour_ago():
    """Signatures are made as if it were an hour ago; what botocore calls to ask the time differs by its version."""
    then = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=1)
    if hasattr(botocore.auth, "get_current_datetime"):
        return unittest.mock.patch("botocore.auth.get_current_datetime", lambda *_, **__: then)

    class Clock(datetime):
        @classmethod
        def utcnow(cls):
            return then

    return unittest.mock.patch("botocore.auth.datetime", unittest.mock.Mock(wraps=botocore.auth.datetime, datetime=Clock))


def empty():
    while True:
        page = s3.list_objects_v2(Bucket=BUCKET)
        if not page.get("Contents"):
            return
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": o["Key"]} for o in page["Contents"]]})
