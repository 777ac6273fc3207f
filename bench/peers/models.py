"""The catalog's models in PyTorch, with the same names, shapes and order of computation."""
import torch
from torch import nn

from chain import chain
from mobile import MOBILE_MODELS


def conv_norm_relu(inputs, outputs, kernel, suffix="", bias=False):
    return [
        (f"conv{suffix}", nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)),
        (f"bn{suffix}", nn.BatchNorm2d(outputs)),
        (f"relu{suffix}", nn.ReLU(inplace=True)),
    ]


def small(dropout=0.1):
    return chain(
        *conv_norm_relu(1, 32, 3, "1"),
        *conv_norm_relu(32, 32, 3, "2"),
        ("pool1", nn.MaxPool2d(2)),
        *conv_norm_relu(32, 64, 3, "3"),
        *conv_norm_relu(64, 64, 3, "4"),
        ("pool2", nn.MaxPool2d(2)),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("fc", nn.Linear(64, 10)),
    )


def cnn4(dropout=0.0):
    return chain(
        *conv_norm_relu(1, 64, 3, "1", bias=True),
        ("pool1", nn.MaxPool2d(2)),
        *conv_norm_relu(64, 128, 3, "2", bias=True),
        ("pool2", nn.MaxPool2d(2)),
        *conv_norm_relu(128, 256, 3, "3", bias=True),
        ("pool3", nn.MaxPool2d(2)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("fc", nn.Linear(256 * 3 * 3, 10)),
    )


def two_fully_connected(features, feature_dropout, dropout):
    return [
        ("flatten", nn.Flatten()),
        ("dropout1", nn.Dropout(feature_dropout)),
        ("fc1", nn.Linear(features, 512)),
        ("relu5", nn.ReLU(inplace=True)),
        ("dropout2", nn.Dropout(dropout)),
        ("fc2", nn.Linear(512, 10)),
    ]


def cnn5(feature_dropout=0.25, dropout=0.5):
    return chain(
        *conv_norm_relu(1, 64, 3, "1", bias=True),
        *conv_norm_relu(64, 64, 3, "2", bias=True),
        ("pool1", nn.MaxPool2d(2)),
        *conv_norm_relu(64, 128, 3, "3", bias=True),
        *conv_norm_relu(128, 256, 3, "4", bias=True),
        ("pool2", nn.MaxPool2d(2)),
        *two_fully_connected(256 * 7 * 7, feature_dropout, dropout),
    )


class Inception(nn.Module):
    def __init__(self, inputs, one, reduce3, three, reduce5, five, pool):
        super().__init__()
        self.branch1 = chain(*conv_norm_relu(inputs, one, 1))
        self.branch2 = chain(*conv_norm_relu(inputs, reduce3, 1, "1"), *conv_norm_relu(reduce3, three, 3, "2"))
        self.branch3 = chain(*conv_norm_relu(inputs, reduce5, 1, "1"), *conv_norm_relu(reduce5, five, 5, "2"))
        self.branch4 = chain(("pool", nn.MaxPool2d(3, stride=1, padding=1)), *conv_norm_relu(inputs, pool, 1))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


def googlenet(dropout=0.4, width=1.0):
    def halve(name):
        return name, nn.MaxPool2d(3, stride=2, padding=1)

    def scale(channels):
        return max(1, round(channels * width))

    def module(inputs, *widths):
        return Inception(sum(map(scale, inputs)), *map(scale, widths))

    return chain(
        *conv_norm_relu(1, scale(64), 3, "1"),
        halve("pool1"),
        *conv_norm_relu(scale(64), scale(64), 1, "2"),
        *conv_norm_relu(scale(64), scale(192), 3, "3"),
        ("inception3a", module((192,), 64, 96, 128, 16, 32, 32)),
        ("inception3b", module((64, 128, 32, 32), 128, 128, 192, 32, 96, 64)),
        halve("pool3"),
        ("inception4a", module((128, 192, 96, 64), 192, 96, 208, 16, 48, 64)),
        ("inception4b", module((192, 208, 48, 64), 160, 112, 224, 24, 64, 64)),
        ("inception4c", module((160, 224, 64, 64), 128, 128, 256, 24, 64, 64)),
        ("inception4d", module((128, 256, 64, 64), 112, 144, 288, 32, 64, 64)),
        ("inception4e", module((112, 288, 64, 64), 256, 160, 320, 32, 128, 128)),
        halve("pool4"),
        ("inception5a", module((256, 320, 128, 128), 256, 160, 320, 32, 128, 128)),
        ("inception5b", module((256, 320, 128, 128), 384, 192, 384, 48, 128, 128)),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("fc", nn.Linear(sum(map(scale, (384, 384, 128, 128))), 10)),
    )


class Residual(nn.Module):
    """body(x) + x, or + shortcut(x)"""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


def halve(size):
    """A 2x2 max-pool that keeps the last row and column of odd sizes, and the size behind it."""
    padding = size % 2
    return ("pool", nn.MaxPool2d(2, padding=padding)), (size + 2 * padding) // 2


def rescnn(feature_dropout=0.1, dropout=0.25, size=28):
    def shortcut(number, channels):
        return f"residual{number}", Residual(chain(*conv_norm_relu(channels, channels, 3)))

    (_, pool1), size = halve(size)
    (_, pool2), size = halve(size)
    return chain(
        *conv_norm_relu(1, 64, 3, "1"),
        *conv_norm_relu(64, 64, 3, "2"),
        ("pool1", pool1),
        *conv_norm_relu(64, 128, 3, "3"),
        shortcut(1, 128),
        ("pool2", pool2),
        *conv_norm_relu(128, 256, 3, "4"),
        shortcut(2, 256),
        *two_fully_connected(256 * size * size, feature_dropout, dropout),
    )


def resnet9(dropout=0.0, size=28):
    def pair(channels):
        return "residual", Residual(chain(*conv_norm_relu(channels, channels, 3, "1"), *conv_norm_relu(channels, channels, 3, "2")))

    pools = []
    for _ in range(3):
        pool, size = halve(size)
        pools.append(pool)
    return chain(
        ("prep", chain(*conv_norm_relu(1, 64, 3))),
        ("layer1", chain(*conv_norm_relu(64, 128, 3), pools[0], pair(128))),
        ("layer2", chain(*conv_norm_relu(128, 256, 3), pools[1])),
        ("layer3", chain(*conv_norm_relu(256, 512, 3), pools[2], pair(512))),
        ("maximum", nn.AdaptiveMaxPool2d(1)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("fc", nn.Linear(512, 10)),
    )


def wideresnet(dropout=0.0, depth=16, size=28):
    def norm_relu(channels, suffix):
        return (f"bn{suffix}", nn.BatchNorm2d(channels)), (f"relu{suffix}", nn.ReLU(inplace=True))

    def conv(inputs, outputs, suffix):
        return f"conv{suffix}", nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)

    def group(number, inputs, channels):
        nonlocal size
        parts = []
        if number > 1:
            pool, size = halve(size)
            parts.append(pool)
        body = chain(conv(inputs, channels, "1"), *norm_relu(channels, "2"), conv(channels, channels, "2"))
        parts += [*norm_relu(inputs, "1"), ("block1", Residual(body, nn.Conv2d(inputs, channels, 1, bias=False)))]
        for block in range(2, (depth - 4) // 6 + 1):
            body = chain(*norm_relu(channels, "1"), conv(channels, channels, "1"), *norm_relu(channels, "2"), conv(channels, channels, "2"))
            parts.append((f"block{block}", Residual(body)))
        return f"group{number}", chain(*parts)

    return chain(
        conv(1, 16, "1"),
        group(1, 16, 64),
        group(2, 64, 128),
        group(3, 128, 256),
        *norm_relu(256, ""),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("fc", nn.Linear(256, 10)),
    )


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x))))) + shortcut)


class Bottleneck(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1 or inputs != 4 * channels:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 4 * channels, 1, stride=stride, bias=False), nn.BatchNorm2d(4 * channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        return self.relu(self.bn3(self.conv3(x)) + shortcut)


def resnet(blocks, dropout=0.0, block=BasicBlock, expansion=1, width=1.0, channels=1):
    inputs = stem = round(64 * width)
    stages = []
    for number, count in enumerate(blocks):
        hidden, parts = stem << number, []
        for index in range(count):
            parts.append(block(inputs, hidden, 2 if index == 0 and number > 0 else 1))
            inputs = expansion * hidden
        stages.append((f"layer{number + 1}", nn.Sequential(*parts)))
    return chain(
        ("conv1", nn.Conv2d(channels, stem, 7, stride=2, padding=3, bias=False)),
        ("bn1", nn.BatchNorm2d(stem)),
        ("relu", nn.ReLU(inplace=True)),
        ("maxpool", nn.MaxPool2d(3, stride=2, padding=1)),
        *stages,
        ("avgpool", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("fc", nn.Linear(inputs, 10)),
    )


def resnet18(dropout=0.0, channels=1):
    return resnet((2, 2, 2, 2), dropout, channels=channels)


def resnet18_cntk(dropout=0.0, channels=1):
    return resnet((2, 2, 2, 3), dropout, channels=channels)


def resnet34(dropout=0.0, channels=1):
    return resnet((3, 4, 6, 3), dropout, channels=channels)


def resnet50(dropout=0.0, width=1.0, channels=1):
    return resnet((3, 4, 6, 3), dropout, Bottleneck, 4, width, channels)


MODELS = {
    "small": small, "cnn4": cnn4, "cnn5": cnn5, "googlenet": googlenet, "rescnn": rescnn, "resnet9": resnet9, "wideresnet": wideresnet,
    "resnet18": resnet18, "resnet18-cntk": resnet18_cntk, "resnet34": resnet34, "resnet50": resnet50, **MOBILE_MODELS,
}


def without_dropout(model):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model
