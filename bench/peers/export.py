"""Writes a model of the catalog, with random weights, as ONNX of any batch size: python3 export.py --model resnet18 --side 224 --channels 3 --out FILE"""
import argparse

import torch

from models import MODELS

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="cnn5")
parser.add_argument("--side", type=int, default=28)
parser.add_argument("--channels", type=int, default=1)
parser.add_argument("--out", required=True)
options = parser.parse_args()

torch.manual_seed(0)
model = (MODELS[options.model]() if options.channels == 1 else MODELS[options.model](channels=options.channels)).eval()
images = torch.zeros(1, options.channels, options.side, options.side)
torch.onnx.export(model, images, options.out, opset_version=14, input_names=["images"], output_names=["logits"], dynamic_axes={"images": {0: "batch"}})
