"""A Dask cluster on this machine, each part a process of its own, so that tests can kill one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Cluster", "local_cluster"]

Cluster = tuple[str, list["subprocess.Popen[bytes]"]]  # address of the scheduler, the workers


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def local_cluster() -> Iterator[Cluster]:
    """A scheduler and two workers on loopback, each a process of its own."""
    port = _free_port()
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ.copy()}
    base = [sys.executable, "-m"]
    command = [
        *base,
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
    ]
    scheduler = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
    command = [
        *base,
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    workers = [subprocess.Popen(command, **quiet) for _ in range(2)]  # type: ignore[call-overload]
    try:
        from distributed import Client

        with Client(address, timeout=30) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
