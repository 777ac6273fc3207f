"""The default training of a folder of pictures, done again without Weft: Pillow decodes, PyTorch computes the features and fits the last layer.

  weft eval NAME
  python3 head.py --run runs/NAME --data DIR --weights resnet18-cntk.safetensors

The run gives the division (split.csv) and the policy (config.yaml); the weights are those of `weft models get`. Printed are the accuracy on the validation
pictures with its 95 % interval (Wilson), the run's own accuracy, and the largest difference of the probabilities.
"""
import argparse
import csv
import json
import math
import struct
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn

from models import MODELS

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--run", type=Path, required=True)
parser.add_argument("--data", type=Path, required=True)
parser.add_argument("--weights", type=Path, required=True)
parser.add_argument("--strength", type=float, help="of the penalty; default: chosen by 5-fold cross-validation over groups")
options = parser.parse_args()
torch.set_num_threads(2)


def safetensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        kind = {"F32": np.float32, "I64": np.int64}[entry["dtype"]]
        tensors[name] = torch.from_numpy(np.frombuffer(data[8 + size + first:8 + size + last], kind).reshape(entry["shape"]).copy())
    return metadata, tensors


def setting(key):
    for line in (options.run / "config.yaml").read_text().splitlines():
        if line.startswith(f"  {key}:"):
            return line.split(":", 1)[1].split("#")[0].strip()
    raise KeyError(key)


side = int(setting("side"))
if setting("fit") != "crop" or setting("background") != "white":
    raise SystemExit("head.py knows the policy crop on white only")


def pixels(path):
    """[side, side, 3]: turned as its EXIF says, on white, its short side made `side`, the middle cut out."""
    picture = ImageOps.exif_transpose(Image.open(path))
    if picture.mode == "CMYK":
        picture = picture.convert("RGB")
    picture = picture.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    picture = ground.convert("RGB")
    scale = side / min(picture.size)
    width, height = (max(side, round(length * scale)) for length in picture.size)
    picture = picture.resize((width, height), Image.BILINEAR)
    left, top = (width - side) // 2, (height - side) // 2
    return np.asarray(picture.crop((left, top, left + side, top + side)))


metadata, weights = safetensors(options.weights)
about = json.loads(metadata["pretrained"])
model = MODELS[about["network"]](channels=3).eval()
model.fc = nn.Identity()
model.load_state_dict({name: tensor for name, tensor in weights.items() if not name.startswith("fc.")}, strict=False)
mean, deviation = (torch.tensor(about[key], dtype=torch.float32).view(1, 3, 1, 1) for key in ("mean", "standard_deviation"))

rows = list(csv.DictReader((options.run / "split.csv").open(encoding="utf-8", newline="")))
classes = sorted({row["label"] for row in rows})
labels = torch.tensor([classes.index(row["label"]) for row in rows])
groups = [row["group"] or row["index"] for row in rows]
training = torch.tensor([row["split"] == "train" for row in rows])


def features(mirrored):
    parts = []
    with torch.inference_mode():
        for first in range(0, len(rows), 64):
            images = np.stack([pixels(options.data / row["path"]) for row in rows[first:first + 64]])
            if mirrored:
                images = images[:, :, ::-1].copy()
            parts.append(model((torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255 - mean) / deviation).flatten(1))
    return torch.cat(parts)


views = [features(False), features(True)]


def fit(chosen, strength):
    """The multinomial logistic regression of both views' standardized features, to its minimum."""
    x = torch.cat([view[chosen] for view in views]).double()
    y = torch.cat([labels[chosen]] * 2)
    centre, spread = x.mean(0), x.std(0, unbiased=False)
    spread[spread == 0] = math.inf
    z = (x - centre) / spread
    weight = torch.zeros(len(classes), z.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(len(classes), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=2000, history_size=10, tolerance_grad=1e-7, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = nn.functional.cross_entropy(z @ weight.T + bias, y) + strength / 2 * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)

    def probabilities(chosen):
        with torch.no_grad():
            return sum(torch.softmax((view[chosen].double() - centre) / spread @ weight.T + bias, 1) for view in views) / len(views)

    return probabilities


strength = options.strength
if strength is None:
    names = sorted({group for group, trained in zip(groups, training) if trained})
    order = np.random.default_rng(0).permutation(len(names))
    fold = {names[number]: place % 5 for place, number in enumerate(order)}
    folds = torch.tensor([fold.get(group, -1) if trained else -1 for group, trained in zip(groups, training)])
    losses = {}
    for candidate in (1.0, 0.3, 0.1, 0.03, 0.01):
        total = 0.0
        for number in range(5):
            held = folds == number
            said = fit(training & ~held, candidate)(held)
            total -= said[torch.arange(int(held.sum())), labels[held]].log().sum().item()
        losses[candidate] = total / int(training.sum())
    strength = min(losses, key=losses.get)
    print("cross-entropy out of the fold by strength:", {key: round(value, 4) for key, value in losses.items()})

said = fit(training, strength)(~training)
right, count = int((said.argmax(1) == labels[~training]).sum()), int((~training).sum())
share, z = right / count, 1.959964
centre = (share + z * z / (2 * count)) / (1 + z * z / count)
half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
print(f"PyTorch {torch.__version__}, strength {strength}: {100 * share:.1f} % of {count} (95 %: {100 * (centre - half):.1f} to {100 * (centre + half):.1f} %)")

own = list(csv.reader((options.run / "eval/validation/predictions.csv").open(encoding="utf-8", newline="")))[1:]
theirs = torch.tensor([[float(value) for value in row[4:]] for row in own], dtype=torch.float64)
correct = sum(row[1] == row[2] for row in own)
print(f"Weft: {100 * correct / len(own):.1f} %; the same class on {int((theirs.argmax(1) == said.argmax(1)).sum())} of {count}, "
      f"probabilities differ by at most {float((theirs - said).abs().max()):.2e}")
