"""Writes analysis.json beside this file: what scikit-learn, SciPy and PyTorch say of made-up predictions. Run: python3 generate.py

Needs python3-sklearn, python3-scipy and python3-torch. Nothing here follows Weft's code: each value is the library's, or the definition written out over
all pairs.
"""
import json
from pathlib import Path

import numpy as np
import scipy.ndimage
import scipy.stats
import sklearn.metrics
import sklearn.neighbors
import torch
from torch import nn
from torch.nn import functional as F

rng = np.random.default_rng(6)
torch.manual_seed(6)
torch.set_default_dtype(torch.float64)
CLASSES, COUNT = 4, 400


def predictions():
    labels = rng.choice(CLASSES, COUNT, p=[0.4, 0.3, 0.2, 0.1])
    logits = rng.normal(0, 1.6, (COUNT, CLASSES))
    logits[np.arange(COUNT), labels] += 2.5
    logits *= 1.7  # surer than it is right
    return labels, torch.softmax(torch.tensor(logits), 1).numpy().astype(np.float32)


def calibration_error(probabilities, labels, bins=15):
    """Guo et al.: bins (low, high]."""
    confidence, predicted = probabilities.max(1).astype(np.float64), probabilities.argmax(1)
    error = 0.0
    for low in np.linspace(0, 1, bins + 1)[:-1]:
        inside = (confidence > low) & (confidence <= low + 1 / bins)
        if inside.any():
            error += inside.mean() * abs((predicted == labels)[inside].mean() - confidence[inside].mean())
    return error


def temperature(probabilities, labels):
    logits, target = torch.log(torch.tensor(probabilities.astype(np.float64))), torch.tensor(labels)
    t = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([t], lr=0.1, max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-14)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(logits / t, target)
        loss.backward()
        return loss

    optimizer.step(closure)
    scaled = torch.softmax(logits / t.detach(), 1).numpy()
    return t.item(), F.cross_entropy(logits / t.detach(), target).item(), calibration_error(scaled, labels)


def area_under_risk(probabilities, labels):
    order = np.argsort(-probabilities.max(1), kind="stable")
    wrong = (probabilities.argmax(1) != labels)[order]
    return float(np.mean(np.cumsum(wrong) / np.arange(1, len(wrong) + 1)))


def confident_learning(probabilities, labels):
    p = probabilities.astype(np.float64)
    thresholds = [p[labels == k, k].mean() for k in range(CLASSES)]
    joint = np.zeros((CLASSES, CLASSES), int)
    for row, label in zip(p, labels):
        above = [k for k in range(CLASSES) if row[k] >= thresholds[k]]
        if above:
            joint[label][max(above, key=lambda k: row[k])] += 1
    own = p[np.arange(len(p)), labels]  # the paper's self-confidence
    return thresholds, joint.tolist(), np.argsort(own, kind="stable")[:20].tolist()


def difference():
    """Cliff's delta from Mann and Whitney's U; DeLong's variance over all pairs."""
    first, second = np.round(rng.normal(0.4, 1, 60), 1), np.round(rng.normal(0, 1.3, 90), 1)
    u = scipy.stats.mannwhitneyu(first, second).statistic
    kernel = np.sign(first[:, None] - second[None, :])
    deviation = np.sqrt(kernel.mean(1).var(ddof=1) / 60 + kernel.mean(0).var(ddof=1) / 90)
    delta = 2 * u / (60 * 90) - 1
    z = scipy.stats.norm.ppf(0.975)
    return dict(first=first.tolist(), second=second.tolist(), delta=delta, low=delta - z * deviation, high=delta + z * deviation)


def neighbours():
    items, queries = (np.round(rng.normal(0, 1, shape), 3).astype(np.float32) for shape in ((700, 20), (9, 20)))
    labels = rng.integers(0, 3, 700)
    found = []
    for k in range(3):
        rows = np.flatnonzero(labels == k)
        search = sklearn.neighbors.NearestNeighbors(n_neighbors=4, metric="cosine", algorithm="brute").fit(items[rows].astype(np.float64))
        distances, places = search.kneighbors(queries.astype(np.float64))
        found.append(dict(rows=rows[places].tolist(), similarities=(1 - distances).tolist()))
    return dict(items=np.round(items.ravel().astype(float), 3).tolist(), queries=np.round(queries.ravel().astype(float), 3).tolist(), labels=labels.tolist(),
                found=found)


def quality():
    image = rng.integers(0, 256, (11, 9)).astype(np.uint8)
    image[:4, :5] = 0
    grey = image / 255.0
    laplacian = scipy.ndimage.convolve(grey, np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]))[1:-1, 1:-1]
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    noise = np.abs(scipy.ndimage.convolve(grey, mask))[1:-1, 1:-1]
    lit = scipy.ndimage.maximum_filter(image, 3)[1:-1, 1:-1] > 0
    return dict(height=11, width=9, pixels=image.ravel().tolist(), sharpness=laplacian.var() / grey.var(), contrast=grey.std(),
                noise=np.sqrt(np.pi / 2) / 6 * noise[lit].mean())


def grad_cam():
    torch.manual_seed(7)
    net = nn.Sequential()
    for name, layer in [("conv1", nn.Conv2d(1, 5, 3, padding=1)), ("bn1", nn.BatchNorm2d(5)), ("relu", nn.ReLU()), ("pool", nn.MaxPool2d(2)),
                        ("conv2", nn.Conv2d(5, 7, 3, padding=1)), ("bn2", nn.BatchNorm2d(7)), ("relu2", nn.ReLU()), ("pool2", nn.MaxPool2d(2)),
                        ("flatten", nn.Flatten()), ("drop", nn.Dropout(0.5)), ("fc1", nn.Linear(7 * 9, 11)), ("relu3", nn.ReLU()), ("fc2", nn.Linear(11, 3))]:
        net.add_module(name, layer)
    for norm in (net.bn1, net.bn2):
        norm.running_mean = torch.randn_like(norm.running_mean) * 0.2
        norm.running_var = torch.rand_like(norm.running_var) + 0.5
        norm.weight.data = torch.rand_like(norm.weight) + 0.5
        norm.bias.data = torch.randn_like(norm.bias) * 0.3
    for parameter in net.parameters():  # what a file of single precision can hold
        parameter.data = parameter.data.float().double()
    for norm in (net.bn1, net.bn2):
        norm.running_mean, norm.running_var = norm.running_mean.float().double(), norm.running_var.float().double()
    net.eval()
    images = rng.integers(0, 256, (3, 12, 12)).astype(np.uint8)
    x = torch.tensor(images / 255.0).unsqueeze(1)
    maps, large = [], []
    for sample in range(3):
        kept = {}
        net.relu2.register_forward_hook(lambda module, inputs, output: (output.retain_grad(), kept.update(a=output)) and None)
        logits = net(x[sample:sample + 1])
        logits[0, sample].backward()
        weights = kept["a"].grad.mean((2, 3), keepdim=True)
        cam = torch.relu((weights * kept["a"]).sum(1, keepdim=True)).detach()
        maps.append(cam.flatten().tolist())
        large.append(F.interpolate(cam, size=(12, 12), mode="bilinear", align_corners=False).flatten().tolist())
    return dict(images=images.ravel().tolist(),
                state={name: dict(shape=list(value.shape), values=value.flatten().tolist()) for name, value in net.state_dict().items() if value.dim()},
                maps=maps, enlarged=large)


labels, probabilities = predictions()
precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(labels, probabilities.argmax(1))
t, scaled_loss, scaled_error = temperature(probabilities, labels)
thresholds, joint, suspects = confident_learning(probabilities, labels)
fixture = dict(
    labels=labels.tolist(), probabilities=probabilities.ravel().tolist(), precision=precision.tolist(), recall=recall.tolist(), f1=f1.tolist(),
    confusion=sklearn.metrics.confusion_matrix(labels, probabilities.argmax(1)).tolist(), ece=calibration_error(probabilities, labels),
    loss=sklearn.metrics.log_loss(labels, probabilities.astype(np.float64)), temperature=t, scaled_loss=scaled_loss, scaled_ece=scaled_error,
    risk_area=area_under_risk(probabilities, labels), thresholds=thresholds, joint=joint, suspects=suspects, difference=difference(),
    neighbours=neighbours(), quality=quality(), grad_cam=grad_cam())
Path(__file__).with_name("analysis.json").write_text(json.dumps(fixture) + "\n")
