#include "ingest/simulation/spring_festival.h"

#include <algorithm>
#include <cstdlib>

namespace glutwatch::ingest::simulation {
namespace {

// Month * 100 + day of the first day of the lunar year, 2000 to 2040, as the official calendar
// (GB/T 33661) has it.
constexpr int kFestivals[] = {205, 124, 212, 201, 122, 209, 129, 218, 207, 126, 214, 203, 123, 210,
                              131, 219, 208, 128, 216, 205, 125, 212, 201, 122, 210, 129, 217, 206,
                              126, 213, 203, 123, 211, 131, 219, 208, 128, 215, 204, 124, 212};
static_assert(std::size(kFestivals) == kLastFestivalYear - kFirstFestivalYear + 1);

Day FestivalOf(int year) {
  const int entry =
      kFestivals[std::clamp(year, kFirstFestivalYear, kLastFestivalYear) - kFirstFestivalYear];
  return ToDay(absl::CivilDay(year, entry / 100, entry % 100));
}

}  // namespace

int DaysFromSpringFestival(Day day) {
  const int year = static_cast<int>(ToCivil(day).year());
  int nearest = day - FestivalOf(year);
  for (const int other : {year - 1, year + 1}) {
    const int distance = day - FestivalOf(other);
    if (std::abs(distance) < std::abs(nearest)) nearest = distance;
  }
  return nearest;
}

}  // namespace glutwatch::ingest::simulation
