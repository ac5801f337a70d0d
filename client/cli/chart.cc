#include "client/cli/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/text_width.h"

namespace glutwatch::client {
namespace {

constexpr int kDotsWide = 2;
constexpr int kDotsHigh = 4;
// Longer silences are shown as a break in the line.
constexpr int kMostDaysJoined = 10;

struct Scale {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Take(const std::vector<double>& values) {
    for (const double value : values) {
      if (std::isnan(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
};

Scale ScaleOf(const ChartData& data) {
  Scale scale;
  for (const auto* values : {&data.price, &data.norm, &data.median, &data.low95, &data.high95}) {
    scale.Take(*values);
  }
  if (scale.low <= scale.high) {
    const double room = std::max((scale.high - scale.low) * 0.05, scale.high * 0.01 + 1e-4);
    scale.low = std::max(scale.low - room, std::min(scale.low, 0.0));
    scale.high += room;
  }
  return scale;
}

std::string Braille(unsigned bits) {
  const unsigned code = 0x2800 + bits;
  return {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

// The plot without its axes.
class Plot {
 public:
  Plot(const ChartData& data, int width, int height)
      : data_(data),
        width_(width),
        height_(height),
        scale_(ScaleOf(data)),
        dots_(static_cast<size_t>(width * height), 0),
        signs_(dots_.size()),
        colors_(dots_.size(), Color::kNone) {
    DrawFan();
    DrawRow(data.norm, "┄", Color::kGreen);
    DrawRow(data.median, "•", Color::kBold);
    DrawPrice();
  }

  const Scale& scale() const { return scale_; }

  std::string Row(int row, bool color) const {
    std::string text;
    size_t blanks = 0;
    for (int x = 0; x < width_; ++x) {
      const size_t i = At(x, row);
      if (dots_[i] == 0 && signs_[i].empty()) {
        ++blanks;
        continue;
      }
      absl::StrAppend(&text, std::string(blanks, ' '),
                      Paint(dots_[i] != 0 ? Braille(dots_[i]) : signs_[i], colors_[i], color));
      blanks = 0;
    }
    return text;
  }

 private:
  size_t At(int x, int row) const { return static_cast<size_t>(row * width_ + x); }

  int DotX(int day) const {
    return data_.days < 2 ? 0 : day * (width_ * kDotsWide - 1) / (data_.days - 1);
  }
  // Dots from the top.
  int DotY(double value) const {
    const int dots = height_ * kDotsHigh;
    const double part = (scale_.high - value) / (scale_.high - scale_.low);
    return std::clamp(static_cast<int>(std::lround(part * (dots - 1))), 0, dots - 1);
  }

  // The last column that belongs to `day`: where a day is wider than a column, signs join up with
  // those of the next day.
  int LastX(size_t day, const std::vector<double>& values) const {
    const int x = DotX(static_cast<int>(day)) / kDotsWide;
    if (day + 1 >= values.size() || std::isnan(values[day + 1])) return x;
    return std::max(x, DotX(static_cast<int>(day) + 1) / kDotsWide - 1);
  }

  void Sign(int x, int row, const char* sign, Color color) {
    signs_[At(x, row)] = sign;
    colors_[At(x, row)] = color;
  }

  void DrawRow(const std::vector<double>& values, const char* sign, Color color) {
    for (size_t day = 0; day < values.size(); ++day) {
      if (std::isnan(values[day])) continue;
      for (int x = DotX(static_cast<int>(day)) / kDotsWide; x <= LastX(day, values); ++x) {
        Sign(x, DotY(values[day]) / kDotsHigh, sign, color);
      }
    }
  }

  void DrawBand(const std::vector<double>& low, const std::vector<double>& high, const char* sign) {
    for (size_t day = 0; day < low.size() && day < high.size(); ++day) {
      if (std::isnan(low[day]) || std::isnan(high[day])) continue;
      for (int x = DotX(static_cast<int>(day)) / kDotsWide; x <= LastX(day, low); ++x) {
        for (int row = DotY(high[day]) / kDotsHigh; row <= DotY(low[day]) / kDotsHigh; ++row) {
          Sign(x, row, sign, Color::kDim);
        }
      }
    }
  }

  void DrawFan() {
    DrawBand(data_.low95, data_.high95, "░");
    DrawBand(data_.low80, data_.high80, "▒");
  }

  void Dot(int x, int y, Color color) {
    // Bits of a braille cell, by row from the top, left and right.
    constexpr std::array<std::array<unsigned, kDotsWide>, kDotsHigh> kBits = {
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    const size_t i = At(x / kDotsWide, y / kDotsHigh);
    dots_[i] |= kBits[static_cast<size_t>(y % kDotsHigh)][static_cast<size_t>(x % kDotsWide)];
    if (color > colors_[i] || signs_[i] != "") colors_[i] = color;
    signs_[i].clear();
  }

  void DrawPrice() {
    int last = -1;
    for (int day = 0; day < static_cast<int>(data_.price.size()); ++day) {
      const double value = data_.price[static_cast<size_t>(day)];
      if (std::isnan(value)) continue;
      const Color color =
          data_.price_colors.empty() ? Color::kNone : data_.price_colors[static_cast<size_t>(day)];
      const int x = DotX(day);
      const int y = DotY(value);
      if (last >= 0 && day - last <= kMostDaysJoined) {
        Join(DotX(last), DotY(data_.price[static_cast<size_t>(last)]), x, y, color);
      }
      Dot(x, y, color);
      last = day;
    }
  }

  void Join(int x0, int y0, int x1, int y1, Color color) {
    const int steps = std::max(x1 - x0, std::abs(y1 - y0));
    for (int step = 1; step < steps; ++step) {
      Dot(x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps, color);
    }
  }

  const ChartData& data_;
  const int width_;
  const int height_;
  const Scale scale_;
  std::vector<unsigned>
      dots_;  // braille bits of each character; 0 where there is a sign or nothing
  std::vector<std::string> signs_;
  std::vector<Color> colors_;
};

std::string PadLeft(const std::string& text, int width) {
  return std::string(static_cast<size_t>(std::max(0, width - DisplayWidth(text))), ' ') + text;
}

}  // namespace

std::string DrawChart(const ChartData& data, const ChartSize& size, bool color) {
  const Scale scale = ScaleOf(data);
  if (!(scale.low <= scale.high) || data.days < 1) return "";
  const auto label = [](double value) { return absl::StrFormat("%.2f", value); };
  const int label_width = DisplayWidth(label(scale.high));
  const int width = std::max(size.width, 24) - label_width - 2;
  const int height = std::max(size.height, 3);
  const Plot plot(data, width, height);
  std::string text;
  for (int row = 0; row < height; ++row) {
    const bool labelled = row == 0 || row == height - 1 || row == height / 2;
    const double value = scale.high - (scale.high - scale.low) * row / (height - 1);
    absl::StrAppend(&text, PadLeft(labelled ? label(value) : "", label_width),
                    labelled ? " ┤" : " │", plot.Row(row, color), "\n");
  }
  const std::string first = FormatDay(data.first_day);
  const std::string last = FormatDay(data.first_day + (data.days - 1));
  const int between = width - DisplayWidth(first) - DisplayWidth(last);
  absl::StrAppend(
      &text, std::string(static_cast<size_t>(label_width + 2), ' '), first,
      data.days < 2 || between < 1 ? "" : std::string(static_cast<size_t>(between), ' ') + last,
      "\n");
  return text;
}

}  // namespace glutwatch::client
