#pragma once
#include "absl/types/span.h"

// How good forecasts are, by the field's usual measures. All spans of a call have one size; a step
// whose truth is NaN does not count. NaN where nothing counts.
namespace glutwatch::forecast {

// Symmetric mean absolute percentage error, 0..200, as the M4 competition has it: a step where both
// are 0 is no error.
double Smape(absl::Span<const double> truth, absl::Span<const double> forecast);

// The mean absolute step of the seasonal naive forecast within a series: what MASE divides by.
double NaiveStep(absl::Span<const double> y, int season);
// Its root mean square: what RMSSE divides by.
double NaiveSquare(absl::Span<const double> y, int season);

// Mean absolute error over `naive_step`: Hyndman and Koehler (2006).
double Mase(absl::Span<const double> truth, absl::Span<const double> forecast, double naive_step);
double Rmsse(absl::Span<const double> truth, absl::Span<const double> forecast,
             double naive_square);

// The mean pinball loss of a quantile's forecast, in the unit of the series.
double PinballLoss(absl::Span<const double> truth, absl::Span<const double> quantile,
                   double probability);

// The share of steps whose truth lies in [low, high].
double Coverage(absl::Span<const double> truth, absl::Span<const double> low,
                absl::Span<const double> high);

// The mean of both ratios to a reference forecast, 1 where it is just as good: M4's overall
// weighted average.
double OverallAverage(double smape, double mase, double reference_smape, double reference_mase);

}  // namespace glutwatch::forecast
