"""Writes logistic.json beside this file: what scikit-learn's LogisticRegression says about some rows. Run: python3 logistic.py (scikit-learn 1.2)"""
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

random = np.random.default_rng(7)
CLASSES, DIMENSION, ROWS = 4, 11, 90
labels = np.concatenate([np.arange(CLASSES), random.choice(CLASSES, ROWS - CLASSES, p=[0.5, 0.25, 0.15, 0.1])])
centres = random.normal(size=(CLASSES, DIMENSION))
features = (3 + centres[labels] + 1.5 * random.normal(size=(ROWS, DIMENSION))) * np.logspace(-2, 2, DIMENSION)
features[:, 4] = 2.5  # a feature that says nothing
features = np.round(features, 4).astype(np.float32)
weights = np.round(random.uniform(0.2, 2, ROWS), 2)
class_weights = [0.5, 1.0, 2.0, 4.0]

cases = []
for strength in (1e-4, 1e-2, 1.0):
    for weighted in (False, True):
        scaler = StandardScaler().fit(features.astype(np.float64))
        rows = weights * np.array(class_weights)[labels] if weighted else np.ones(ROWS)
        # scikit-learn minimizes C·Σ wᵢ·loss + ‖W‖²/2; the mean over the weights with λ/2·‖W‖² is that with C = 1 / (λ·Σ wᵢ).
        model = LogisticRegression(C=1 / (strength * rows.sum()), tol=1e-8, max_iter=1_000, solver="newton-cg")
        x = scaler.transform(features.astype(np.float64))
        model.fit(x, labels, sample_weight=rows)
        cases.append({"strength": strength, "weighted": weighted, "probabilities": model.predict_proba(x).round(9).reshape(-1).tolist()})

Path(__file__).with_suffix(".json").write_text(json.dumps({
    "classes": CLASSES, "labels": labels.tolist(), "features": [float(f"{value:.6g}") for value in features.reshape(-1).astype(np.float64)],
    "sample_weights": weights.tolist(), "class_weights": class_weights, "cases": cases}) + "\n")
