"""Writes pytorch.pth beside this file: tensors of many kinds as torch.save writes them. Run: python3 pytorch.py (PyTorch 1.13)"""
from collections import OrderedDict
from pathlib import Path

import torch

base = torch.arange(24, dtype=torch.float32)
torch.save({
    "epoch": 3,
    "rate": 0.125,
    "optimizer": {"state": {}, "param_groups": [{"lr": 0.1, "nesterov": True, "betas": (0.9, 0.999), "name": None}]},
    "state_dict": OrderedDict([
        ("plain", base.reshape(2, 3, 4)),
        ("transposed", base.reshape(4, 6).t()),
        ("part", base[4:20:3]),
        ("expanded", torch.tensor([7.0]).expand(2, 3)),
        ("half", torch.tensor([1.5, -2.0], dtype=torch.float16)),
        ("bfloat", torch.tensor([1.0, -3.0], dtype=torch.bfloat16)),
        ("scalar", torch.tensor(5.0)),
        ("none", torch.zeros(0, 4)),
        ("parameter", torch.nn.Parameter(torch.tensor([9.0]))),
        ("bn.num_batches_tracked", torch.tensor(12)),
    ]),
}, Path(__file__).with_suffix(".pth"))
