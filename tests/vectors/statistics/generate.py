"""Reference values for tests/statistics, independent of the product: mpmath at 40 digits.

Run: python3 -m venv /tmp/v && /tmp/v/bin/pip install mpmath && /tmp/v/bin/python generate.py
Writes one <function>.json a function: {"formula": ..., "cases": [{"input", "want"}]}.
Beta distributions are integrated by tanh-sinh on the logit scale from gamma functions, Fisher's
test is summed in whole numbers or 40-digit ratios, roots are found by bisection.
"""
import json, sys
from fractions import Fraction
from mpmath import mp, mpf, log, exp, loggamma, quad, inf, sqrt, erfc, erfinv, betainc, gammainc

mp.dps = 40


def num(x):
    x = mpf(x) if not isinstance(x, (str, type(None))) else x
    if x is None: return None
    if x == inf: return "Infinity"
    return float(mp.nstr(x, 17))


def dump(name, formula, cases):
    with open(f"{name}.json", "w") as f:
        json.dump({"formula": formula, "cases": cases}, f, indent=1)
        f.write("\n")
    print(name, len(cases), flush=True)


def lbeta(*v): return sum(loggamma(mpf(x)) for x in v) - loggamma(sum(mpf(x) for x in v))
def bisect(f, lo, hi, n=140):
    """f(lo) < 0 <= f(hi) or the reverse"""
    up = f(hi) >= 0
    for _ in range(n):
        m = (lo + hi) / 2
        if (f(m) >= 0) == up: hi = m
        else: lo = m
    return (lo + hi) / 2


def z(q): return sqrt(mpf(2)) * erfinv(2 * mpf(q) - 1)
def chi_tail(x, df): return mpf(1) if df == 0 else gammainc(mpf(df) / 2, mpf(x) / 2, regularized=True)


class Curve:
    """Beta(a, b) on the logit scale."""
    def __init__(self, a, b):
        self.a, self.b = mpf(a), mpf(b)
        self.c = -lbeta(a, b)
        self.t0 = log(self.a / self.b)
        self.sd = sqrt(1 / self.a + 1 / self.b)
        self.lo = self.t0 - self._reach(-1)
        self.hi = self.t0 + self._reach(1)
    def dens(self, t):
        return exp(self.c - self.a * log(1 + exp(-t)) - self.b * log(1 + exp(t)))
    def _reach(self, s):
        d = self.sd
        top = self.dens(self.t0)
        while self.dens(self.t0 + s * d) > top * mpf(10) ** -32: d *= mpf('1.2')
        return d
    def points(self):
        step = min(self.sd, 1) * 3
        p, t = [self.lo], self.t0
        left = []
        d = step
        while t - d > self.lo: left.append(t - d); d = d * mpf('1.5')
        right = []
        d = step
        while t + d < self.hi: right.append(t + d); d = d * mpf('1.5')
        return [self.lo] + sorted(left) + [t] + right + [self.hi]
    def cdf(self, t):
        if t <= self.lo: return mpf(0)
        if t >= self.hi: return mpf(1)
        if t > self.t0: return 1 - self.upper(t)
        return quad(self.dens, [x for x in self.points() if x < t] + [t])
    def upper(self, t):
        if t <= self.lo: return mpf(1)
        if t >= self.hi: return mpf(0)
        return quad(self.dens, [t] + [x for x in self.points() if x > t])
    def quantile(self, q):
        t = bisect(lambda t: self.cdf(t) - q, self.lo, self.hi, 45)
        for _ in range(4): t -= (self.cdf(t) - q) / self.dens(t)
        return 1 / (1 + exp(-t))


def pair_sequential():
    cases = []
    for (ni, si, nj, sj, al) in [(0,0,0,0,.05),(10,0,10,0,.05),(10,0,10,3,.05),(10,3,10,0,.01),(10000,260,10000,200,.05),
        (10000,180,10000,300,.01),(1000,1,9000,40,.05),(5,5,5,5,.05),(100000,2000,50000,1200,.05),
        (10**9,5*10**8,10**9,5*10**8+30000,.05),(10**9,20000000,10**9,20010000,.01),(10**9,10,10**9,0,.05),
        (10**9,0,10**9,10**9,.05),(1,1,10**9,10**7,.05),(10**9,10**9,10**9,10**9,.01),(10**9,3*10**8,5*10**8,10**8,.05)]:
        al = mpf(str(al))
        if ni == 0 or nj == 0 or si + sj == 0:
            w = dict(logE=0, p=1, ratioLo=0, ratioHi=inf)
        else:
            p0 = mpf(ni) / (ni + nj); q0 = 1 - p0
            kap = [max(mpf(2), 1 / (p0 * q0 * log(mpf(x)) ** 2) - 1) for x in ('1.1', '1.25', '1.6')]
            lN = [lbeta(k * p0 + si, k * q0 + sj) - lbeta(k * p0, k * q0) for k in kap]
            top = max(lN); lnN = top + log(sum(exp(x - top) for x in lN) / 3)
            logE = lnN - si * log(p0) - sj * log(q0)
            f = lambda u: lnN + si * log(1 + exp(-u)) + sj * log(1 + exp(u)) - log(1 / al)
            scale = mpf(nj) / ni
            if si == 0: lo = mpf(0)
            else:
                mid = log(mpf(si) / sj) if sj else mpf(2000)
                lo = exp(bisect(f, mpf(-2000), mid, 220)) * scale
            if sj == 0: hi = inf
            else:
                mid = log(mpf(si) / sj) if si else mpf(-2000)
                hi = exp(bisect(f, mid, mpf(2000), 220)) * scale
            w = dict(logE=logE, p=min(mpf(1), exp(-logE)), ratioLo=lo, ratioHi=hi)
        cases.append({"input": {"i": {"n": ni, "s": si}, "j": {"n": nj, "s": sj}, "alpha": float(al)}, "want": {k: num(v) for k, v in w.items()}})
    dump("pair-sequential", "S9: mean over phi of B(kappa p0 + c)/B(kappa p0), 40 digits; ends by bisection in logit theta", cases)


def rate_sequence():
    cases = []
    for n, s, al in [(0,0,.05),(1,0,.05),(1,1,.05),(10,3,.05),(1000,20,.01),(10**9,0,.05),(10**9,10**9,.05),(10**9,20000000,.05),(10**9,1,.01)]:
        al = mpf(str(al))
        if n == 0: lo, hi = mpf(0), mpf(1)
        else:
            c = lbeta(mpf(1)/2 + s, mpf(1)/2 + n - s) - lbeta(mpf(1)/2, mpf(1)/2) - log(1 / al)
            f = lambda u: c + s * log(1 + exp(-u)) + (n - s) * log(1 + exp(u))
            mid = log(mpf(s) / (n - s)) if 0 < s < n else (mpf(-500) if s == 0 else mpf(500))
            ex = lambda u: 1 / (1 + exp(-u))
            lo = mpf(0) if s == 0 else ex(bisect(f, mpf(-500), mid, 200))
            hi = mpf(1) if s == n else ex(bisect(f, mid, mpf(500), 200))
        cases.append({"input": {"n": n, "s": s, "alpha": float(al)}, "want": {"lo": num(lo), "hi": num(hi)}})
    dump("rate-sequence", "S10: beta(1/2, 1/2) mixture, bisection in logit p", cases)


def global_and_srm():
    cases = []
    sets = [[(100,10),(100,12),(100,20)],[(0,0),(50,3),(60,1)],[(10**9,2*10**7),(10**9,2*10**7+9000),(10**9,2*10**7-5000)],
            [(10000,200+3*i) for i in range(20)],[(10,0),(10,0)],[(10**9,10**9),(1,0)]]
    for arms in sets:
        use = [(n, s) for n, s in arms if n]
        k, N, C = len(use), sum(n for n, _ in use), sum(s for _, s in use)
        p0 = [mpf(n) / N for n, _ in use]
        ls = []
        for x in ('1.1', '1.25', '1.6'):
            kap = max(mpf(k), mpf(k) ** 2 / ((k - 1) * log(mpf(x)) ** 2) - 1)
            ls.append(lbeta(*[kap * p + s for p, (_, s) in zip(p0, use)]) - lbeta(*[kap * p for p in p0]))
        top = max(ls)
        logE = top + log(sum(exp(l - top) for l in ls) / 3) - sum(s * log(p) for p, (_, s) in zip(p0, use))
        cases.append({"input": {"arms": [{"n": n, "s": s} for n, s in arms]}, "want": {"logE": num(logE), "p": num(min(mpf(1), exp(-logE)))}})
    dump("global-sequential", "S9: Dirichlet mixtures over phi, 40 digits", cases)
    cases = []
    for o, w in [([0,0],[1,1]),([5000,5000],[1,1]),([5200,4800],[1,1]),([10**9,10**9+70000],[1,1]),([10,0,990],[1,0,99]),([10,5,990],[1,0,99]),
                 ([3331,3339,3330],[1,1,1]),([821,1000],[.5,.5]),([10**9,1,10**6],[.999,.000000001,.001]),([500+i for i in range(20)],[1]*20)]:
        use = [(a, mpf(str(b))) for a, b in zip(o, w) if b > 0]
        df = len(use) - 1
        stray = any(a > 0 and b == 0 for a, b in zip(o, w))
        O = sum(o)
        if stray: want = dict(chi2=inf, df=df, p=0, sequentialLogE=inf, sequentialP=0)
        elif O == 0: want = dict(chi2=0, df=df, p=1, sequentialLogE=0, sequentialP=1)
        else:
            W = sum(b for _, b in use); sh = [b / W for _, b in use]
            chi = sum((a - O * p) ** 2 / (O * p) for (a, _), p in zip(use, sh))
            ls = [lbeta(*[kk * p + a for p, (a, _) in zip(sh, use)]) - lbeta(*[kk * p for p in sh]) for kk in (mpf(100), mpf(10000))]
            top = max(ls)
            logE = top + log(sum(exp(l - top) for l in ls) / 2) - sum(a * log(p) for p, (a, _) in zip(sh, use))
            want = dict(chi2=chi, df=df, p=chi_tail(chi, df), sequentialLogE=logE, sequentialP=min(mpf(1), exp(-logE)))
        cases.append({"input": {"observed": o, "weights": w}, "want": {k: num(v) for k, v in want.items()}})
    dump("srm", "S6: chi-square and Dirichlet-multinomial mixture, 40 digits", cases)


def stratified():
    cases = []
    for strata in [[((100,10),(100,12))],[((100,10),(900,80)),((900,60),(100,9)),((0,0),(10,1))],
                   [((10**9,5*10**8),(10**9,5*10**8+60000))],[((10**9,2*10**7),(10**8,2*10**6)),((10**8,10**6),(10**9,10**7+9000))],[((5,0),(5,0))]]:
        tot, W = mpf(0), mpf(0)
        ls = []
        for m in range(-2, 21):
            for sg in (1, -1):
                wt = 3 if 1 <= m <= 9 else 1
                phi = exp(sg * mpf(2) ** (-mpf(m) / 2)); l = mpf(0)
                for (ni, ci), (nj, cj) in strata:
                    if ni == 0 or nj == 0: continue
                    th = ni * phi / (ni * phi + nj); p0 = mpf(ni) / (ni + nj)
                    l += ci * log(th / p0) + cj * log((1 - th) / (1 - p0))
                ls.append((l, wt))
        top = max(l for l, _ in ls)
        logE = top + log(sum(w * exp(l - top) for l, w in ls) / sum(w for _, w in ls))
        cases.append({"input": {"strata": [{"i": {"n": a[0], "s": a[1]}, "j": {"n": b[0], "s": b[1]}} for a, b in strata]},
                      "want": {"logE": num(logE), "p": num(min(mpf(1), exp(-logE)))}})
    dump("stratified-sequential", "S9b: mixture over 46 ratios, 40 digits", cases)


def fisher():
    cases = []
    for a, b in [((4,1),(4,3)),((4,1),(4,4)),((10,0),(10,0)),((0,0),(5,2)),((10,10),(10,10)),((20,1),(30,9)),((10000,200),(10000,250)),
                 ((1000,0),(1000,8)),((100000,2000),(60000,1300)),((7,7),(9,0)),((10**6,20000),(10**6,20300)),
                 ((10**9,4*10**8),(10**9,4*10**8+20000)),((10**9,0),(10**9,5)),((10**9,10**9),(10**9,10**9-3)),((3,0),(10**9,10**8))]:
        (na, sa), (nb, sb) = a, b
        K, N = sa + sb, na + nb
        if na == 0 or nb == 0 or K == 0 or K == N: w = (1, 1, 1)
        else:
            lo, hi = max(0, K - na), min(nb, K)
            mode = min(hi, max(lo, (nb + 1) * (K + 1) // (N + 2)))
            pr = {mode: mpf(1)}
            v = mpf(1); x = mode
            while x < hi and v > mpf(10) ** -30: v = v * (nb - x) * (K - x) / ((x + 1) * (na - K + x + 1)); x += 1; pr[x] = v
            v = mpf(1); x = mode
            while x > lo and v > mpf(10) ** -30: v = v * x * (na - K + x) / ((nb - x + 1) * (K - x + 1)); x -= 1; pr[x] = v
            tot = sum(pr.values()); ob = pr.get(sb, mpf(0))
            w = (sum(q for q in pr.values() if q <= ob * (1 + mpf(10) ** -7)) / tot, sum(q for x, q in pr.items() if x >= sb) / tot,
                 sum(q for x, q in pr.items() if x <= sb) / tot)
        if na and nb and 0 < K < N:
            p = mpf(K) / N; chi = sum((mpf(s) - n * p) ** 2 / (n * p * (1 - p)) for n, s in (a, b)); cp = chi_tail(chi, 1)
        else: chi, cp = 0, 1
        cases.append({"input": {"a": {"n": na, "s": sa}, "b": {"n": nb, "s": sb}},
                      "want": dict(zip(("fisherTwoSided", "fisherGreater", "fisherLess", "chi2", "chi2P"), map(num, (*w, chi, cp))))})
    dump("two-arm-tests", "S7: hypergeometric ratios at 40 digits down to 1e-30 of the mode, slack 1e-7", cases)


def posteriors():
    cases = []
    for n, s in [(0,0),(10,0),(10,10),(1000,20),(10**9,0),(10**9,10**9),(10**9,1),(10**9,5*10**8),(10**9,20000000),(10**6,999999)]:
        c = Curve(1 + s, 1 + n - s); a, b = c.a, c.b
        cases.append({"input": {"prior": {"a": 1, "b": 1}, "arms": [{"n": n, "s": s}]}, "want": {"arms": [{"mean": num(a / (a + b)),
            "sd": num(sqrt(a * b / (a + b) ** 2 / (a + b + 1))), "lo": num(c.quantile(mpf('0.025'))), "hi": num(c.quantile(mpf('0.975')))}]}})
    for pa, pb, n, s in [(.5,.5,0,0),(.5,.5,10,0),(.05,2,3,1),(2,98,5000,140)]:
        c = Curve(mpf(str(pa)) + s, mpf(str(pb)) + n - s); a, b = c.a, c.b
        cases.append({"input": {"prior": {"a": pa, "b": pb}, "arms": [{"n": n, "s": s}]}, "want": {"arms": [{"mean": num(a / (a + b)),
            "sd": num(sqrt(a * b / (a + b) ** 2 / (a + b + 1))), "lo": num(c.quantile(mpf('0.025'))), "hi": num(c.quantile(mpf('0.975')))}]}})
    dump("beta-posterior", "S1: quantiles by bisection and Newton on tanh-sinh integrals of the density", cases)


def best_arm():
    mp.dps = 25
    cases = []
    for arms in [[(0,0),(0,0)],[(100,10),(100,15)],[(10,0),(10,0),(10,5)],[(1000,20),(1000,30),(1000,28)],[(0,0),(10**9,5*10**8)],
                 [(10**9,2*10**7),(10**9,2*10**7+5000)],[(10**9,10),(10**9,14)],[(10**9,10**9),(10**9,10**9-2)],[(10**9,5*10**8),(10**9,5*10**8+10000),(1000,500)],
                 [(500,10+i) for i in range(20)]]:
        cs = [Curve(1 + s, 1 + n - s) for n, s in arms]
        pts = sorted(set(x for c in cs for x in c.points()))
        if len(arms) == 20: pts = pts[::10] + [pts[-1]]
        # Gauss-Legendre composite with running distribution functions, 25 digits
        gl = _GL(mp).get_nodes(-1, 1, 3, 120)
        P = [mpf(0)] * len(cs); L = [mpf(0)] * len(cs)
        fine = [(lo, hi) for lo, hi in zip(pts, pts[1:]) if hi > lo]
        cum = [mpf(0)] * len(cs)
        for lo, hi in fine:
            h, m = (hi - lo) / 2, (hi + lo) / 2
            xs = sorted((m + h * x, h * w) for x, w in gl)
            prev = lo; F = cum[:]
            for t, w in xs:
                for i, c in enumerate(cs):
                    if t > c.lo and prev < c.hi: F[i] += part(c, max(prev, c.lo), min(t, c.hi))
                prev = t
                x1 = 1 / ((1 + exp(-t)) * (1 + exp(t)))
                for i, c in enumerate(cs):
                    o = mpf(1)
                    for j in range(len(cs)):
                        if j != i: o *= F[j]
                    d = c.dens(t) if c.lo < t < c.hi else mpf(0)
                    P[i] += w * d * o; L[i] += w * F[i] * (1 - o) * x1
            for i, c in enumerate(cs):
                if hi > c.lo and prev < c.hi: F[i] += part(c, max(prev, c.lo), min(hi, c.hi))
            cum = F
        print(len(arms), sum(P) - 1, flush=True)
        cases.append({"input": {"prior": {"a": 1, "b": 1}, "arms": [{"n": n, "s": s} for n, s in arms]},
                      "want": {"pBest": [num(x) for x in P], "expectedLoss": [num(x) for x in L]}})
    dump("best-arm", "S2: composite Gauss-Legendre at 25 digits, distribution functions integrated from node to node", cases)
    mp.dps = 40


from mpmath.calculus.quadrature import GaussLegendre as _GL
_small = None
def part(c, lo, hi):
    """12-point Gauss-Legendre over a short stretch"""
    global _small
    if _small is None:
        import numpy as np
        # polish numpy's nodes to full precision
        n = 12
        _small = []
        for x in np.polynomial.legendre.leggauss(n)[0]:
            x = mpf(float(x))
            for _ in range(4):
                p = mp.legendre(n, x); q = mp.legendre(n - 1, x)
                x -= p * (x * x - 1) / (n * (x * p - q))
            q = mp.legendre(n - 1, x)
            _small.append((x, 2 * (1 - x * x) / (n * q) ** 2))
    h, m = (hi - lo) / 2, (hi + lo) / 2
    return h * sum(w * c.dens(m + h * x) for x, w in _small)


def uplift():
    mp.dps = 25
    cases = []
    for a, b in [((1000,20),(1000,30)),((0,0),(0,0)),((10,0),(10,3)),((10**9,5*10**8),(10**9,5*10**8+10000)),((10**9,2*10**7),(10**9,2*10**7+5000)),((1000,0),(1000,0))]:
        A, B = Curve(1 + a[1], 1 + a[0] - a[1]), Curve(1 + b[1], 1 + b[0] - b[1])
        def cdf(lr):
            r = exp(lr)
            def g(t):
                w = exp(-t); rest = w - (r - 1)
                if rest <= 0: return A.dens(t)
                return A.dens(t) * B.cdf(lr - log(rest))
            p = A.points()
            if r > 1:
                k = -log(r - 1)
                if A.lo < k < A.hi: p = sorted(p + [k])
            return quad(g, p, maxdegree=4)
        # B.cdf is costly: tabulate it instead through the regularised incomplete beta where small
        if max(a[0], b[0]) <= 1000:
            bb, ab = B.b, B.a
            B.cdf = lambda t: betainc(ab, bb, 0, 1 / (1 + exp(-t)), regularized=True)
        else:
            pts = B.points(); vals = [mpf(0)]
            for lo, hi in zip(pts, pts[1:]): vals.append(vals[-1] + quad(B.dens, [lo, hi]))
            def bcdf(t, pts=pts, vals=vals):
                if t <= B.lo: return mpf(0)
                if t >= B.hi: return mpf(1)
                k = max(i for i, p in enumerate(pts) if p <= t)
                span = t - pts[k]; n = max(1, int(mp.ceil(span / (B.sd * mpf('0.6')))))
                return vals[k] + sum(part(B, pts[k] + span * i / n, pts[k] + span * (i + 1) / n) for i in range(n))
            B.cdf = bcdf
        m0 = log(B.a / (B.a + B.b)) - log(A.a / (A.a + A.b)); s0 = sqrt(1 / A.a + 1 / B.a)
        def q(p):
            """false position with halving (Illinois) on the log ratio"""
            lo, hi = m0 - 12 * s0, m0 + 12 * s0
            flo, fhi, side = cdf(lo) - p, cdf(hi) - p, 0
            for step in range(80):
                x = (lo * fhi - hi * flo) / (fhi - flo) if step % 5 else (lo + hi) / 2
                fx = cdf(x) - p
                if abs(fx) < mpf(10) ** -20: break
                if fx < 0:
                    lo, flo = x, fx
                    if side < 0: fhi /= 2
                    side = -1
                else:
                    hi, fhi = x, fx
                    if side > 0: flo /= 2
                    side = 1
            return mp.expm1(x)
        mean = (B.a / (B.a + B.b)) * (A.a + A.b - 1) / (A.a - 1) - 1 if A.a > 1 else None
        w = {"pBeats": num(1 - cdf(mpf(0))), "mean": num(mean), "median": num(q(mpf('0.5'))), "lo": num(q(mpf('0.025'))), "hi": num(q(mpf('0.975')))}
        print(w, flush=True)
        cases.append({"input": {"prior": {"a": 1, "b": 1}, "control": {"n": a[0], "s": a[1]}, "treatment": {"n": b[0], "s": b[1]}, "level": 0.95}, "want": w})
    dump("relative-uplift", "S3: outer tanh-sinh, inner regularised incomplete beta or Gauss-Legendre, 25 digits, roots by false position", cases)
    mp.dps = 40


def wilson_newcombe():
    def wil(n, s, lv):
        zz = z((1 + mpf(str(lv))) / 2)
        if n == 0: return mpf(0), mpf(1)
        p = mpf(s) / n; m = (p + zz * zz / (2 * n)) / (1 + zz * zz / n); r = zz * sqrt(p * (1 - p) / n + zz * zz / (4 * mpf(n) ** 2)) / (1 + zz * zz / n)
        return (mpf(0) if s == 0 else m - r), (mpf(1) if s == n else m + r)
    cases = []
    for n, s, lv in [(0,0,.95),(1,0,.95),(10,10,.99),(263,81,.95),(10**9,1,.95),(10**9,5*10**8,.95),(10**9,10**9-1,.9)]:
        lo, hi = wil(n, s, lv); cases.append({"input": {"n": n, "s": s, "level": lv}, "want": {"lo": num(lo), "hi": num(hi)}})
    dump("wilson", "S8: Wilson's formula, 40 digits", cases)
    cases = []
    for a, b, lv in [((80,48),(70,56),.95),((10,0),(20,0),.95),((10,0),(10,10),.95),((10**9,2*10**7),(10**9,2*10**7+9000),.95),((1,1),(10**9,3),.99)]:
        la, ua = wil(*a, lv); lb, ub = wil(*b, lv); pa, pb = mpf(a[1]) / a[0], mpf(b[1]) / b[0]; d = pb - pa
        cases.append({"input": {"a": {"n": a[0], "s": a[1]}, "b": {"n": b[0], "s": b[1]}, "level": lv},
                      "want": {"diff": num(d), "lo": num(d - sqrt((pb - lb) ** 2 + (ua - pa) ** 2)), "hi": num(d + sqrt((ub - pb) ** 2 + (pa - la) ** 2))}})
    dump("newcombe-diff", "S8: Newcombe's hybrid, 40 digits", cases)


def means():
    def tt(t, v): # two-sided p
        v = mpf(v); return betainc(v / 2, mpf(1) / 2, 0, v / (v + t * t), regularized=True)
    seqs, wel = [], []
    for a, b, rel in [((10,50,300),(12,80,640),False),((10,50,300),(12,80,640),True),((2,1,1),(2,5,17),False),
                      ((100000,2500000,900000000),(100000,2600000,1000000000),True),((10**6,10**12,10**18+10**9),(10**6,10**12+10**8,10**18+3*10**14),False)]:
        (na, sa, qa), (nb, sb, qb) = a, b
        va = (mpf(qa) - mpf(sa) ** 2 / na) / (na - 1); vb = (mpf(qb) - mpf(sb) ** 2 / nb) / (nb - 1); ma, mb = mpf(sa) / na, mpf(sb) / nb
        if not rel: d, ca, cb = mb - ma, va / na, vb / nb
        else: d, ca, cb = mb / ma - 1, mb ** 2 * va / (na * ma ** 4), vb / (nb * ma ** 2)
        V = ca + cb; N = na + nb
        for al in ('0.05',):
            al_ = mpf(al); ns = 5000
            rho = (-2 * log(al_) + log(1 - 2 * log(al_))) / ns
            hw = sqrt(V * N) * sqrt(2 * (N * rho + 1) / (N ** 2 * rho) * log(sqrt(N * rho + 1) / al_))
            inp = {"a": {"n": na, "sum": sa, "sumSq": qa}, "b": {"n": nb, "sum": sb, "sumSq": qb}, "alpha": float(al), "relative": rel}
            seqs.append({"input": {**inp, "nStar": ns}, "want": {k: num(v) for k, v in dict(estimate=d, se=sqrt(V), halfWidth=hw, lo=d - hw, hi=d + hw).items()}})
            df = V ** 2 / (ca ** 2 / (na - 1) + cb ** 2 / (nb - 1)); t = d / sqrt(V)
            if df < 5000:
                tq = bisect(lambda x: al_ - tt(x, df), mpf(0), mpf(1000), 130)
                wel.append({"input": inp, "want": {k: num(v) for k, v in dict(estimate=d, se=sqrt(V), t=t, df=df, p=tt(t, df), lo=d - tq * sqrt(V), hi=d + tq * sqrt(V)).items()}})
            else:
                c = exp(loggamma((df + 1) / 2) - loggamma(df / 2)) / sqrt(df * mp.pi)
                tail = lambda x: 2 * quad(lambda u: c * (1 + u * u / df) ** (-(df + 1) / 2), [x, x + 2, x + 5, x + 10, x + 20])
                tq = bisect(lambda x: al_ - tail(x), mpf(0), mpf(10), 60)
                wel.append({"input": inp, "want": {k: num(v) for k, v in dict(estimate=d, se=sqrt(V), t=t, df=df, p=tail(abs(t)), lo=d - tq * sqrt(V), hi=d + tq * sqrt(V)).items()}})
    dump("mean-sequence", "S11, 40 digits", seqs)
    dump("welch", "S12: t tail by the incomplete beta or by integration, 40 digits", wel)


def mantel():
    def ratio(top, bot, var, zz):
        if top == 0 and bot == 0: return None, mpf(0), inf
        if top == 0: return mpf(0), mpf(0), inf
        if bot == 0: return inf, mpf(0), inf
        v = top / bot; e = exp(zz * sqrt(var)); return v, v / e, v * e
    cases = []
    G = 10 ** 9
    for strata in [[((20, 5), (30, 12))], [((20, 5), (30, 12)), ((100, 50), (80, 30)), ((0, 0), (5, 1))],
                   [((G, 2 * 10**7), (G, 2 * 10**7 + 9000)), ((G // 2, 10**7), (G, 2 * 10**7 + 4000))],
                   [((10, 0), (10, 3)), ((20, 0), (10, 1))], [((10, 0), (12, 0)), ((5, 5), (5, 5))],
                   [((G, 10), (G, 14)), ((1000, 500), (1000, 400)), ((50, 1), (70, 69))]]:
        T = [tuple(mpf(x) for x in (b[1], b[0] - b[1], a[1], a[0] - a[1])) for a, b in strata if a[0] and b[0]]
        zz = z(mpf('0.975')); N = [sum(t) for t in T]
        R = sum(a * d / n for (a, b, c, d), n in zip(T, N)); S = sum(b * c / n for (a, b, c, d), n in zip(T, N))
        P = [(a + d) / n for (a, b, c, d), n in zip(T, N)]; Q = [(b + c) / n for (a, b, c, d), n in zip(T, N)]
        r = [a * d / n for (a, b, c, d), n in zip(T, N)]; s = [b * c / n for (a, b, c, d), n in zip(T, N)]
        var = mpf(0)
        if R and S: var = sum(p * x for p, x in zip(P, r)) / (2 * R**2) + sum(p * y + q * x for p, q, x, y in zip(P, Q, r, s)) / (2 * R * S) + sum(q * y for q, y in zip(Q, s)) / (2 * S**2)
        o = ratio(R, S, var, zz)
        Rr = sum(a * (c + d) / n for (a, b, c, d), n in zip(T, N)); Sr = sum(c * (a + b) / n for (a, b, c, d), n in zip(T, N))
        vr = sum(((a + b) * (c + d) * (a + c) - a * c * n) / n**2 for (a, b, c, d), n in zip(T, N)) / (Rr * Sr) if Rr and Sr else mpf(0)
        rr = ratio(Rr, Sr, vr, zz)
        W = sum((a + b) * (c + d) / n for (a, b, c, d), n in zip(T, N))
        D = sum((a * (c + d) - c * (a + b)) / n for (a, b, c, d), n in zip(T, N)) / W
        p_ = sum(((a + b)**2 * c - (c + d)**2 * a + (a + b) * (c + d) * ((c + d) - (a + b)) / 2) / n**2 for (a, b, c, d), n in zip(T, N))
        q_ = sum((a * d + c * b) / (2 * n) for (a, b, c, d), n in zip(T, N))
        vd = (D * p_ + q_) / W**2
        ex = abs(sum(a - (a + b) * (a + c) / n for (a, b, c, d), n in zip(T, N)))
        V = sum((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1)) for (a, b, c, d), n in zip(T, N))
        if V == 0: chi, chc, cp, ccp = 0, 0, 1, 1
        else:
            chi, chc = ex**2 / V, max(mpf(0), ex - mpf('0.5'))**2 / V; cp, ccp = chi_tail(chi, 1), chi_tail(chc, 1)
        tell = [(t, n) for t, n in zip(T, N) if t[0] + t[2] > 0 and t[1] + t[3] > 0]
        df = max(0, len(tell) - 1); bd = mpf(0)
        if df and o[0] not in (None, 0, inf):
            for (a, b, c, d), n in tell:
                m1, nb, na = a + c, a + b, c + d
                lo, hi = max(mpf(0), m1 - na), min(nb, m1)
                g = lambda x: x * (na - m1 + x) - o[0] * (nb - x) * (m1 - x)
                x = bisect(g, lo, hi, 200)
                v = 1 / (1 / x + 1 / (nb - x) + 1 / (m1 - x) + 1 / (na - m1 + x)); bd += (a - x)**2 / v
        else: bd = mpf(0)
        w = dict(oddsRatio=o[0], oddsRatioLo=o[1], oddsRatioHi=o[2], riskRatio=rr[0], riskRatioLo=rr[1], riskRatioHi=rr[2], riskDifference=D,
                 riskDifferenceLo=D - zz * sqrt(vd), riskDifferenceHi=D + zz * sqrt(vd), cmhChi2=chi, cmhP=cp, cmhChi2Corrected=chc, cmhPCorrected=ccp,
                 breslowDayChi2=bd, breslowDayDf=df, breslowDayP=chi_tail(bd, df) if bd else mpf(1))
        cases.append({"input": {"strata": [{"a": {"n": a[0], "s": a[1]}, "b": {"n": b[0], "s": b[1]}} for a, b in strata], "level": 0.95},
                      "want": {k: num(v) for k, v in w.items()}})
    dump("mantel-haenszel", "S13 in 40 digits, fitted cells by bisection", cases)


def shrink():
    cases = []
    G = 10 ** 9
    for strata in [[((100, 10), (100, 20))], [((100, 10), (100, 20)), ((1000, 30), (900, 20)), ((50, 0), (60, 4))], [((G, 10**7), (G, 10**7 + 5000)), ((G, 10**6), (G, 10**6 + 9000)), ((0, 0), (9, 1))]]:
        eff = []
        for a, b in strata:
            if not a[0] or not b[0]: eff.append(None); continue
            add = mpf('0.5') if any(s in (0, n) for n, s in (a, b)) else mpf(0)
            (n0, s0), (n1, s1) = ((mpf(n) + 2 * add, mpf(s) + add) for n, s in (a, b))
            eff.append((log(s1 / n1) - log(s0 / n0), 1 / s1 - 1 / n1 + 1 / s0 - 1 / n0))
        k = [e for e in eff if e]; w = [1 / v for _, v in k]; W = sum(w); m = sum(y * x for (y, _), x in zip(k, w)) / W
        Q = sum(x * (y - m)**2 for (y, _), x in zip(k, w)); df = len(k) - 1
        t2 = max(mpf(0), (Q - df) / (W - sum(x * x for x in w) / W)) if df else mpf(0)
        ws = [1 / (v + t2) for _, v in k]; mu = sum(y * x for (y, _), x in zip(k, ws)) / sum(ws)
        want = dict(logRR=[e and num(e[0]) for e in eff], variance=[e and num(e[1]) for e in eff], Q=num(Q), df=df, pQ=num(chi_tail(Q, df)), I2=num(max(mpf(0), (Q - df) / Q) if Q else mpf(0)),
                    tau2=num(t2), mu=num(mu), muSe=num(1 / sqrt(sum(ws))), shrunken=[e and num((t2 * e[0] + e[1] * mu) / (t2 + e[1])) for e in eff])
        cases.append({"input": {"strata": [{"a": {"n": a[0], "s": a[1]}, "b": {"n": b[0], "s": b[1]}} for a, b in strata]}, "want": want})
    dump("shrink-across-channels", "S15 in 40 digits", cases)


def value():
    """S4 for whole-number betas through the regularised incomplete beta; q-quantile by false position."""
    mp.dps = 25
    cases = []
    for arms, star in [([(1000, 20), (1000, 30), (1000, 28)], 1), ([(10, 0), (10, 1)], 1), ([(500, 50), (400, 38), (300, 33), (100, 2)], 2)]:
        cs = [Curve(1 + s, 1 + n - s) for n, s in arms]
        A, others = cs[star], [c for i, c in enumerate(cs) if i != star]
        def cdf(v):
            def g(t):
                x = (1 + v) / (1 + exp(-t)); o = A.dens(t)
                if x < 1:
                    for c in others: o *= betainc(c.a, c.b, 0, x, regularized=True)
                return o
            p = A.points()
            if v > 0:
                k = -log(v)
                if A.lo < k < A.hi: p = sorted(p + [k])
            return quad(g, p, maxdegree=5)
        lo, hi = mpf(0), mpf(60); q = mpf('0.95'); flo, fhi, side = cdf(lo) - q, cdf(hi) - q, 0
        for step in range(60):
            x = (lo * fhi - hi * flo) / (fhi - flo) if step % 3 else (lo + hi) / 2
            fx = cdf(x) - q
            if abs(fx) < mpf(10) ** -18: break
            if fx < 0:
                lo, flo = x, fx
                if side < 0: fhi /= 2
                side = -1
            else:
                hi, fhi = x, fx
                if side > 0: flo /= 2
                side = 1
        cases.append({"input": {"prior": {"a": 1, "b": 1}, "arms": [{"n": n, "s": s} for n, s in arms], "q": 0.95}, "want": {"star": star, "value": num(x)}})
        print(x, fx, flush=True)
    dump("value-remaining", "S4: outer tanh-sinh, inner regularised incomplete beta, 25 digits", cases)
    mp.dps = 40


def two_way():
    cases = []
    for waves in [[[(100, 10), (100, 20)]], [[(5000, 100), (5000, 120)], [(9000, 200), (1000, 40)], [(10, 0), (10, 0)]], [[(1000, 10), (1000, 12), (0, 0)], [(500, 30), (100, 4), (900, 61)]]]:
        k = len(waves[0]); th = [mpf(1)] * k
        use = [w for w in waves if sum(s for _, s in w)]
        for _ in range(3000):
            b = [sum(s for _, s in w) / sum(n * t for (n, _), t in zip(w, th)) for w in use]
            nt = [sum(w[i][1] for w in use) / sum(w[i][0] * x for w, x in zip(use, b)) for i in range(k)]
            g = exp(sum(log(t) for t in nt) / k); th = [t / g for t in nt]
        cases.append({"input": {"waves": [[{"n": n, "s": s} for n, s in w] for w in waves]}, "want": {"relativeRates": [num(t) for t in th]}})
    dump("two-way-rates", "S5b: 3000 rounds of the fixed point at 40 digits", cases)


def clusters():
    def tt(t, v): return betainc(v / 2, mpf(1) / 2, 0, v / (v + t * t), regularized=True)
    cases = []
    for a, b in [([(100, 3), (200, 9), (150, 2)], [(120, 8), (90, 3)]), ([(10**9, 10**7), (5 * 10**8, 6 * 10**6), (10**8, 2 * 10**6)], [(10**9, 11 * 10**6), (10**8, 10**6), (3 * 10**8, 5 * 10**6)])]:
        out = {}
        for key, posts in (("a", a), ("b", b)):
            m, y, G = mpf(sum(x for x, _ in posts)), mpf(sum(x for _, x in posts)), len(posts); R = y / m
            out[key] = (R, sqrt(mpf(G) / (G - 1) * sum((yy - R * mm)**2 for mm, yy in posts)) / m, sum((yy - R * mm)**2 / (mm * R * (1 - R)) for mm, yy in posts) / (G - 1), G)
        (Ra, sa, _, Ga), (Rb, sb, _, Gb) = out["a"], out["b"]
        va, vb = (sa / Ra)**2, (sb / Rb)**2; df = (va + vb)**2 / (va**2 / (Ga - 1) + vb**2 / (Gb - 1)); lr = log(Rb / Ra); t = lr / sqrt(va + vb)
        want = {k: {"rate": num(r), "se": num(s), "phi": num(f), "posts": g} for k, (r, s, f, g) in out.items()}
        want.update(logRatio=num(lr), se=num(sqrt(va + vb)), df=num(df), t=num(t), p=num(tt(t, df)))
        cases.append({"input": {k: [{"impressions": m, "clicks": y} for m, y in posts] for k, posts in (("a", a), ("b", b))}, "want": want})
    dump("cluster-compare", "S16 in 40 digits", cases)


if __name__ == "__main__":
    jobs = dict(pair=pair_sequential, rate=rate_sequence, glob=global_and_srm, strat=stratified, fisher=fisher, post=posteriors,
                wn=wilson_newcombe, means=means, uplift=uplift, best=best_arm, mantel=mantel, shrink=shrink, value=value, two=two_way, clusters=clusters)
    for name in sys.argv[1:] or jobs: jobs[name]()
