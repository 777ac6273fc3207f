"""Writes the fixtures beside this file: what PyTorch computes, for the engine's tests. Run: python3 generate.py [NAME ...]

Neither weights nor images are stored. Both sides make them from the same integer hash (see Hashed.cs); PyTorch computes in double, so that the fixtures are
the truth rather than another rounding. Of a large gradient 32 random sign projections are kept: the mean of their squared errors is an unbiased estimate
of the squared L2 error.
"""
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "bench" / "peers"))
from mobile import InvertedResidual, SqueezeExcite  # noqa: E402
from models import MODELS, BasicBlock, Bottleneck, without_dropout  # noqa: E402

torch.set_num_threads(1)
U32 = np.uint32


# ---- the hash, as in Hashed.cs

def mix(x):
    x = x ^ (x >> U32(16))
    x = x * U32(0x85EBCA6B)
    x = x ^ (x >> U32(13))
    x = x * U32(0xC2B2AE35)
    return x ^ (x >> U32(16))


def bits(seed, count):
    seed = U32(seed & 0xFFFFFFFF)
    with np.errstate(over="ignore"):
        return mix(mix(np.arange(count, dtype=U32) + seed * U32(0x9E3779B9)) ^ seed)


def unit(seed, count):
    return (bits(seed, count) >> U32(8)).astype(np.float64) * 2.0 ** -23 - 1


def seed_of(text):
    h = 0x811C9DC5
    for byte in text.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def values(seed, name, shape, centre, spread):
    count = int(np.prod(shape))
    flat = (centre + spread * unit(seed ^ seed_of(name), count)).astype(np.float32)
    return torch.from_numpy(flat.reshape(shape).copy())


def fill(model, seed):
    norms = {name for name, module in model.named_modules() if isinstance(module, nn.BatchNorm2d)}
    for name, parameter in model.named_parameters():
        owner, kind = name.rsplit(".", 1)
        if owner in norms:
            centre, spread = (1.0, 0.25) if kind == "weight" else (0.75, 0.25)
        elif kind == "bias":
            centre, spread = 0.0, 0.1
        else:
            # He's variance behind a ReLU, a twelfth of it for the fully connected layers: small logits, calm first steps
            centre, spread = 0.0, math.sqrt((6.0 if parameter.dim() == 4 else 0.5) / int(np.prod(parameter.shape[1:])))
        with torch.no_grad():
            parameter.copy_(values(seed, name, tuple(parameter.shape), centre, spread))
    return model


def batch(seed, step, count, size=28):
    """Noise plus a pattern for each class, so that there is something to learn."""
    noise = values(seed, f"images {step}", (count, 1, size, size), 0.0, 1.5)
    patterns = values(seed, "patterns", (10, 1, size, size), 0.0, 0.75)
    labels = torch.from_numpy((bits(seed ^ seed_of(f"labels {step}"), count) % U32(10)).astype(np.int64))
    return noise + patterns[labels], labels


# ---- files

def write(name, tensors, metadata):
    header, offset, blobs = {"__metadata__": {key: json.dumps(value) for key, value in metadata.items()}}, 0, []
    for key, tensor in tensors.items():
        blob = np.ascontiguousarray(np.asarray(tensor, dtype=np.float64).astype("<f4")).tobytes()
        header[key] = {"dtype": "F32", "shape": list(np.shape(tensor)), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    print(name, 8 + len(text) + offset, "bytes")


def projections(name, flat):
    signs = bits(seed_of("signs " + name), flat.size)
    return [float(np.sum(np.where((signs >> U32(k)) & U32(1), flat, -flat))) for k in range(32)]


WHOLE = 512  # tensors up to this length are stored as they are


# ---- networks

def margin(model, images):
    """How close the nearest decision is: the smallest |input| of a ReLU (of a ReLU6 its distance to 6 as well, of the hard functions to 3 and -3), and the
    smallest lead of a pool's winner, in units of its input's rms."""
    smallest, hooks = [math.inf], []

    def relu(module, inputs):
        x = inputs[0]
        smallest[0] = min(smallest[0], (x.abs().min() / x.square().mean().sqrt()).item())

    def relu6(module, inputs):
        x = inputs[0]
        smallest[0] = min(smallest[0], (torch.minimum(x.abs(), (x - 6).abs()).min() / x.square().mean().sqrt()).item())

    def hard(module, inputs):
        x = inputs[0]
        smallest[0] = min(smallest[0], ((x.abs() - 3).abs().min() / x.square().mean().sqrt()).item())

    def pool(module, inputs):
        x = inputs[0]
        c = x.shape[1]
        k, s, p = module.kernel_size, module.stride, module.padding
        columns = nn.functional.unfold(nn.functional.pad(x, (p, p, p, p), value=-1e30), k, stride=s).reshape(x.shape[0], c, k * k, -1)
        top = columns.topk(2, dim=2).values
        lead = top[:, :, 0] - top[:, :, 1]
        # Exact ties do no harm: behind a ReLU they are zeros, behind a pool with overlapping windows copies of one value.
        smallest[0] = min(smallest[0], (lead[lead > 0].min() / x.square().mean().sqrt()).item())

    for module in model.modules():
        if isinstance(module, nn.ReLU6):
            module.inplace = False
            hooks.append(module.register_forward_pre_hook(relu6))
        elif isinstance(module, (nn.Hardswish, nn.Hardsigmoid)):
            hooks.append(module.register_forward_pre_hook(hard))
        elif isinstance(module, nn.ReLU):
            module.inplace = False
            hooks.append(module.register_forward_pre_hook(relu))
        elif isinstance(module, nn.MaxPool2d):
            hooks.append(module.register_forward_pre_hook(pool))
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    return smallest[0]


def build(name, seed, dtype, **options):
    return fill(without_dropout(MODELS[name](**options)), seed).to(dtype).train()


def groups(model, decay):
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    return [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


# Behind a flattened map there are thousands of features that no norm keeps small; the rate must be as much smaller for the steps to stay calm.
SGD_RATES = {"small": 0.02, "cnn4": 2e-4, "cnn5": 5e-5, "googlenet": 1e-4, "rescnn": 5e-5, "resnet9": 2e-4,
             "wideresnet": 2e-3, "resnet18": 2e-4, "resnet18-cntk": 2e-4, "resnet34": 1e-4, "resnet50": 1e-4, "mobilenetv2": 2e-4,
             "mobilenetv3-small": 2e-4, "mobilenetv3-large": 2e-4, "mobilenetv4-conv-small": 2e-4, "efficientnet-b0": 2e-4}
ADAM_RATES = {"small": 1e-4, "cnn4": 1e-4, "cnn5": 1e-4, "googlenet": 2e-6, "rescnn": 2e-6, "resnet9": 1e-5,
              "wideresnet": 1e-5, "resnet18": 1e-5, "resnet18-cntk": 1e-5, "resnet34": 5e-6, "resnet50": 2e-6, "mobilenetv2": 1e-5,
              "mobilenetv3-small": 1e-5, "mobilenetv3-large": 1e-5, "mobilenetv4-conv-small": 1e-5, "efficientnet-b0": 1e-5}
DECAY = 5e-4


def optimizer_of(kind, name, model):
    if kind == "sgd":
        return torch.optim.SGD(groups(model, DECAY), lr=SGD_RATES[name], momentum=0.9, nesterov=True)
    return torch.optim.Adam(groups(model, DECAY), lr=ADAM_RATES[name])


def losses(name, seed, kind, dtype, count=8, steps=20, size=28):
    model = build(name, seed, dtype)
    optimizer = optimizer_of(kind, name, model)
    result = []
    for step in range(steps):
        images, labels = batch(seed, step, count, size)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images.to(dtype)), labels)
        loss.backward()
        optimizer.step()
        result.append(loss.item())
    return result


def network(name, count, least_margin, first, size=28, **options):
    # In googlenet's depth rounding grows to 1e-5: a narrow one has few enough decisions for none to be that close. (The steps below are of the full one.)
    # A rounding error may not decide which way a ReLU or a pool goes: one such element changes a gradient by a thousandth. So a seed without close calls is
    # sought (from the one where an earlier search ended, to save its time).
    best, seed = (-1.0, 0), first - 1
    while best[0] < least_margin and seed < first + 400:
        seed += 1
        best = max(best, (margin(build(name, seed, torch.float64, **options), batch(seed, 0, count, size)[0].double()), seed))
    least, seed = best
    print(name, "seed", seed, "margin", least, flush=True)

    model = build(name, seed, torch.float64, **options)
    images, labels = batch(seed, 0, count, size)
    logits = model(images.double())
    loss = nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
    loss.backward()
    tensors = {"logits": logits.detach().numpy()}
    norms = {}
    for key, parameter in model.named_parameters():
        flat = parameter.grad.numpy().reshape(-1)
        norms[key] = float(np.linalg.norm(flat))
        if flat.size <= WHOLE:
            tensors["whole." + key] = flat
        else:
            tensors["projections." + key] = projections(key, flat)
            tensors["every." + key] = flat[:: flat.size // 128]
    for key, value in model.state_dict().items():
        if key.endswith(("running_mean", "running_var")):
            tensors["after." + key] = value.numpy()
    model.eval()
    with torch.no_grad():
        tensors["evaluation"] = model(images.double()).numpy()
    metadata = {"seed": seed, "count": count, "margin": least, "smoothing": 0.1, "loss": loss.item(), "norms": norms,
                "decay": DECAY, "width": options.get("width", 1.0), "step_count": 8, "size": size, "sgd_rate": SGD_RATES[name], "adam_rate": ADAM_RATES[name]}
    for kind in ("sgd", "adam"):
        truth = losses(name, seed, kind, torch.float64, size=size)
        single = losses(name, seed, kind, torch.float32, size=size)
        metadata[kind] = truth
        metadata[kind + "_float32_distance"] = max(abs(a - b) / a for a, b in zip(truth, single))
        print(name, kind, [round(x, 4) for x in truth], "PyTorch's own float32 is off by", metadata[kind + "_float32_distance"], flush=True)
    write(f"{name}.safetensors", tensors, metadata)


# ---- layers alone: output, and gradients under a made-up output gradient

class PaddedConvolution(nn.Conv2d):
    """padding: left, right, top, bottom, as torch.nn.functional.pad has them."""

    def __init__(self, inputs, outputs, kernel, padding, stride):
        super().__init__(inputs, outputs, kernel, stride=stride)
        self.sides = padding

    def forward(self, x):
        return super().forward(nn.functional.pad(x, self.sides))


def layers():
    cases = {
        "group_norm": (nn.GroupNorm(3, 12), (3, 12, 5, 4)),
        "group_norm_epsilon": (nn.GroupNorm(2, 6, eps=0.01), (2, 6, 3, 3)),
        "layer_norm2d": (nn.GroupNorm(1, 7), (2, 7, 4, 5)),
        "instance_norm2d": (nn.InstanceNorm2d(6, affine=True), (3, 6, 4, 3)),
        "instance_norm2d_plain": (nn.InstanceNorm2d(5), (2, 5, 3, 4)),
        "leaky_relu": (nn.LeakyReLU(0.2), (2, 3, 4, 5)),
        "elu": (nn.ELU(), (2, 3, 4, 5)),
        "elu_alpha": (nn.ELU(0.4), (2, 3, 4, 5)),
        "gelu": (nn.GELU(), (2, 3, 4, 5)),
        "silu": (nn.SiLU(), (2, 3, 4, 5)),
        "mish": (nn.Mish(), (2, 3, 4, 5)),
        "global_max_pool": (nn.AdaptiveMaxPool2d(1), (2, 3, 4, 5)),
        "relu6": (nn.ReLU6(), (2, 3, 4, 5)),
        "sigmoid": (nn.Sigmoid(), (2, 3, 4, 5)),
        "hard_sigmoid": (nn.Hardsigmoid(), (2, 3, 4, 5)),
        "hard_swish": (nn.Hardswish(), (2, 3, 4, 5)),
        "conv_grouped": (nn.Conv2d(6, 9, 3, groups=3, padding=1), (2, 6, 5, 4)),
        "conv_depthwise": (nn.Conv2d(5, 5, 3, groups=5, padding=1, stride=2), (2, 5, 6, 7)),
        "conv_multiplier": (nn.Conv2d(4, 8, 5, groups=4, padding=2, bias=False), (2, 4, 6, 5)),
        "conv_dilated": (nn.Conv2d(3, 4, 3, dilation=(2, 3), padding=2), (2, 3, 7, 8)),
        "conv_1x7": (nn.Conv2d(3, 4, (1, 7), padding=(0, 3)), (2, 3, 5, 6)),
        "conv_7x1": (nn.Conv2d(3, 4, (7, 1), padding=(3, 0)), (2, 3, 5, 6)),
        "conv_stride_2x1": (nn.Conv2d(3, 4, 3, stride=(2, 1), padding=1), (2, 3, 7, 5)),
        "conv_asymmetric": (PaddedConvolution(3, 4, 3, (1, 3, 0, 2), 2), (2, 3, 7, 6)),
        "max_pool": (nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True), (2, 3, 6, 5)),
        "average_pool": (nn.AvgPool2d((2, 3), stride=2, padding=(1, 1), ceil_mode=True), (2, 3, 6, 6)),
        "average_pool_not_counted": (nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), (2, 3, 6, 5)),
        "squeeze_and_excitation": (SqueezeExcite(6, 2, nn.SiLU, nn.Sigmoid), (3, 6, 4, 5)),
        "inverted_residual": (InvertedResidual(4, 4, 1, 6), (3, 4, 5, 6)),
        "inverted_residual_stride_2": (InvertedResidual(4, 6, 2, 6), (3, 4, 7, 6)),
        "basic_block": (BasicBlock(5, 5, 1), (3, 5, 5, 6)),
        "basic_block_downsample": (BasicBlock(5, 6, 2), (3, 5, 7, 6)),
        "bottleneck_downsample": (Bottleneck(5, 3, 2), (3, 5, 7, 6)),
    }
    tensors, centres = {}, {}
    for name, (layer, shape) in cases.items():
        layer = layer.double()
        with torch.no_grad():
            # The weights of a norm lie around 1.
            centres[name] = {key: 1.0 if key.endswith("weight") and parameter.dim() == 1 else 0.0 for key, parameter in layer.named_parameters()}
            for key, parameter in layer.named_parameters():
                parameter.copy_(values(1, f"{name} {key}", tuple(parameter.shape), centres[name][key], 0.5))
        images = values(1, f"{name} images", shape, 0.2, 3.0).double().requires_grad_()
        output = layer(images)
        output.backward(values(1, f"{name} direction", tuple(output.shape), 0.0, 1.0).double())
        tensors[f"{name}.output"] = output.detach().numpy().reshape(-1)
        tensors[f"{name}.images"] = images.grad.numpy().reshape(-1)
        for key, parameter in layer.named_parameters():
            tensors[f"{name}.{key}"] = parameter.grad.numpy()
    write("layers.safetensors", tensors, {"shapes": {name: shape for name, (_, shape) in cases.items()}, "centres": centres})


# ---- optimizers alone: 20 steps on made-up gradients

def optimizers():
    configurations = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "sgd-decay": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.05),
        "clipped": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01),
        "adam-decay": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.05),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.05),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, weight_decay=0.05),
        "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.7),
    }
    tensors = {}
    for name, create in configurations.items():
        weight = nn.Parameter(values(1, "weight", (37,), 0.0, 1.0).double())
        optimizer = create([weight])
        for step in range(20):
            weight.grad = values(1, f"gradient {step}", (37,), 0.1, 1.0).double()
            if name == "clipped":
                nn.utils.clip_grad_norm_([weight], 0.5)
            optimizer.step()
        tensors[name + ".weight"] = weight.detach().numpy()
        for key, value in optimizer.state[weight].items():
            if torch.is_tensor(value) and value.dim() == 1:
                tensors[f"{name}.{key}"] = value.numpy()
    write("optimizers.safetensors", tensors, {"length": 37, "steps": 20})


# ---- schedules

def schedules():
    per_epoch, total, peak = 5, 60, 0.3
    result = {"steps_per_epoch": per_epoch, "total_steps": total, "peak": peak}

    def rates(create, by_epoch):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=peak)
        scheduler = create(optimizer)
        found = []
        for step in range(total):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if not by_epoch or (step + 1) % per_epoch == 0:
                scheduler.step()
        return found

    lr = torch.optim.lr_scheduler
    result["step"] = rates(lambda o: lr.StepLR(o, 3, 0.2), True)
    result["exponential"] = rates(lambda o: lr.ExponentialLR(o, 0.8), True)
    result["cosine"] = rates(lambda o: lr.CosineAnnealingLR(o, total, 0.03), False)
    result["one_cycle"] = rates(lambda o: lr.OneCycleLR(o, peak, total, cycle_momentum=False), False)
    result["one_cycle_linear"] = rates(
        lambda o: lr.OneCycleLR(o, peak, total, pct_start=0.25, anneal_strategy="linear", div_factor=10, final_div_factor=100, cycle_momentum=False), False)
    result["warm_up"] = rates(lambda o: lr.LinearLR(o, 0.1, 1.0, 12), False)

    metrics = [0.9, 0.8, 0.85, 0.79995, 0.81, 0.82, 0.83, 0.84, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, float("nan"), 0.6, 0.61]
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = lr.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=1e-3, threshold_mode="abs", cooldown=1, min_lr=peak * 0.1)
    found = []
    for metric in metrics:
        scheduler.step(metric)
        found.append(optimizer.param_groups[0]["lr"])
    result["plateau"] = {"metrics": [m if m == m else None for m in metrics], "rates": found}
    (HERE / "schedules.json").write_text(json.dumps(result) + "\n")
    print("schedules.json")


if __name__ == "__main__":
    jobs = {
        "optimizers": optimizers,
        "schedules": schedules,
        "layers": layers,
        "small": lambda: network("small", 8, 4e-6, 15),
        "cnn4": lambda: network("cnn4", 8, 4e-6, 46),
        "cnn5": lambda: network("cnn5", 8, 4e-6, 248),
        "googlenet": lambda: network("googlenet", 2, 2.5e-5, 53, width=0.125),
        "rescnn": lambda: network("rescnn", 2, 4e-6, 4),
        "resnet9": lambda: network("resnet9", 2, 4e-6, 13),
        "wideresnet": lambda: network("wideresnet", 2, 4e-6, 10),
        # 28x28 would leave one pixel of the last maps, whose batch norm over two images has no digits left.
        "resnet18": lambda: network("resnet18", 2, 4e-6, 2, size=64),
        "resnet18-cntk": lambda: network("resnet18-cntk", 2, 4e-6, 2, size=64),
        "resnet34": lambda: network("resnet34", 2, 4e-6, 2, size=64),
        "resnet50": lambda: network("resnet50", 2, 2.5e-5, 2, size=64, width=0.125),
        "mobilenetv2": lambda: network("mobilenetv2", 2, 4e-6, 32, size=64),
        "mobilenetv3-small": lambda: network("mobilenetv3-small", 2, 4e-6, 1, size=64),
        "mobilenetv3-large": lambda: network("mobilenetv3-large", 2, 4e-6, 1, size=64),
        # Its last norm sees one pixel of each image.
        "mobilenetv4-conv-small": lambda: network("mobilenetv4-conv-small", 8, 4e-6, 1, size=64),
        "efficientnet-b0": lambda: network("efficientnet-b0", 2, 4e-6, 1, size=64),
    }
    for job in sys.argv[1:] or jobs:
        jobs[job]()
