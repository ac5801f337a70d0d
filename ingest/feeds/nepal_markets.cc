#include "ingest/feeds/nepal_markets.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sheet/columns.h"
#include "sheet/row_parts.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::HeadingKey;
using sheet::Slug;
using sheet::TrimText;

constexpr absl::string_view kKalimati = "kalimati_kathmandu";

struct KnownMarket {
  absl::string_view slug;
  absl::string_view id;
  absl::string_view name;
  absl::string_view district;
  absl::string_view province;
};
constexpr KnownMarket kMarkets[] = {
    {"attariya_kailali", "np-attariya", "Attariya", "Kailali", "NP-P7"},
    {"birendranagar_surkhet", "np-birendranagar", "Birendranagar", "Surkhet", "NP-P6"},
    {"birtamod_jhapa", "np-birtamod", "Birtamod", "Jhapa", "NP-P1"},
    {"butwal_rupandehi", "np-butwal", "Butwal", "Rupandehi", "NP-P5"},
    {"dhalkebar_dhanusha", "np-dhalkebar", "Dhalkebar", "Dhanusha", "NP-P2"},
    {"dharan_sunsari", "np-dharan", "Dharan", "Sunsari", "NP-P1"},
    {kKalimati, "kalimati", "Kalimati Fruits and Vegetable Market", "Kathmandu", "NP-P3"},
    {"kamalamai_sindhuli", "np-kamalamai", "Kamalamai", "Sindhuli", "NP-P3"},
    {"kawasoti_nawalpur", "np-kawasoti", "Kawasoti", "Nawalpur", "NP-P4"},
    {"kohalpur_banke", "np-kohalpur", "Kohalpur", "Banke", "NP-P5"},
    {"lalbandi_sarlahi", "np-lalbandi", "Lalbandi", "Sarlahi", "NP-P2"},
    {"pokhara_kaski", "np-pokhara", "Pokhara", "Kaski", "NP-P4"},
};
constexpr absl::string_view kProvinces[] = {"Koshi",   "Madhesh", "Bagmati",      "Gandaki",
                                            "Lumbini", "Karnali", "Sudurpashchim"};

struct UnitSpelling {
  absl::string_view spelling;  // a heading key
  absl::string_view unit;
};
constexpr UnitSpelling kUnits[] = {
    {"kg", "kg"},
    {"के.जी.", "kg"},
    {"doz", "dozen"},
    {"dozen", "dozen"},
    {"perdozen", "dozen"},
    {"1doz", "dozen"},
    {"दर्जन", "dozen"},
    {"1pc", "piece"},
    {"pc", "piece"},
    {"piece", "piece"},
    {"perpiece", "piece"},
    {"litre", "litre"},
    {"100pcs", "100 pcs"},
    // "j^f" is what is left of the Nepali word for pieces in a font of before Unicode.
    {"100", "100 pcs"},
    {"100j^f", "100 pcs"},
};

}  // namespace

std::shared_ptr<const FeedMarket> MakeNepaliMarket(absl::string_view slug, absl::string_view name) {
  auto market = std::make_shared<FeedMarket>();
  market->id = absl::StrCat("np-", Slug(slug));
  market->name = std::string(name.empty() ? slug : name);
  market->kind = "wholesale";
  market->time_zone = "Asia/Kathmandu";
  market->regions = {{"NP", "Nepal", "", "ISO 3166"}};
  for (const KnownMarket& known : kMarkets) {
    if (known.slug != slug) continue;
    market->id = std::string(known.id);
    market->name = std::string(known.name);
    const std::string province(known.province);
    const absl::string_view province_name = kProvinces[province.back() - '1'];
    market->regions.push_back({province, std::string(province_name), "NP", "ISO 3166"});
    market->regions.push_back({absl::StrCat(province, "-", Slug(known.district)),
                               std::string(known.district), province, "glutwatch"});
  }
  return market;
}

std::string NepaliMarketOfFile(absl::string_view file_name) {
  const size_t slash = file_name.rfind('/');
  const absl::string_view base =
      slash == absl::string_view::npos ? file_name : file_name.substr(slash + 1);
  for (const KnownMarket& known : kMarkets) {
    if (absl::StrContains(base, known.slug)) return std::string(known.slug);
  }
  const std::string lower = absl::AsciiStrToLower(base);
  const bool kalimati =
      absl::StrContains(lower, "kalimati") || absl::StartsWith(lower, "yearlyreport");
  return kalimati ? std::string(kKalimati) : "";
}

std::string NepaliUnit(absl::string_view cell) {
  std::string key = HeadingKey(cell);
  if (absl::StartsWith(key, "rs/")) key.erase(0, 3);
  for (const UnitSpelling& known : kUnits) {
    if (known.spelling == key) return std::string(known.unit);
  }
  absl::string_view trimmed = TrimText(cell);
  if (absl::StartsWithIgnoreCase(trimmed, "rs/")) trimmed = TrimText(trimmed.substr(3));
  return std::string(trimmed);
}

}  // namespace glutwatch::ingest
