"""Commands on a cluster: apply, submit, watch, logs, cancel, retry, list, delete, doctor, rbac.

Over the official `kubernetes` client, which is loaded on use alone (`pip install 'flowdsl[cluster]'`).
Everything raises ClusterError with words a person can act on.
"""

from __future__ import annotations

from flowdsl.kubeclient.live import read_live

__all__ = ["read_live"]
