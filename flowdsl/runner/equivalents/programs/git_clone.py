"""git-clone on this machine. Arguments are NAME=VALUE; runs with the standard library alone."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

from flowdsl.runner.removal import empty


def upper(name: str) -> str:
    """The other spelling of a param."""
    return "".join(f"_{sign}" if sign.isupper() else sign.upper() for sign in name)


given = dict(word.partition("=")[::2] for word in sys.argv[1:])


def param(name: str) -> str:
    """A param's value, under either spelling."""
    return given.get(upper(name)) or given.get(name, "")


def git(*words: str, at: pathlib.Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run git; its own words are the log's."""
    if param("verbose") == "true":
        print("+ git " + " ".join(words), flush=True)
    done = subprocess.run(
        ["git", *words], cwd=at, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode and check:
        sys.exit(f"{done.stdout}git {words[0]} failed with exit code {done.returncode}")
    return done


def configure(home: pathlib.Path) -> None:
    """Credentials and settings, as the catalogue's task takes them from its optional workspaces."""
    secrets = given.get("workspace.basic-auth")
    if secrets:
        for name in (".git-credentials", ".gitconfig"):
            if (pathlib.Path(secrets) / name).is_file():
                shutil.copyfile(pathlib.Path(secrets) / name, home / name)
                (home / name).chmod(0o600)
    keys = given.get("workspace.ssh-directory")
    if keys:
        shutil.copytree(keys, home / ".ssh", dirs_exist_ok=True)
        for path in [home / ".ssh", *(home / ".ssh").rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o400)
    settings = [("safe.directory", "*"), ("advice.detachedHead", "false"), ("init.defaultBranch", "main")]
    settings += [(name, param(key)) for name, key in (("http.proxy", "httpProxy"), ("https.proxy", "httpsProxy"))]
    if param("sslVerify") == "false":
        settings.append(("http.sslVerify", "false"))
    if given.get("workspace.ssl-ca-directory"):
        settings.append(("http.sslCAInfo", f"{given['workspace.ssl-ca-directory']}/{param('crtFileName')}"))
    if param("url").startswith(("file://", "/")):
        settings.append(("protocol.file.allow", "always"))
    for name, value in settings:
        if value:
            subprocess.run(["git", "config", "--global", "--add", name, value], check=True)


def fetch(at: pathlib.Path, url: str, revision: str) -> None:
    """Fetch a branch, a tag or a commit; where the server gives no single commit, everything, and look there."""
    depth = param("depth")
    shallow = [f"--depth={depth}"] if depth not in {"", "0"} else []
    spec = param("refspec")
    wanted = [*spec.split(), *([revision] if revision and not spec else [])] or ["HEAD"]
    common = ["fetch", "--recurse-submodules=no", "--update-head-ok", "--force"]
    target = "FETCH_HEAD" if not (spec and revision) else revision
    done = git(*common, *shallow, "origin", *wanted, at=at, check=False)
    if done.returncode:
        print(done.stdout, end="", flush=True)
        git(*common, "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*", at=at)
        names = [revision, f"refs/remotes/origin/{revision}"] if revision else ["refs/remotes/origin/HEAD"]
        found = [
            one
            for one in names
            if not git("rev-parse", "--verify", "-q", f"{one}^{{commit}}", at=at, check=False).returncode
        ]
        if not found:
            sys.exit(f"{url} has no branch, tag or commit {revision!r}")
        target = found[0]
    git("checkout", "-f", target, at=at)


def checkout_folder() -> pathlib.Path:
    """Where to clone to: as the catalogue's task names it, but never outside the workspace, which it may empty."""
    workspace = os.path.realpath(given["workspace.output"])
    folder = os.path.realpath(f"{workspace}/{param('subdirectory')}")
    if folder != workspace and not folder.startswith(f"{workspace}/"):
        sys.exit(f"subdirectory {param('subdirectory')!r} leads out of the workspace")
    return pathlib.Path(folder)


def main() -> None:
    """Clone, and write the results."""
    if shutil.which("git") is None:
        sys.exit("git-clone needs git on this machine: it is not in the PATH")
    url, revision = param("url"), param("revision")
    if not url:
        sys.exit("git-clone needs the param url")
    configure(pathlib.Path.home())
    folder = checkout_folder()
    if param("deleteExisting") == "true" and folder.is_dir() and not empty(folder):
        sys.exit(f"git-clone can't empty {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    git("init", "-q", at=folder)
    git("remote", "remove", "origin", at=folder, check=False)
    git("remote", "add", "origin", url, at=folder)
    sparse = [one for one in param("sparseCheckoutDirectories").split(",") if one]
    if sparse:
        git("config", "core.sparsecheckout", "true", at=folder)
        (folder / ".git" / "info").mkdir(exist_ok=True)
        (folder / ".git" / "info" / "sparse-checkout").write_text("\n".join(sparse) + "\n", encoding="utf-8")
    fetch(folder, url, revision)
    if param("submodules") == "true" and (folder / ".gitmodules").is_file():
        depth = [f"--depth={param('depth')}"] if param("depth") not in {"", "0"} else []
        git("submodule", "update", "--init", "--recursive", *depth, at=folder)
    commit = git("rev-parse", "HEAD", at=folder).stdout.strip()
    date = git("log", "-1", "--pretty=%ct", at=folder).stdout.strip()
    for name, value in (("commit", commit), ("url", url), ("committer-date", date)):
        for spelling in (name, name.upper().replace("-", "_")):
            pathlib.Path(given[f"result.{spelling}"]).write_text(value, encoding="utf-8")
    print(f"{url} at {commit} in {folder}{os.sep}")


if __name__ == "__main__":
    main()
