"""Events of a bucket as Argo Events tells of them: the notifications of MinIO (minio-go, pkg/notification/info.go).

Names of objects are escaped as in a URL. `sequencer` grows with each change of an object, and stays that of a change.
"""

from flowdsl.events.provider import Occurrence, Place, Provider

_OBJECT = "body.notification[0].s3.object"


def _of_object(path: str, *, unescaped: bool = False) -> Place:
    cel = f"{_OBJECT}.{path}"
    return Place(f"{cel}.unescaped()" if unescaped else cel, ("notification",))


BUCKET = Provider(
    name="bucket",
    title="A bucket",
    interceptor="github",  # asked by nobody: Triggers hears of no buckets
    event_header="",
    delivery=(),
    occurrences={
        "bucket": Occurrence(
            types=(),
            needs=("notification",),
            holds=("size(body.notification) > 0",),
            fields={
                "bucket": Place("body.notification[0].s3.bucket.name", ("notification",)),
                "key": _of_object("key", unescaped=True),
                "size": _of_object("size"),
                "etag": _of_object("eTag"),
                "revision": _of_object("sequencer"),
            },
        ),
    },
)
