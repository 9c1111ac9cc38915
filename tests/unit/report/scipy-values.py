"""Writes scipy.json, what tests/unit/report/statistics.test.ts compares with: pip install scipy==1.17.1, then
python scipy-values.py && npx biome check --write scipy.json."""
import json
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats

random = np.random.default_rng(1908)


def holm(ps):
    """scipy has no Holm; this is its definition, each p against the hypotheses that are still open."""
    order = np.argsort(ps)
    corrected = np.empty(len(ps))
    corrected[order] = np.minimum(1, np.maximum.accumulate(np.asarray(ps)[order] * np.arange(len(ps), 0, -1)))
    return corrected.tolist()


def hedges(freedom):
    """The factor of Hedges 1981, equation 6e."""
    return np.exp(special.gammaln(freedom / 2) - special.gammaln((freedom - 1) / 2)) / np.sqrt(freedom / 2)


def detectable(freedom):
    """The noncentrality with which a two-sided test at 5 % has a power of 80 %."""
    critical = stats.t.ppf(0.975, freedom)
    # The other tail is too small for scipy where it gives NaN.
    shown = lambda errors: stats.nct.sf(critical, freedom, errors) + np.nan_to_num(stats.nct.cdf(-critical, freedom, errors))
    return optimize.brentq(lambda errors: shown(errors) - 0.8, 1, 20 if freedom < 10 else 5, xtol=1e-12)


paired = []
for count in (2, 3, 5, 8, 30, 10_000):
    shown = count <= 30
    a = random.normal(0.61, 0.02, count) if shown else random.integers(0, 2, count).astype(float)
    b = random.normal(0.6, 0.02, count) if shown else random.integers(0, 2, count).astype(float)
    test = stats.ttest_rel(a, b)
    low, high = test.confidence_interval(0.95)
    difference = a - b
    spread = difference.std(ddof=1)
    freedom = count - 1
    paired.append({
        "differences": difference.tolist() if shown else "".join("-0+"[int(d) + 1] for d in difference),
        "mean": difference.mean(), "standardError": stats.sem(difference), "t": test.statistic, "p": test.pvalue,
        "interval": [low, high], "effect": difference.mean() / spread * hedges(freedom) if count > 2 else None,
        "detectable": stats.sem(difference) * detectable(freedom),
    })

result = {
    "scipy": "1.17.1",
    "tails": [[t, freedom, 2 * stats.t.sf(t, freedom)] for freedom in (1, 2, 3, 4, 5, 9, 29, 30, 999, 9_999)
              for t in (0.001, 0.01, 0.5, 1, 2, 4, 12.6, 80, 1e4)],
    "quantiles": [[within, freedom, stats.t.ppf((1 + within) / 2, freedom)] for freedom in (1, 2, 4, 9, 9_999)
                  for within in (0.6, 0.8, 0.95, 0.999)],
    "mcnemar": [[a, b, stats.binomtest(a, a + b).pvalue] for a, b in ((0, 1), (1, 0), (3, 3), (5, 1), (40, 61), (2, 900), (1200, 1000), (0, 2000))],
    "wilson": [[k, n, *stats.binomtest(k, n).proportion_ci(0.95, "wilson")] for k, n in ((0, 1), (1, 1), (8, 10), (3, 200), (999, 1000))],
    "holm": [[ps, holm(ps)] for ps in ([0.04], [0.01, 0.04, 0.03], [0.5, 0.9, 0.001, 0.02, 0.02])],
    "paired": paired,
}
text = json.dumps(result, indent=1)
Path(__file__).with_name("scipy.json").write_text(f"{text}\n")
