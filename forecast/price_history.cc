#include "forecast/price_history.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace glutwatch::forecast {

absl::Status CheckPrices(const PriceHistory& history, Day through) {
  const int known =
      std::min(static_cast<int>(history.price.size()), through - history.first_day + 1);
  for (int i = 0; i < known; ++i) {
    const double price = history.price[static_cast<size_t>(i)];
    if (!std::isnan(price) && (!(price > 0) || std::isinf(price))) {
      return absl::InvalidArgumentError(absl::StrCat("price of ", FormatDay(history.first_day + i),
                                                     " is ", price,
                                                     ", need a finite value above 0"));
    }
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::forecast
