"""A task that may fail without failing the run: `on_error="continue"`, and someone who looks at how it went."""

from __future__ import annotations

from flowdsl import on_finish, pipeline, status, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def flaky_scan(strict: bool) -> None:
    if strict:
        raise SystemExit("the scanner found something")
    print("nothing found")


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def package() -> None:
    print("packaged")


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def report(scan: str) -> None:
    print(f"the scan ended: {scan}")


@pipeline
def tolerate_failure(strict: bool = True) -> None:
    """Scan, package all the same, and say how the scan went."""
    scan = flaky_scan.with_options(on_error="continue")(strict)
    package.with_options(after=[scan])()
    with on_finish():
        report(status(scan))


if __name__ == "__main__":
    tolerate_failure.cli()
