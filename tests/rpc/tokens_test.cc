#include "server/rpc/tokens.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace glutwatch::rpc {
namespace {

using ::glutwatch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(PageTokenTest, ComesBack) {
  const std::string token = MakePageToken("洱源", 42);
  const auto after = ReadPageToken(token, 42);
  GLUTWATCH_ASSERT_OK(after);
  EXPECT_EQ(*after, "洱源");
  EXPECT_EQ(token.find_first_of("+/"), std::string::npos) << "not URL-safe: " << token;
}

TEST(PageTokenTest, BelongsToItsQuery) {
  EXPECT_THAT(ReadPageToken(MakePageToken("x", 1), 2),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("PAGE_TOKEN_FOREIGN")));
}

TEST(PageTokenTest, AnyChangeIsNoticed) {
  const std::string token = MakePageToken("abc", 1);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string bad = token;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadPageToken(bad, 1).ok()) << i;
    EXPECT_FALSE(ReadPageToken(token.substr(0, i + 1), 1).ok() && i + 1 < token.size()) << i;
  }
}

TEST(CursorTest, ComesBack) {
  const auto cursor = ReadCursor(MakeCursor({"warnings", 0xfedcba9876543210, 77, 5}));
  GLUTWATCH_ASSERT_OK(cursor);
  EXPECT_EQ(cursor->log_id, "warnings");
  EXPECT_EQ(cursor->epoch, 0xfedcba9876543210);
  EXPECT_EQ(cursor->seq, 77);
  EXPECT_EQ(cursor->filter_hash, 5u);
}

TEST(CursorTest, AnyChangeIsNoticed) {
  const std::string text = MakeCursor({"warnings", 1, 2, 3});
  for (size_t i = 0; i < text.size(); ++i) {
    std::string bad = text;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(ReadCursor(bad),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("CURSOR_MALFORMED")));
  }
}

TEST(PageSizeTest, IsCutAndDefaulted) {
  EXPECT_EQ(*PageSize(0, 100, 1000), 100);
  EXPECT_EQ(*PageSize(7, 100, 1000), 7);
  EXPECT_EQ(*PageSize(1'000'000, 100, 1000), 1000);
  EXPECT_THAT(PageSize(-1, 100, 1000),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_size is -1")));
}

}  // namespace
}  // namespace glutwatch::rpc
