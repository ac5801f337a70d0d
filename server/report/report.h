#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"

namespace glutwatch::report {

// On disk; never renumber. Equal to glutwatch.v1.ReportKind.
enum class Kind : uint8_t {
  kPlantingIntention = 1,
  kPlantedArea = 2,
  kSeedlingSales = 3,
  kGrowthStage = 4,
  kExpectedHarvest = 5,
  kHarvestProgress = 6,
  kStock = 7,
  kUnsoldBacklog = 8,
  kFarmGatePrice = 9,
  kTruckWait = 10,
  kAnimalStock = 11,
  kAnimalOutput = 12,
};

// On disk; never renumber. Equal to glutwatch.v1.GrowerClass.
enum class GrowerClass : uint8_t {
  kAll = 0,
  kHousehold = 1,
  kCooperative = 2,
  kCompany = 3,
  kStateFarm = 4,
};

// On disk; never renumber. Equal to glutwatch.v1.GrowthStage.
enum class GrowthStage : uint8_t {
  kUnspecified = 0,
  kSown = 1,
  kSeedling = 2,
  kVegetative = 3,
  kFlowering = 4,
  kFruiting = 5,
  kMature = 6,
  kHarvesting = 7,
  kFinished = 8,
};

// What a report is about; together with the day, its identity. Ordered as lists show it.
struct Subject {
  Kind kind = Kind::kPlantedArea;
  std::string region = {};   // a code
  std::string product = {};  // an id
  std::string grade = {};
  GrowerClass grower_class = GrowerClass::kAll;
  std::string site = {};
  auto operator<=>(const Subject&) const = default;
};

// What a report says. Two versions are equal if this is equal.
struct Figures {
  std::optional<int64_t> value_e4 = {};  // 1/10,000 of `unit`, as written
  std::string unit = {};                 // a canonical code: "mu", "t", "kg/mu", "%", "h"; "" if none
  std::string currency = {};             // ISO 4217, of a price
  std::optional<Day> window_start = {};
  std::optional<Day> window_end = {};  // last day
  GrowthStage stage = GrowthStage::kUnspecified;
  bool no_bid = false;
  bool withdrawn = false;
  bool operator==(const Figures&) const = default;
};

// Something that is wrong or implausible about a report.
struct Finding {
  std::string reason = {};      // "AREA_ABOVE_FARMLAND"
  std::string field = {};       // "value_e4"
  std::string message = {};     // English, with the arithmetic
  std::string message_zh = {};  // the same in Chinese
  bool operator==(const Finding&) const = default;
};

// One version of one report.
struct Report {
  Subject subject = {};
  Day day{};
  Figures figures = {};
  std::string reporter = {};
  std::string source = {};
  std::string note = {};
  bool simulated = false;
  // Given by the book.
  int64_t recorded_us = 0;  // microseconds since 1970-01-01 UTC; the version
  std::vector<Finding> findings = {};
  bool unconfirmed = false;  // kept, left out of totals until somebody confirms it
  std::string confirmer = {};
};

}  // namespace glutwatch::report
