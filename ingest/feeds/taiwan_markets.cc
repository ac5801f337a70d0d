#include "ingest/feeds/taiwan_markets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "sheet/row_parts.h"

namespace glutwatch::ingest {
namespace {

using sheet::Slug;

struct County {
  absl::string_view code;
  absl::string_view name;
};
constexpr County kCounties[] = {
    {"TW-CHA", "彰化縣"}, {"TW-CYI", "嘉義市"}, {"TW-HSZ", "新竹市"}, {"TW-HUA", "花蓮縣"},
    {"TW-ILA", "宜蘭縣"}, {"TW-KEE", "基隆市"}, {"TW-KHH", "高雄市"}, {"TW-MIA", "苗栗縣"},
    {"TW-NAN", "南投縣"}, {"TW-NWT", "新北市"}, {"TW-PEN", "澎湖縣"}, {"TW-PIF", "屏東縣"},
    {"TW-TAO", "桃園市"}, {"TW-TNN", "臺南市"}, {"TW-TPE", "臺北市"}, {"TW-TTT", "臺東縣"},
    {"TW-TXG", "臺中市"}, {"TW-YUN", "雲林縣"},
};

struct KnownMarket {
  absl::string_view key;  // a vegetable and fruit market's code, or a fish market's name
  absl::string_view id;
  absl::string_view county;
};
constexpr KnownMarket kMarkets[] = {
    {"104", "tw-104", "TW-TPE"},
    {"109", "tw-109", "TW-TPE"},
    {"220", "tw-220", "TW-NWT"},
    {"241", "tw-241", "TW-NWT"},
    {"260", "tw-260", "TW-ILA"},
    {"338", "tw-338", "TW-TAO"},
    {"400", "tw-400", "TW-TXG"},
    {"420", "tw-420", "TW-TXG"},
    {"423", "tw-423", "TW-TXG"},
    {"512", "tw-512", "TW-CHA"},
    {"514", "tw-514", "TW-CHA"},
    {"540", "tw-540", "TW-NAN"},
    {"600", "tw-600", "TW-CYI"},
    {"648", "tw-648", "TW-YUN"},
    {"700", "tw-700", "TW-TNN"},
    {"800", "tw-800", "TW-KHH"},
    {"830", "tw-830", "TW-KHH"},
    {"900", "tw-900", "TW-PIF"},
    {"930", "tw-930", "TW-TTT"},
    {"950", "tw-950", "TW-HUA"},
    {"三重", "tw-fish-sanchong", "TW-NWT"},
    {"佳里", "tw-fish-jiali", "TW-TNN"},
    {"台中", "tw-fish-taichung", "TW-TXG"},
    {"台北", "tw-fish-taipei", "TW-TPE"},
    {"台南", "tw-fish-tainan", "TW-TNN"},
    {"嘉義", "tw-fish-chiayi", "TW-CYI"},
    {"埔心", "tw-fish-puxin", "TW-CHA"},
    {"基隆", "tw-fish-keelung", "TW-KEE"},
    {"岡山", "tw-fish-gangshan", "TW-KHH"},
    {"彰化", "tw-fish-changhua", "TW-CHA"},
    {"斗南", "tw-fish-dounan", "TW-YUN"},
    {"新港", "tw-fish-xingang", "TW-TTT"},
    {"新營", "tw-fish-xinying", "TW-TNN"},
    {"新竹", "tw-fish-hsinchu", "TW-HSZ"},
    {"桃園", "tw-fish-taoyuan", "TW-TAO"},
    {"梓官", "tw-fish-ziguan", "TW-KHH"},
    {"澎湖", "tw-fish-penghu", "TW-PEN"},
    {"興達港", "tw-fish-xingda", "TW-KHH"},
    {"花蓮", "tw-fish-hualien", "TW-HUA"},
    {"苗栗", "tw-fish-miaoli", "TW-MIA"},
    {"蘇澳", "tw-fish-suao", "TW-ILA"},
    {"高雄", "tw-fish-kaohsiung", "TW-KHH"},
};

}  // namespace

std::shared_ptr<const FeedMarket> MakeTaiwanMarket(absl::string_view code, absl::string_view name) {
  auto market = std::make_shared<FeedMarket>();
  const bool fish = code.empty();
  market->id = fish ? absl::StrCat("tw-fish-", Slug(name)) : absl::StrCat("tw-", Slug(code));
  market->name = fish ? absl::StrCat(name, "魚市場") : std::string(name);
  market->kind = "wholesale";
  market->time_zone = "Asia/Taipei";
  market->regions = {{"TW", "臺灣", "", "ISO 3166"}};
  for (const KnownMarket& known : kMarkets) {
    if (known.key != (fish ? name : code)) continue;
    market->id = std::string(known.id);
    for (const County& county : kCounties) {
      if (county.code == known.county) {
        market->regions.push_back(
            {std::string(county.code), std::string(county.name), "TW", "ISO 3166"});
      }
    }
  }
  return market;
}

}  // namespace glutwatch::ingest
