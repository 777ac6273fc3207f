"""Writes the JSON files beside this file: what SciPy and NumPy say about the arithmetic of searching, written down anew from the rules.

Run: python3 make_search.py (NumPy 1.24, SciPy 1.10, scikit-learn 1.2; Debian: python3-scipy, python3-sklearn)
"""
import json
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

HERE = Path(__file__).resolve().parent
QUANTILES = (np.arange(50) + 0.5) / 50


def write(name, content):
    (HERE / f"{name}.json").write_text(json.dumps(content) + "\n")


def distributions():
    cases = [("uniform", -2.0, 3.5, stats.uniform(-2.0, 5.5)), ("log_uniform", 1e-5, 0.3, stats.loguniform(1e-5, 0.3)),
             ("normal", 1.5, 0.25, stats.norm(1.5, 0.25)), ("log_normal", -3.0, 1.25, stats.lognorm(1.25, scale=np.exp(-3.0)))]
    cases += [("beta", a, b, stats.beta(a, b)) for a, b in ((1.0, 1.0), (0.5, 0.5), (2.0, 5.0), (0.1, 3.0), (40.0, 60.0), (300.0, 2.5))]
    rows = [{"kind": kind, "first": first, "second": second, "quantiles": law.ppf(QUANTILES).tolist()} for kind, first, second, law in cases]
    extreme = np.concatenate([np.logspace(-300, -1, 40), 1 - np.logspace(-16, -1, 10)])
    points = np.concatenate([np.linspace(-38, 8, 93), [-0.6629, 0.6629]])
    write("distributions", {"shares": QUANTILES.tolist(), "cases": rows, "extreme": extreme.tolist(), "normal_quantiles": special.ndtri(extreme).tolist(),
                            "points": points.tolist(), "cumulative": special.ndtr(points).tolist(), "scaled_complement": special.erfcx(-points / 4).tolist()})


def sobol():
    engine = stats.qmc.Sobol(40, scramble=False, bits=32)
    points = engine.random(1024)
    kept = [0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 100, 511, 777, 1023]
    write("sobol", {"indices": kept, "points": [(points[index] * 2.0 ** 32).astype(np.int64).tolist() for index in kept]})


# ---- tree-structured Parzen estimators: the rule of Optuna 5, on the axes of the parameters instead of 0 to 1

SPACES = [
    [("float", 0.0, 1.0)],
    [("float", -2.0, 3.0), ("log", 1e-5, 1e-1)],
    [("log", 1e-4, 1.0), ("choice", 3), ("int", 1, 12)],
    [("choice", 5), ("step", 0.0, 0.5, 0.1), ("logint", 4, 300), ("float", 0.0, 2.0)],
]


def draw(random, parameter):
    kind, low, high = (*parameter, None)[:3]
    if kind == "choice":
        return str(random.integers(low))
    if kind == "float":
        return f"{random.uniform(low, high):.6g}"
    if kind == "log":
        return f"{np.exp(random.uniform(np.log(low), np.log(high))):.6g}"
    if kind == "int":
        return str(random.integers(low, high + 1))
    if kind == "logint":
        return str(int(round(np.exp(random.uniform(np.log(low), np.log(high))))))
    return f"{random.integers(round(low / parameter[3]), round(high / parameter[3]) + 1) * parameter[3]:.6g}"


def weights(count):
    return np.ones(count) if count < 25 else np.concatenate([np.linspace(1 / count, 1, count - 25), np.ones(25)])


def mass(low, high):
    return np.where(low > 0, special.ndtr(-low) - special.ndtr(-high), special.ndtr(high) - special.ndtr(low))


def log_kernels(parameter, observed, places):
    """[place, kernel], the prior last."""
    kind = parameter[0]
    if kind == "choice":
        observed, places = observed.astype(int), places.astype(int)
        table = np.full((len(observed) + 1, parameter[1]), 1 / (len(observed) + 1))
        table[np.arange(len(observed)), observed] += 1
        table /= table.sum(axis=1, keepdims=True)
        return np.log(table[:, places].T)
    step = {"int": 1, "logint": 1, "step": parameter[-1]}.get(kind)
    low, high = parameter[1:3]
    edges = (places - step / 2, places + step / 2) if step else None
    if step:
        low, high = low - step / 2, high + step / 2
    if kind in ("log", "logint"):
        low, high, observed, places = np.log(low), np.log(high), np.log(observed), np.log(places)
        edges = (np.log(edges[0]), np.log(edges[1])) if edges else None
    order = np.argsort(observed, kind="stable")
    padded = np.concatenate([[low], observed[order], [high]])
    sigmas = np.maximum(padded[1:-1] - padded[:-2], padded[2:] - padded[1:-1])
    if len(observed) >= 2:
        sigmas[0], sigmas[-1] = padded[2] - padded[1], padded[-2] - padded[-3]
    sigmas = sigmas[np.argsort(order, kind="stable")]
    sigmas = np.append(np.clip(sigmas, (high - low) / min(100, len(observed) + 2), high - low), high - low)
    means = np.append(observed, (low + high) / 2)
    inside = mass((low - means) / sigmas, (high - means) / sigmas)
    if edges:
        cell = mass((edges[0][:, None] - means) / sigmas, (edges[1][:, None] - means) / sigmas)
        return np.log(cell / inside)
    # in units of the axis, so that it is the density of a place from 0 to 1
    return np.log(np.exp(-((places[:, None] - means) / sigmas) ** 2 / 2) / np.sqrt(2 * np.pi) / sigmas / inside * (high - low))


def log_density(space, trials, points):
    share = np.append(weights(len(trials)), 1)
    total = np.log(share / share.sum())[None, :]
    for axis, parameter in enumerate(space):
        column = lambda rows: np.array([float(row[axis]) for row in rows])
        total = total + log_kernels(parameter, column(trials), column(points))
    return special.logsumexp(total, axis=1)


def parzen():
    """A history is a slice of its space's pool of trials, at 100 points; of the log densities every twentieth and a weighted mean are kept."""
    random = np.random.default_rng(11)
    pools = [[[[draw(random, parameter) for parameter in space], int(random.choice([1, 2, 3, 4], p=[0.15, 0.2, 0.6, 0.05])),
               round(float(random.normal()), 2), int(random.integers(1, 4))] for _ in range(150)] for space in SPACES]
    points = [[[draw(random, parameter) for parameter in space] for _ in range(100)] for space in SPACES]
    ranks = {3: 0, 2: 1, 4: 2}
    cases = []
    for history in range(200):
        which = history % len(SPACES)
        start, count = int(random.integers(0, 60)), int(random.choice([random.integers(0, 5), random.integers(5, 90)]))
        trials = list(enumerate(pools[which][start:start + count]))
        ended = sum(state in (2, 3) for _, (_, state, _, _) in trials)
        ranked = sorted((trial for trial in trials if trial[1][1] != 1), key=lambda trial: (
            ranks[trial[1][1]], -trial[1][3] if trial[1][1] == 2 else 0, trial[1][2]))
        good = {number for number, _ in ranked[:min(int(np.ceil(0.1 * ended)), 25)]}
        case = {"space": which, "start": start, "count": count, "good": sorted(good)}
        for name, chosen in (("log_good", good), ("log_others", set(range(count)) - good)):
            logs = log_density(SPACES[which], [settings for number, (settings, _, _, _) in trials if number in chosen], points[which])
            case[name] = [*logs[::20].tolist(), float(np.average(logs, weights=np.arange(1, 101)))]
        cases.append(case)
    write("parzen", {"pools": pools, "points": points, "cases": cases})


# ---- Gaussian processes

def matern(squares):
    distance = np.sqrt(5 * squares)
    return (1 + distance + 5 / 3 * squares) * np.exp(-distance)


def squares(a, b, weights, categorical):
    difference = a[:, None, :] - b[None, :, :]
    return np.where(categorical, difference != 0, difference ** 2) @ weights


def loss(logs, points, values, categorical):
    weights, scale, noise = np.exp(logs[:-2]), np.exp(logs[-2]), np.exp(logs[-1]) + 1e-6
    covariance = scale * matern(squares(points, points, weights, categorical)) + noise * np.eye(len(points))
    return (np.linalg.slogdet(covariance)[1] / 2 + values @ np.linalg.solve(covariance, values) / 2 + np.sum(0.1 / weights + 0.1 * weights)
            - (np.log(scale) - scale) - (0.1 * np.log(noise) - 30 * noise))


def gaussian():
    random = np.random.default_rng(5)
    cases = []
    for count, dimensions, choices in ((10, 1, 0), (12, 2, 0), (25, 3, 1), (40, 5, 2), (90, 8, 0)):
        points = random.uniform(size=(count, dimensions)).round(6)
        categorical = np.arange(dimensions) >= dimensions - choices
        points[:, categorical] = random.integers(0, 4, size=(count, choices))
        values = np.sin(5 * points[:, 0]) + np.sum(points[:, 1:] ** 2, axis=1) * 0.3 + 0.1 * random.normal(size=count)
        values = (values - values.mean()) / values.std()
        logs = random.normal(0, 1, size=(3, dimensions + 2)).round(3)
        logs[:, -1] -= 3
        queries = random.uniform(size=(12, dimensions)).round(6)
        queries[:, categorical] = random.integers(0, 4, size=(12, choices))
        evaluated = []
        for row in logs:
            weights, scale, noise = np.exp(row[:-2]), np.exp(row[-2]), np.exp(row[-1]) + 1e-6
            cross = scale * matern(squares(queries, points, weights, categorical))
            covariance = scale * matern(squares(points, points, weights, categorical)) + noise * np.eye(count)
            mean, variance = cross @ np.linalg.solve(covariance, values), scale - np.sum(cross * np.linalg.solve(covariance, cross.T).T, axis=1)
            if not choices:  # another's writing of the same
                kernel = ConstantKernel(scale) * Matern(1 / np.sqrt(weights), nu=2.5) + WhiteKernel(noise)
                theirs, deviation = GaussianProcessRegressor(kernel, optimizer=None, alpha=0).fit(points, values).predict(queries, return_std=True)
                np.testing.assert_allclose(theirs, mean, atol=1e-9)
                np.testing.assert_allclose(deviation ** 2 - noise, variance, atol=1e-9)
            step = 1e-5
            gradient = [(loss(row + step * unit, points, values, categorical) - loss(row - step * unit, points, values, categorical)) / (2 * step)
                        for unit in np.eye(len(row))]
            evaluated.append({"logs": row.tolist(), "loss": loss(row, points, values, categorical), "gradient": gradient,
                              "mean": mean.tolist(), "variance": variance.tolist()})
        start = np.zeros(dimensions + 2)
        start[-1] = np.log(1 - 0.99e-6)
        fitted = optimize.minimize(loss, start, args=(points, values, categorical), method="L-BFGS-B", options={"gtol": 1e-7, "ftol": 1e-14})
        cases.append({"points": points.tolist(), "values": values.tolist(), "categorical": categorical.tolist(), "queries": queries.tolist(),
                      "evaluated": evaluated, "smallest_loss": fitted.fun, "fitted": fitted.x.tolist()})
    write("gaussian", {"cases": cases})


if __name__ == "__main__":
    distributions()
    sobol()
    parzen()
    gaussian()
