"""The packages of a task: there already, or installed before anything of the user's is imported."""

from __future__ import annotations


def _flowdsl_packages(key: str, python: str, platform: str, lock: str, *, image: bool = False) -> None:
    import os
    import site
    import sys

    if os.environ.get("FLOWDSL_PACKAGES") == key:  # a local run, whose Python has them; others are as if in the image
        if image:
            sys.path += filter(None, os.environ.get("FLOWDSL_PACKAGES_IMAGE", "").split(os.pathsep))
        return
    have = ".".join(map(str, sys.version_info[:2]))
    machine = os.uname().machine
    if have != python or not platform.endswith("_" + machine):
        wanted, found = "Python " + python + " on " + platform, "Python " + have + " on " + machine
        hint = "name the image's Python in @task (python='python" + have + "') and lock again"
        sys.exit("flowdsl: the packages are locked for " + wanted + ", and this is " + found + ": " + hint)
    folder = _flowdsl_installed(key, lock)
    sys.path.insert(0, folder)
    site.addsitedir(folder)  # for .pth files; it is on the path already
    for name, first in (("PYTHONPATH", folder), ("PATH", os.path.join(folder, "bin"))):
        rest = os.environ.get(name, "")
        os.environ[name] = first + os.pathsep + rest if rest else first


def _flowdsl_installed(key: str, lock: str) -> str:
    import atexit
    import contextlib
    import os
    import shutil
    import subprocess
    import sys
    import tempfile
    import time

    cache = os.environ.get("FLOWDSL_PACKAGES_CACHE", "")
    ready = os.path.join(cache, key)
    if cache and os.path.isdir(ready):
        return ready
    for name in os.listdir(cache) if cache else ():
        left = os.path.join(cache, name)
        with contextlib.suppress(OSError):  # somebody else's, who has just ended
            if name.startswith(".new-") and time.time() - os.stat(left).st_mtime > 86400:  # of a pod that was killed
                shutil.rmtree(left, ignore_errors=True)
    home = "/tekton/home"  # there for every step, and writable where nothing else is
    place = cache or (home if os.access(home, os.W_OK) else None)
    new = tempfile.mkdtemp(prefix=".new-" if cache else "flowdsl-packages-", dir=place)
    atexit.register(shutil.rmtree, new, True)
    with open(os.path.join(new, "requirements.txt"), "w", encoding="utf-8") as file:
        file.write(lock)
    made = os.path.join(new, "made")
    # As `python -m pip`, but never a pip.py of the working folder, which may be a workspace.
    pip = "import sys; sys.path = [each for each in sys.path if each]; "
    pip += "import runpy; runpy.run_module('pip', run_name='__main__', alter_sys=True)"
    command = [sys.executable, "-c", pip, "install", "--quiet", "--no-input", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--target", made, "--requirement", file.name]
    env = dict(os.environ, HOME=new, TMPDIR=new, PIP_ROOT_USER_ACTION="ignore")
    code = subprocess.call(command, env=env, stdout=sys.stderr)
    if code != 0:
        sys.exit("flowdsl: the packages can't be installed: pip ended with " + str(code))
    if not cache:
        return made
    try:
        os.rename(made, ready)  # whole or not at all: of two that do this at once the first stays
    except OSError:
        if not os.path.isdir(ready):
            raise
    return ready
