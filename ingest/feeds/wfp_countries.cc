#include "ingest/feeds/wfp_countries.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sheet/row_parts.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::Slug;
using sheet::TrimText;

constexpr WfpCountry kCountries[] = {
    {"AFG", "AF", "Afghanistan", "Asia/Kabul"},
    {"AGO", "AO", "Angola", "Africa/Luanda"},
    {"ARM", "AM", "Armenia", "Asia/Yerevan"},
    {"AZE", "AZ", "Azerbaijan", "Asia/Baku"},
    {"BDI", "BI", "Burundi", "Africa/Bujumbura"},
    {"BEN", "BJ", "Benin", "Africa/Porto-Novo"},
    {"BFA", "BF", "Burkina Faso", "Africa/Ouagadougou"},
    {"BGD", "BD", "Bangladesh", "Asia/Dhaka"},
    {"BOL", "BO", "Bolivia", "America/La_Paz"},
    {"BTN", "BT", "Bhutan", "Asia/Thimphu"},
    {"CAF", "CF", "Central African Republic", "Africa/Bangui"},
    {"CHN", "CN", "China", "Asia/Shanghai"},
    {"CIV", "CI", "Cote d'Ivoire", "Africa/Abidjan"},
    {"CMR", "CM", "Cameroon", "Africa/Douala"},
    {"COD", "CD", "Democratic Republic of the Congo", "Africa/Kinshasa"},
    {"COG", "CG", "Congo", "Africa/Brazzaville"},
    {"COL", "CO", "Colombia", "America/Bogota"},
    {"CPV", "CV", "Cabo Verde", "Atlantic/Cape_Verde"},
    {"CRI", "CR", "Costa Rica", "America/Costa_Rica"},
    {"DJI", "DJ", "Djibouti", "Africa/Djibouti"},
    {"DOM", "DO", "Dominican Republic", "America/Santo_Domingo"},
    {"DZA", "DZ", "Algeria", "Africa/Algiers"},
    {"ECU", "EC", "Ecuador", "America/Guayaquil"},
    {"EGY", "EG", "Egypt", "Africa/Cairo"},
    {"ERI", "ER", "Eritrea", "Africa/Asmara"},
    {"ETH", "ET", "Ethiopia", "Africa/Addis_Ababa"},
    {"FJI", "FJ", "Fiji", "Pacific/Fiji"},
    {"GAB", "GA", "Gabon", "Africa/Libreville"},
    {"GEO", "GE", "Georgia", "Asia/Tbilisi"},
    {"GHA", "GH", "Ghana", "Africa/Accra"},
    {"GIN", "GN", "Guinea", "Africa/Conakry"},
    {"GMB", "GM", "Gambia", "Africa/Banjul"},
    {"GNB", "GW", "Guinea-Bissau", "Africa/Bissau"},
    {"GTM", "GT", "Guatemala", "America/Guatemala"},
    {"HND", "HN", "Honduras", "America/Tegucigalpa"},
    {"HTI", "HT", "Haiti", "America/Port-au-Prince"},
    {"IDN", "ID", "Indonesia", "Asia/Jakarta"},
    {"IND", "IN", "India", "Asia/Kolkata"},
    {"IRN", "IR", "Iran", "Asia/Tehran"},
    {"IRQ", "IQ", "Iraq", "Asia/Baghdad"},
    {"JOR", "JO", "Jordan", "Asia/Amman"},
    {"JPN", "JP", "Japan", "Asia/Tokyo"},
    {"KAZ", "KZ", "Kazakhstan", "Asia/Almaty"},
    {"KEN", "KE", "Kenya", "Africa/Nairobi"},
    {"KGZ", "KG", "Kyrgyzstan", "Asia/Bishkek"},
    {"KHM", "KH", "Cambodia", "Asia/Phnom_Penh"},
    {"LAO", "LA", "Lao People's Democratic Republic", "Asia/Vientiane"},
    {"LBN", "LB", "Lebanon", "Asia/Beirut"},
    {"LBR", "LR", "Liberia", "Africa/Monrovia"},
    {"LBY", "LY", "Libya", "Africa/Tripoli"},
    {"LKA", "LK", "Sri Lanka", "Asia/Colombo"},
    {"LSO", "LS", "Lesotho", "Africa/Maseru"},
    {"MDA", "MD", "Moldova", "Europe/Chisinau"},
    {"MDG", "MG", "Madagascar", "Indian/Antananarivo"},
    {"MEX", "MX", "Mexico", "America/Mexico_City"},
    {"MLI", "ML", "Mali", "Africa/Bamako"},
    {"MMR", "MM", "Myanmar", "Asia/Yangon"},
    {"MNG", "MN", "Mongolia", "Asia/Ulaanbaatar"},
    {"MOZ", "MZ", "Mozambique", "Africa/Maputo"},
    {"MRT", "MR", "Mauritania", "Africa/Nouakchott"},
    {"MWI", "MW", "Malawi", "Africa/Blantyre"},
    {"NAM", "NA", "Namibia", "Africa/Windhoek"},
    {"NER", "NE", "Niger", "Africa/Niamey"},
    {"NGA", "NG", "Nigeria", "Africa/Lagos"},
    {"NIC", "NI", "Nicaragua", "America/Managua"},
    {"NPL", "NP", "Nepal", "Asia/Kathmandu"},
    {"PAK", "PK", "Pakistan", "Asia/Karachi"},
    {"PAN", "PA", "Panama", "America/Panama"},
    {"PER", "PE", "Peru", "America/Lima"},
    {"PHL", "PH", "Philippines", "Asia/Manila"},
    {"PRY", "PY", "Paraguay", "America/Asuncion"},
    {"PSE", "PS", "State of Palestine", "Asia/Gaza"},
    {"RUS", "RU", "Russian Federation", "Europe/Moscow"},
    {"RWA", "RW", "Rwanda", "Africa/Kigali"},
    {"SDN", "SD", "Sudan", "Africa/Khartoum"},
    {"SEN", "SN", "Senegal", "Africa/Dakar"},
    {"SLE", "SL", "Sierra Leone", "Africa/Freetown"},
    {"SLV", "SV", "El Salvador", "America/El_Salvador"},
    {"SOM", "SO", "Somalia", "Africa/Mogadishu"},
    {"SSD", "SS", "South Sudan", "Africa/Juba"},
    {"SWZ", "SZ", "Eswatini", "Africa/Mbabane"},
    {"SYR", "SY", "Syrian Arab Republic", "Asia/Damascus"},
    {"TCD", "TD", "Chad", "Africa/Ndjamena"},
    {"TGO", "TG", "Togo", "Africa/Lome"},
    {"THA", "TH", "Thailand", "Asia/Bangkok"},
    {"TJK", "TJ", "Tajikistan", "Asia/Dushanbe"},
    {"TLS", "TL", "Timor-Leste", "Asia/Dili"},
    {"TUN", "TN", "Tunisia", "Africa/Tunis"},
    {"TUR", "TR", "Turkiye", "Europe/Istanbul"},
    {"TZA", "TZ", "Tanzania", "Africa/Dar_es_Salaam"},
    {"UGA", "UG", "Uganda", "Africa/Kampala"},
    {"UKR", "UA", "Ukraine", "Europe/Kyiv"},
    {"VEN", "VE", "Venezuela", "America/Caracas"},
    {"VNM", "VN", "Viet Nam", "Asia/Ho_Chi_Minh"},
    {"YEM", "YE", "Yemen", "Asia/Aden"},
    {"ZAF", "ZA", "South Africa", "Africa/Johannesburg"},
    {"ZMB", "ZM", "Zambia", "Africa/Lusaka"},
    {"ZWE", "ZW", "Zimbabwe", "Africa/Harare"},
};

struct Province {
  absl::string_view pinyin;  // the first word of admin1
  absl::string_view code;    // GB/T 2260
  absl::string_view name;
};
// Shanxi and Shaanxi differ in one letter only, as in WFP's own spelling.
constexpr Province kProvinces[] = {
    {"Beijing", "110000", "北京市"},
    {"Tianjin", "120000", "天津市"},
    {"Hebei", "130000", "河北省"},
    {"Shanxi", "140000", "山西省"},
    {"Neimenggu", "150000", "内蒙古自治区"},
    {"Liaoning", "210000", "辽宁省"},
    {"Jilin", "220000", "吉林省"},
    {"Heilongjiang", "230000", "黑龙江省"},
    {"Shanghai", "310000", "上海市"},
    {"Jiangsu", "320000", "江苏省"},
    {"Zhejiang", "330000", "浙江省"},
    {"Anhui", "340000", "安徽省"},
    {"Fujian", "350000", "福建省"},
    {"Jiangxi", "360000", "江西省"},
    {"Shandong", "370000", "山东省"},
    {"Henan", "410000", "河南省"},
    {"Hubei", "420000", "湖北省"},
    {"Hunan", "430000", "湖南省"},
    {"Guangdong", "440000", "广东省"},
    {"Guangxi", "450000", "广西壮族自治区"},
    {"Hainan", "460000", "海南省"},
    {"Chongqing", "500000", "重庆市"},
    {"Sichuan", "510000", "四川省"},
    {"Guizhou", "520000", "贵州省"},
    {"Yunnan", "530000", "云南省"},
    {"Xizang", "540000", "西藏自治区"},
    {"Shaanxi", "610000", "陕西省"},
    {"Gansu", "620000", "甘肃省"},
    {"Qinghai", "630000", "青海省"},
    {"Ningxia", "640000", "宁夏回族自治区"},
    {"Xinjiang", "650000", "新疆维吾尔自治区"},
};

FeedRegion Admin1(const WfpCountry& country, absl::string_view admin1) {
  const std::string parent(country.iso2);
  if (country.iso2 == "CN") {
    for (const Province& province : kProvinces) {
      if (province.pinyin == admin1.substr(0, admin1.find(' '))) {
        return {std::string(province.code), std::string(province.name), parent, "GB/T 2260"};
      }
    }
  }
  return {absl::StrCat(parent, "-", Slug(admin1)), std::string(admin1), parent, "glutwatch"};
}

}  // namespace

const WfpCountry* FindWfpCountry(absl::string_view iso3) {
  for (const WfpCountry& country : kCountries) {
    if (absl::EqualsIgnoreCase(country.iso3, iso3)) return &country;
  }
  return nullptr;
}

const WfpCountry* WfpCountryOfFile(absl::string_view name) {
  constexpr absl::string_view kPrefix = "wfp_food_prices_";
  const size_t at = name.rfind(kPrefix);
  if (at == absl::string_view::npos) return nullptr;
  const absl::string_view rest = name.substr(at + kPrefix.size());
  if (rest.size() > 3 && absl::ascii_isalnum(static_cast<uint8_t>(rest[3]))) return nullptr;
  return FindWfpCountry(rest.substr(0, 3));
}

std::vector<FeedRegion> WfpRegions(const WfpCountry& country, absl::string_view admin1,
                                   absl::string_view admin2) {
  std::vector<FeedRegion> regions = {
      {std::string(country.iso2), std::string(country.name), "", "ISO 3166"}};
  admin1 = TrimText(admin1);
  admin2 = TrimText(admin2);
  if (!admin1.empty()) regions.push_back(Admin1(country, admin1));
  if (!admin2.empty()) {
    const std::string parent = regions.back().code;
    regions.push_back(
        {absl::StrCat(parent, "-", Slug(admin2)), std::string(admin2), parent, "glutwatch"});
  }
  return regions;
}

}  // namespace glutwatch::ingest
