#include "server/security/principal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/catalog/example_catalog.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::security {
namespace {

using ::testing::Eq;
using testing::ExampleResources;
using testing::IsOk;
using testing::OpenDatabase;
using testing::StatusIs;
using testing::TempDir;

constexpr Action kActions[] = {
    Action::kReadPrices,  Action::kWritePrices,  Action::kReadWarnings,   Action::kEditCatalog,
    Action::kReadReports, Action::kWriteReports, Action::kConfirmReports, Action::kReviewPrices,
    Action::kOperate};

class AuthorizeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabase(dir_);
    GLUTWATCH_ASSERT_OK(database);
    database_ = *std::move(database);
    auto catalog = catalog::Catalog::Open(database_.get());
    GLUTWATCH_ASSERT_OK(catalog);
    catalog_ = *std::move(catalog);
    ASSERT_THAT(catalog_->Put(ExampleResources()), IsOk());
  }

  TempDir dir_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

TEST_F(AuthorizeTest, LocalPrincipalMayDoEverythingEverywhere) {
  const Principal local = LocalPrincipal("local");
  for (const Action action : kActions) {
    EXPECT_THAT(Authorize(local, action, "", *catalog_), IsOk());
    EXPECT_THAT(Authorize(local, action, "532930", *catalog_), IsOk());
  }
}

TEST_F(AuthorizeTest, RolesAllowWhatTheTableSays) {
  struct RoleCase {
    Role role;
    bool read_prices, write_prices, read_warnings, edit_catalog, report, operate;
  };
  for (const RoleCase& c : {RoleCase{Role::kFeeder, true, true, false, false, false, false},
                            RoleCase{Role::kBureau, true, true, true, false, true, false},
                            RoleCase{Role::kCoordinator, true, false, true, false, false, false},
                            RoleCase{Role::kAdmin, true, true, true, true, true, true}}) {
    const Principal principal{"x", {c.role}, ""};
    EXPECT_EQ(Authorize(principal, Action::kReadPrices, "", *catalog_).ok(), c.read_prices);
    EXPECT_EQ(Authorize(principal, Action::kWritePrices, "", *catalog_).ok(), c.write_prices);
    EXPECT_EQ(Authorize(principal, Action::kOperate, "", *catalog_).ok(), c.operate);
    EXPECT_EQ(Authorize(principal, Action::kReadWarnings, "", *catalog_).ok(), c.read_warnings);
    EXPECT_EQ(Authorize(principal, Action::kEditCatalog, "", *catalog_).ok(), c.edit_catalog);
    EXPECT_THAT(Authorize(principal, Action::kReadReports, "", *catalog_), IsOk());
    EXPECT_EQ(Authorize(principal, Action::kWriteReports, "", *catalog_).ok(), c.report);
    EXPECT_EQ(Authorize(principal, Action::kConfirmReports, "", *catalog_).ok(), c.report);
    EXPECT_EQ(Authorize(principal, Action::kReviewPrices, "", *catalog_).ok(), c.report);
  }
  EXPECT_FALSE(HasRoleFor({"nobody", {}, ""}, Action::kReadPrices));
}

TEST_F(AuthorizeTest, RegionBindsToItsSubtree) {
  const Principal dali{"dali", {Role::kBureau}, "532900"};
  EXPECT_THAT(Authorize(dali, Action::kWritePrices, "532900", *catalog_), IsOk());
  EXPECT_THAT(Authorize(dali, Action::kWritePrices, "532930", *catalog_), IsOk());
  EXPECT_THAT(Authorize(dali, Action::kWritePrices, "530000", *catalog_),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       Eq("\"dali\" may not write prices in region \"530000\"")));
  EXPECT_THAT(Authorize(dali, Action::kWritePrices, "", *catalog_),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       Eq("\"dali\" may not write prices everywhere")));
}

TEST_F(AuthorizeTest, DoesNotTellWhetherARegionExists) {
  const Principal dali{"dali", {Role::kBureau}, "532900"};
  EXPECT_THAT(Authorize(dali, Action::kReadPrices, "999999", *catalog_),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       Eq("\"dali\" may not read prices in region \"999999\"")));
}

}  // namespace
}  // namespace glutwatch::security
