"""Secrets: as an environment variable, and as files. Their values are in no YAML and in no log of ours."""

from __future__ import annotations

from pathlib import Path

from flowdsl import LocalRun, Secret, pipeline, task


@task(
    image="python:3.12-slim",
    cpu="100m",
    memory="64Mi",
    env={"DATABASE_USER": Secret("database", "user")},
    volumes=[Secret("database-tls").mount("/etc/database-tls")],
)
def migrate(database: str, password: Secret = Secret("database", key="password")) -> None:
    """Log in with what the Secrets hold; say nothing of it."""
    import os

    certificate = Path("/etc/database-tls/ca.crt")
    print(f"{os.environ['DATABASE_USER']} at {database}: a password of {len(password)} characters,", end=" ")
    print("with a certificate" if certificate.exists() else "without a certificate")


# What stands for the Secrets when it runs on this machine; compiling ignores it.
LOCAL = LocalRun(
    secrets={"database": {"user": "me", "password": "only-here"}, "database-tls": {"ca.crt": "no certificate"}}
)


@pipeline(local=LOCAL)
def use_secrets(database: str = "postgres.data.svc") -> None:
    """Migrate a database."""
    migrate(database)


if __name__ == "__main__":
    use_secrets.cli()
