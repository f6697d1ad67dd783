"""Measures how a program watches cameras: what it misses, how old its results are, what it costs.

usage: measure.py PROGRAM --ir MODEL.xml --film FILM.avi --cameras N [--fps 5] [--seconds 300] [--warm 20]
                  [--find [--probe 20]]
       measure.py PROGRAM --ir MODEL.xml --film FILM.avi --speed
       measure.py ovkit --ir MODEL.xml --film FILM.avi --cameras N --soak FRAMES

PROGRAM is ovkit, plain or tuned. The cameras play FILM over RTSP in real time. --find looks for the most cameras with
which less than 1 % of the detections are missed and the 99th percentile of their age is at most 400 ms: short runs
find where that is, full ones decide. --speed plays the film itself as fast as the program can. --soak plays at full
speed and looks at resident memory. Prints one JSON object a measurement, with its setting. cameras.sh sets what it
needs: OVKIT, SERVER (a command that takes FILM, milliseconds a frame and those of the spread), PYTHON and, for --cpus, taskset.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
MOST_MISSED, MOST_AGE_MS = 0.01, 400
MOST_GROWTH = 1.02
SPREAD_MS = 2000  # a key frame's period: the cameras' key frames do not come all at once
TICKS = os.sysconf("SC_CLK_TCK")


def status(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise SystemExit(f"process {pid} has no {key}")


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Server:
    """The cameras; it ends when its standard input does."""

    def __init__(self, film: str, gap: int) -> None:
        command = [*shlex.split(os.environ["SERVER"]), film, str(gap), str(SPREAD_MS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit("the test cameras do not start; their message is above")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def command(args: argparse.Namespace, sources: list[str], fps: str, out: Path) -> list[str]:
    pinned = ["taskset", "-c", args.cpus] if args.cpus else []
    if args.program == "ovkit":
        named = [f"cam{i}={source}" for i, source in enumerate(sources)]
        return [*pinned, os.environ["OVKIT"], "stream", args.ir, *named, "--fps", fps, "--jsonl", str(out), *args.option]
    script = str(HERE / f"{args.program}.py")
    return [*pinned, os.environ["PYTHON"], script, args.ir, fps, str(args.threads), *sources]


def start(args: argparse.Namespace, sources: list[str], fps: str, out: Path) -> subprocess.Popen[bytes]:
    line = command(args, sources, fps, out)
    if args.program == "ovkit":
        return subprocess.Popen(line)
    with out.open("wb") as stdout:
        return subprocess.Popen(line, stdout=stdout)


def results(out: Path, begin: float, end: float) -> dict[str, list[float]]:
    """The ages of each camera's results in a time."""
    ages: dict[str, list[float]] = {}
    for line in out.read_text().splitlines():
        result = json.loads(line)
        at = datetime.fromisoformat(result["at"].replace("Z", "+00:00")).timestamp()
        if begin <= at < end:
            ages.setdefault(result["camera"], []).append(result["age_ms"])
    return ages


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def processors(args: argparse.Namespace) -> int:
    """How many the measured program may use; a list of them may have ranges."""
    if not args.cpus:
        return len(os.sched_getaffinity(0))
    ends = [part.split("-") for part in args.cpus.split(",")]
    return sum(int(end[-1]) - int(end[0]) + 1 for end in ends)


def setting(args: argparse.Namespace) -> dict[str, object]:
    return {
        "program": args.program,
        "ir": args.ir,
        "film": args.film,
        "fps": args.fps,
        "options": args.option if args.program == "ovkit" else f"threads {args.threads}",
        "processor": processor(),
        "processors": processors(args),
        "load": round(os.getloadavg()[0], 2),
    }


def watch(args: argparse.Namespace, cameras: int, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, Server(args.film, args.gap) as server:
        out = Path(folder, "boxes.jsonl")
        shown = setting(args)
        process = start(args, [server.url] * cameras, str(args.fps), out)
        try:
            time.sleep(args.warm)
            begin, own, others = time.time(), cpu(process.pid), cpu(server.process.pid)
            time.sleep(seconds)
            end = time.time()
            if process.poll() is not None:
                raise SystemExit(f"{args.program} has ended with exit code {process.returncode}")
            own, others = cpu(process.pid) - own, cpu(server.process.pid) - others
            time.sleep(2)  # for the last results, which are on their way
        finally:
            process.terminate()
            process.wait()
        ages = results(out, begin, end)
    # The window cuts into a period at one of its ends, which is no miss; it would be 1 % of 20 seconds.
    due = max(1.0, args.fps * (end - begin) - 1)
    all_ages = [age for camera in ages.values() for age in camera]
    misses = [max(0.0, 1 - len(ages.get(f"cam{i}", [])) / due) for i in range(cameras)]
    return {
        **shown,
        "cameras": cameras,
        "seconds": round(end - begin, 1),
        "missed": round(sum(misses) / cameras, 5),
        "missed_by_the_worst": round(max(misses), 5),
        "age_p50_ms": round(percentile(all_ages, 0.5), 1),
        "age_p99_ms": round(percentile(all_ages, 0.99), 1),
        "cpu_percent": round(100 * own / (end - begin), 1),
        "cpu_percent_a_camera": round(100 * own / (end - begin) / cameras, 2),
        "sender_cpu_percent": round(100 * others / (end - begin), 1),
    }


def holds(measured: dict[str, object]) -> bool:
    return measured["missed"] < MOST_MISSED and measured["age_p99_ms"] <= MOST_AGE_MS


class Search:
    """Which numbers of cameras hold, each measured once for a length."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.known: dict[tuple[int, float], dict[str, object]] = {}

    def run(self, cameras: int, seconds: float) -> dict[str, object]:
        measured = self.known.get((cameras, seconds))
        if measured is None:
            measured = watch(self.args, cameras, seconds)
            measured["holds"] = holds(measured)
            self.known[cameras, seconds] = measured
            print(json.dumps(measured), flush=True)
        return measured

    def guess(self, first: int, seconds: float) -> int:
        """From what a camera costs to the number at which the processors are full, then halving the gap."""
        good, bad, cameras = 0, 0, first
        while not bad or bad - good > 1:
            measured = self.run(cameras, seconds)
            good, bad = (cameras, bad) if measured["holds"] else (good, cameras)
            full = int(95 * processors(self.args) / max(0.01, float(str(measured["cpu_percent_a_camera"]))))
            if not bad:
                cameras = min(max(full, good + 1), 4 * good)
            elif good < full < bad and (full, seconds) not in self.known:
                cameras = full
            else:
                cameras = (good + bad) // 2
        return good

    def most(self, guess: int, seconds: float) -> int:
        """Goes up or down from a guess by one, until one number holds and the next does not."""
        cameras = max(1, guess)
        while cameras and not self.run(cameras, seconds)["holds"]:
            cameras -= 1
        while cameras and self.run(cameras + 1, seconds)["holds"]:
            cameras += 1
        return cameras


def find(args: argparse.Namespace) -> None:
    search = Search(args)
    guess = search.guess(args.cameras, min(args.probe, args.seconds))
    most = search.most(guess, args.seconds)
    shown = {**setting(args), "seconds": args.seconds, "runs": len(search.known)}
    print(json.dumps({**shown, "most_cameras": most}), flush=True)


def speed(args: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "boxes.jsonl")
        process = start(args, [args.film], "all", out)
        if process.wait() != 0:
            raise SystemExit(f"{args.program} has ended with exit code {process.returncode}")
        times = [
            datetime.fromisoformat(json.loads(line)["at"].replace("Z", "+00:00")).timestamp()
            for line in out.read_text().splitlines()
        ]
    # From the first result on: a start is another figure.
    rate = (len(times) - 1) / (max(times) - min(times))
    print(json.dumps({**setting(args), "frames": len(times), "frames_per_second": round(rate, 1)}))


def decoded(port_line: str) -> int:
    with urllib.request.urlopen(port_line) as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(float(n.split()[1])) for n in lines if n.startswith("ovkit_frames_decoded_total"))


def soak(args: argparse.Namespace) -> int:
    environment = {**os.environ, "OVKIT_JAVA_OPTIONS": "-Xmx96m"}
    with tempfile.TemporaryDirectory() as folder, Server(args.film, 0) as server:
        said = Path(folder, "said")
        line = command(args, [server.url] * args.cameras, "all", Path(folder, "boxes.jsonl"))
        with said.open("wb") as stderr:
            process = subprocess.Popen([*line, "--metrics", "0"], stderr=stderr, env=environment)
        try:
            while "/metrics\n" not in said.read_text():
                if process.poll() is not None:
                    raise SystemExit(said.read_text())
                time.sleep(0.2)
            metrics = next(w for w in said.read_text().split() if w.endswith("/metrics"))
            early = 0
            while (frames := decoded(metrics)) < args.soak:
                if not early and frames >= args.soak // 10:
                    early = status(process.pid, "VmRSS")
                time.sleep(1)
            late = status(process.pid, "VmRSS")
        finally:
            process.terminate()
            process.wait()
    if not early:
        raise SystemExit(f"--soak {args.soak}: all of it came within a second; give more frames")
    grown = late / early
    shown = {**setting(args), "cameras": args.cameras, "frames": frames, "early_mb": round(early / 1024, 1)}
    print(json.dumps({**shown, "late_mb": round(late / 1024, 1), "ratio": round(grown, 4)}))
    return 4 if grown > MOST_GROWTH else 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=("ovkit", "plain", "tuned"))
    parser.add_argument("--ir", required=True)
    parser.add_argument("--film", required=True)
    parser.add_argument("--cameras", type=int, default=1)
    parser.add_argument("--fps", type=float, default=5)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--warm", type=float, default=20)
    parser.add_argument("--probe", type=float, default=20, help="seconds of a run that only searches")
    parser.add_argument("--gap", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cpus", default="")
    parser.add_argument("--option", action="append", default=[], help="a further option of ovkit stream")
    parser.add_argument("--find", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--soak", type=int, default=0)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends too
    if args.soak:
        return soak(args)
    if args.speed:
        speed(args)
    elif args.find:
        find(args)
    else:
        print(json.dumps(watch(args, args.cameras, args.seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
