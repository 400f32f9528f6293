"""The folder of a run: what was run, what came of it, and what a later part of the same run needs to know.

.flowdsl/runs/NAME/
  run.json           where the run came from; the ports of its services
  documents.yaml     the documents that were run, Secrets left out
  pipelinerun.yaml   the PipelineRun with its status
  taskruns/X.json    each TaskRun with its status, once it is over
  journal.jsonl      a line for each TaskRun that is over, flushed to the disk
  work/X/            the TaskRun's own folder, its steps' logs in it
  claims/X/          PersistentVolumeClaims
  services/X/, X.log services of the local run
"""

from flowdsl.runner.store.folder import RUNS, RunFolder, find_runs, newest_run
from flowdsl.runner.store.journal import Journal
from flowdsl.runner.store.recorder import FolderRecorder
from flowdsl.runner.store.shapes import DamagedError

__all__ = ["RUNS", "DamagedError", "FolderRecorder", "Journal", "RunFolder", "find_runs", "newest_run"]
