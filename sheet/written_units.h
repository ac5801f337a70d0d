#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::sheet {

// Units as people write them in headings, titles and behind figures. Units stay as they are written
// ("斤", "公斤/亩"); what they mean is the catalog's.

// True for what is surely a unit: "亩", "万吨", "kg/mu", "％". Folded for width and case.
bool IsUnitText(absl::string_view text);

// The unit in a heading: "种植面积（万亩）" -> "万亩", "(吨)" -> "吨", "面积 亩" -> "亩". With
// `price` it is what the money is paid for: "地头价(元/斤)" -> "斤". "" if the heading has none.
std::string UnitOfHeading(absl::string_view heading, bool price);

// The unit in a title line that states units: "单位：亩、元/公斤" -> "亩", with `price` "公斤". ""
// if there is none or more than one to choose from.
std::string UnitOfTitle(absl::string_view title, bool price);

// A figure as it is written in a cell.
struct WrittenFigure {
  int64_t value_e4 = 0;
  // The unit behind the number: "2.8元/公斤" -> "公斤", "85%" -> "%"; "" if there is none.
  std::string unit = {};
  // "1.2万", "1.2万吨": the figure was multiplied by 10,000 and the unit is without 万. "万亩" is a
  // unit of its own and stays.
};

// Reads the text of one cell: an exact decimal (numbers.h), possibly with a unit behind it. With
// `price`, "元" or "元/公斤" may follow, otherwise anything that IsUnitText.
//
// INVALID_ARGUMENT quotes the text and says what was expected.
absl::StatusOr<WrittenFigure> ReadWrittenFigure(absl::string_view text, bool price, bool round);

// As 万 in `unit` wants it: {1.2, "万吨"} -> {12000, "吨"}. INVALID_ARGUMENT if that is too large.
absl::Status TakeMyriadOut(WrittenFigure* figure);

}  // namespace glutwatch::sheet
