"""How much processor time others take, in seconds, from the operating system."""

import contextlib

import psutil


def of_tree(pid: int) -> float:
    """What a process and those that it started have taken so far."""
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        return sum(map(_taken, [root, *root.children(recursive=True)]))
    return 0.0


def _taken(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        # Also of those that have ended: a contender that rests closes connections while another is measured.
        return times.user + times.system + times.children_user + times.children_system
    return 0.0
