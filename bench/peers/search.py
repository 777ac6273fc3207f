"""Optuna on the functions of tests/Weft.Training.Tests/Search/SearchQualityTests.cs: one line "function method seed best" for each search.

Run: python3 search.py METHOD FIRST LAST [FUNCTION...], METHOD being tpe or gp and FIRST to LAST the seeds. A checkout of Optuna is taken from
PYTHONPATH; Debian's python3-optuna is 3.1, whose joint kernels have to be asked for and which has no Gaussian process.
"""
import math
import sys
import types

import optuna

TRIALS = 60
optuna.logging.set_verbosity(optuna.logging.ERROR)


def branin(t):
    x, y = t.suggest_float("x1", -5, 10), t.suggest_float("x2", 0, 15)
    return (y - 5.1 / (4 * math.pi ** 2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.39788735772973816


HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [[0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
              [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]]


def hartmann6(t):
    x = [t.suggest_float(f"x{i + 1}", 0, 1) for i in range(6)]
    terms = (c * math.exp(-sum(a * (u - p) ** 2 for a, u, p in zip(row, x, place)))
             for c, row, place in zip([1, 1.2, 3, 3.2], HARTMANN_A, HARTMANN_P))
    return 3.322368011391339 - sum(terms)


def ackley5(t):
    x = [t.suggest_float(f"x{i + 1}", -32.768, 32.768) for i in range(5)]
    return (-20 * math.exp(-0.2 * math.sqrt(sum(u * u for u in x) / 5)) - math.exp(sum(math.cos(2 * math.pi * u) for u in x) / 5) + 20 + math.e)


def rosenbrock5(t):
    x = [t.suggest_float(f"x{i + 1}", -5, 10) for i in range(5)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def mixed(t):
    kind = "abcd".index(t.suggest_categorical("x1", ["a", "b", "c", "d"]))
    rate, share, count = t.suggest_float("x2", 1e-5, 1, log=True), t.suggest_float("x3", 0, 1), t.suggest_int("x4", 1, 64, log=True)
    return (0.15 * kind + 0.5 * (math.log10(rate) + 2 + 0.5 * kind) ** 2 + 4 * (share - 0.2 - 0.2 * kind) ** 2
            + 0.1 * (math.log2(count) - 4) ** 2)


FUNCTIONS = {"branin": (branin, {"x1": -2, "x2": 3}), "hartmann6": (hartmann6, {f"x{i + 1}": 0.2 for i in range(6)}),
             "ackley5": (ackley5, {f"x{i + 1}": -20 for i in range(5)}), "rosenbrock5": (rosenbrock5, {f"x{i + 1}": -2 for i in range(5)}),
             "mixed": (mixed, {"x1": "d", "x2": 0.1, "x3": 0.2, "x4": 2})}


def sampler(method, seed):
    if method == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True)
    import torch
    torch.set_num_threads(1)
    if not hasattr(torch.device, "__enter__"):  # Debian's torch is older than the statement "with torch.device(…)", which changes nothing here
        class OlderTorch(types.ModuleType):
            def __getattr__(self, name):
                return getattr(torch, name)

            def device(self, name):
                import contextlib
                return contextlib.nullcontext()

        from optuna.samplers._gp import sampler as module
        module.torch = OlderTorch("torch")
    return optuna.samplers.GPSampler(seed=seed)


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    print("version", optuna.__version__, flush=True)
    for name in sys.argv[4:] or FUNCTIONS:
        function, default = FUNCTIONS[name]
        print("default", name, repr(function(optuna.trial.FixedTrial(default))), flush=True)
        for seed in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
            study = optuna.create_study(sampler=sampler(sys.argv[1], seed))
            study.enqueue_trial(default)
            study.optimize(function, n_trials=TRIALS)
            print(name, sys.argv[1], seed, repr(study.best_value), flush=True)
