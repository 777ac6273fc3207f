"""The same work as `weft bench` in PyTorch: random images, the catalog's model, SGD with Nesterov momentum.

python3 peer.py --model cnn5 --mode train --batch 128 --threads 2
A line with a number of seconds on stdin is one measurement, answered by one JSON line on stdout: the median over single steps, as weft measures.
At the start every variant that this PyTorch has (memory formats; for inference also the frozen graph with folded norms) is tried and the fastest kept.
"""
import argparse
import json
import resource
import statistics
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="cnn5")
parser.add_argument("--mode", choices=["train", "infer"], default="train")
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--side", type=int, default=28)
parser.add_argument("--channels", type=int, default=1)
parser.add_argument("--variant", help="only this one, for the memory that one training takes")
parser.add_argument("--try-seconds", type=float, default=4, help="time given to each variant at the start")
options = parser.parse_args()

import torch  # noqa: E402
from torch import nn  # noqa: E402

from models import MODELS  # noqa: E402

torch.set_num_threads(options.threads)
torch.set_flush_denormal(True)
torch.manual_seed(0)
IMAGES = torch.randn(options.batch, options.channels, options.side, options.side)
LABELS = torch.randint(0, 10, (options.batch,))


def network():
    """The networks for grey pictures alone take no number of channels."""
    return MODELS[options.model]() if options.channels == 1 else MODELS[options.model](channels=options.channels)


def trainer(memory_format, compiled):
    model = network().train().to(memory_format=memory_format)
    images = IMAGES.to(memory_format=memory_format)
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": weights, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.001, momentum=0.9, nesterov=True)
    run = torch.compile(model) if compiled else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(run(images), LABELS).backward()
        optimizer.step()

    return step


def predictor(memory_format, frozen):
    model = network().eval().to(memory_format=memory_format)
    images = IMAGES.to(memory_format=memory_format)
    if frozen:
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, images)))

    def step():
        with torch.inference_mode():
            model(images)

    return step


def variants():
    formats = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    for name, memory_format in formats.items():
        if options.mode == "train":
            yield name, lambda f=memory_format: trainer(f, False)
            if hasattr(torch, "compile"):
                yield name + ", compiled", lambda f=memory_format: trainer(f, True)
        else:
            yield name, lambda f=memory_format: predictor(f, False)
            yield name + ", frozen", lambda f=memory_format: predictor(f, True)


def measure(step, seconds):
    times = []
    began = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return times


best = None
for label, create in variants():
    if options.variant not in (None, label):
        continue
    try:
        candidate = create()
        candidate()
    except Exception as refused:  # a variant that this build of PyTorch does not have (no compiler, say) does not take part
        print(f"peer: {label} is not possible here: {type(refused).__name__}", file=sys.stderr, flush=True)
        continue
    median = statistics.median(measure(candidate, options.try_seconds))
    print(f"peer: {label} {options.batch / median:.1f} images/s", file=sys.stderr, flush=True)
    if best is None or median < best[0]:
        best = (median, label, candidate)

_, variant, chosen = best
print(json.dumps({"peer": f"PyTorch {torch.__version__}", "variant": variant}), flush=True)
for line in sys.stdin:
    seconds = float(line)
    measure(chosen, seconds / 3)
    times = measure(chosen, seconds)
    median = statistics.median(times)
    print(json.dumps({"images_per_second": options.batch / median, "step_milliseconds": median * 1000, "steps": len(times),
                      "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
