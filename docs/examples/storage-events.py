#!/usr/bin/env python3
"""Follows Weir's storage events, or asks about a block device, by varlink. Only Python's own library is needed.

Usage: storage-events.py SOCKET monitor [SEVERITY]      an event a line, until interrupted
       storage-events.py SOCKET info BLOCK              what a device is and what stands on it
"""
import json
import socket
import sys


class Varlink:
    """A connection to a varlink service: JSON objects, each ended by a zero byte (https://varlink.org)."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.rest = b""

    def call(self, method, parameters, more=False):
        """Yields the parameters of each answer."""
        self.socket.sendall(json.dumps({"method": method, "parameters": parameters, "more": more}).encode() + b"\0")
        while True:
            answer = json.loads(self._message())
            if "error" in answer:
                raise SystemExit(f"{answer['error']}: {answer.get('parameters')}")
            yield answer.get("parameters", {})
            if not answer.get("continues"):
                return

    def _message(self):
        while b"\0" not in self.rest:
            received = self.socket.recv(65536)
            if not received:
                raise SystemExit("the service closed the connection")
            self.rest += received
        message, self.rest = self.rest.split(b"\0", 1)
        return message


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    service = Varlink(sys.argv[1])
    if sys.argv[2] == "info":
        for answer in service.call("io.weir.StorageEvents.Info", {"block": sys.argv[3]}):
            print(json.dumps(answer, indent=2))
        return
    filter = {"severity": sys.argv[3]} if len(sys.argv) > 3 else None
    for answer in service.call("io.weir.StorageEvents.Monitor", {"filter": filter}, more=True):
        event = answer["event"]
        if event is None:
            print("following", flush=True)
            continue
        top = event["hierarchy_blk_info"]
        print(event["severity"], event["event_type"], event["cur_blk_info"]["blk_path"], top.get("mount_point") or "-", event["count"], flush=True)


if __name__ == "__main__":
    main()
