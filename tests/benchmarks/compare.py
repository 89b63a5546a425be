"""Side by side in one run: a night of ours, the usual script, and the floor, on the same records from loopback.

    python tests/benchmarks/compare.py --records studies.ndjson.gz --records msc_2022.ndjson.gz --size 10000

Prints seconds, peak memory and file size of each, our ratios to the other two, and which of our steps took longest (in
brackets: per 1,000 records); machines differ, ratios less. Each contestant runs in a process of its own; the registry
in another. The records are multiplied with changed ids and texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson
import requests

HERE = Path(__file__).parent
WATCH = 'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n'


def multiplied(files, size, folder):
    """Two nights of `size` records as NDJSON: the second has every 200th record's status changed."""
    lines = [line for file in files for line in gzip.open(file)]
    paths = [folder / "night-1.ndjson", folder / "night-2.ndjson"]
    with paths[0].open("wb") as first, paths[1].open("wb") as second:
        for number in range(size):
            record = orjson.loads(lines[number % len(lines)])
            identification = record["protocolSection"]["identificationModule"]
            identification["nctId"] = f"NCT{number + 1:08}"
            identification["briefTitle"] = f"{identification['briefTitle']} ({number})"
            first.write(orjson.dumps(record) + b"\n")
            if number % 200 == 0:
                record["protocolSection"]["statusModule"]["overallStatus"] = "SUSPENDED"
            second.write(orjson.dumps(record) + b"\n")
    return paths


def measured(name, command, environment):
    """Seconds that a process took, and what it printed."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    out, err = process.communicate()
    if process.returncode:
        sys.exit(f"{name} failed: {err[-2000:]}")
    return time.monotonic() - begun, out


def warm(url):
    """Ask for every page once, so that the registry has all of them packed."""
    parameters = {"format": "json", "pageSize": "1000", "countTotal": "true"}
    while True:
        end = requests.get(f"{url}/studies", params=parameters, timeout=300).content[-300:]
        token = end.partition(b'"nextPageToken":"')[2].partition(b'"')[0].decode()
        if not token:
            return
        parameters["pageToken"] = token


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


def run(name, command, environment):
    seconds, out = measured(name, peak_of(command), environment)
    return {"name": name, "seconds": seconds, "peak": int(out.rsplit("PEAK ", 1)[1]), "out": out}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--records", type=Path, action="append", required=True)
    options.add_argument("--size", type=int, default=1700)
    options.add_argument("--skip-usual", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nights = multiplied(chosen.records, chosen.size, folder)
        (folder / "all.toml").write_text(WATCH)
        registry = subprocess.Popen(
            [sys.executable, HERE / "serve.py", *nights],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        try:
            url = registry.stdout.readline().strip()
            report(folder, url, registry, chosen)
        finally:
            registry.kill()


def report(folder, url, registry, chosen):
    environment = os.environ | {
        "MSCWATCH_DATA_DIR": str(folder / "data"), "MSCWATCH_API_URL": url, "MSCWATCH_MIN_INTERVAL": "0",
        "MSCWATCH_WATCH": str(folder / "all.toml"),
    }  # fmt: skip
    ours = [HERE / "ours.py"]
    warm(url)
    found = [run("floor", [HERE / "floor.py", url, folder / "floor.duckdb"], environment)]
    if not chosen.skip_usual:
        found.append(
            run("usual script", [HERE / "usual_script.py", url, folder / "usual.duckdb"], environment)
        )
    found.append(run("mscwatch, full", ours, environment))
    found.append(run("mscwatch, nothing new", ours, environment))
    registry.stdin.write("next\n")
    registry.stdin.flush()
    registry.stdout.readline()
    warm(url)
    found.append(run("mscwatch, 0.5 % changed", ours, environment))
    sizes = {
        name: (folder / path).stat().st_size / 1e6
        for name, path in (
            ("floor", "floor.duckdb"),
            ("usual script", "usual.duckdb"),
            ("mscwatch, full", "data/mscwatch.duckdb"),
        )
        if (folder / path).exists()
    }
    print(f"{chosen.size} records")
    print(f"{'':26}{'seconds':>9}{'peak MiB':>9}{'file MB':>9}{'x usual':>9}{'x floor':>9}")
    base = {one["name"]: one["seconds"] for one in found}
    for one in found:
        ratios = [
            one["seconds"] / base[other] if other in base else float("nan")
            for other in ("usual script", "floor")
        ]
        size = sizes.get(one["name"], float("nan"))
        print(
            f"{one['name']:26}{one['seconds']:9.1f}{one['peak']:9}{size:9.1f}{ratios[0]:9.2f}{ratios[1]:9.2f}"
        )
        if one["name"].startswith("mscwatch"):
            told = json.loads(one["out"].rsplit("PEAK", 1)[0])
            print(
                f"{'':4}{told['outcome']}, {told['requests']} requests, {told['changed']} changed, "
                f"own work {told['work_seconds']:.1f} s: {slowest(told['steps'], told['fetched'])}"
            )


def slowest(steps, records):
    """The steps that took longest, in seconds, and in milliseconds for each thousand records where there were any."""
    longest = sorted(steps.items(), key=lambda step: -step[1])[:5]
    return ", ".join(
        f"{name} {seconds:.1f} s" + (f" ({seconds * 1e6 / records:.0f} ms)" if records else "")
        for name, seconds in longest
    )


if __name__ == "__main__":
    main()
