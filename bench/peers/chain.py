"""Layers one after the other, each under its name."""
from collections import OrderedDict

from torch import nn


def chain(*parts):
    return nn.Sequential(OrderedDict(parts))
