#!/usr/bin/env python3
"""Measures a running daemon from outside: fan-out to many clients of the socket, what an idle one costs, server-sent events to idle clients.

Usage: bench/serve.py [fanout|idle|sse]...   (all, when none is named)

Builds nothing: artifacts/bin/Weir.Cli/release/weir.dll is measured. Feeds go below WEIR_BENCH_DIR, or the temporary directory.
"""
import json
import os
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WEIR = ["dotnet", os.path.join(ROOT, "artifacts/bin/Weir.Cli/release/weir.dll")]
CLIENTS, RECORDS, DATA_BYTES = 100, 50_000, 100
ROUNDS = int(os.environ.get("WEIR_BENCH_ROUNDS", "5"))
IDLE = 2000
SSE_CLIENTS, SSE_SECONDS = 1000, 60


class Daemon:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="weir-serve-", dir=os.environ.get("WEIR_BENCH_DIR"))
        self.path = os.path.join(self.dir, "feed.sock")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.env = dict(os.environ, WEIR_FEED=f"file:{self.dir}/feed", WEIR__FEEDS__SOCKET=self.path)
        self.process = subprocess.Popen(WEIR + ["serve", "--listen", f"127.0.0.1:{self.port}"], env=self.env, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "Role api runs" in line:
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)

    def connect(self, request):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.path)
        client.sendall((json.dumps(request) + "\n").encode())
        line = b""
        while not line.endswith(b"\n"):
            line += client.recv(1)
        assert b'"ready"' in line, line
        return client

    def append(self, count, data_bytes=DATA_BYTES):
        record = json.dumps({"text": "x" * (data_bytes - 11)}) + "\n"
        subprocess.run(WEIR + ["feed", "append", "bench", "--type", "T"],
                       input=record * count, text=True, env=self.env, check=True, stdout=subprocess.DEVNULL)

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def drain(clients, records):
    """Reads until every client has so many lines; seconds from the first byte to the last."""
    poll = selectors.DefaultSelector()
    left = {}
    for client in clients:
        client.setblocking(False)
        left[client.fileno()] = records
        poll.register(client, selectors.EVENT_READ)
    buffer = bytearray(1024 * 1024)
    started, received = None, 0
    while left:
        for key, _ in poll.select():
            count = key.fileobj.recv_into(buffer)
            started = started or time.perf_counter()
            assert count, "the daemon ended a connection"
            received += count
            left[key.fd] -= buffer.count(b"\n", 0, count)
            if left[key.fd] <= 0:
                poll.unregister(key.fileobj)
                del left[key.fd]
    return time.perf_counter() - started, received


def fanout():
    rates = []
    with Daemon() as daemon:
        daemon.append(RECORDS)
        for _ in range(ROUNDS):
            clients = [daemon.connect({"topics": ["bench"], "from": "first"}) for _ in range(CLIENTS)]
            cpu = daemon.cpu_seconds()
            seconds, received = drain(clients, RECORDS)
            rates.append(CLIENTS * RECORDS / seconds)
            print(f"  round: {rates[-1] / 1e6:.2f} million deliveries/s, {received / seconds / 1e6:.0f} MB/s, {received / CLIENTS / RECORDS:.0f} bytes each,"
                  f" daemon {100 * (daemon.cpu_seconds() - cpu) / seconds:.0f} % of a core")
            for client in clients:
                client.close()
    print(f"fan-out to {CLIENTS} clients of the socket: {statistics.median(rates) / 1e6:.2f} million deliveries/s (median of {ROUNDS}, {min(rates) / 1e6:.2f} to {max(rates) / 1e6:.2f})")


def idle():
    for kind, request in (("transient", {"topics": ["bench"]}), ("registered", {"topics": ["bench"], "consumer": "idle-%d"})):
        with Daemon() as daemon:
            daemon.append(10)
            clients = [daemon.connect(dict(request, consumer=request["consumer"] % i) if "consumer" in request else request) for i in range(200)]
            time.sleep(2)
            before = daemon.resident()
            clients += [daemon.connect(dict(request, consumer=request["consumer"] % (200 + i)) if "consumer" in request else request) for i in range(IDLE)]
            time.sleep(2)
            print(f"idle {kind} client of the socket: {(daemon.resident() - before) / IDLE / 1000:.1f} kB resident each ({IDLE} of them)")
            for client in clients:
                client.close()


def sse():
    with Daemon() as daemon:
        daemon.append(10)
        clients = []
        for _ in range(SSE_CLIENTS):
            client = socket.create_connection(("127.0.0.1", daemon.port))
            client.sendall(f"GET /v1/feeds/topics/bench/stream HTTP/1.1\r\nHost: 127.0.0.1:{daemon.port}\r\n\r\n".encode())
            while b": \n\n" not in client.recv(4096):
                pass
            clients.append(client)
        time.sleep(5)
        cpu, started = daemon.cpu_seconds(), time.perf_counter()
        time.sleep(SSE_SECONDS)
        used = daemon.cpu_seconds() - cpu
        print(f"server-sent events to {SSE_CLIENTS} idle clients: {100 * used / (time.perf_counter() - started):.2f} % of a core over {SSE_SECONDS} s")


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for mode in sys.argv[1:] or ["fanout", "idle", "sse"]:
        {"fanout": fanout, "idle": idle, "sse": sse}[mode]()
