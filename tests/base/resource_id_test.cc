#include "base/resource_id.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/status_matchers.h"

namespace glutwatch {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

struct IdCase {
  std::string name;
  std::string want;
};

TEST(CanonicalIdTest, KeepsLettersOfEveryScript) {
  const std::vector<IdCase> cases = {
      {"Tomato Big(Nepali)", "tomato-big-nepali"},
      {"  Potato  ", "potato"},
      {"富士（纸袋Φ80<85）", "富士-纸袋Φ80-85"},
      {"गोलभेडा ठूलो(नेपाली)", "गोलभेडा-ठूलो-नेपाली"},
      {"IN-KL.kannur_2", "in-kl.kannur_2"},
      {"a (b) - c", "a-b-c"},
      {"洋葱・白皮", "洋葱-白皮"},
      {"Crème brûlée", "crème-brûlée"},
      {"208甜瓜", "208甜瓜"},
      {"a\u200bb", "a-b"},
      {"苹果🍎", "苹果"},
  };
  for (const IdCase& c : cases) {
    ASSERT_THAT(CanonicalId(c.name), IsOk()) << c.name;
    EXPECT_EQ(*CanonicalId(c.name), c.want);
  }
}

TEST(CanonicalIdTest, LongNamesThatDifferAtTheEndStayApart) {
  const std::string long_name(200, 'x');
  const std::string a = *CanonicalId(long_name + "a");
  const std::string b = *CanonicalId(long_name + "b");
  EXPECT_EQ(a.size(), kMaxIdCodePoints);
  EXPECT_NE(a, b);
  EXPECT_EQ(*CanonicalId(a), a);
  // Cut between code points, not between bytes.
  std::string chinese;
  for (int i = 0; i < 100; ++i) chinese += "菜";
  EXPECT_THAT(CheckId(*CanonicalId(chinese)), IsOk());
}

TEST(CanonicalIdTest, RefusesWhatLeavesNothing) {
  EXPECT_THAT(CanonicalId(""), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a letter")));
  EXPECT_THAT(CanonicalId("（）"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("（）")));
  EXPECT_THAT(CanonicalId("ab\xff"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
}

TEST(CanonicalIdTest, AnyTextGivesAValidIdThatIsItsOwn) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> code_point(0, 0x2FFFF);
  int valid = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (int n = 0; n < 70; ++n) {
      const auto c = static_cast<uint32_t>(code_point(random)) >> (n % 12);
      text += static_cast<char>(c < 0x80 ? c : 'k');
      if (c >= 0x800 && c < 0xD800) {
        text += static_cast<char>(0xE0 | (c >> 12));
        text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
      }
    }
    const absl::StatusOr<std::string> id = CanonicalId(text);
    if (!id.ok()) continue;
    ++valid;
    ASSERT_THAT(CheckId(*id), IsOk());
    ASSERT_EQ(*CanonicalId(*id), *id);
  }
  EXPECT_GT(valid, 4'000);
}

}  // namespace
}  // namespace glutwatch
