"""Names that are drawn, as the API server makes one of `generateName`: SimpleNameGenerator of k8s.io/apiserver.

https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values
"""

from __future__ import annotations

import secrets

from flowdsl.kube.conventions import NAME_MOST

LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""What the end of such a name is drawn from: no vowels, so that no words come out."""
DRAWN = 5
"""So many of them."""


def drawn_name(beginning: str, drawn: int = DRAWN) -> str:
    """A name that begins so and ends in drawn letters, cut before them to what a name may have."""
    return beginning[: NAME_MOST - drawn] + "".join(secrets.choice(LETTERS) for _ in range(drawn))
