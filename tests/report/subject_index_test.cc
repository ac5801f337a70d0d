#include "server/report/subject_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glutwatch::report {
namespace {

using ::testing::ElementsAre;

Subject Make(Kind kind, const char* region, const char* product, const char* site = "") {
  return {.kind = kind, .region = region, .product = product, .site = site};
}

class SubjectIndexTest : public ::testing::Test {
 protected:
  SubjectIndexTest() {
    EXPECT_TRUE(index_.Add(SubjectId{0}, Make(Kind::kStock, "53", "garlic", "b")));
    EXPECT_TRUE(index_.Add(SubjectId{1}, Make(Kind::kStock, "52", "garlic")));
    EXPECT_TRUE(index_.Add(SubjectId{2}, Make(Kind::kStock, "53", "garlic", "a")));
    EXPECT_TRUE(index_.Add(SubjectId{3}, Make(Kind::kStock, "53", "onion")));
    EXPECT_TRUE(index_.Add(SubjectId{4}, Make(Kind::kPlantedArea, "53", "garlic")));
  }
  static std::vector<int> Ids(const std::vector<SubjectIndex::Entry>& entries) {
    std::vector<int> ids;
    for (const SubjectIndex::Entry& entry : entries) ids.push_back(static_cast<int>(entry.id));
    return ids;
  }
  SubjectIndex index_;
};

TEST_F(SubjectIndexTest, FindsWhatWasAddedOnce) {
  EXPECT_EQ(index_.Find(Make(Kind::kStock, "53", "onion")), SubjectId{3});
  EXPECT_EQ(index_.Find(Make(Kind::kStock, "53", "leek")), std::nullopt);
  EXPECT_FALSE(index_.Add(SubjectId{9}, Make(Kind::kStock, "53", "onion")));
  EXPECT_EQ(index_.size(), 5U);
}

TEST_F(SubjectIndexTest, ListsAKindAndProductInOrderOfSubjects) {
  ASSERT_NE(index_.Of(Kind::kStock, "garlic"), nullptr);
  EXPECT_THAT(Ids(*index_.Of(Kind::kStock, "garlic")), ElementsAre(1, 2, 0));
  EXPECT_EQ(index_.Of(Kind::kTruckWait, "garlic"), nullptr);
}

TEST_F(SubjectIndexTest, VisitsInOrderFromAnySubject) {
  std::vector<SubjectIndex::Entry> seen;
  index_.VisitFrom(Make(Kind::kStock, "53", "garlic", "a"),
                   [&](const Subject& subject, SubjectId id) {
                     seen.push_back({&subject, id});
                     return seen.size() < 2;
                   });
  EXPECT_THAT(Ids(seen), ElementsAre(2, 0));
}

}  // namespace
}  // namespace glutwatch::report
