#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "glutwatch/v1/reference.grpc.pb.h"
#include "glutwatch/v1/report.grpc.pb.h"
#include "glutwatch/v1/sheet.grpc.pb.h"
#include "gmock/gmock.h"
#include "server/rpc/translate_report.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kFacts[] = R"(description: A test.
facts:
  - name: facts/duty
    source: { title: 通知 }
    valid_from: 2026-01-01
    reporting_duty:
      kind: planted_area
      product: products/onion
      regions: [regions/532328, regions/532930]
      cadence: weekly
      grace_days: 2
      responsible: 县农业农村局
  - name: facts/land
    source: { title: 统计年鉴 }
    valid_from: 2020-01-01
    valid_to: 2025-12-31
    farmland: { region: regions/532328, area_e4: 300000, unit: mu }
)";

// A server with Yunnan's catalog and two facts; today is 2026-04-01.
class NodeReportsTest : public testing::NodeTest {
 protected:
  void SetUp() override {
    const std::string source(GLUTWATCH_SOURCE);
    catalog_files_ = {source + "/deploy/catalog/yunnan.yaml",
                      source + "/deploy/catalog/products.yaml"};
    fact_files_ = {dir_.path() + "/facts.yaml"};
    std::ofstream(fact_files_[0]) << kFacts;
    NodeTest::SetUp();
    Connect();
  }
  void Connect() {
    reports_ = v1::ReportService::NewStub(channel_);
    facts_ = v1::ReferenceService::NewStub(channel_);
    sheets_ = v1::SheetService::NewStub(channel_);
  }

  template <typename Stub, typename Request, typename Response>
  Response Ok(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::ImportReportSheetResponse Import(const std::string& csv, bool validate_only = false) {
    v1::ImportReportSheetRequest request;
    request.mutable_file()->set_file_name("w.csv");
    request.mutable_file()->set_content(csv);
    request.set_validate_only(validate_only);
    return Ok(*sheets_, &v1::SheetService::Stub::ImportReportSheet, request);
  }
  std::vector<v1::Report> List() {
    const auto got = Ok(*reports_, &v1::ReportService::Stub::ListReports, v1::ListReportsRequest());
    return {got.reports().begin(), got.reports().end()};
  }

  std::unique_ptr<v1::ReportService::Stub> reports_;
  std::unique_ptr<v1::ReferenceService::Stub> facts_;
  std::unique_ptr<v1::SheetService::Stub> sheets_;
};

constexpr char kSheet[] =
    "地区,品种,日期,种植面积(亩),地头价(元/斤),填报人\n"
    "元谋县,洋葱,2026-03-25,3100.5,0.55,元谋\n"
    "元谋县,番茄,2026-03-25,八千,1.2,元谋\n"
    "无此县,洋葱,2026-03-25,1,,元谋\n";

TEST_F(NodeReportsTest, SheetIsKeptButForItsBadCells) {
  const auto done = Import(kSheet);
  EXPECT_EQ(done.cell_count(), 5);
  EXPECT_EQ(done.new_count(), 3);
  EXPECT_EQ(done.refused_count(), 2);
  ASSERT_EQ(done.findings_size(), 2);
  EXPECT_EQ(done.findings(0).cell().reference(), "D3");
  EXPECT_EQ(done.findings(0).cell().value(), "八千");
  EXPECT_THAT(done.findings(0).message_zh(), HasSubstr("八千"));
  EXPECT_EQ(done.findings(1).cell().reference(), "A4");
  const auto reports = List();
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[0].region(), "regions/532328");
  EXPECT_EQ(reports[0].product(), "products/onion");
  EXPECT_EQ(reports[0].value_e4(), 31'005'000);
  EXPECT_EQ(reports[0].unit(), "mu");
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A workbook as LibreOffice writes it (tests/sheet/fixtures/README.md).
TEST_F(NodeReportsTest, OfficeWorkbookHasItsErrorsAtTheRightCellsAndItsValuesExactly) {
  v1::ImportReportSheetRequest request;
  request.mutable_file()->set_file_name("farm_gate_week.xlsx");
  request.mutable_file()->set_content(
      ReadFile(std::string(GLUTWATCH_SOURCE) + "/tests/sheet/fixtures/farm_gate_week.xlsx"));
  request.set_mapping_yaml(
      "columns: {region: 县区, product: 品种}\n"
      "dates_across: farm_gate_price\n"
      "header_rows: 2\nunit: 斤\nreporter: 楚雄州农业农村局\nfill_down: true\n");
  const auto done = Ok(*sheets_, &v1::SheetService::Stub::ImportReportSheet, request);
  EXPECT_EQ(done.cell_count(), 8);
  EXPECT_EQ(done.new_count(), 7);
  ASSERT_EQ(done.findings_size(), 2);
  EXPECT_EQ(done.findings(0).cell().sheet(), "地头价");
  EXPECT_EQ(done.findings(0).cell().reference(), "D6");
  EXPECT_EQ(done.findings(0).cell().value(), "五毛五");
  EXPECT_EQ(done.findings(0).verdict(), v1::REPORT_VERDICT_REFUSED);
  EXPECT_EQ(done.findings(1).cell().reference(), "E6");
  EXPECT_EQ(done.findings(1).verdict(), v1::REPORT_VERDICT_NEW);
  EXPECT_THAT(done.findings(1).message_zh(), HasSubstr("是否混淆了公斤与斤"));
  ASSERT_EQ(done.notes_size(), 1) << "the sheet 说明";
  std::map<std::string, std::string> read;  // product and day of the month -> what is said
  for (const v1::Report& report : List()) {
    read[absl::StrCat(report.product(), " ", report.date().day())] =
        report.no_bid() ? "no bid" : FormatE4(report.value_e4());
  }
  const std::map<std::string, std::string> expected = {{"products/tomato 18", "1.2"},
                                                       {"products/tomato 19", "1.15"},
                                                       {"products/tomato 20", "no bid"},
                                                       {"products/onion 18", "0.55"},
                                                       {"products/onion 20", "1.1"},
                                                       {"products/chinese-cabbage 19", "0.4"},
                                                       {"products/chinese-cabbage 20", "0.3825"}};
  EXPECT_EQ(read, expected);
}

TEST_F(NodeReportsTest, SameSheetAgainChangesNothingAlsoAfterARestart) {
  Import(kSheet);
  const auto before = List();
  Restart();
  Connect();
  const auto again = Import(kSheet);
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.findings_size(), 2);
  ASSERT_EQ(List().size(), before.size());
  EXPECT_EQ(List()[0].record_time().seconds(), before[0].record_time().seconds());
}

TEST_F(NodeReportsTest, PreviewKeepsNothingAndSaysWhatWouldChange) {
  Import("地区,品种,日期,种植面积(亩),填报人\n元谋县,洋葱,2026-03-25,3000,元谋\n");
  const auto preview = Import(kSheet, /*validate_only=*/true);
  ASSERT_EQ(preview.changes_size(), 3);
  EXPECT_EQ(preview.changes(0).cell().reference(), "D2");
  EXPECT_EQ(preview.changes(0).verdict(), v1::REPORT_VERDICT_CORRECTED);
  EXPECT_EQ(preview.changes(0).previous().value_e4(), 30'000'000);
  EXPECT_EQ(List().size(), 1U);
}

TEST_F(NodeReportsTest, VersionsArePagedAndNamed) {
  Import(kSheet);
  v1::ListReportsRequest request;
  request.set_page_size(2);
  const auto first = Ok(*reports_, &v1::ReportService::Stub::ListReports, request);
  ASSERT_EQ(first.reports_size(), 2);
  request.set_page_token(first.next_page_token());
  const auto second = Ok(*reports_, &v1::ReportService::Stub::ListReports, request);
  EXPECT_EQ(second.reports_size(), 1);
  EXPECT_THAT(second.next_page_token(), IsEmpty());
  v1::ListReportVersionsRequest versions;
  versions.set_name(first.reports(0).name());
  EXPECT_EQ(Ok(*reports_, &v1::ReportService::Stub::ListReportVersions, versions).versions_size(),
            1);
}

TEST_F(NodeReportsTest, DueAndSumTellWhoIsMissing) {
  Import(kSheet);
  v1::ListDueReportsRequest due;
  const auto items = Ok(*reports_, &v1::ReportService::Stub::ListDueReports, due);
  ASSERT_EQ(items.reports_size(), 2);
  EXPECT_EQ(items.reports(0).region(), "regions/532328");
  EXPECT_EQ(items.reports(0).state(), v1::DUE_STATE_REPORTED);
  EXPECT_EQ(items.reports(1).state(), v1::DUE_STATE_LATE);
  EXPECT_EQ(items.reports(1).late_days(), 1);
  EXPECT_THAT(items.reports(1).reminder_zh(), HasSubstr("洱源"));
  v1::SummarizeReportsRequest sum;
  sum.set_kind(v1::REPORT_KIND_PLANTED_AREA);
  sum.set_product("洋葱");
  sum.set_region("regions/530000");
  sum.mutable_date()->set_year(2026);
  sum.mutable_date()->set_month(4);
  sum.mutable_date()->set_day(1);
  const auto total = Ok(*reports_, &v1::ReportService::Stub::SummarizeReports, sum);
  EXPECT_EQ(total.reported_e4(), 31'005'000);
  EXPECT_EQ(total.expected_count(), 2);
  EXPECT_THAT(total.unestimated_regions(), ElementsAre("regions/532930"));
}

TEST_F(NodeReportsTest, ExpiredFactsAreShownAsExpired) {
  v1::ListFactsRequest request;
  const auto all = Ok(*facts_, &v1::ReferenceService::Stub::ListFacts, request);
  ASSERT_EQ(all.facts_size(), 2);
  EXPECT_FALSE(all.facts(0).expired());
  EXPECT_TRUE(all.facts(1).expired());
  request.set_valid_only(true);
  EXPECT_EQ(Ok(*facts_, &v1::ReferenceService::Stub::ListFacts, request).facts_size(), 1);
}

TEST_F(NodeReportsTest, ExportedFactsImportWithoutAChange) {
  const auto exported =
      Ok(*facts_, &v1::ReferenceService::Stub::ExportFacts, v1::ExportFactsRequest());
  v1::ImportFactsRequest request;
  *request.mutable_file() = exported.file();
  EXPECT_EQ(Ok(*facts_, &v1::ReferenceService::Stub::ImportFacts, request).changes_size(), 0);
}

TEST(ReportNameTest, AnyTextReadsBack) {
  for (const char* text : {"", "一级", "a/b", "a~b", "50%", "%7E", "x y\n"}) {
    report::Subject subject;
    subject.region = "532328";
    subject.product = "onion";
    subject.grade = text;
    subject.site = text;
    const Day day = ToDay(absl::CivilDay(2026, 3, 25));
    const auto read = rpc::ReadReportName(rpc::ReportName(subject, day));
    ASSERT_TRUE(read.ok()) << text << read.status();
    EXPECT_EQ(read->first, subject);
    EXPECT_EQ(read->second, day);
  }
  for (const char* name : {"reports/", "reports/2~x", "reports/2~r~p~~0~~2026-02-30",
                           "reports/99~r~p~~0~~2026-03-01", "warnings/1"}) {
    EXPECT_FALSE(rpc::ReadReportName(name).ok()) << name;
  }
}

}  // namespace
}  // namespace glutwatch
