"""What the stand-in for MLflow keeps: runs and versions of models in SQLite, files beside it."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Fields = dict[str, Any]
TABLES = """
create table if not exists experiments (id integer primary key, name text unique not null);
create table if not exists runs (id text primary key, experiment integer, name text, status text, began integer,
  ended integer);
create table if not exists params (run text, key text, value text, primary key (run, key));
create table if not exists tags (run text, key text, value text, primary key (run, key));
create table if not exists metrics (run text, key text, value real, moment integer, step integer,
  primary key (run, key, value, moment, step));
create table if not exists models (name text primary key);
create table if not exists versions (model text, number integer, source text, run text, primary key (model, number));
create table if not exists version_tags (model text, number integer, key text, value text,
  primary key (model, number, key));
create table if not exists aliases (model text, alias text, number integer, primary key (model, alias));
"""
BY_TAG = re.compile(r"tags\.`([^`']+)` = '([^']*)'")
BY_RUN = re.compile(r"run_id = '([0-9a-f]+)'")
BY_NAME = re.compile(r"name ?= ?'([^']+)'")


class RefusedError(Exception):
    """What is asked can't be: MLflow's error code, and why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Store:
    """Everything that is kept, below one folder."""

    def __init__(self, folder: Path) -> None:
        (folder / "files").mkdir(parents=True, exist_ok=True)
        self.files = folder / "files"
        self.lock = threading.Lock()
        self.base = sqlite3.connect(folder / "mlflow-stand-in.db", check_same_thread=False, isolation_level=None)
        self.base.executescript(TABLES)

    def rows(self, query: str, *values: object) -> list[Any]:
        """What a statement gives. Refuses values of no kind that it takes."""
        try:
            with self.lock:
                return self.base.execute(query, values).fetchall()
        except (sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError):
            raise RefusedError("INVALID_PARAMETER_VALUE", "a field is not of the type that it must be") from None

    def experiment(self, fields: Fields) -> Fields:
        """One by its name."""
        name = fields.get("experiment_name")
        found = self.rows("select id from experiments where name = ?", name)
        if not found:
            raise RefusedError("RESOURCE_DOES_NOT_EXIST", f"Could not find experiment with name '{name}'")
        return {"experiment": {"experiment_id": str(found[0][0]), "name": name, "lifecycle_stage": "active"}}

    def create_experiment(self, fields: Fields) -> Fields:
        """A new one."""
        name = text(fields, "name")
        try:
            self.rows("insert into experiments (name) values (?)", name)
        except sqlite3.IntegrityError:
            raise RefusedError("RESOURCE_ALREADY_EXISTS", f"Experiment '{name}' already exists.") from None
        return {"experiment_id": self.experiment({"experiment_name": name})["experiment"]["experiment_id"]}

    def create_run(self, fields: Fields) -> Fields:
        """A new run, with its tags."""
        of = self.rows("select id from experiments where id = ?", fields.get("experiment_id"))
        if not of:
            raise RefusedError("RESOURCE_DOES_NOT_EXIST", "there is no such experiment")
        id_ = uuid.uuid4().hex
        name, began = fields.get("run_name", ""), fields.get("start_time", int(time.time() * 1000))
        self.rows("insert into runs values (?, ?, ?, 'RUNNING', ?, null)", id_, of[0][0], name, began)
        self.tag(id_, fields.get("tags") or [])
        return self.run({"run_id": id_})

    def run(self, fields: Fields) -> Fields:
        """One run, with all that was said of it."""
        found = self.rows("select * from runs where id = ?", fields.get("run_id"))
        if not found:
            raise RefusedError("RESOURCE_DOES_NOT_EXIST", f"Run with id={fields.get('run_id')} not found")
        id_, experiment, name, status, began, ended = found[0]
        info = {
            "run_id": id_,
            "experiment_id": str(experiment),
            "run_name": name,
            "status": status,
            "start_time": began,
            "artifact_uri": f"mlflow-artifacts:/{experiment}/{id_}/artifacts",
            "lifecycle_stage": "active",
        }
        metrics = self.rows("select key, value, moment, step from metrics where run = ? order by rowid", id_)
        latest = {row[0]: dict(zip(("key", "value", "timestamp", "step"), row, strict=True)) for row in metrics}
        pairs = {
            kind: [{"key": key, "value": value} for key, value in self.rows(query, id_)]
            for kind, query in (
                ("params", "select key, value from params where run = ? order by key"),
                ("tags", "select key, value from tags where run = ? order by key"),
            )
        }
        data = {**pairs, "metrics": [*latest.values()]}
        info.update({"end_time": ended} if ended is not None else {})
        return {"run": {"info": info, "data": {name: each for name, each in data.items() if each}}}

    def search_runs(self, fields: Fields) -> Fields:
        """Runs with a tag."""
        wanted = BY_TAG.fullmatch(str(fields.get("filter")))
        if wanted is None:
            raise RefusedError("INVALID_PARAMETER_VALUE", "this stand-in finds runs by one tag")
        query = "select id from runs join tags on run = id where key = ? and value = ? and experiment in "
        of = [str(each) for each in fields.get("experiment_ids") or []][:100]
        marks = "(" + ",".join("?" * len(of)) + ")"
        found = self.rows(query + marks + " order by began, id limit 100", *wanted.groups(), *of)
        return {"runs": [self.run({"run_id": row[0]})["run"] for row in found]} if found else {}

    def log(self, fields: Fields) -> Fields:
        """Params, metrics and tags of a run. A param never changes."""
        id_ = self.run(fields)["run"]["info"]["run_id"]
        known = dict(self.rows("select key, value from params where run = ?", id_))
        for each in fields.get("params") or []:
            key, value = text(each, "key"), str(each.get("value", ""))
            if known.get(key, value) != value:
                message = f"Changing param values is not allowed. Param with key='{key}' was already logged"
                raise RefusedError("INVALID_PARAMETER_VALUE", message)
        for each in fields.get("params") or []:
            self.rows("insert or ignore into params values (?, ?, ?)", id_, each["key"], str(each.get("value", "")))
        for each in fields.get("metrics") or []:
            values = [each.get(name) for name in ("value", "timestamp", "step")]
            self.rows("insert or ignore into metrics values (?, ?, ?, ?, ?)", id_, text(each, "key"), *values)
        self.tag(id_, fields.get("tags") or [])
        return {}

    def tag(self, run: str, tags: Iterable[Fields]) -> None:
        """Set tags of a run."""
        for each in tags:
            self.rows("insert or replace into tags values (?, ?, ?)", run, text(each, "key"), str(each.get("value")))

    def update_run(self, fields: Fields) -> Fields:
        """How a run ended."""
        id_ = self.run(fields)["run"]["info"]["run_id"]
        values = (text(fields, "status"), fields.get("end_time"), id_)
        self.rows("update runs set status = ?, ended = ? where id = ?", *values)
        return {"run_info": self.run(fields)["run"]["info"]}

    def create_model(self, fields: Fields) -> Fields:
        """A new model, still without versions."""
        name = text(fields, "name")
        try:
            self.rows("insert into models values (?)", name)
        except sqlite3.IntegrityError:
            raise RefusedError("RESOURCE_ALREADY_EXISTS", f"Registered Model (name={name}) already exists.") from None
        return {"registered_model": {"name": name}}

    def create_version(self, fields: Fields) -> Fields:
        """The next version of a model."""
        name = text(fields, "name")
        if not self.rows("select 1 from models where name = ?", name):
            raise RefusedError("RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={name} not found")
        made = self.rows(
            "insert into versions select ?, coalesce(max(number), 0) + 1, ?, ? from versions where model = ? "
            "returning number",
            name,
            text(fields, "source"),
            fields.get("run_id", ""),
            name,
        )
        number = made[0][0]
        for each in fields.get("tags") or []:
            self.tag_version({"name": name, "version": number, **each})
        return {"model_version": self.version(name, number)}

    def version(self, name: str, number: object) -> Fields:
        """A version as MLflow tells it."""
        found = self.rows("select number, source, run from versions where model = ? and number = ?", name, number)
        if not found:
            raise RefusedError("RESOURCE_DOES_NOT_EXIST", f"Model Version (name={name}, version={number}) not found")
        number, source, run = found[0]
        tags = self.rows("select key, value from version_tags where model = ? and number = ?", name, number)
        aliases = self.rows("select alias from aliases where model = ? and number = ?", name, number)
        return {
            "name": name,
            "version": str(number),
            "source": source,
            "run_id": run,
            "status": "READY",
            "tags": [{"key": key, "value": value} for key, value in tags],
            "aliases": [row[0] for row in aliases],
        }

    def search_versions(self, fields: Fields) -> Fields:
        """Versions of a run, or of a model."""
        given = str(fields.get("filter"))
        for form, column in ((BY_RUN, "run"), (BY_NAME, "model")):
            if wanted := form.fullmatch(given):
                query = f"select model, number from versions where {column} = ? order by number desc"
                found = [self.version(*row) for row in self.rows(query, wanted[1])]
                return {"model_versions": found} if found else {}
        raise RefusedError("INVALID_PARAMETER_VALUE", "this stand-in finds versions by run_id or by name")

    def tag_version(self, fields: Fields) -> Fields:
        """Set a tag of a version."""
        found = self.version(text(fields, "name"), fields.get("version"))
        values = (found["name"], int(found["version"]), text(fields, "key"), str(fields.get("value")))
        self.rows("insert or replace into version_tags values (?, ?, ?, ?)", *values)
        return {}

    def alias(self, fields: Fields) -> Fields:
        """The version that is called so."""
        name, alias = fields.get("name"), fields.get("alias")
        found = self.rows("select number from aliases where model = ? and alias = ?", name, alias)
        if not found:
            known = self.rows("select 1 from models where name = ?", name)
            code = "INVALID_PARAMETER_VALUE" if known else "RESOURCE_DOES_NOT_EXIST"
            raise RefusedError(code, f"Registered model alias {alias} not found.")
        return {"model_version": self.version(str(name), found[0][0])}

    def set_alias(self, fields: Fields) -> Fields:
        """Call a version so."""
        found = self.version(text(fields, "name"), fields.get("version"))
        values = (found["name"], text(fields, "alias"), int(found["version"]))
        self.rows("insert or replace into aliases values (?, ?, ?)", *values)
        return {}

    def delete_alias(self, fields: Fields) -> Fields:
        """Call no version so."""
        self.rows("delete from aliases where model = ? and alias = ?", fields.get("name"), fields.get("alias"))
        return {}

    def place(self, name: str) -> Path:
        """Where a file is kept. Refuses a name that leads elsewhere."""
        parts = name.split("/")
        if not all(re.fullmatch(r"(?!\.)[A-Za-z0-9_.-]{1,100}", part) for part in parts) or len(parts) > 8:
            raise RefusedError("INVALID_PARAMETER_VALUE", "Invalid path")
        return self.files.joinpath(*parts)

    def write_file(self, name: str, content: bytes) -> None:
        """Keep a file, whole or not at all."""
        target = self.place(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{uuid.uuid4().hex}")
        part.write_bytes(content)
        os.replace(part, target)

    def read_file(self, name: str) -> bytes:
        """A file that is kept."""
        path = self.place(name)
        if not path.is_file():
            raise RefusedError("RESOURCE_DOES_NOT_EXIST", "there is no such file")
        return path.read_bytes()


def text(fields: object, name: str) -> str:
    """A text that must be there."""
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, str) or not value:
        raise RefusedError("INVALID_PARAMETER_VALUE", f"Missing value for required parameter '{name}'.")
    return value
