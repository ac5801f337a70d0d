#include "server/catalog/builtin.h"

namespace glutwatch::catalog {
namespace {

constexpr auto kNoConversion = std::nullopt;

Unit Make(const char* code, Dimension dimension, std::optional<int64_t> base_quantity_e4,
          std::vector<std::string> aliases) {
  return {.code = code,
          .dimension = dimension,
          .base_quantity_e4 = base_quantity_e4,
          .aliases = std::move(aliases)};
}

// What holds something, and how much of it nobody says.
Unit Pack(const char* code, std::vector<std::string> aliases) {
  return Make(code, Dimension::kUnspecified, kNoConversion, std::move(aliases));
}

}  // namespace

// Case does not matter, nor do blanks: aliases are compared after CanonicalId.
std::vector<Unit> BuiltinUnits() {
  return {
      Make("kg", Dimension::kMass, 10'000,
           {"公斤", "千克", "kgs", "kilogram", "के.जी.", "केजी", "किलो"}),
      Make("jin", Dimension::kMass, 5'000, {"斤", "市斤"}),
      Make("liang", Dimension::kMass, 500, {"两", "兩", "市两"}),
      Make("g", Dimension::kMass, 10, {"克", "gram", "gm"}),
      Make("t", Dimension::kMass, 10'000'000, {"吨", "噸", "tonne", "mt"}),
      Make("quintal", Dimension::kMass, 1'000'000, {"公担", "qtl", "क्विन्टल"}),
      // 0.45359237 kg, to the fourth decimal.
      Make("lb", Dimension::kMass, 4'536, {"磅", "pound", "lbs"}),

      Make("piece", Dimension::kCount, 10'000,
           {"个", "個", "只", "枚", "pc", "pcs", "pieces", "unit", "nos", "गोटा", "प्रति गोटा"}),
      Make("dozen", Dimension::kCount, 120'000, {"打", "doz", "dzn", "दर्जन"}),
      Make("head", Dimension::kCount, 10'000, {"头", "頭", "heads"}),
      Make("bird", Dimension::kCount, 10'000, {"羽", "birds"}),
      Make("stem", Dimension::kCount, 10'000, {"枝", "支", "stems"}),

      Make("litre", Dimension::kVolume, 10'000, {"升", "公升", "l", "liter", "ltr"}),
      Make("ml", Dimension::kVolume, 10, {"毫升", "millilitre", "milliliter"}),

      Make("mu", Dimension::kArea, 10'000, {"亩", "畝", "市亩"}),
      Make("wan-mu", Dimension::kArea, 100'000'000, {"万亩", "萬畝"}),
      Make("ha", Dimension::kArea, 150'000, {"公顷", "公頃", "hectare", "hectares"}),
      Make("m2", Dimension::kArea, 15, {"平方米", "平米", "sqm"}),

      Make("min", Dimension::kTime, 10'000, {"分钟", "分鐘", "minute", "minutes"}),
      Make("h", Dimension::kTime, 600'000, {"小时", "小時", "hour", "hours"}),
      Make("d", Dimension::kTime, 14'400'000, {"天", "日", "day", "days"}),

      Pack("box", {"箱", "件", "carton", "crate"}),
      Pack("bundle", {"把", "捆", "bunch", "मुठा"}),
      Pack("bag", {"袋", "sack"}),
      Pack("basket", {"筐", "篮"}),
      Pack("bottle", {"瓶"}),
      Pack("tray", {"板", "托", "tin"}),
      Pack("packet", {"包", "pkt", "pack"}),
      Pack("pot", {"盆"}),
      Pack("plant", {"株", "棵"}),
  };
}

Product AllProducts() {
  Product product;
  product.id = kAllProducts;
  product.display_name = "全市场";
  product.display_name_en = "The market as a whole";
  product.category = "market";
  return product;
}

}  // namespace glutwatch::catalog
