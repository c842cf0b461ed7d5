#!/usr/bin/env python3
"""Writes a journal of N entries (default 500000) in the export format to standard output, as a server has them: one line in five is the
kernel's, one in fifty about storage. For bench/journal.sh."""
import random
import sys

count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
random.seed(1)
boot = "0123456789abcdef0123456789abcdef"
storage = [
    "I/O error, dev sd{d}, sector {n} op 0x0:(READ) flags 0x80700 phys_seg 12 prio class 2",
    "sd 6:0:0:0: [sd{d}] tag#{t} Sense Key : Medium Error [current]",
    "EXT4-fs error (device sd{d}1): ext4_find_entry:1455: inode #{t}: comm ls: reading directory lblock 0",
    "Buffer I/O error on dev sd{d}, logical block {n}, async page read",
]
others = ["usb 1-1: new high-speed USB device number {t} using xhci_hcd", "audit: type=1400 audit({n}.123:456): apparmor=\"STATUS\"", "eth0: link up, 1000 Mbps, full duplex"]
units = [("sshd", "ssh.service"), ("systemd", "init.scope"), ("cron", "cron.service"), ("nginx", "nginx.service"), ("postgres", "postgresql.service")]
out = sys.stdout
for i in range(count):
    fields = {"n": random.randrange(10**9), "t": random.randrange(100), "d": random.choice("abcdefgh")}
    head = f"__REALTIME_TIMESTAMP={1700000000000000 + i * 1000}\n__MONOTONIC_TIMESTAMP={1000000 + i * 1000}\n_BOOT_ID={boot}\n_MACHINE_ID={boot}\n_HOSTNAME=server1\n"
    if i % 5 == 0:
        text = random.choice(storage if i % 50 == 0 else others).format(**fields)
        out.write(f"{head}_TRANSPORT=kernel\nPRIORITY={random.randrange(3, 7)}\nSYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\n_SOURCE_MONOTONIC_TIMESTAMP={1000000 + i * 1000}\nMESSAGE={text}\n\n")
        continue
    name, unit = random.choice(units)
    out.write(f"{head}_TRANSPORT=syslog\nPRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER={name}\nSYSLOG_PID={fields['t']}\n_PID={fields['t']}\n_UID=0\n_GID=0\n_COMM={name}\n_EXE=/usr/sbin/{name}\n"
              f"_CMDLINE=/usr/sbin/{name} -D\n_CAP_EFFECTIVE=1ffffffffff\n_SELINUX_CONTEXT=unconfined\n_SYSTEMD_CGROUP=/system.slice/{unit}\n_SYSTEMD_UNIT={unit}\n_SYSTEMD_SLICE=system.slice\n"
              f"_SYSTEMD_INVOCATION_ID={boot}\n_SOURCE_REALTIME_TIMESTAMP={1700000000000000 + i * 1000}\nMESSAGE=request {fields['n']} of {name} from 10.0.0.{fields['t']} done\n\n")
