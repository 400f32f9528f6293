"""What is wrong with a Python file that is to be loaded, or with what is to be done with it."""

from __future__ import annotations

from flowdsl.diagnostics.model import Severity
from flowdsl.diagnostics.rule import Rule

LONG_VALUE = Rule("FLOW074", "long-value", "a value of a run that is too long for a process")
SYNTAX_ERROR = Rule("FLOW080", "syntax-error", "syntax error in the file")
IMPORT_FAILED = Rule("FLOW081", "import-failed", "import failed")
FILE_RAISED = Rule("FLOW082", "file-raised", "the file raised an exception")
NO_PIPELINE = Rule("FLOW083", "no-pipeline", "no pipeline in the file")
SEVERAL_PIPELINES = Rule("FLOW084", "several-pipelines", "several pipelines in the file")
UNRESOLVABLE_PACKAGES = Rule("FLOW090", "unresolvable-packages", "packages that can't be resolved")
NOT_LOCKED_FOR_THIS_MACHINE = Rule(
    "FLOW091", "not-locked-for-this-machine", "packages that are not locked for this machine"
)
TAKEN_PACKAGE = Rule("FLOW093", "taken-package", "a package whose name is another one's")
UNKNOWN_PROFILE = Rule("FLOW095", "unknown-profile", "a profile that is not there")
PROJECT_SETTING = Rule("FLOW096", "project-setting", "a setting of the project that means nothing")
UNCONFINED_ROOT = Rule("FLOW117", "unconfined-root", "root would run steps unconfined")
OBJECTS_DIFFER = Rule("FLOW408", "objects-differ", "two pipelines of a file make different objects of one name")
BAD_PAYLOAD = Rule("FLOW380", "bad-payload", "a payload that no listener takes")
NO_LISTENER = Rule("FLOW381", "no-listener", "an event where nothing listens")
NOTHING_TO_SERVE = Rule("FLOW397", "nothing-to-serve", "nothing that an event or a time starts")
SERVED_TWICE = Rule("FLOW398", "served-twice", "two listeners or schedules of one name")
SECRET_NOT_GIVEN = Rule(
    "FLOW399", "secret-not-given", "a listener whose Secret is not at hand", severity=Severity.WARNING
)
UNKNOWN_FAKE = Rule("FLOW453", "unknown-fake", "a fake, or failures, for a task that is not there")
FAKE_MISFIT = Rule("FLOW454", "fake-misfit", "a fake that does not take what its task takes")
FAKE_RESULT = Rule("FLOW455", "fake-result", "a fake that does not give what its task gives")
