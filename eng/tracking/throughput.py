"""Trains the same run without trackers and with all three of them at once, in turns, and compares weights and times.

usage: throughput.py WEFT [--rounds N] [--options "…"]
The servers misbehave in a fifth of all requests. Prints one line a round and the median ratios. Processor time is what to look at on a machine that is busy
with other things: a training keeps all its cores busy, so what trackers take of it is what they take of its throughput.
"""
import argparse
import hashlib
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

import stubs

parser = argparse.ArgumentParser()
parser.add_argument("weft")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--options", default="--model cnn4 --epochs 2 --limit-train 6000 --limit-validation 1000", help="of weft train")
arguments = parser.parse_args()
options = arguments.options.split()


def train(folder, tracked, server):
    command = [arguments.weft, "train", *options, "--name", "run", "--json"] + (["--track", "wandb,tensorboard,mlflow"] if tracked else [])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=os.environ | server.environment(), capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = pathlib.Path(folder, "runs", "run")
    events = [json.loads(line) for line in run.joinpath("events.jsonl").read_text().splitlines()]
    # Not last.previous: on a machine so slow that a save falls into an epoch, it is of another step.
    weights = {name: hashlib.sha256(run.joinpath("checkpoints", name + ".safetensors").read_bytes()).hexdigest() for name in ("best", "last")}
    return json.loads(done.stdout.splitlines()[-1]), events, weights, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


ratios, processor = [], []
for round_number in range(arguments.rounds):
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as shown:
        server = stubs.Server(faults=0.2, seed=round_number)
        order = [False, True] if round_number % 2 == 0 else [True, False]
        results = {tracked: train(shown if tracked else plain, tracked, server) for tracked in order}
        server.faults = 0
        for target in results[True][0]["tracking"]:
            if not target["complete"]:  # the servers had not taken everything when the training was over
                subprocess.run([arguments.weft, "track", "run", "--to", target["to"], "--continue"], cwd=shown,
                               env=os.environ | server.environment(), check=True, capture_output=True)
        wrong = stubs.check(server, results[True][1])
        same = results[True][2] == results[False][2]
        seconds = results[False][0]["train_seconds"], results[True][0]["train_seconds"]
        ratios.append(seconds[0] / seconds[1])
        processor.append(results[False][3] / results[True][3])
        rates = results[False][0]["images_per_second"], results[True][0]["images_per_second"]
        print(f"round {round_number + 1}: {seconds[0]:.2f} s plain, {seconds[1]:.2f} s tracked, throughput {ratios[-1]:.1%} of the run's time, "
              f"{rates[1] / rates[0]:.1%} of the steps', {processor[-1]:.1%} by processor time ({results[False][3]:.1f} s and "
              f"{results[True][3]:.1f} s); weights {'equal' if same else 'DIFFER'}; {'all values once and in order' if not wrong else wrong}", flush=True)
        if wrong or not same:
            sys.exit("FAILED " + json.dumps(results[True][0]["tracking"]))
print(f"median throughput with all three trackers: {statistics.median(ratios):.1%} by the clock, {statistics.median(processor):.1%} by processor time")
