#include "base/yaml_message.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "glutwatch/config/v1/server.pb.h"
#include "glutwatch/v1/catalog.pb.h"
#include "glutwatch/v1/observe.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch {
namespace {

using config::v1::ServerConfig;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::StartsWith;
using testing::StatusIs;
using testing::TempDir;
using v1::CatalogFile;

constexpr char kCatalog[] = R"(# Two markets.
description: "line one\nline two"
units:
  - code: jin
    dimension: mass
    base_quantity_e4: 0.5
    aliases: [斤, 市斤]
markets:
  - name: markets/xinfadi
    region: regions/110106
    kind: WHOLESALE
    display_name: 北京新发地
    time_zone: Asia/Shanghai
    position: {latitude: 39.81, longitude: 116.34}
products:
  - name: products/garlic
    display_name: 大蒜
    shelf_life_days: 0
    kilograms_per_piece: {big: 0.06, "": 0.04}
    costs:
      - region: regions/532930
        cost_concept: COST_CONCEPT_TOTAL
        currency_code: CNY
        cost_e4: 1.75
        source: survey
        valid_from: 2018-01-01
)";

TEST(ReadYamlTest, ReadsEveryKindOfField) {
  CatalogFile file;
  GLUTWATCH_ASSERT_OK(ReadYaml(kCatalog, "c.yaml", &file));
  EXPECT_EQ(file.description(), "line one\nline two");
  EXPECT_EQ(file.units(0).base_quantity_e4(), 5000);
  EXPECT_EQ(file.units(0).aliases(1), "市斤");
  EXPECT_EQ(file.markets(0).kind(), v1::MARKET_KIND_WHOLESALE);
  EXPECT_EQ(file.markets(0).position().longitude(), 116.34);
  const v1::Product& garlic = file.products(0);
  EXPECT_TRUE(garlic.has_shelf_life_days());
  EXPECT_EQ(garlic.shelf_life_days(), 0);
  EXPECT_EQ(garlic.kilograms_per_piece().at("big"), 0.06);
  EXPECT_EQ(garlic.kilograms_per_piece().at(""), 0.04);
  EXPECT_EQ(garlic.costs(0).cost_concept(), v1::COST_CONCEPT_TOTAL);
  EXPECT_EQ(garlic.costs(0).cost_e4(), 17500);
  EXPECT_EQ(garlic.costs(0).valid_from().year(), 2018);
}

TEST(ReadYamlTest, ReadsDurationsAndInstants) {
  ServerConfig config;
  GLUTWATCH_ASSERT_OK(ReadYaml("assess_delay: 1m0.25s", "s.yaml", &config));
  EXPECT_EQ(config.assess_delay().seconds(), 60);
  EXPECT_EQ(config.assess_delay().nanos(), 250'000'000);
  v1::PushObservationsResponse response;
  GLUTWATCH_ASSERT_OK(ReadYaml("record_time: 2026-03-01T05:40:00.5+08:00", "r.yaml", &response));
  EXPECT_EQ(response.record_time().seconds(), 1'772'314'800);
  EXPECT_EQ(response.record_time().nanos(), 500'000'000);
}

TEST(ReadYamlTest, EmptyDocumentClearsTheMessage) {
  ServerConfig config;
  config.set_data_dir("left over");
  GLUTWATCH_ASSERT_OK(ReadYaml("# nothing but a comment\n", "s.yaml", &config));
  EXPECT_TRUE(MessageDifferencer::Equals(config, ServerConfig()));
}

TEST(ReadYamlTest, PlacesLeadFromFieldPathToLine) {
  CatalogFile file;
  YamlPlaces places;
  GLUTWATCH_ASSERT_OK(ReadYaml(kCatalog, "c.yaml", &file, &places));
  EXPECT_EQ(places.Find("markets[0].kind"), "c.yaml:11");
  EXPECT_EQ(places.Find("products[0].costs[0].cost_e4"), "c.yaml:24");
  EXPECT_EQ(places.Find("products[0].kilograms_per_piece[big]"), "c.yaml:19");
  // A field that the file does not mention: its nearest parent.
  EXPECT_EQ(places.Find("markets[0].display_name_en"), "c.yaml:9");
  EXPECT_EQ(places.Find("nowhere[3].x"), "");
}

TEST(ReadYamlFileTest, NamesAFileThatIsNotThere) {
  const TempDir dir;
  ServerConfig config;
  EXPECT_THAT(ReadYamlFile(dir.File("no.yaml"), &config),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no.yaml: cannot be opened")));
}

TEST(ReadYamlFileTest, ReadsAFileAndNamesItInErrors) {
  const TempDir dir;
  std::ofstream(dir.File("s.yaml")) << "listen: a:1\nheadmib: 3\n";
  ServerConfig config;
  EXPECT_THAT(ReadYamlFile(dir.File("s.yaml"), &config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StartsWith(dir.File("s.yaml") + ":2:1: headmib: unknown key")));
}

struct BadYamlCase {
  std::string name;
  std::string text;
  std::string want_message;
};
void PrintTo(const BadYamlCase& c, std::ostream* os) { *os << c.name; }
class BadYamlTest : public ::testing::TestWithParam<BadYamlCase> {};

TEST_P(BadYamlTest, NamesPlaceValueAndExpectation) {
  CatalogFile file;
  EXPECT_THAT(ReadYaml(GetParam().text, "c.yaml", &file),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().want_message)));
}
INSTANTIATE_TEST_SUITE_P(
    ReadYaml, BadYamlTest,
    ::testing::ValuesIn(std::vector<BadYamlCase>{
        {"UnknownKey", "markets:\n  - knd: retail",
         "c.yaml:2:5: markets[0].knd: unknown key, did you mean \"kind\"?"},
        {"UnknownKeyFarFromAll", "zzzzzzzzzz: 1", "expected one of description, units"},
        {"RepeatedKey", "description: a\ndescription: b",
         "c.yaml:2:1: description: is there twice"},
        {"RepeatedMapKey", "products:\n - kilograms_per_piece: {a: 1, a: 2}",
         "c.yaml:2:32: products[0].kilograms_per_piece[a]: is there twice"},
        {"WrongEnum", "markets:\n  - kind: bazaar",
         "c.yaml:2:11: markets[0].kind: is \"bazaar\", expected one of unspecified, wholesale"},
        {"NumberTooLarge", "products: [{shelf_life_days: 3000000000}]",
         "products[0].shelf_life_days: is \"3000000000\", expected a whole number"},
        {"FractionForWhole", "products: [{shelf_life_days: 1.5}]", "expected a whole number"},
        {"FifthDecimal", "units: [{base_quantity_e4: 0.00001}]",
         "units[0].base_quantity_e4: number is \"0.00001\", expected at most four"},
        {"NotANumber", "regions: [{position: {latitude: north}}]", "expected a finite number"},
        {"Infinite", "regions: [{position: {latitude: inf}}]", "expected a finite number"},
        {"NoSuchDay", "products: [{green_channel: [{valid_from: 2021-02-30}]}]",
         "valid_from: day is \"2021-02-30\""},
        {"ListForOne", "description: [a, b]", "c.yaml:1:14: description: expected one value"},
        {"OneForList", "units: kg", "units: expected a list"},
        {"OneForMapping", "units: [kg]", "units[0]: expected keys and values"},
        {"NoValue", "description:", "c.yaml:1:1: description: has no value"},
        {"NotAMapping", "- a\n- b", "c.yaml:1:1: the document: expected keys and values"},
        {"Unclosed", "units: [{code: kg", "c.yaml:1:1: broken YAML: end of map flow not found"},
        {"BadIndent", "units:\n  - code: kg\n dimension: mass", "broken YAML"},
        {"TwoDocuments", "description: a\n---\ndescription: b\n", "a second document"},
        {"NotUtf8", "description: a\nunits: \xff", "c.yaml:2:8: byte 0xff, expected UTF-8"},
        {"UnknownAnchor", "units: *x", "broken YAML"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ReadYamlTest, BadDurationSaysWhatWasExpected) {
  ServerConfig config;
  EXPECT_THAT(ReadYaml("assess_delay: 5 minutes", "s.yaml", &config),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("s.yaml:1:15: assess_delay: is \"5 minutes\", expected a dur")));
}

TEST(ReadYamlTest, DeepNestingIsRefusedWithoutOverflow) {
  CatalogFile file;
  const std::string deep(100'000, '[');
  EXPECT_THAT(ReadYaml(deep, "c.yaml", &file),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("broken YAML")));
}

// Fills a message with everything that its type can hold.
class RandomMessage {
 public:
  explicit RandomMessage(uint32_t seed) : random_(seed) {}

  void Fill(Message* message) {
    if (message->GetDescriptor()->full_name() == "google.type.Date") return FillDate(message);
    for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = message->GetDescriptor()->field(i);
      if (field->is_map()) {
        FillMap(message);
      } else if (field->is_repeated()) {
        for (int n = Below(4); n > 0; --n) FillOne(message, field, true);
      } else if (Below(3) > 0) {
        FillOne(message, field, false);
      }
    }
  }

 private:
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  std::string Text() {
    static const std::vector<std::string> kParts = {
        "斤", "a",  " ", "\n", "\"", "\\", ":", "#",    "- ",     "'",  "null", "~", "1",
        ".5", "\t", "{", "]",  "&",  "*",  "!", "\x7f", "\x01",   "\r", "é",    "%", "@",
        "|",  ">",  "?", ",",  "=",  "`",  "😀", "true", "\u2028", "<<", "---",  "x", "\ufeff"};
    std::string text;
    for (int n = Below(6); n > 0; --n) {
      text += kParts[static_cast<size_t>(Below(static_cast<int>(kParts.size())))];
    }
    return text;
  }
  double Number() {
    const double values[] = {0, -0.0, 0.1, 1e300, -5e-324, 1.0 / 3, 25.04};
    return values[Below(7)];
  }
  void FillDate(Message* message) {
    const Reflection& r = *message->GetReflection();
    r.SetInt32(message, message->GetDescriptor()->field(0), 1950 + Below(200));
    r.SetInt32(message, message->GetDescriptor()->field(1), 1 + Below(12));
    r.SetInt32(message, message->GetDescriptor()->field(2), Below(32));  // 0, 30, 31 may not exist
  }
  void FillMap(Message* message) {
    auto* product = dynamic_cast<v1::Product*>(message);
    ASSERT_NE(product, nullptr);
    for (int n = Below(4); n > 0; --n) (*product->mutable_kilograms_per_piece())[Text()] = Number();
  }
  void FillOne(Message* message, const FieldDescriptor* field, bool add) {
    const Reflection& r = *message->GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return add ? r.AddString(message, field, Text()) : r.SetString(message, field, Text());
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(add ? r.AddMessage(message, field) : r.MutableMessage(message, field));
      case FieldDescriptor::CPPTYPE_ENUM:
        return r.SetEnumValue(message, field, Below(field->enum_type()->value_count()));
      case FieldDescriptor::CPPTYPE_INT32:
        return r.SetInt32(message, field, Below(1000) - 500);
      case FieldDescriptor::CPPTYPE_INT64:
        return r.SetInt64(message, field, int64_t{Below(1 << 30)} * Below(1000) - (1 << 29));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return r.SetDouble(message, field, Number());
      default:
        FAIL() << field->full_name();
    }
  }

  std::mt19937 random_;
};

TEST(WriteYamlTest, AnyCatalogReadsBackFieldForField) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    CatalogFile file;
    RandomMessage(seed).Fill(&file);
    const std::string text = WriteYaml(file);
    CatalogFile back;
    ASSERT_THAT(ReadYaml(text, "c.yaml", &back), IsOk()) << text;
    ASSERT_EQ(file.ShortDebugString(), back.ShortDebugString()) << text;
    ASSERT_EQ(WriteYaml(back), text);
  }
}

TEST(WriteYamlTest, WritesWhatAPersonWouldWrite) {
  CatalogFile file;
  GLUTWATCH_ASSERT_OK(ReadYaml(kCatalog, "c.yaml", &file));
  file.mutable_products(0)->clear_kilograms_per_piece();
  file.clear_markets();
  EXPECT_EQ(WriteYaml(file), R"(description: "line one\nline two"
units:
  - code: jin
    dimension: mass
    base_quantity_e4: 0.5
    aliases:
      - 斤
      - 市斤
products:
  - name: products/garlic
    display_name: 大蒜
    shelf_life_days: 0
    costs:
      - region: regions/532930
        cost_concept: total
        currency_code: CNY
        cost_e4: 1.75
        source: survey
        valid_from: 2018-01-01
)");
}

TEST(WriteYamlTest, DurationsAndInstantsReadBack) {
  for (const int64_t nanos : {int64_t{0}, int64_t{1}, int64_t{999'999'999}}) {
    ServerConfig config;
    config.mutable_assess_delay()->set_seconds(7261);
    config.mutable_assess_delay()->set_nanos(static_cast<int32_t>(nanos));
    ServerConfig config_back;
    GLUTWATCH_ASSERT_OK(ReadYaml(WriteYaml(config), "s.yaml", &config_back));
    EXPECT_TRUE(MessageDifferencer::Equals(config, config_back));
    v1::PushObservationsResponse response;
    response.mutable_record_time()->set_seconds(-1'000'000'000);
    response.mutable_record_time()->set_nanos(static_cast<int32_t>(nanos));
    v1::PushObservationsResponse response_back;
    GLUTWATCH_ASSERT_OK(ReadYaml(WriteYaml(response), "r.yaml", &response_back));
    EXPECT_TRUE(MessageDifferencer::Equals(response, response_back));
  }
}

TEST(WriteYamlTest, EmptyMessageReadsBack) {
  ServerConfig config;
  EXPECT_EQ(WriteYaml(config), "{}\n");
  GLUTWATCH_ASSERT_OK(ReadYaml("{}\n", "s.yaml", &config));
}

}  // namespace
}  // namespace glutwatch
