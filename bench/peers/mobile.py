"""The mobile networks of the catalog in PyTorch, with the same names, shapes and order of computation."""
from torch import nn

from chain import chain


def conv_norm_relu6(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        widen = [conv_norm_relu6(inputs, hidden, 1)] if expansion > 1 else []
        self.conv = nn.Sequential(
            *widen, conv_norm_relu6(hidden, hidden, 3, stride, hidden), nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


def mobilenetv2(dropout=0.2, channels=1):
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    inputs, features = 32, [conv_norm_relu6(channels, 32, 3, 2)]
    for expansion, outputs, blocks, stride in stages:
        for block in range(blocks):
            features.append(InvertedResidual(inputs, outputs, stride if block == 0 else 1, expansion))
            inputs = outputs
    return chain(
        ("features", nn.Sequential(*features, conv_norm_relu6(inputs, 1280, 1))),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("classifier", nn.Sequential(nn.Dropout(dropout), nn.Linear(1280, 10))),
    )


def divisible(channels):
    """To the nearest multiple of 8, but by no more than a tenth down."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, activation=None, norm=nn.BatchNorm2d):
    parts = [nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False), norm(outputs)]
    return nn.Sequential(*parts, *([activation()] if activation else []))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed, activation, sigmoid):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.activation = activation()
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.sigmoid = sigmoid()

    def forward(self, x):
        return x * self.sigmoid(self.fc2(self.activation(self.fc1(self.pool(x)))))


class GatedResidual(nn.Module):
    def __init__(self, inputs, hidden, outputs, kernel, stride, activation, gate, norm=nn.BatchNorm2d):
        super().__init__()
        widen = [conv_norm(inputs, hidden, 1, activation=activation, norm=norm)] if hidden != inputs else []
        self.block = nn.Sequential(
            *widen, conv_norm(hidden, hidden, kernel, stride, hidden, activation, norm), *([gate] if gate else []),
            conv_norm(hidden, outputs, 1, norm=norm))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.block(x) if self.adds else self.block(x)


def mobilenetv3(rows, hidden_features, dropout=0.2):
    def norm(channels):
        return nn.BatchNorm2d(channels, eps=0.001, momentum=0.01)

    channels, features = 16, [conv_norm(1, 16, 3, 2, activation=nn.Hardswish, norm=norm)]
    for kernel, hidden, outputs, gated, activation, stride in rows:
        gate = SqueezeExcite(hidden, divisible(hidden // 4), nn.ReLU, nn.Hardsigmoid) if gated else None
        features.append(GatedResidual(channels, hidden, outputs, kernel, stride, activation, gate, norm))
        channels = outputs
    features.append(conv_norm(channels, 6 * channels, 1, activation=nn.Hardswish, norm=norm))
    return chain(
        ("features", nn.Sequential(*features)),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("classifier", nn.Sequential(nn.Linear(6 * channels, hidden_features), nn.Hardswish(), nn.Dropout(dropout), nn.Linear(hidden_features, 10))),
    )


def mobilenetv3_small(dropout=0.2):
    relu, swish = nn.ReLU, nn.Hardswish
    return mobilenetv3([
        (3, 16, 16, True, relu, 2), (3, 72, 24, False, relu, 2), (3, 88, 24, False, relu, 1), (5, 96, 40, True, swish, 2),
        (5, 240, 40, True, swish, 1), (5, 240, 40, True, swish, 1), (5, 120, 48, True, swish, 1), (5, 144, 48, True, swish, 1),
        (5, 288, 96, True, swish, 2), (5, 576, 96, True, swish, 1), (5, 576, 96, True, swish, 1)], 1024, dropout)


def mobilenetv3_large(dropout=0.2):
    relu, swish = nn.ReLU, nn.Hardswish
    return mobilenetv3([
        (3, 16, 16, False, relu, 1), (3, 64, 24, False, relu, 2), (3, 72, 24, False, relu, 1), (5, 72, 40, True, relu, 2),
        (5, 120, 40, True, relu, 1), (5, 120, 40, True, relu, 1), (3, 240, 80, False, swish, 2), (3, 200, 80, False, swish, 1),
        (3, 184, 80, False, swish, 1), (3, 184, 80, False, swish, 1), (3, 480, 112, True, swish, 1), (3, 672, 112, True, swish, 1),
        (5, 672, 160, True, swish, 2), (5, 960, 160, True, swish, 1), (5, 960, 160, True, swish, 1)], 1280, dropout)


def efficientnet_b0(dropout=0.2):
    stages = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
    channels, features = 32, [conv_norm(1, 32, 3, 2, activation=nn.SiLU)]
    for expansion, kernel, stride, outputs, blocks in stages:
        stage = []
        for block in range(blocks):
            gate = SqueezeExcite(channels * expansion, max(1, channels // 4), nn.SiLU, nn.Sigmoid)
            stage.append(GatedResidual(channels, channels * expansion, outputs, kernel, stride if block == 0 else 1, nn.SiLU, gate))
            channels = outputs
        features.append(nn.Sequential(*stage))
    return chain(
        ("features", nn.Sequential(*features, conv_norm(channels, 1280, 1, activation=nn.SiLU))),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("classifier", nn.Sequential(nn.Dropout(dropout), nn.Linear(1280, 10))),
    )


class UniversalBottleneck(nn.Module):
    def __init__(self, inputs, start, kernel, stride, expansion, outputs):
        super().__init__()

        def part(one, other, size, step, groups, activated):
            layers = [("conv", nn.Conv2d(one, other, size, stride=step, padding=size // 2, groups=groups, bias=False)), ("bn", nn.BatchNorm2d(other))]
            return chain(*layers, *([("act", nn.ReLU())] if activated else []))

        hidden = divisible(inputs * expansion)
        self.dw_start = part(inputs, inputs, start, 1 if kernel else stride, inputs, False) if start else nn.Identity()
        self.pw_exp = part(inputs, hidden, 1, 1, 1, True)
        self.dw_mid = part(hidden, hidden, kernel, stride, hidden, True) if kernel else nn.Identity()
        self.pw_proj = part(hidden, outputs, 1, 1, 1, False)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.pw_proj(self.dw_mid(self.pw_exp(self.dw_start(x))))
        return x + y if self.adds else y


def mobilenetv4_conv_small(dropout=0.0):
    def plain(inputs, kernel, stride, outputs):
        return chain(
            ("conv", nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)), ("bn1", nn.BatchNorm2d(outputs)), ("act", nn.ReLU()))

    block = UniversalBottleneck
    stages = [
        [plain(32, 3, 2, 32), plain(32, 1, 1, 32)],
        [plain(32, 3, 2, 96), plain(96, 1, 1, 64)],
        [block(64, 5, 5, 2, 3, 96), *[block(96, 0, 3, 1, 2, 96) for _ in range(4)], block(96, 3, 0, 1, 4, 96)],
        [block(96, 3, 3, 2, 6, 128), block(128, 5, 5, 1, 4, 128), block(128, 0, 5, 1, 4, 128), block(128, 0, 5, 1, 3, 128),
         block(128, 0, 3, 1, 4, 128), block(128, 0, 3, 1, 4, 128)],
        [plain(128, 1, 1, 960)],
    ]
    return chain(
        ("conv_stem", nn.Conv2d(1, 32, 3, stride=2, padding=1, bias=False)),
        ("bn1", nn.BatchNorm2d(32)),
        ("act1", nn.ReLU()),
        ("blocks", nn.Sequential(*[nn.Sequential(*stage) for stage in stages])),
        ("average", nn.AdaptiveAvgPool2d(1)),
        ("conv_head", nn.Conv2d(960, 1280, 1, bias=False)),
        ("norm_head", nn.BatchNorm2d(1280)),
        ("act2", nn.ReLU()),
        ("flatten", nn.Flatten()),
        ("dropout", nn.Dropout(dropout)),
        ("classifier", nn.Linear(1280, 10)),
    )


MOBILE_MODELS = {
    "mobilenetv2": mobilenetv2, "mobilenetv3-small": mobilenetv3_small, "mobilenetv3-large": mobilenetv3_large,
    "mobilenetv4-conv-small": mobilenetv4_conv_small, "efficientnet-b0": efficientnet_b0,
}
