#pragma once

namespace glutwatch::forecast {

// The standard normal distribution function. Absolute error below 1e-15.
double NormalCdf(double x);

// Its inverse, for 0 < p < 1; relative error below 1e-15. NaN for other p.
// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution" (1988).
double NormalQuantile(double p);

// The standard normal density.
double NormalDensity(double x);

}  // namespace glutwatch::forecast
