// JSON and .xz: what a document becomes before an adapter sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lzma.h>

#include <string>
#include <vector>

#include "ingest/json_reader.h"
#include "base/xz.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::ingest {
namespace {

using ::glutwatch::testing::IsOk;
using ::glutwatch::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> JsonRecords(absl::string_view text, std::string* envelope) {
  std::vector<std::string> records;
  EXPECT_THAT(ReadJson(
                  "a.json", text, {"list", "Data"},
                  [&](const JsonRecord& record) {
                    *envelope = record.Raw();
                    return absl::OkStatus();
                  },
                  [&](int64_t number, const JsonRecord& record) {
                    records.push_back(absl::StrCat(number, ":", record.Raw()));
                    return absl::OkStatus();
                  }),
              IsOk());
  return records;
}

TEST(JsonTest, FindsTheListInAnEnvelopeOrAlone) {
  std::string envelope;
  EXPECT_THAT(JsonRecords("{\"RS\":\"OK\",\"Data\":[{\"a\":1.10,\"b\":{\"c\":\"x\"},\"d\":null}],"
                          "\"Next\":true}",
                          &envelope),
              ElementsAre("1:1.1|x"));
  EXPECT_EQ(envelope, "OK|true");
  EXPECT_THAT(JsonRecords("\xEF\xBB\xBF [{\"a\":81.4},7,{}]", &envelope),
              ElementsAre("1:81.4", "2:", "3:"));
  EXPECT_EQ(envelope, "");
}

TEST(JsonTest, BadDocumentsGiveNoRecordAtAll) {
  int records = 0;
  const auto none = [](const JsonRecord&) { return absl::OkStatus(); };
  const auto count = [&](int64_t, const JsonRecord&) {
    ++records;
    return absl::OkStatus();
  };
  EXPECT_THAT(ReadJson("a.json", "[{\"a\":1},{\"a\":", {"list"}, none, count),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a.json: not JSON")));
  EXPECT_THAT(ReadJson("a.json", "{\"x\":[]}", {"list"}, none, count),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("object with \"list\"")));
  EXPECT_EQ(records, 0);
}

std::string Compress(absl::string_view text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr,
                                    reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

TEST(XzTest, UndoesOneStreamOrSeveral) {
  EXPECT_EQ(DecompressXz(Compress("abc")).value(), "abc");
  EXPECT_EQ(DecompressXz(Compress("abc") + Compress(std::string(300'000, 'x'))).value().size(),
            300'003u);
  EXPECT_TRUE(IsXz(Compress("")));
  EXPECT_FALSE(IsXz("品名"));
}

TEST(XzTest, RefusesBombsAndDamage) {
  const std::string bomb = Compress(std::string(1'000'000, '\0'));
  EXPECT_THAT(DecompressXz(bomb, 999'999),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("999999")));
  EXPECT_THAT(DecompressXz(bomb, 1'000'000), IsOk());
  EXPECT_THAT(DecompressXz(absl::string_view(bomb).substr(0, bomb.size() - 9)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cut off")));
  EXPECT_THAT(DecompressXz("some plain text, not compressed"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not an .xz")));
}

}  // namespace
}  // namespace glutwatch::ingest
