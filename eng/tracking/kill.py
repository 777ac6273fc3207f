"""Kills trainings that are shown in W&B and TensorBoard with SIGKILL at random moments; each must then be handed over up to its last whole event.

usage: kill.py WEFT [--times N] [--seed S]
The files are read here by other code than Weft's own: framing and checksums by hand, values against events.jsonl.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

parser = argparse.ArgumentParser()
parser.add_argument("weft")
parser.add_argument("--times", type=int, default=100)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
chance = random.Random(arguments.seed)
environment = os.environ | {"WANDB_MODE": "offline"}
CASTAGNOLI = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
    CASTAGNOLI.append(n)


def block_log(data):
    assert data[:7] == b":W&B\xe1\xbe\0"
    at, records, record = 7, [], b""
    while at < len(data):
        left = 32768 - at % 32768
        if left < 7:
            assert data[at:at + left] == bytes(left)
            at += left
            continue
        crc, length, kind = struct.unpack_from("<IHB", data, at)
        payload = data[at + 7:at + 7 + length]
        assert len(payload) == length and crc == zlib.crc32(bytes([kind]) + payload), f"byte {at}"
        record += payload
        if kind in (1, 4):
            records.append(record)
            record = b""
        at += 7 + length
    assert not record
    return records


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CASTAGNOLI[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def tf_records(data):
    at, records = 0, []
    while at < len(data):
        length, = struct.unpack_from("<Q", data, at)
        payload = data[at + 12:at + 12 + length]
        assert masked(data[at:at + 8]) == struct.unpack_from("<I", data, at + 8)[0] and masked(payload) == struct.unpack_from("<I", data, at + 12 + length)[0]
        records.append(payload)
        at += 16 + length
    return records


def fields(message):
    """(number, value) of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            value |= (message[at] & 127) << shift
            shift += 7
            at += 1
            if message[at - 1] < 128:
                return value
    while at < len(message):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            yield number, varint()
        elif kind == 2:
            length = varint()
            yield number, message[at:at + length]
            at += length
        else:
            size = 8 if kind == 1 else 4
            yield number, message[at:at + size]
            at += size


def history(log):
    """Rows of the history as {key: json}, and the kind of the last record."""
    rows, last = [], None
    for record in block_log(log):
        last, value = [field for field in fields(record) if field[0] != 1][-1]
        if last == 2:
            items = [dict(fields(item)) for number, item in fields(value) if number == 1]
            rows.append({item[2].decode(): json.loads(item[16]) for item in items if item[2] != b"_type"})
    return rows, last


def scalars(file, tag):
    values = []
    for record in tf_records(file):
        for number, summary in fields(record):
            for _, value in fields(summary) if number == 5 else ():
                content = dict(fields(value))
                if content.get(1) == tag.encode():
                    values.append(struct.unpack("<f", content[2])[0])
    return values


def one(folder, number):
    run = folder / "runs" / "run"
    options = "--model small --epochs 200 --limit-train 320 --limit-validation 64 --batch 16 --name run --quiet --track wandb,tensorboard".split()
    training = subprocess.Popen([arguments.weft, "train", *options], cwd=folder, env=environment)
    begun, wanted = time.time(), chance.randint(1, 60)
    while not (run / "events.jsonl").exists() or (run / "events.jsonl").read_bytes().count(b"\n") < wanted:
        assert training.poll() is None and time.time() - begun < 120, "the training does not go on"
        time.sleep(0.005)
    time.sleep(chance.random() * 0.1)
    training.send_signal(signal.SIGKILL)
    assert training.wait() == -signal.SIGKILL
    whole = (run / "events.jsonl").read_bytes()
    events = [json.loads(line) for line in whole[:whole.rfind(b"\n") + 1].splitlines()]
    torn = [path for path in (*folder.glob("wandb/*/*.wandb"), *folder.glob("tensorboard/run/*"))]
    sizes = {path: path.stat().st_size for path in torn}
    done = subprocess.run([arguments.weft, "track", "run", "--to", "wandb,tensorboard", "--continue", "--json"],
                          cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for target in json.loads(done.stdout.splitlines()[-1])["targets"]:
        assert target["complete"] and target["events"] == len(events), target
    steps = [e["step"] for e in events if e["type"] == "step"]
    epochs = [e for e in events if e["type"] == "epoch"]
    if events:
        rows, last = history(next(folder.glob("wandb/*/*.wandb")).read_bytes())
        assert last == 22, "the log has no end"
        assert [row["step"] for row in rows if "step/loss" in row] == steps
        assert [row["validation/loss"] for row in rows if "validation/loss" in row] == [e["validation_loss"] for e in epochs]
        board = next(folder.glob("tensorboard/run/*")).read_bytes()
        assert len(scalars(board, "step/loss")) == len(steps) and len(scalars(board, "validation/loss")) == len(epochs)
    left = len(whole) - whole.rfind(b"\n") - 1
    print(f"{number}: killed after {len(events)} events{f' and {left} bytes of another' if left else ''}; "
          f"files had {sorted(sizes.values())} bytes; all handed over", flush=True)


for number in range(1, arguments.times + 1):
    with tempfile.TemporaryDirectory() as folder:
        try:
            one(pathlib.Path(folder), number)
        except (AssertionError, KeyError, StopIteration) as failure:
            sys.exit(f"{number}: FAILED {failure!r}")
print(f"{arguments.times} kills, {arguments.times} complete hand-overs")
