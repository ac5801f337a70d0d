#include "client/cli/render_price_sheet.h"

#include "absl/strings/str_format.h"
#include "base/decimal.h"
#include "client/cli/words.h"
#include "client/messages.h"

namespace glutwatch::client {
namespace {

// "+25.0 %"; "" without a price before.
std::string PercentText(const v1::PriceChange& change) {
  if (!change.has_previous_price_e4() || !change.has_price_e4() ||
      change.previous_price_e4() == 0) {
    return "";
  }
  const double ratio =
      static_cast<double>(change.price_e4()) / static_cast<double>(change.previous_price_e4());
  return absl::StrFormat("%+.1f %%", (ratio - 1) * 100);
}

}  // namespace

Table PriceChangeTable(const v1::ImportPriceSheetResponse& response, const NameBook& names,
                       Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"cell", t(Msg::kColCell)},
               {"verdict", t(Msg::kColVerdict)},
               {"date", t(Msg::kColDate)},
               {"market", t(Msg::kColMarket)},
               {"product", t(Msg::kColProduct)},
               {"grade", t(Msg::kColGrade)},
               {"unit", t(Msg::kColUnit)},
               {"previous", t(Msg::kColPrevious), true},
               {"price", t(Msg::kColPrice), true},
               {"change", t(Msg::kColChangePercent), true}});
  for (const v1::PriceChange& change : response.changes()) {
    const bool is_new = change.verdict() == v1::PRICE_VERDICT_NEW;
    table.AddRow({CellName(change.cell()),
                  {t(is_new ? Msg::kVerdictNew : Msg::kVerdictChanged), is_new ? "new" : "changed"},
                  FormatDate(change.market_date()),
                  {names.Market(change.market()), change.market()},
                  {names.Product(change.product()), change.product()},
                  change.grade(),
                  change.price_unit(),
                  change.has_previous_price_e4() ? FormatE4(change.previous_price_e4()) : "",
                  change.has_price_e4() ? FormatE4(change.price_e4()) : "",
                  PercentText(change)});
  }
  return table;
}

}  // namespace glutwatch::client
