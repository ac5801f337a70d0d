#!/usr/bin/env python3
"""A second implementation of the damped trend, written from the state-space matrices instead of the
recursions. Writes damped_trend.csv, one line per case and horizon: case, horizon, mean, deviation.
The input series are in damped_trend_input.csv: case, y (empty = missing)."""
import math
import numpy

ALPHAS, BETAS, PHIS = [0.1, 0.2, 0.35, 0.5, 0.7, 0.9], [0.01, 0.05, 0.15, 0.3], [0.8, 0.9, 0.95, 0.98]
rng = numpy.random.default_rng(20261123)

def spread(h, w, f, g):
    """Variance of the h-step error: 1 + sum (w' F^(j-1) g)^2 (Hyndman et al. 2008, eq. 6.1)."""
    return 1 + sum(float(w @ numpy.linalg.matrix_power(f, j - 1) @ g) ** 2 for j in range(1, h))

def run(y, alpha, beta, phi):
    w, f = numpy.array([1, phi]), numpy.array([[1, phi], [0, phi]])
    g = numpy.array([alpha, alpha * beta])
    x, gap, squares, logs, errors, cache = None, 0, 0.0, 0.0, 0, {}
    for value in y:
        if x is None:
            if not math.isnan(value):
                x = numpy.array([value, 0.0])
            continue
        if math.isnan(value):
            x, gap = f @ x, gap + 1
            continue
        error = value - w @ x
        if gap not in cache:
            cache[gap] = spread(gap + 1, w, f, g)
        squares, logs, errors = squares + error ** 2 / cache[gap], logs + math.log(cache[gap]), errors + 1
        x, gap = f @ x + g * error, 0
    return errors * math.log(squares) + logs, (w, f, g, x, gap, squares / (errors - 3))

def fit(y):
    return min((run(y, a, b, p) for a in ALPHAS for b in BETAS for p in PHIS), key=lambda r: r[0])[1]

def series(n, keep):
    t = numpy.arange(n)
    y = 1.5 + 0.002 * t + 0.3 * numpy.sin(t / 40) + numpy.cumsum(0.02 * rng.standard_normal(n)) + 0.01 * rng.standard_normal(n)
    return numpy.array([v if keep(i) else math.nan for i, v in enumerate(y)])

cases = {
    "daily": series(200, lambda i: True),
    "no_sundays": series(200, lambda i: i % 7 != 3),
    "weekly": series(200, lambda i: i % 7 == 2),
    "monthly": series(700, lambda i: i % 30 == 5),
    "stale": series(200, lambda i: i < 160),
}
with open("damped_trend_input.csv", "w") as out:
    out.write("case,y\n")
    for name, y in cases.items():
        for v in y:
            out.write(f"{name},{'' if math.isnan(v) else repr(float(v))}\n")
with open("damped_trend.csv", "w") as out:
    out.write("case,horizon,mean,deviation\n")
    for name, y in cases.items():
        w, f, g, x, gap, variance = fit(y)
        for h in (1, 2, 7, 28, 365):
            mean = w @ numpy.linalg.matrix_power(f, h - 1) @ x
            out.write(f"{name},{h},{float(mean)!r},{math.sqrt(variance * spread(h + gap, w, f, g))!r}\n")
