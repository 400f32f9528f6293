"""aws-cli on this machine. Arguments: the source workspace, the script, and the script's arguments."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

# `aws s3 cp|mb|ls|rm` made of boto3, for a machine without the command.
SHIM = """
import argparse, pathlib, sys
try:
    import boto3
except ImportError:
    sys.exit("aws is not on this machine, and its stand-in needs boto3: pip install boto3")
parser = argparse.ArgumentParser(prog="aws")
parser.add_argument("--endpoint-url")
parser.add_argument("--region")
parser.add_argument("--profile")
parser.add_argument("service")
parser.add_argument("verb", nargs="?", default="")
parser.add_argument("places", nargs="*")
for name in ("--recursive", "--quiet", "--no-progress", "--only-show-errors"):
    parser.add_argument(name, action="store_true")
given = parser.parse_intermixed_args()
if given.service != "s3" or given.verb not in {"cp", "mb", "ls", "rm"}:
    sys.exit(f"the stand-in for aws knows s3 cp, mb, ls and rm, not: {given.service} {given.verb}")
session = boto3.session.Session(profile_name=given.profile, region_name=given.region or "us-east-1")
s3 = session.client("s3", endpoint_url=given.endpoint_url)
def split(place):
    bucket, _, key = place.removeprefix("s3://").partition("/")
    return bucket, key
def put(file, bucket, key):
    s3.upload_file(str(file), bucket, key)
    print(f"upload: {file} to s3://{bucket}/{key}")
def get(bucket, key, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, key, str(file))
    print(f"download: s3://{bucket}/{key} to {file}")
def keys(bucket, prefix):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (one["Key"] for one in page.get("Contents", ()))
places = given.places
if given.verb == "mb":
    s3.create_bucket(Bucket=split(places[0])[0])
    print(f"make_bucket: {split(places[0])[0]}")
elif given.verb == "ls":
    bucket, prefix = split(places[0])
    print("\\n".join(keys(bucket, prefix)))
elif given.verb == "rm":
    bucket, key = split(places[0])
    for one in list(keys(bucket, key)) if given.recursive else [key]:
        s3.delete_object(Bucket=bucket, Key=one)
        print(f"delete: s3://{bucket}/{one}")
elif places[1].startswith("s3://"):
    bucket, key = split(places[1])
    source = pathlib.Path(places[0])
    if given.recursive:
        for file in sorted(one for one in source.rglob("*") if one.is_file()):
            put(file, bucket, "/".join(part for part in (key.rstrip("/"), file.relative_to(source).as_posix()) if part))
    else:
        put(source, bucket, key + source.name if not key or key.endswith("/") else key)
else:
    bucket, key = split(places[0])
    target = pathlib.Path(places[1])
    if given.recursive:
        for one in keys(bucket, key):
            get(bucket, one, target / one.removeprefix(key).lstrip("/"))
    else:
        get(bucket, key, target / key.rsplit("/", 1)[-1] if target.is_dir() or places[1].endswith("/") else target)
"""


def main() -> None:
    """Run the script where an `aws` is in its PATH."""
    source, script, *arguments = sys.argv[1:]
    program = shutil.which("aws")
    command = ["/bin/sh", "-ec", script, "sh", *arguments]
    if program is None or subprocess.run([program, "--version"], capture_output=True, check=False).returncode:
        print("flowdsl: no aws on this machine: `aws s3` is done with boto3 here, as a stand-in", flush=True)
        folder = pathlib.Path.home() / "stand-in"
        folder.mkdir(exist_ok=True)
        shim = folder / "aws"
        shim.write_text(f"#!{sys.executable}\n{SHIM}", encoding="utf-8")
        shim.chmod(0o755)
        command[2] = f'PATH="{folder}:$PATH"\n{script}'
    os.chdir(source or ".")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
