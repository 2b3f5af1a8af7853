"""What an app does with a bucket, by boto3, with the config vars that the platform gives it.

Run by tests/suite/buckets/mod.rs, which starts the server and sets the variables of two add-ons: the app's own, and
another's with the prefix OTHER_. Prints each check; the first that fails ends it.
"""

import base64
import hashlib
import io
import os
import sys
import time
import zlib
from datetime import datetime, timedelta, timezone

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED

from bucket import BUCKET, ENDPOINT, MIB, OTHER, an_hour_ago, client, empty, fetch, get, put, refused, s3

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


@check
def buckets():
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == [BUCKET]
    head = s3.head_bucket(Bucket=BUCKET)["ResponseMetadata"]["HTTPHeaders"]
    assert head["x-amz-request-id"] and head["x-amz-id-2"]
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    refused(409, "BucketAlreadyOwnedByYou", s3.create_bucket, Bucket=BUCKET)
    refused(403, "AccessDenied", s3.create_bucket, Bucket="some-other-name")
    refused(403, "AccessDenied", s3.create_bucket, Bucket=OTHER)
    put("full", b"x")
    refused(409, "BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    assert get("full") == b"x"
    empty()
    s3.delete_bucket(Bucket=BUCKET)
    refused(404, "404", s3.head_bucket, Bucket=BUCKET)
    refused(404, "NoSuchBucket", put, "a")
    refused(404, "NoSuchBucket", s3.list_objects_v2, Bucket=BUCKET)
    refused(404, "NoSuchBucket", s3.delete_bucket, Bucket=BUCKET)
    assert s3.list_buckets()["Buckets"] == []
    refused(
        400, "IllegalLocationConstraintException", s3.create_bucket, Bucket=BUCKET,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    s3.create_bucket(Bucket=BUCKET)
    s3.head_bucket(Bucket=BUCKET)


@check
def a_key_opens_nothing_else():
    other = client(access=os.environ["OTHER_AWS_ACCESS_KEY_ID"], secret=os.environ["OTHER_AWS_SECRET_ACCESS_KEY"])
    other.put_object(Bucket=OTHER, Key="theirs", Body=b"theirs")
    put("ours", b"ours")
    for call, more in [
        (s3.get_object, {"Key": "theirs"}),
        (s3.put_object, {"Key": "theirs", "Body": b"overwritten"}),
        (s3.delete_object, {"Key": "theirs"}),
        (s3.list_objects_v2, {}),
        (s3.list_objects, {}),
        (s3.delete_bucket, {}),
        (s3.delete_objects, {"Delete": {"Objects": [{"Key": "theirs"}]}}),
        (s3.create_multipart_upload, {"Key": "theirs"}),
        (s3.list_multipart_uploads, {}),
    ]:
        refused(403, "AccessDenied", call, Bucket=OTHER, **more)
    refused(403, "403", s3.head_bucket, Bucket=OTHER)
    refused(403, "AccessDenied", s3.copy_object, Bucket=BUCKET, Key="stolen", CopySource={"Bucket": OTHER, "Key": "theirs"})
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="stolen")["UploadId"]
    refused(
        403, "AccessDenied", s3.upload_part_copy, Bucket=BUCKET, Key="stolen", UploadId=upload, PartNumber=1,
        CopySource={"Bucket": OTHER, "Key": "theirs"},
    )
    s3.abort_multipart_upload(Bucket=BUCKET, Key="stolen", UploadId=upload)
    refused(404, "NoSuchBucket", s3.get_object, Bucket="nobody-has-this", Key="x")
    refused(404, "NoSuchBucket", s3.copy_object, Bucket=BUCKET, Key="x", CopySource={"Bucket": "nobody-has-this", "Key": "x"})
    # A way out of the bucket by its path is a key of the bucket, or the other bucket's name, which is refused.
    assert other.get_object(Bucket=OTHER, Key="theirs")["Body"].read() == b"theirs"
    refused(404, "NoSuchKey", get, f"../{OTHER}/theirs")
    assert [o["Key"] for o in other.list_objects_v2(Bucket=OTHER)["Contents"]] == ["theirs"]


@check
def signatures():
    refused(403, "SignatureDoesNotMatch", client(secret="w" * 40).list_objects_v2, Bucket=BUCKET)
    refused(403, "SignatureDoesNotMatch", client(secret="w" * 40).put_object, Bucket=BUCKET, Key="w", Body=b"w" * MIB)
    refused(403, "InvalidAccessKeyId", client(access="A" * 20).list_objects_v2, Bucket=BUCKET)
    unsigned = client(signature_version=UNSIGNED)
    refused(403, "AccessDenied", unsigned.get_object, Bucket=BUCKET, Key="ours")
    refused(403, "AccessDenied", unsigned.put_object, Bucket=BUCKET, Key="ours", Body=b"x")
    refused(403, "AccessDenied", unsigned.list_buckets)
    with an_hour_ago():
        refused(403, "RequestTimeTooSkewed", client(signature_version="s3v4").list_buckets)
    refused(404, "NoSuchKey", get, "w")
    status, body, _ = fetch(f"{ENDPOINT}/{BUCKET}/ours")
    assert status == 403 and b"<Code>AccessDenied</Code>" in body, body


@check
def headers_and_metadata():
    expires = datetime(2031, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
    stored = dict(
        ContentType="text/plain; charset=utf-8", CacheControl="max-age=60", ContentDisposition='attachment; filename="a b"',
        ContentLanguage="de", ContentEncoding="gzip", Metadata={"color": "blue", "empty": "", "path": "../../x"},
    )
    answer = put("meta", b"hello", Expires=expires, **stored)
    md5 = hashlib.md5(b"hello").hexdigest()
    assert answer["ETag"] == f'"{md5}"'
    for found in (s3.head_object(Bucket=BUCKET, Key="meta"), s3.get_object(Bucket=BUCKET, Key="meta")):
        for name, value in stored.items():
            assert found[name] == value, (name, found[name])
        assert found["Expires"] == expires and found["ContentLength"] == 5 and found["ETag"] == f'"{md5}"'
        assert found["AcceptRanges"] == "bytes" and abs(datetime.now(timezone.utc) - found["LastModified"]) < timedelta(minutes=5)
    plain = put("plain", b"") and s3.head_object(Bucket=BUCKET, Key="plain")
    assert plain["ContentType"] == "binary/octet-stream" and plain["ContentLength"] == 0 and plain["Metadata"] == {}
    overridden = s3.get_object(Bucket=BUCKET, Key="meta", ResponseContentType="x/y", ResponseCacheControl="no-store")
    assert (overridden["ContentType"], overridden["CacheControl"]) == ("x/y", "no-store")
    refused(400, "MetadataTooLarge", put, "m", Metadata={"big": "m" * 3000})
    refused(404, "NoSuchKey", get, "absent")
    refused(404, "404", s3.head_object, Bucket=BUCKET, Key="absent")


@check
def digests():
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    right = base64.b64encode(hashlib.md5(b"body").digest()).decode()
    refused(400, "BadDigest", put, "digest", b"body", ContentMD5=wrong)
    refused(400, "InvalidDigest", put, "digest", b"body", ContentMD5="abc=")
    refused(404, "NoSuchKey", get, "digest")
    put("digest", b"body", ContentMD5=right)
    crc = base64.b64encode(zlib.crc32(b"body").to_bytes(4, "big")).decode()
    refused(400, "BadDigest", put, "digest", b"BODY", ChecksumCRC32=crc)
    assert get("digest") == b"body", "a refused put changes nothing"
    assert put("digest", b"body", ChecksumCRC32=crc)["ChecksumCRC32"] == crc
    found = s3.get_object(Bucket=BUCKET, Key="digest", ChecksumMode="ENABLED")
    assert found["ChecksumCRC32"] == crc and found["Body"].read() == b"body"
    sha = base64.b64encode(hashlib.sha256(b"body").digest()).decode()
    assert put("digest", b"body", ChecksumAlgorithm="SHA256")["ChecksumSHA256"] == sha
    # The signature names the SHA-256 of the body: another body under the same signature is refused.
    signed = client(signature_version="s3v4").generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "digest"})
    status, body, _ = fetch(signed, "PUT", b"tampered", {"x-amz-content-sha256": hashlib.sha256(b"body").hexdigest()})
    assert status == 400 and b"XAmzContentSHA256Mismatch" in body, (status, body)
    assert get("digest") == b"body"


@check
def keys_of_all_kinds():
    keys = [
        "../../etc/x", "..", "a", "a/b", "a//b", "a/", "/lead", "日本語/ファイル.txt", "ümlaut é", "sp ace+plus%25", "q?x=1&y#z",
        "😀", "e\u0301", "\u00e9", "back\\slash", "quote\"'<>&", "tab\there", "new\nline", "~-_.!*()", "k" * 1024,
    ]
    empty()
    for key in keys:
        put(key, key.encode())
    for key in keys:
        assert get(key) == key.encode(), key
        assert s3.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == len(key.encode())
    ordered = sorted(keys, key=str.encode)
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ordered
    assert [o["Key"] for o in s3.list_objects(Bucket=BUCKET)["Contents"]] == ordered
    for key in keys:
        s3.copy_object(Bucket=BUCKET, Key="copy of", CopySource={"Bucket": BUCKET, "Key": key})
        assert get("copy of") == key.encode(), key
    refused(400, "KeyTooLongError", put, "k" * 1025)
    deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys if key not in ("tab\there", "new\nline")]})
    assert "Errors" not in deleted and len(deleted["Deleted"]) == len(keys) - 2
    assert {o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]} == {"copy of", "tab\there", "new\nline"}


@check
def ranges():
    body = bytes(range(256)) * 4096
    put("range", body)
    for header, wanted in [
        ("bytes=0-0", body[:1]), ("bytes=10-19", body[10:20]), ("bytes=1048570-", body[1048570:]), ("bytes=-7", body[-7:]),
        ("bytes=-99999999", body), ("bytes=300000-99999999", body[300000:]), ("bytes=262140-262150", body[262140:262151]),
    ]:
        found = s3.get_object(Bucket=BUCKET, Key="range", Range=header)
        assert found["Body"].read() == wanted, header
        start = len(body) - len(wanted) if header.startswith("bytes=-") else int(header[6:].split("-")[0])
        assert found["ContentRange"] == f"bytes {start}-{start + len(wanted) - 1}/{len(body)}", found["ContentRange"]
        assert found["ResponseMetadata"]["HTTPStatusCode"] == 206
    refused(416, "InvalidRange", s3.get_object, Bucket=BUCKET, Key="range", Range=f"bytes={len(body)}-")
    head = s3.head_object(Bucket=BUCKET, Key="range", Range="bytes=0-9")
    assert head["ContentLength"] == 10 and head["ResponseMetadata"]["HTTPStatusCode"] == 206
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "range"})
    etag = s3.head_object(Bucket=BUCKET, Key="range")["ETag"]
    assert fetch(url, headers={"Range": "bytes=0-1", "If-Range": etag})[0] == 206
    assert fetch(url, headers={"Range": "bytes=0-1", "If-Range": '"another"'})[:2] == (200, body)


@check
def conditions():
    etag = put("cond", b"1")["ETag"]
    modified = s3.head_object(Bucket=BUCKET, Key="cond")["LastModified"]
    later, earlier = modified + timedelta(hours=1), modified - timedelta(hours=1)
    for call in (s3.get_object, s3.head_object):
        def no(status, code, **condition):
            code = code if call == s3.get_object or status == 304 else str(status)
            refused(status, code, call, Bucket=BUCKET, Key="cond", **condition)
        no(304, "304", IfNoneMatch=etag)
        no(304, "304", IfNoneMatch="*")
        no(304, "304", IfModifiedSince=later)
        no(412, "PreconditionFailed", IfMatch='"other"')
        no(412, "PreconditionFailed", IfUnmodifiedSince=earlier)
        for condition in (
            {"IfMatch": etag}, {"IfNoneMatch": '"other"'}, {"IfModifiedSince": earlier}, {"IfUnmodifiedSince": later},
            {"IfMatch": etag, "IfUnmodifiedSince": earlier}, {"IfNoneMatch": '"other"', "IfModifiedSince": later},
        ):
            call(Bucket=BUCKET, Key="cond", **condition)
    # Conditions on writes, by presigned URL: older boto3 has no words for them.
    url = lambda key: s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": key})
    assert fetch(url("cond"), "PUT", b"2", {"If-None-Match": "*"})[0] == 412 and get("cond") == b"1"
    assert fetch(url("fresh"), "PUT", b"2", {"If-None-Match": "*"})[0] == 200 and get("fresh") == b"2"
    assert fetch(url("cond"), "PUT", b"2", {"If-Match": '"other"'})[0] == 412 and get("cond") == b"1"
    assert fetch(url("cond"), "PUT", b"2", {"If-Match": etag})[0] == 200 and get("cond") == b"2"
    assert fetch(url("nothing"), "PUT", b"2", {"If-Match": etag})[0] == 404


@check
def copies():
    put("source", b"bytes", ContentType="text/plain", Metadata={"a": "1"})
    source = {"Bucket": BUCKET, "Key": "source"}
    copied = s3.copy_object(Bucket=BUCKET, Key="target", CopySource=source)["CopyObjectResult"]
    assert copied["ETag"] == f'"{hashlib.md5(b"bytes").hexdigest()}"'
    head = s3.head_object(Bucket=BUCKET, Key="target")
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"a": "1"})
    s3.copy_object(Bucket=BUCKET, Key="target", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"}, ContentType="x/y")
    head = s3.head_object(Bucket=BUCKET, Key="target")
    assert (head["ContentType"], head["Metadata"]) == ("x/y", {"b": "2"})
    refused(400, "InvalidRequest", s3.copy_object, Bucket=BUCKET, Key="source", CopySource=source)
    s3.copy_object(Bucket=BUCKET, Key="source", CopySource=source, MetadataDirective="REPLACE", Metadata={"c": "3"})
    assert s3.head_object(Bucket=BUCKET, Key="source")["Metadata"] == {"c": "3"} and get("source") == b"bytes"
    refused(404, "NoSuchKey", s3.copy_object, Bucket=BUCKET, Key="t", CopySource={"Bucket": BUCKET, "Key": "absent"})
    refused(412, "PreconditionFailed", s3.copy_object, Bucket=BUCKET, Key="t", CopySource=source, CopySourceIfMatch='"no"')
    etag = s3.head_object(Bucket=BUCKET, Key="source")["ETag"]
    refused(412, "PreconditionFailed", s3.copy_object, Bucket=BUCKET, Key="t", CopySource=source, CopySourceIfNoneMatch=etag)
    s3.delete_object(Bucket=BUCKET, Key="source")
    assert get("target") == b"bytes", "a copy outlives its source"


@check
def deletes():
    s3.delete_object(Bucket=BUCKET, Key="was never there")
    for number in range(5):
        put(f"many/{number}")
    quiet = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": f"many/{n}"} for n in range(4)], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET, Prefix="many/")["Contents"]] == ["many/4"]
    told = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "many/4"}, {"Key": "many/none"}]})
    assert sorted(d["Key"] for d in told["Deleted"]) == ["many/4", "many/none"]
    refused(400, "MalformedXML", s3.delete_objects, Bucket=BUCKET, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})


@check
def lists():
    empty()
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    put("seed", b"s")
    keys = sorted([f"dir {d}/ä{n:03}" for d in range(5) for n in range(250)] + ["top+1", "top 2"])
    for key in keys:
        s3.copy_object(Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": "seed"})
    s3.delete_object(Bucket=BUCKET, Key="seed")
    keys.sort(key=str.encode)
    first = s3.list_objects_v2(Bucket=BUCKET)
    assert first["KeyCount"] == 1000 and first["IsTruncated"] and first["MaxKeys"] == 1000 and first["Name"] == BUCKET
    entry = first["Contents"][0]
    assert entry["Size"] == 1 and entry["StorageClass"] == "STANDARD" and entry["ETag"] == f'"{hashlib.md5(b"s").hexdigest()}"'
    for operation in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(operation)
        for size in (1000, 77):
            found = [o["Key"] for p in pages.paginate(Bucket=BUCKET, PaginationConfig={"PageSize": size}) for o in p.get("Contents", [])]
            assert found == keys, (operation, size, len(found))
        for size in (1000, 3, 1):
            found, tops = [], []
            for page in pages.paginate(Bucket=BUCKET, Delimiter="/", PaginationConfig={"PageSize": size}):
                found += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
                tops += [o["Key"] for o in page.get("Contents", [])]
            assert found == [f"dir {d}/" for d in range(5)] and tops == ["top 2", "top+1"], (operation, size, found, tops)
        inside = list(pages.paginate(Bucket=BUCKET, Prefix="dir 3/", Delimiter="/"))
        assert sum(len(p.get("Contents", [])) for p in inside) == 250 and "CommonPrefixes" not in inside[0]
    after = s3.list_objects_v2(Bucket=BUCKET, StartAfter="dir 4/ä248", FetchOwner=True)
    assert [o["Key"] for o in after["Contents"]] == ["dir 4/ä249", "top 2", "top+1"] and after["Contents"][0]["Owner"]["ID"]
    assert after["StartAfter"] == "dir 4/ä248"
    marked = s3.list_objects(Bucket=BUCKET, Marker="top 2")
    assert [o["Key"] for o in marked["Contents"]] == ["top+1"] and marked["Marker"] == "top 2"
    assert s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)["KeyCount"] == 0
    assert not s3.list_objects_v2(Bucket=BUCKET, Prefix="nothing").get("Contents")
    refused(400, "InvalidArgument", s3.list_objects_v2, Bucket=BUCKET, ContinuationToken="not a token")
    refused(400, "InvalidArgument", s3.list_objects_v2, Bucket=BUCKET, MaxKeys=-1)
    empty()


@check
def multipart():
    parts = [os.urandom(5 * MIB), os.urandom(5 * MIB + 1), b"the end"]
    start = lambda key, **more: s3.create_multipart_upload(Bucket=BUCKET, Key=key, **more)["UploadId"]
    upload = start("big", ContentType="x/big", Metadata={"m": "1"})
    at = dict(Bucket=BUCKET, Key="big", UploadId=upload)
    etags = [s3.upload_part(PartNumber=n, Body=b, **at)["ETag"] for n, b in enumerate(parts, 1)]
    listed = s3.list_parts(**at)
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed["Parts"]] == [(n, len(b), e) for n, (b, e) in enumerate(zip(parts, etags), 1)]
    page = s3.list_parts(MaxParts=2, **at)
    assert page["IsTruncated"] and page["NextPartNumberMarker"] == 2
    assert [p["PartNumber"] for p in s3.list_parts(PartNumberMarker=2, **at)["Parts"]] == [3]
    refused(404, "NoSuchKey", get, "big")
    refused(400, "InvalidArgument", s3.upload_part, PartNumber=10001, Body=b"x", **at)
    refused(404, "NoSuchUpload", s3.upload_part, Bucket=BUCKET, Key="other", UploadId=upload, PartNumber=1, Body=b"x")
    named = [{"PartNumber": n, "ETag": e} for n, e in enumerate(etags, 1)]
    complete = lambda parts: s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **at)
    refused(400, "InvalidPartOrder", complete, named[::-1])
    refused(400, "InvalidPart", complete, named[:2] + [{"PartNumber": 4, "ETag": etags[2]}])
    refused(400, "InvalidPart", complete, named[:2] + [{"PartNumber": 3, "ETag": etags[0]}])
    done = complete(named)
    digest = hashlib.md5(b"".join(hashlib.md5(b).digest() for b in parts)).hexdigest()
    assert done["ETag"] == f'"{digest}-3"', done["ETag"]
    whole = s3.get_object(Bucket=BUCKET, Key="big")
    assert whole["Body"].read() == b"".join(parts) and whole["ContentType"] == "x/big" and whole["Metadata"] == {"m": "1"}
    across = f"bytes={5 * MIB - 3}-{5 * MIB + 3}"
    assert get("big", Range=across) == b"".join(parts)[5 * MIB - 3 : 5 * MIB + 4]
    second = s3.get_object(Bucket=BUCKET, Key="big", PartNumber=2)
    assert second["Body"].read() == parts[1] and second["PartsCount"] == 3
    assert s3.head_object(Bucket=BUCKET, Key="big", PartNumber=3)["ContentLength"] == 7
    refused(404, "NoSuchUpload", s3.list_parts, **at)
    assert complete(named)["ETag"] == done["ETag"], "asked again, it says the same"

    small = start("small")
    at = dict(Bucket=BUCKET, Key="small", UploadId=small)
    etags = [s3.upload_part(PartNumber=n, Body=b"tiny", **at)["ETag"] for n in (1, 2)]
    refused(400, "EntityTooSmall", complete, [{"PartNumber": n, "ETag": e} for n, e in enumerate(etags, 1)])
    s3.abort_multipart_upload(**at)
    refused(404, "NoSuchUpload", s3.abort_multipart_upload, **at)

    copy = start("assembled")
    at = dict(Bucket=BUCKET, Key="assembled", UploadId=copy)
    source = {"Bucket": BUCKET, "Key": "big"}
    one = s3.upload_part_copy(PartNumber=1, CopySource=source, CopySourceRange=f"bytes=1-{5 * MIB}", **at)["CopyPartResult"]
    two = s3.upload_part_copy(PartNumber=2, CopySource=source, **at)["CopyPartResult"]
    assert one["ETag"] == f'"{hashlib.md5(b"".join(parts)[1 : 5 * MIB + 1]).hexdigest()}"'
    refused(416, "InvalidRange", s3.upload_part_copy, PartNumber=3, CopySource=source, CopySourceRange="bytes=0-99999999", **at)
    complete([{"PartNumber": 1, "ETag": one["ETag"]}, {"PartNumber": 2, "ETag": two["ETag"]}])
    assert get("assembled") == b"".join(parts)[1 : 5 * MIB + 1] + b"".join(parts)

    uploads = [("u/a", start("u/a")), ("u/a", start("u/a")), ("u/b", start("u/b")), ("v", start("v"))]
    found = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in found] == uploads
    page = s3.list_multipart_uploads(Bucket=BUCKET, MaxUploads=1)
    assert page["IsTruncated"] and (page["NextKeyMarker"], page["NextUploadIdMarker"]) == uploads[0]
    rest = s3.list_multipart_uploads(Bucket=BUCKET, KeyMarker=uploads[0][0], UploadIdMarker=uploads[0][1])["Uploads"]
    assert [(u["Key"], u["UploadId"]) for u in rest] == uploads[1:]
    grouped = s3.list_multipart_uploads(Bucket=BUCKET, Delimiter="/")
    assert [p["Prefix"] for p in grouped["CommonPrefixes"]] == ["u/"] and [u["Key"] for u in grouped["Uploads"]] == ["v"]
    assert len(s3.list_multipart_uploads(Bucket=BUCKET, Prefix="u/")["Uploads"]) == 3
    for key, upload in uploads:
        s3.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


@check
def transfers():
    """As boto3 does it of its own accord: parts in parallel, its own checksums."""
    body = os.urandom(18 * MIB + 123)
    config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB)
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "transfer", Config=config)
    assert s3.head_object(Bucket=BUCKET, Key="transfer")["ETag"].endswith('-3"')
    found = io.BytesIO()
    s3.download_fileobj(BUCKET, "transfer", found, Config=config)
    assert found.getvalue() == body
    s3.copy({"Bucket": BUCKET, "Key": "transfer"}, BUCKET, "copied", Config=config)
    assert get("copied") == body
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        s3.upload_fileobj(io.BytesIO(body), BUCKET, "summed", ExtraArgs={"ChecksumAlgorithm": algorithm}, Config=config)
        head = s3.head_object(Bucket=BUCKET, Key="summed", ChecksumMode="ENABLED")
        assert head[f"Checksum{algorithm}"], head
        assert get("summed", ChecksumMode="ENABLED") == body


@check
def presigned():
    for version in ("s3v4", "s3"):
        signer = client(signature_version=version)
        url = signer.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "pre signed/ü"}, ExpiresIn=60)
        assert fetch(url, "PUT", version.encode())[0] == 200, version
        url = signer.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "pre signed/ü", "ResponseContentType": "x/y"})
        status, body, headers = fetch(url)
        assert (status, body, headers["content-type"]) == (200, version.encode(), "x/y"), (version, status, body)
        other_key = url.replace("pre", "not", 1)
        assert fetch(other_key)[0] == 403, "a URL is for one key"
        assert fetch(url, "DELETE")[0] == 403, "and for one method"
        # Version 2 signs the time of the end, version 4 that of the signature and how long it is good for.
        with an_hour_ago():
            lifetime = 3000 if version == "s3v4" else -60
            expired = signer.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "pre signed/ü"}, ExpiresIn=lifetime)
            stale = None if version == "s3" else signer.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "pre signed/ü"}, ExpiresIn=4000)
        status, body, _ = fetch(expired)
        assert status == 403 and b"<Code>AccessDenied</Code>" in body, (version, status, body)
        assert stale is None or fetch(stale)[0] == 200, "good for its whole time"
    forged = client(secret="w" * 40, signature_version="s3v4").generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "x"})
    status, body, _ = fetch(forged)
    assert status == 403 and b"SignatureDoesNotMatch" in body


@check
def everything_else_is_said_not_to_be_there():
    put("here", b"bytes")
    on_bucket = [
        ("get_bucket_versioning", {}), ("get_bucket_tagging", {}), ("get_bucket_policy", {}), ("get_bucket_cors", {}),
        ("get_bucket_acl", {}), ("get_bucket_encryption", {}), ("get_bucket_website", {}), ("get_bucket_logging", {}),
        ("get_bucket_lifecycle_configuration", {}), ("get_bucket_notification_configuration", {}), ("list_object_versions", {}),
        ("get_bucket_replication", {}), ("get_public_access_block", {}), ("get_bucket_ownership_controls", {}),
        ("get_object_lock_configuration", {}), ("list_bucket_inventory_configurations", {}), ("delete_bucket_policy", {}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        ("put_bucket_tagging", {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
        ("put_bucket_policy", {"Policy": "{}"}),
        ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [
            {"ID": "x", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": 1}}]}}),
        ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}}),
        ("put_bucket_acl", {"ACL": "private"}),
    ]
    on_object = [
        ("get_object_tagging", {}), ("get_object_acl", {}), ("get_object_retention", {}), ("get_object_legal_hold", {}),
        ("get_object_torrent", {}), ("delete_object_tagging", {}), ("restore_object", {"RestoreRequest": {"Days": 1}}),
        ("get_object_attributes", {"ObjectAttributes": ["ETag"]}), ("put_object_acl", {"ACL": "private"}),
        ("put_object_tagging", {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
        ("select_object_content", {"Expression": "SELECT 1", "ExpressionType": "SQL", "InputSerialization": {"CSV": {}}, "OutputSerialization": {"CSV": {}}}),
    ]
    for name, more in on_bucket:
        refused(501, "NotImplemented", getattr(s3, name), Bucket=BUCKET, **more)
    for name, more in on_object:
        refused(501, "NotImplemented", getattr(s3, name), Bucket=BUCKET, Key="here", **more)
    for more in (
        {"Tagging": "a=b"}, {"ServerSideEncryption": "AES256"}, {"WebsiteRedirectLocation": "/x"}, {"GrantRead": "id=1"},
        {"ObjectLockLegalHoldStatus": "ON"}, {"ExpectedBucketOwner": "123456789012"},
    ):
        refused(501, "NotImplemented", put, "here", b"changed", **more)
    refused(400, "AccessControlListNotSupported", put, "here", b"changed", ACL="public-read")
    refused(400, "InvalidStorageClass", put, "here", b"changed", StorageClass="GLACIER")
    for _ in range(50):  # Refusals before the body was asked for, one after the other: each must get its own answer.
        refused(501, "NotImplemented", put, "here", b"changed", Tagging="a=b")
        refused(400, "InvalidStorageClass", put, "here", b"changed", StorageClass="GLACIER")
    refused(400, "InvalidArgument", s3.get_object, Bucket=BUCKET, Key="here", VersionId="abc")
    put("here", b"bytes", ACL="private", StorageClass="STANDARD")
    form = s3.generate_presigned_post(BUCKET, "here")
    fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in form["fields"].items())
    body = (fields + '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nchanged\r\n--b--\r\n').encode()
    status, answer, _ = fetch(form["url"], "POST", body, {"Content-Type": "multipart/form-data; boundary=b"})
    assert status == 501 and b"<Code>NotImplemented</Code>" in answer, (status, answer)
    assert get("here") == b"bytes", "nothing refused changed anything"


@check
def what_is_malformed_is_refused():
    """No request brings a 500."""
    for method, path, data, headers in [
        ("GET", "/", None, {}), ("GET", "/%ff%fe", None, {}), ("GET", "/UPPER/x", None, {}), ("OPTIONS", f"/{BUCKET}/x", None, {}),
        ("PATCH", f"/{BUCKET}/x", b"x", {}), ("POST", f"/{BUCKET}?delete", b"<not xml", {}), ("PUT", f"/{BUCKET}/x", b"x", {"Authorization": "nonsense"}),
        ("GET", f"/{BUCKET}?X-Amz-Signature=1", None, {}), ("GET", f"/{BUCKET}/x", None, {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}),
    ]:
        status, body, _ = fetch(ENDPOINT + path, method, data, headers)
        assert 400 <= status <= 499 or status == 501, (method, path, status, body)
    sign = lambda operation, **more: s3.generate_presigned_url(operation, {"Bucket": BUCKET, **more})
    put("here", b"0123456789")
    for url, method, data, headers in [
        (sign("get_object", Key="here"), "GET", None, {"Range": "bytes=5-1"}),
        (sign("get_object", Key="here"), "GET", None, {"Range": "bytes=0-1,3-4"}),
        (sign("get_object", Key="here"), "GET", None, {"Range": "lines=1-2"}),
        (sign("get_object", Key="here"), "GET", None, {"If-Modified-Since": "yesterday"}),
        (sign("get_object", Key="here"), "GET", None, {"If-None-Match": "***"}),
        (sign("put_object", Key="here"), "PUT", b"x", {"Content-MD5": "?"}),
        (sign("complete_multipart_upload", Key="here", UploadId="x"), "POST", b"<a><b></a>", {}),
        (sign("complete_multipart_upload", Key="here", UploadId="x"), "POST", b"", {}),
    ]:
        status, body, _ = fetch(url, method, data, headers)
        assert status < 500, (url, headers, status, body)
    assert get("here") == b"0123456789"


if __name__ == "__main__":
    print(f"boto3 {boto3.__version__}", flush=True)
    for function in CHECKS:
        start = time.monotonic()
        print(function.__name__, end=" ", flush=True)
        function()
        print(f"{time.monotonic() - start:.2f} s", flush=True)
    empty()
    s3.delete_bucket(Bucket=BUCKET)
    print(f"{len(CHECKS)} checks passed", flush=True)
    sys.exit(0)
