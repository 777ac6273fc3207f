"""Writes the JSON files beside this file: what SciPy and NumPy say about distributions and Sobol's sequence, for the tests of searching.

Run: python3 make_search.py (NumPy 1.24, SciPy 1.10; Debian: python3-scipy)
"""
import json
from pathlib import Path

import numpy as np
from scipy import stats

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
    from scipy import special
    write("distributions", {"shares": QUANTILES.tolist(), "cases": rows, "extreme": extreme.tolist(), "normal_quantiles": special.ndtri(extreme).tolist(),
                            "points": points.tolist(), "cumulative": special.ndtr(points).tolist(), "scaled_complement": special.erfcx(-points / 4).tolist()})


def sobol():
    engine = stats.qmc.Sobol(40, scramble=False, bits=32)
    points = engine.random(1024)
    kept = [0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 100, 511, 777, 1023]
    write("sobol", {"indices": kept, "points": [(points[index] * 2.0 ** 32).astype(np.int64).tolist() for index in kept]})


if __name__ == "__main__":
    distributions()
    sobol()
