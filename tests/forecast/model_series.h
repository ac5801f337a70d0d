#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

// The series that the forecast core's models are held against, and what other programs make of
// them: tests/forecast/reference/, made by make_models.R.
namespace glutwatch::testing {

struct ModelSeries {
  std::string id;
  int period = 1;
  std::vector<double> y;
};

// The numbers of "1 2.5  3"; an empty one is NaN.
inline std::vector<double> Numbers(const std::string& text) {
  std::vector<double> numbers;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(text, ' '))) {
    numbers.push_back(word.empty() ? std::nan("") : std::stod(word));
  }
  return numbers;
}

// The rows of a file in reference/ but the first, cell by cell.
inline std::vector<std::vector<std::string>> ReferenceRows(const std::string& name) {
  std::ifstream file(std::string(GLUTWATCH_REFERENCE) + "/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) rows.push_back(absl::StrSplit(line, ','));
  return rows;
}

inline std::vector<ModelSeries> AllModelSeries() {
  std::vector<ModelSeries> all;
  for (const auto& row : ReferenceRows("model_series.csv")) {
    all.push_back({row.at(0), std::stoi(row.at(1)), Numbers(row.at(2))});
  }
  EXPECT_GE(all.size(), 30u);
  return all;
}

inline const ModelSeries& SeriesOf(const std::vector<ModelSeries>& all, const std::string& id) {
  for (const ModelSeries& one : all) {
    if (one.id == id) return one;
  }
  ADD_FAILURE() << "no series " << id;
  return all.front();
}

}  // namespace glutwatch::testing
