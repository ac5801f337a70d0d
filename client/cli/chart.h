#pragma once
#include <string>
#include <vector>

#include "base/day.h"
#include "client/cli/table.h"

namespace glutwatch::client {

// What a chart shows over consecutive days. Each vector is empty or `days` long; NaN is no value.
struct ChartData {
  Day first_day{};
  int days = 0;
  std::vector<double> price;
  std::vector<Color> price_colors;  // of the warning in force on that day
  std::vector<double> norm;
  std::vector<double> median, low80, high80, low95, high95;  // the forecast
};

struct ChartSize {
  int width = 72;   // columns of the terminal, with the scale at the left; 24 or more
  int height = 10;  // lines of the plot; 3 or more
};

// Draws a chart in Unicode: the price as a line of braille dots (two by four to a character), the
// norm as "┄", the forecast as "•" in a fan of "▒" (80 %) and "░" (95 %). With a scale at the left
// and dates below. Equal data give equal text. "" if there is no number at all.
std::string DrawChart(const ChartData& data, const ChartSize& size, bool color);

}  // namespace glutwatch::client
