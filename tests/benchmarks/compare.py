"""Side by side in one run: nights of ours, the usual script, and the floor, on the same records from loopback.

    python tests/benchmarks/compare.py --records msc_2022.ndjson.gz --records studies.ndjson.gz 60 1700 10000

For each number of records: the floor (download the bytes, let DuckDB read them once), the usual script (`requests`,
`json_normalize`, one table), and our first night, a night with changes, and an unchanged one. Of a topic (up to 2,000
records) one in twenty changes, of a large load one in two hundred. Each runs in a process of its own; the registry runs
in another, and has its pages packed before anybody asks. Records beyond those of the files are copies with other ids
and titles. Seconds are of the whole process; CPU is user and system time. Machines differ, ratios less. `--steps` adds
which steps of ours took longest, `--skip-usual` leaves out the usual script, which holds all records in memory.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson
import requests

HERE = Path(__file__).parent
WATCH = (
    'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n'
    "[review]\ntable = true\n"
)
TOPIC = 2_000  # records; a larger watch is a load
CHANGED_IN_TOPIC, CHANGED_IN_LOAD = 20, 200  # one in so many


def main():
    chosen = read_arguments()
    print(f"{'':24}{'seconds':>9}{'CPU s':>8}{'peak MiB':>10}{'file MB':>9}{'x usual':>9}{'x floor':>9}")
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as name:
            compare(Path(name), size, chosen)


def read_arguments():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("sizes", type=int, nargs="*", default=[60, 1_700], metavar="RECORDS")
    options.add_argument("--records", type=Path, action="append", required=True, metavar="NDJSON.GZ")
    options.add_argument("--skip-usual", action="store_true")
    options.add_argument("--steps", action="store_true")
    return options.parse_args()


def compare(folder, size, chosen):
    """Print the rows of one number of records."""
    one_in = CHANGED_IN_TOPIC if size <= TOPIC else CHANGED_IN_LOAD
    data = folder / "data"
    (folder / "all.toml").write_text(WATCH)
    with served(multiplied(chosen.records, size, folder, one_in)) as (url, next_night):
        environment = settings(folder, url)
        print(f"{size:,} records")
        warm(url)
        floor = run("floor", [HERE / "floor.py", url, folder / "floor.duckdb"], environment)
        usual = None
        show(floor, folder / "floor.duckdb", usual, floor)
        if not chosen.skip_usual:
            usual = run("usual script", [HERE / "usual_script.py", url, folder / "usual.duckdb"], environment)
            show(usual, folder / "usual.duckdb", usual, floor)
        for name in ("first night", f"1 in {one_in} changed", "nothing new"):
            if name.startswith("1 in"):
                next_night()
                warm(url)
            night = run(name, [HERE / "ours.py"], environment)
            show(night, data / "mscwatch.duckdb", usual, floor)
            if chosen.steps:
                print(f"{'':4}{longest_steps(json.loads(night['out'].rsplit('PEAK', 1)[0])['steps'])}")
    directory = sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6
    print(f"  {'data directory':22}{directory:36.1f}\n")


def settings(folder, url):
    """The environment of our nights. Compiled modules are kept, as where the package is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ours = {"DATA_DIR": folder / "data", "API_URL": url, "MIN_INTERVAL": 0, "WATCH": folder / "all.toml"}
    return kept | {f"MSCWATCH_{name}": str(value) for name, value in ours.items()}


def show(found, file, usual, floor):
    """Print a row: what a process took, how large a file it left, and both beside the other two."""
    ratios = "".join(
        f"{found['seconds'] / other['seconds']:9.2f}" if other else f"{'':9}" for other in (usual, floor)
    )
    print(
        f"  {found['name']:22}{found['seconds']:9.2f}{found['cpu']:8.2f}{found['peak']:10}"
        f"{file.stat().st_size / 1e6:9.1f}{ratios}",
        flush=True,
    )


def longest_steps(steps):
    """The steps that took longest, in seconds."""
    longest = sorted(steps.items(), key=lambda step: -step[1])[:5]
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in longest)


def multiplied(files, size, folder, one_in=CHANGED_IN_LOAD):
    """Two nights of `size` records as NDJSON files: the second has the status of one record in so many changed."""
    lines = [line for file in files for line in gzip.open(file)]
    paths = [folder / "night-1.ndjson", folder / "night-2.ndjson"]
    with paths[0].open("wb") as first, paths[1].open("wb") as second:
        for number in range(size):
            record = orjson.loads(lines[number % len(lines)])
            identification = record["protocolSection"]["identificationModule"]
            identification["nctId"] = f"NCT{number + 1:08}"
            identification["briefTitle"] = f"{identification['briefTitle']} ({number})"
            first.write(orjson.dumps(record) + b"\n")
            if number % one_in == 0:
                record["protocolSection"]["statusModule"]["overallStatus"] = "SUSPENDED"
            second.write(orjson.dumps(record) + b"\n")
    return paths


@contextlib.contextmanager
def served(nights):
    """The address of a registry that serves these nights, in a process of its own, and a function for the next one."""
    registry = subprocess.Popen(
        [sys.executable, HERE / "serve.py", *nights],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )

    def next_night():
        registry.stdin.write("next\n")
        registry.stdin.flush()
        registry.stdout.readline()

    try:
        yield registry.stdout.readline().strip(), next_night
    finally:
        registry.kill()
        registry.wait()


def warm(url):
    """Ask for every page once, so that the registry has all of them packed."""
    parameters = {"format": "json", "pageSize": "1000", "countTotal": "true"}
    while True:
        end = requests.get(f"{url}/studies", params=parameters, timeout=300).content[-300:]
        token = end.partition(b'"nextPageToken":"')[2].partition(b'"')[0].decode()
        if not token:
            return
        parameters["pageToken"] = token


def run(name, command, environment):
    """Seconds, CPU seconds and peak memory (MiB) of a process, and what it printed. Ends the program where it fails."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        peak_of(command), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    out, err = process.communicate()
    seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        sys.exit(f"{name} failed: {err[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "name": name,
        "seconds": seconds,
        "cpu": cpu,
        "peak": int(out.rsplit("PEAK ", 1)[1]),
        "out": out,
    }


def peak_of(command):
    """The command, wrapped so that the last line it prints is its own peak resident memory (MiB).

    `ru_maxrss` would begin at what the process that started it held; Linux says the process's own in /proc.
    """
    code = (
        "import pathlib, resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: code = end.code or 0\n"
        "else: code = 0\n"
        "status = pathlib.Path('/proc/self/status')\n"
        "lines = status.read_text().splitlines() if status.exists() else []\n"
        "own = [int(line.split()[1]) for line in lines if line.startswith('VmHWM')]\n"
        "print('PEAK', (own or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])[0] // 1024)\n"
        "sys.exit(code)"
    )
    return [sys.executable, "-c", code, *command]


if __name__ == "__main__":
    main()
