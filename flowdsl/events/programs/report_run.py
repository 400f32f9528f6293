#!/usr/bin/env python3
"""Tells a Git provider of a run: a commit status, and one comment on the pull request, which is renewed.

It is written for Python 3.9 and the standard library, and is the script of a run's tasks. What the event said comes by
params, the token by a Secret. Whatever goes wrong is printed and fails nothing: a run is not worse for a provider's.
"""

import hashlib
import http.client
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

Fields = dict[str, Any]
MOST = 8 * 1024 * 1024
PAGES = 50
PATIENCE = 240.0
"""Seconds that all waiting for a provider may take."""
ENDS = {"Succeeded": "success", "Completed": "success", "None": "success", "Failed": "failure"}
"""States by what Tekton says of a run's tasks; https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/pipelines.md"""
SAID = {"pending": "is running", "success": "passed", "failure": "failed"}
LINK = re.compile(r"https?://[^\s<>()\[\]|`\"'\\]{1,2000}")


class NotToldError(Exception):
    """What the provider answers instead; the text is for people."""


class UnsureError(NotToldError):
    """What was sent may have arrived."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection would take the token to another host."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        """Follow none: the answer is an error."""
        return


class Api(NamedTuple):
    """How one provider is spoken to. `listed` gives the comments of a pull request, where a new one goes to `comments`.

    Of a comment `text` is the way to what it says, `author` to who wrote it, `known` what that account is known by, and
    `bots` the type of one of an app. `key` is what a status is called by.
    """

    header: str
    prefix: str
    status: str
    listed: str
    comments: str
    comment: str
    renew: str
    states: "dict[str, str]"
    text: "tuple[str, ...]" = ("body",)
    author: "tuple[str, ...]" = ("user",)
    known: str = "id"
    bots: str = "Bot"
    user: str = "/user"
    mark: str = "<!-- {} -->"
    key: str = "context"
    url: str = "target_url"


SAME = {state: state for state in SAID}
GITHUB = Api(  # https://docs.github.com/en/rest/commits/statuses and /rest/issues/comments
    header="Authorization",
    prefix="Bearer ",
    status="/repos/{repo}/statuses/{revision}",
    listed="/repos/{repo}/issues/{number}/comments?per_page=100",
    comments="/repos/{repo}/issues/{number}/comments",
    comment="/repos/{repo}/issues/comments/{id}",
    renew="PATCH",
    states=SAME,
)
GITEA = GITHUB._replace(prefix="token ")  # https://docs.gitea.com/api: as GitHub's, but for its header
GITLAB = Api(  # https://docs.gitlab.com/api/commits/ and /api/notes/
    header="PRIVATE-TOKEN",
    prefix="",
    status="/projects/{whole}/statuses/{revision}",
    listed="/projects/{whole}/merge_requests/{number}/notes?per_page=100",
    comments="/projects/{whole}/merge_requests/{number}/notes",
    comment="/projects/{whole}/merge_requests/{number}/notes/{id}",
    renew="PUT",
    states={**SAME, "failure": "failed"},
    author=("author",),
)
BUILDS = {"pending": "INPROGRESS", "success": "SUCCESSFUL", "failure": "FAILED"}
HIDDEN = "[//]: # ({})"
"""A line that Bitbucket shows nothing of: it shows comments of HTML as they are written."""
BITBUCKET = Api(  # https://developer.atlassian.com/cloud/bitbucket/rest/: commit statuses, pull requests
    header="Authorization",
    prefix="Bearer ",
    status="/repositories/{repo}/commit/{revision}/statuses/build",
    listed="/repositories/{repo}/pullrequests/{number}/comments?pagelen=100",
    comments="/repositories/{repo}/pullrequests/{number}/comments",
    comment="/repositories/{repo}/pullrequests/{number}/comments/{id}",
    renew="PUT",
    states=BUILDS,
    text=("content", "raw"),
    known="uuid",
    bots="app_user",
    mark=HIDDEN,
    key="key",
    url="url",
)
DATA_CENTER = BITBUCKET._replace(  # https://developer.atlassian.com/server/bitbucket/rest/: builds, pull requests
    status="/projects/{project}/repos/{slug}/commits/{revision}/builds",
    listed="/projects/{project}/repos/{slug}/pull-requests/{number}/activities?limit=100",
    comments="/projects/{project}/repos/{slug}/pull-requests/{number}/comments",
    comment="/projects/{project}/repos/{slug}/pull-requests/{number}/comments/{id}",
    text=("text",),
    author=("author",),
    known="name",
    bots="SERVICE",
    user="",  # nothing to ask: each answer has it in a header
)
APIS = {
    "github": GITHUB,
    "gitea": GITEA,
    "forgejo": GITEA,
    "gitlab": GITLAB,
    "bitbucket": BITBUCKET,
    "bitbucket-server": DATA_CENTER,
}


class Client:
    """Requests to one provider."""

    def __init__(self, api: Api, base: str, token: str) -> None:
        self.api, self.base, self.token = api, base.rstrip("/"), token
        self.opener = urllib.request.build_opener(NoRedirect)
        self.until = time.monotonic() + PATIENCE
        self.account = ""

    def ask(self, method: str, url: str, body: "Fields | None" = None, *, again: bool = True) -> "tuple[Any, str]":
        """The data of the answer, and the address of its next page. Waits where the provider asks for that.

        Without `again` what may have arrived is not sent a second time: UnsureError.
        """
        pause = 1.0
        while True:
            try:
                return self.once(method, url, body)
            except urllib.error.HTTPError as error:
                wait = asked_to_wait(error, pause)
                said = f"{method} {shown(url)}: {error.code} {reason_of(error)}"
            except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
                wait, said = pause, f"{method} {shown(url)}: {shown(str(error))}"
                if not again:
                    raise UnsureError(said) from None
            if wait is None or time.monotonic() + wait > self.until:
                raise NotToldError(said)
            time.sleep(wait)
            pause = min(pause * 2, 30.0)

    def once(self, method: str, url: str, body: "Fields | None") -> "tuple[Any, str]":
        """One request; what urllib raises."""
        data = None if body is None else json.dumps(body).encode()
        headers = {self.api.header: self.api.prefix + self.token, "Accept": "application/json", "User-Agent": "flowdsl"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, data, headers, method=method)
        with self.opener.open(request, timeout=30) as answer:
            text = answer.read(MOST)
            self.account = answer.headers.get("X-AUSERNAME", "") or self.account
            return json.loads(text) if text else {}, next_page(answer.headers.get("Link", ""))

    def all(self, url: str) -> "list[Fields]":
        """The entries of all pages. One that leads to another host is not asked for."""
        found: list[Fields] = []
        for _ in range(PAGES):
            answer, following = self.ask("GET", url)
            entries = answer.get("values") if isinstance(answer, dict) else answer
            if not isinstance(entries, list):
                raise NotToldError(f"GET {shown(url)}: no list")
            found += [each for each in entries if isinstance(each, dict)]
            following = following or (following_page(answer, url) if isinstance(answer, dict) else "")
            if not following.startswith(self.base + "/"):
                return found
            url = following
        raise NotToldError(f"{shown(url)}: more than {PAGES} pages of comments")


def following_page(answer: "Fields", url: str) -> str:
    """The next page as Bitbucket's answers have it: on Cloud its address, on Data Center where it starts."""
    start = answer.get("nextPageStart")
    if answer.get("isLastPage") is False and isinstance(start, int):
        return f"{url.partition('&start=')[0]}&start={start}"
    return str(answer.get("next") or "")


def asked_to_wait(error: urllib.error.HTTPError, pause: float) -> "float | None":
    """Seconds until it makes sense to ask again; None where it does not."""
    after, reset = error.headers.get("Retry-After", ""), error.headers.get("X-RateLimit-Reset", "")
    if error.code in (403, 429):
        if re.fullmatch("[0-9]+", after):
            return float(after)
        if error.headers.get("X-RateLimit-Remaining") == "0" and re.fullmatch("[0-9]+", reset):
            return max(1.0, float(reset) - time.time())
        return pause if error.code == 429 else None
    return (float(after) if re.fullmatch("[0-9]+", after) else pause) if error.code >= 500 else None


def reason_of(error: urllib.error.HTTPError) -> str:
    """What the provider says is wrong."""
    try:
        return shown(error.read(4096).decode(errors="replace"))
    except (OSError, http.client.HTTPException):
        return ""


def next_page(header: str) -> str:
    """The address with rel="next"; https://www.rfc-editor.org/rfc/rfc8288"""
    for part in header.split(","):
        found = re.fullmatch(r"\s*<([^<>]*)>\s*;.*\brel=\"?next\"?.*", part)
        if found:
            return found[1]
    return ""


def shown(text: str) -> str:
    """A text of others for a log: one line without control characters."""
    return "".join(each if each.isprintable() else " " for each in text)[:300]


def cell(text: str) -> str:
    """A value in a table of Markdown: a link, or what nothing is made of (no mention, no markup)."""
    if LINK.fullmatch(text):
        return f"<{text}>"
    plain = shown(text).replace("`", "'").replace("|", "\\|").strip()
    return f"`{plain}`" if plain else ""


def table(values: "dict[str, str]", baseline: "dict[str, object]") -> str:
    """What the run gave, beside what it is held against."""
    if not values:
        return ""
    lines = ["| | this run | baseline |", "|---|---|---|"] if baseline else ["| | this run |", "|---|---|"]
    for name, value in values.items():
        beside = f" {cell(str(baseline[name]))} |" if name in baseline else " |" if baseline else ""
        lines.append(f"| {cell(name)} | {cell(value)} |{beside}")
    return "\n".join(lines)


def heading(told: "dict[str, str]", state: str) -> str:
    """The line that says how it stands."""
    link = f" ([the run]({told['link']}))" if LINK.fullmatch(told["link"]) else ""
    commit = re.sub(r"[^0-9a-f]", "", told["revision"])[:12]
    return f"**{told['context']}** {SAID[state]} for {commit}{link}"


def marks(api: Api, told: "dict[str, str]") -> "tuple[str, str]":
    """What a comment of ours begins with, and which of them is of this run."""
    mark = api.mark.format(f"flowdsl {told['context']}")
    return mark, f"{mark}\n{api.mark.format('run ' + told['run'])}"


def within(data: object, *path: str) -> object:
    """What stands at a path of an answer; None where there is nothing."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def own(client: Client, address: str, told: "dict[str, str]") -> "Fields | None":
    """The comment that is renewed: one of this account's, as anybody may write what ours begin with."""
    api = client.api
    mark, _ = marks(api, told)
    mine: object = None
    for each in client.all(address):
        held = each.get("comment")  # Data Center lists what happened, of which comments are a part
        found: Fields = held if isinstance(held, dict) else each
        if str(within(found, *api.text) or "").startswith(mark):
            mine = account(client) if mine is None else mine
            # The token of an app has no account to ask for: its comments are a bot's.
            ours = within(found, *api.author, api.known if mine else "type") == (mine or api.bots)
            if ours and isinstance(found.get("id"), int):
                return found
    return None


def account(client: Client) -> object:
    """Whose token it is, as its comments name it; "" where the provider does not say."""
    if not client.api.user:
        return client.account
    try:
        found, _ = client.ask("GET", client.base + client.api.user)
    except NotToldError:
        return ""
    return within(found, client.api.known) or ""


def comment(client: Client, told: "dict[str, str]", state: str, values: "dict[str, str] | None") -> None:
    """Write or renew the comment. One that may have arrived is looked for before it is written again."""
    for _ in range(3):
        try:
            return renewed(client, told, state, values)
        except UnsureError:
            time.sleep(1)
    return renewed(client, told, state, values)


def renewed(client: Client, told: "dict[str, str]", state: str, values: "dict[str, str] | None") -> None:
    """What the run gave once, and above it how it stands."""
    api, places = client.api, named(told)
    old = own(client, client.base + api.listed.format(**places), told)
    _, of_run = marks(api, told)
    if values is not None:
        rest = table(values, json.loads(told["baseline"] or "{}"))
    else:
        before = str(within(old, *api.text) or "").replace("\r\n", "\n")
        rest = before.partition("\n\n")[2].partition("\n\n")[2] if before.startswith(of_run) else ""
    body: object = "\n\n".join(part for part in (of_run, heading(told, state), rest) if part)
    for name in reversed(api.text):
        body = {name: body}
    assert isinstance(body, dict)
    if old is None:
        client.ask("POST", client.base + api.comments.format(**places), body, again=False)
    else:
        # Data Center wants to be told which state of it is renewed.
        body |= {"version": old["version"]} if "version" in old else {}
        client.ask(api.renew, client.base + api.comment.format(id=old["id"], **places), body)


def named(told: "dict[str, str]") -> "dict[str, str]":
    """What addresses name, as they have it: GitLab takes the whole path of a repository for one part."""
    project, _, slug = told["repo"].rpartition("/")
    quoted = {"repo": told["repo"], "project": project, "slug": slug, "number": told["number"]}
    whole = urllib.parse.quote(told["repo"], safe="")
    return {**{name: urllib.parse.quote(value, safe="/") for name, value in quoted.items()}, "whole": whole}


def status(client: Client, told: "dict[str, str]", state: str) -> None:
    """Set the commit's status."""
    api, places = client.api, named(told)
    revision = urllib.parse.quote(told["revision"], safe="")
    if told["provider"] == "bitbucket" and len(revision) < 40:
        # Its pull requests name twelve characters of their commit.
        found, _ = client.ask("GET", f"{client.base}/repositories/{places['repo']}/commit/{revision}")
        revision = urllib.parse.quote(str(within(found, "hash") or revision), safe="")
    body: Fields = {"state": api.states[state], api.key: told["context"], "description": f"the run {SAID[state]}"}
    if api.key == "key":
        long = len(told["context"]) > 40  # more it does not take for a key
        body["key"] = hashlib.sha256(told["context"].encode()).hexdigest()[:40] if long else told["context"]
        body["name"] = told["context"]
    if LINK.fullmatch(told["link"]):
        body[api.url] = told["link"]
    try:
        client.ask("POST", client.base + api.status.format(revision=revision, **places), body)
    except NotToldError as error:
        if "Cannot transition status" not in str(error):  # GitLab's word for one that it has already
            raise


def unknown(told: "dict[str, str]") -> str:
    """What of the event is nothing that an address can name; "" where all is."""
    if not told["repo"] or not told["revision"]:
        return "no commit started this run"
    parts = told["repo"].split("/")
    if not all(re.fullmatch(r"[\w.~-]+", each) for each in parts) or {".", ".."} & {*parts} or len(parts) < 2:
        return f"{shown(told['repo'])} is no repository"
    if not re.fullmatch(r"[0-9a-f]{7,64}", told["revision"]):
        return f"{shown(told['revision'])} is no commit"
    return "" if re.fullmatch(r"[0-9]*", told["number"]) else f"{shown(told['number'])} is no pull request"


def main() -> None:
    """Tell the provider what `PHASE` says: that the run begins, what it gave, how it ended."""
    names = ("phase", "state", "provider", "api", "repo", "revision", "number", "context", "link", "run", "baseline")
    told = {name: os.environ.get(f"PARAM_{name.upper()}", "") for name in names}
    token = os.environ.get("TOKEN", "").strip()
    if problem := unknown(told) if re.fullmatch(r"[!-~]+", token) else "there is no token of one plain line here":
        print(f"nothing is reported: {problem}")
        return
    client = Client(APIS[told["provider"]], told["api"], token)
    fields = json.loads(os.environ.get("PARAM_NAMES") or "[]")
    values = {name: os.environ.get(f"PARAM_VALUE_{number}", "") for number, name in enumerate(fields)}
    state = ENDS.get(told["state"], "failure") if told["phase"] == "end" else "pending"
    try:
        if told["phase"] != "values":
            status(client, told, state)
            print(f"the status of {shown(told['revision'])} is {state}")
        if told["number"] and told["phase"] != "start":
            comment(client, told, state, values if told["phase"] == "values" else None)
            print(f"the comment on {shown(told['number'])} is renewed")
    except NotToldError as error:
        print(f"not reported: {error}".replace(token, "***"))


if __name__ == "__main__":
    main()
