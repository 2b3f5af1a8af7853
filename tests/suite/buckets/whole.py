"""Fills a bucket with everything that a backup must bring back, or prints all that can be known of one.

Run by tests/suite/buckets/backups.rs: `whole.py fill` and `whole.py tell`, with the config vars of an add-on.
"""

import hashlib
import io
import json
import sys

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from bucket import BUCKET, MIB, put, s3

HEADERS = ["ContentType", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Metadata"]


def fill():
    put("plain", b"bytes")
    put("empty")
    put("a", b"1")
    put("a/b", b"2")
    put("../../etc/x", b"a key is only text")
    put("/leading", b"3")
    put("\u65e5\u672c/\u00fc \u0301?#&+%2F.txt", "\u65e5".encode(), ContentType="text/plain; charset=utf-8")
    put(
        "headers", b"<p>", ContentType="text/html", CacheControl="max-age=60", ContentDisposition='attachment; filename="x"',
        ContentEncoding="identity", ContentLanguage="de", Expires="Wed, 21 Oct 2037 07:28:00 GMT",
        Metadata={"author": "alice", "note": "two words"},
    )
    for algorithm in ["CRC32", "SHA256"]:
        put(f"checked/{algorithm}", b"checked", ChecksumAlgorithm=algorithm)
    parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    large = bytes(range(256)) * (11 * MIB // 256) + b"end"
    s3.upload_fileobj(io.BytesIO(large), BUCKET, "large", Config=parts, ExtraArgs={"Metadata": {"made": "of parts"}})
    s3.copy_object(Bucket=BUCKET, Key="copied", CopySource={"Bucket": BUCKET, "Key": "large"})
    put("gone", b"deleted before the backup")
    s3.delete_object(Bucket=BUCKET, Key="gone")
    s3.create_multipart_upload(Bucket=BUCKET, Key="never completed")


def digest(**more):
    return hashlib.sha256(s3.get_object(Bucket=BUCKET, **more)["Body"].read()).hexdigest()


def describe(key):
    head = s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    told = {name: head.get(name) for name in HEADERS}
    told |= {name: value for name, value in head.items() if name.startswith("Checksum")}
    told |= {"etag": head["ETag"], "size": head["ContentLength"], "modified": head["LastModified"].isoformat()}
    told["expires"] = head["ResponseMetadata"]["HTTPHeaders"].get("expires")
    told["sha256"] = digest(Key=key)
    told["parts"] = []
    for number in range(1, 10):
        try:
            told["parts"].append(digest(Key=key, PartNumber=number))
        except ClientError:
            break
    if told["size"] > 5:
        told["range"] = digest(Key=key, Range="bytes=2-4")
    return told


def tell():
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    print(json.dumps({key: describe(key) for key in keys}, sort_keys=True))


{"fill": fill, "tell": tell}[sys.argv[1]]()
