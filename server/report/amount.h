#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "base/decimal.h"
#include "server/catalog/catalog.h"
#include "server/report/kind_rules.h"

namespace glutwatch::report {

// A unit as a figure of some form needs it. One of it is `base_e4` / `per_e4` base units: mu, kg,
// pieces, minutes, percent, kg per mu; of a price it is what the money is paid for.
struct FigureUnit {
  std::string code = {};     // "kg/mu"
  std::string name_zh = {};  // "公斤/亩"; the code if the catalog has no Chinese alias
  int64_t base_e4 = kE4;
  int64_t per_e4 = kE4;
  bool is_mass = false;  // a mass and nothing else: "kg", not "kg/mu"
  bool operator==(const FigureUnit&) const = default;
};

// A figure that can be compared with another of its form and shown to people.
struct Amount {
  int64_t value_e4 = 0;
  FigureUnit unit = {};

  // In base units.
  double base() const;
  // "31,000 mu", "31,000亩".
  std::string Text() const;
  std::string TextZh() const;
  // Exact, so that a figure that equals its limit in another unit is not beyond it.
  friend bool operator>(const Amount& a, const Amount& b);
};

// Reads written units. Remembers what it has read: one for the length of a call. Not thread-safe.
class UnitReader {
 public:
  explicit UnitReader(const catalog::Catalog* catalog) : catalog_(catalog) {}

  enum class Problem : uint8_t { kUnknown, kWrongDimension };
  struct Reading {
    std::optional<FigureUnit> unit;
    Problem problem = Problem::kUnknown;  // if there is no unit
  };
  // "亩", "kg/亩", "%": codes, names and aliases of the catalog. Valid as long as the reader.
  const Reading& Read(FigureForm form, absl::string_view text);

 private:
  Reading ReadAnew(FigureForm form, absl::string_view text) const;
  Reading ReadSimple(FigureForm form, absl::string_view text) const;

  const catalog::Catalog* const catalog_;
  absl::flat_hash_map<std::pair<FigureForm, std::string>, std::unique_ptr<const Reading>> readings_;
};

// `value` to two decimals with groups of thousands: "12,345.5"; at most 10^14, so that it can be
// shown.
std::string GroupedNumber(double value);
// As it is written, with groups of thousands.
std::string GroupedE4(int64_t value_e4);

}  // namespace glutwatch::report
