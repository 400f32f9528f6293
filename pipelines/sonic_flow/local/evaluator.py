"""The reference evaluator: `python -m sonic_flow.local.evaluator --port PORT`.

It measures the clip's own pixels and sound (`measure.py`). With `--syncnet FOLDER` it gives LSE-D and LSE-C as well,
with `--inception FILE` FID; without these weights it gives none of them, as `SERVICE.md` asks.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from sonic_flow.local import measure, media, service, web
from sonic_flow.local.pixels import Floats, Pixels

if TYPE_CHECKING:
    from sonic_flow.local.inception import Inception
    from sonic_flow.local.syncnet import SyncNet

WEIGHTS = {
    "syncnet": ("FOLDER", "face.onnx and audio.onnx: gives LSE-D and LSE-C"),
    "inception": ("FILE", "Inception v3 as ONNX: gives FID"),
    "references": ("FOLDER", "pictures of faces that FID compares with, in place of the portrait"),
}
SYNCNETS = ("lse_d", "lse_c", "syncnet_offset_frames")
VERSION = "reference-1.0 (stand-in: classical means, networks only with weights)"
SHOWN, SHOWN_WIDTH = 8, 224  # pictures that the answer has, and their width


class Networks(NamedTuple):
    """The networks whose weights the evaluator was given."""

    syncnet: SyncNet | None = None
    inception: Inception | None = None

    def methods(self) -> list[str]:
        """How the networks that are there measure."""
        return [network.method for network in (self.syncnet, self.inception) if network is not None]


NO_NETWORKS = Networks()


def load(options: argparse.Namespace) -> Networks:
    """The networks that the options name. WeightsError where one can't be used as what it is given as."""
    from sonic_flow.local.inception import Inception
    from sonic_flow.local.networks import WeightsError
    from sonic_flow.local.syncnet import SyncNet

    if options.references and not options.inception:
        raise WeightsError("--references is what FID compares with: it needs --inception")
    return Networks(
        SyncNet(options.syncnet) if options.syncnet else None,
        Inception(options.inception, options.references) if options.inception else None,
    )


def evaluate(
    parameters: Mapping[str, object], files: Mapping[str, bytes], networks: Networks = NO_NETWORKS
) -> web.Answer:
    """The measures of a clip; LSE-D, LSE-C and FID only by networks."""
    began = time.monotonic()
    video, portrait, speech = web.needed(files, "video", "portrait", "speech")
    picture = service.as_pixels(service.read_picture(portrait))
    with tempfile.TemporaryDirectory() as folder:
        samples, rate = service.read_speech(speech, Path(folder))
        path = Path(folder) / "clip.mp4"
        path.write_bytes(video)
        try:
            clip = media.Clip(path)
            opening = measure.mouth_opening(clip.pictures)
            distance = measure.frechet(clip.pictures, picture)
            defined = by_networks(networks, clip, picture)
        except ValueError as error:
            raise web.RefusedError(422, str(error)) from None
    sync = measure.sync(opening, clip.samples, clip.rate, clip.fps)
    wanted = media.resampled(samples, rate, clip.rate)
    metrics: dict[str, float] = {
        "sync_distance": round(sync.distance, 4),
        "sync_confidence": round(sync.confidence, 4),
        "sync_offset_frames": sync.offset,
        "speech_match": round(measure.same_sound(clip.samples, wanted), 4),
        "frechet_dct": round(distance, 4),
    }
    methods = dict.fromkeys(metrics, measure.SYNC)
    methods.update(speech_match="greatest cross-correlation with the speech, 1.0", frechet_dct=measure.FRECHET)
    answer = {
        "metrics": {**metrics, **defined.metrics},
        "methods": {**methods, **defined.methods},
        "not_made": defined.not_made,
        "version": VERSION,
        "frames": shown(clip),
        "curves": curves(opening, clip),
    }
    told = json.dumps(answer["metrics"])
    print(f"{len(clip.pictures)} frames in {time.monotonic() - began:.1f} s: {told}", flush=True)
    return web.Answer("application/json", json.dumps(answer).encode())


class Defined(NamedTuple):
    """The measures that networks define, their methods, and the reasons for those that were not made."""

    metrics: dict[str, float]
    methods: dict[str, str]
    not_made: dict[str, str]


def by_networks(networks: Networks, clip: media.Clip, portrait: Pixels) -> Defined:
    """What the networks make of a clip. ValueError where no face is seen."""
    found = Defined({}, {}, {})
    # LSE looks at all offsets, so a sound that is late throughout does not change it: the offset tells.
    if networks.syncnet is None:
        found.not_made.update(dict.fromkeys(SYNCNETS, "no weights of SyncNet: SONIC_SYNCNET"))
    elif (lse := networks.syncnet.measure(clip)) is None:
        found.not_made.update(dict.fromkeys(SYNCNETS, "the clip is shorter than SyncNet's window of 0.2 s"))
    else:
        values = (round(lse.distance, 4), round(lse.confidence, 4), lse.offset)
        found.metrics.update(zip(SYNCNETS, values, strict=True))
        found.methods.update(dict.fromkeys(SYNCNETS, networks.syncnet.method))
    if networks.inception is None:
        found.not_made["fid"] = "no weights of Inception v3: SONIC_INCEPTION"
    else:
        found.metrics["fid"] = round(networks.inception.measure(clip.pictures, portrait), 4)
        found.methods["fid"] = networks.inception.method
    return found


def shown(clip: media.Clip) -> list[dict[str, object]]:
    """Pictures from the whole clip, small, as JPEG in base64, each with its time in seconds."""
    found = []
    for place in np.linspace(0, len(clip.pictures) - 1, min(SHOWN, len(clip.pictures))).round().astype(int):
        picture = Image.fromarray(clip.pictures[place])
        picture.thumbnail((SHOWN_WIDTH, SHOWN_WIDTH), Image.Resampling.LANCZOS)
        held = io.BytesIO()
        picture.save(held, "JPEG", quality=82)
        seconds = round(float(place) / clip.fps, 2)
        found.append({"seconds": seconds, "jpeg": base64.b64encode(held.getvalue()).decode()})
    return found


def curves(opening: Floats, clip: media.Clip) -> dict[str, object]:
    """What the synchrony was read from: mouth and loudness, 0..1, one value a frame."""
    loud = measure.loud(clip.samples, clip.rate, clip.fps, len(opening))
    return {
        "fps": clip.fps,
        "mouth": [round(float(value), 3) for value in opening / max(float(opening.max()), 1e-6)],
        "sound": [round(float(value), 3) for value in loud],
    }


def main(name: str = "evaluator") -> None:
    """Load the networks, then serve until SIGTERM. What is wrong with a file of weights ends it with one line."""
    what = f"{name} {VERSION}"
    parser = web.arguments(what)
    for option, (metavar, told) in WEIGHTS.items():
        variable = f"SONIC_{option.upper()}"
        known = os.environ.get(variable)  # an image has its weights so: the step that starts it gives no options
        default = Path(known) if known else None
        parser.add_argument(f"--{option}", type=Path, metavar=metavar, default=default, help=f"{told} ({variable})")
    options = parser.parse_args()
    networks = NO_NETWORKS
    if options.syncnet or options.inception or options.references:
        try:
            networks = load(options)
        except ValueError as error:
            sys.exit(f"error: {error}")
        for method in networks.methods():
            print(f"with {method}", flush=True)
    web.serve("/v1/evaluate", lambda parameters, files: evaluate(parameters, files, networks), what, options)


if __name__ == "__main__":
    main()
