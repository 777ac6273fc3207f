"""Another build of Weft as a peer of eng/versus.cs, so that two versions are measured in turns:
  EARLIER_WEFT=OLD/weft dotnet run eng/versus.cs -- --peer bench/peers/earlier.py --model cnn5 --mode train --out artifacts/versus
"""
import argparse
import json
import os
import subprocess
import sys

parser = argparse.ArgumentParser()
for name in ("model", "mode", "batch", "threads", "side", "channels"):
    parser.add_argument(f"--{name}")
options = parser.parse_args()
images = [] if (options.side, options.channels) == ("28", "1") else ["--side", options.side, "--channels", options.channels]
weft = os.environ["EARLIER_WEFT"]


def bench(seconds):
    command = [weft, "bench", options.mode, "--model", options.model, "--batch", options.batch, "--threads", options.threads,
               *images, "--seconds", seconds, "--json", "--quiet"]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])["images_per_second"]


version = subprocess.run([weft, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
bench("1")  # builds, if need be, before anything is measured
print(json.dumps({"peer": f"weft {version}", "variant": "an earlier build"}), flush=True)
for line in sys.stdin:
    print(json.dumps({"images_per_second": bench(line.strip())}), flush=True)
