// How fast the report book takes a province's year and gives back one product's newest areas, in
// process. Every request is judged for plausibility against a farmland fact per county and
// acknowledged after its fsync.
//
// usage: report_bench [folder]
//   IMPORT  129 counties x 40 products x 52 weeks of planted areas, 20,000 reports a request
//   NEWEST  one product over 129 counties, as of a past week and as of now; medians and worst of 40
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "server/catalog/catalog.h"
#include "server/catalog/facts.h"
#include "server/report/report_book.h"
#include "server/storage/database.h"

namespace glutwatch::report {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kCounties = 129;
constexpr int kProducts = 40;
constexpr int kWeeks = 52;
constexpr int kPastWeek = 26;
constexpr char kProvince[] = "530000";
const Day kFirstDay = ToDay(absl::CivilDay(2025, 1, 6));

double Since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

void DieUnless(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "report_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}
template <typename T>
T Must(absl::StatusOr<T> value) {
  DieUnless(value.status());
  return *std::move(value);
}

// Stands at noon of the day that was last reported.
class BenchClock final : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Set(Day day) { now_ = absl::FromCivil(ToCivil(day), absl::UTCTimeZone()) + absl::Hours(12); }

 private:
  absl::Time now_ = absl::FromCivil(ToCivil(kFirstDay), absl::UTCTimeZone());
};

std::string County(int i) { return absl::StrCat(530'101 + i); }
std::string ProductId(int i) { return absl::StrCat("product-", 100 + i); }
Day WeekDay(int week) { return kFirstDay + 7 * week; }

catalog::Resources MakeResources() {
  catalog::Resources resources;
  resources.regions.push_back({.code = kProvince, .display_name = "province"});
  for (int i = 0; i < kCounties; ++i) {
    resources.regions.push_back(
        {.code = County(i), .parent = kProvince, .display_name = absl::StrCat("county ", i)});
  }
  for (int i = 0; i < kProducts; ++i) {
    resources.products.push_back({.id = ProductId(i),
                                  .display_name = absl::StrCat("product ", i),
                                  .category = "vegetable",
                                  .dimension = catalog::Dimension::kMass});
  }
  return resources;
}

std::vector<catalog::Fact> MakeFarmland() {
  std::vector<catalog::Fact> facts;
  for (int i = 0; i < kCounties; ++i) {
    catalog::Fact fact;
    fact.id = absl::StrCat("farmland-", i);
    fact.source.title = "bench";
    fact.valid_from = kFirstDay - 1000;
    fact.content = catalog::Farmland{County(i), 400'000 * kE4, "mu"};
    facts.push_back(std::move(fact));
  }
  return facts;
}

Report MakeReport(int week, int county, int product) {
  Report report;
  report.subject = {
      .kind = Kind::kPlantedArea, .region = County(county), .product = ProductId(product)};
  report.day = WeekDay(week);
  report.figures.value_e4 =
      (1'000 + 137 * product + 11 * county + 7 * week + (week * county) % 5) * kE4;
  report.figures.unit = "亩";
  report.reporter = absl::StrCat("station ", county);
  report.source = "weekly sheet";
  return report;
}

class Bench {
 public:
  explicit Bench(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    Open();
    DieUnless(catalog_->Put(MakeResources()).status());
    DieUnless(facts_->Put(MakeFarmland()).status());
  }
  ~Bench() {
    Close();
    std::filesystem::remove_all(folder_);
  }

  void Import() {
    std::vector<Report> reports;
    const auto start = SteadyClock::now();
    for (int week = 0; week < kWeeks; ++week) {
      for (int county = 0; county < kCounties; ++county) {
        for (int product = 0; product < kProducts; ++product) {
          reports.push_back(MakeReport(week, county, product));
          if (reports.size() == kMaxReportsPerRequest) Submit(&reports);
        }
      }
    }
    Submit(&reports);
    const double seconds = Since(start);
    std::printf("IMPORT  %ld reports in %d requests  %.2f s  %.0f reports/s  %.1f MB\n", taken_,
                requests_, seconds, static_cast<double>(taken_) / seconds,
                static_cast<double>(database_->bytes_on_disk()) / 1e6);
  }

  void Newest(const char* what, Day day, int64_t as_of_us) {
    std::vector<double> milliseconds;
    for (int product = 0; product < kProducts; ++product) {
      const auto start = SteadyClock::now();
      const auto newest =
          Must(book_->Newest(Kind::kPlantedArea, ProductId(product), kProvince, day, as_of_us));
      milliseconds.push_back(1000 * Since(start));
      if (newest.size() != kCounties) DieUnless(absl::InternalError("a county is missing"));
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    std::printf("NEWEST  %s  median %.2f ms  worst %.2f ms\n", what,
                milliseconds[milliseconds.size() / 2], milliseconds.back());
  }

  void Run() {
    Import();
    const int64_t past_us =
        absl::ToUnixMicros(absl::FromCivil(ToCivil(WeekDay(kPastWeek) + 6), absl::UTCTimeZone()));
    for (const char* state : {"after the import", "after a restart"}) {
      std::printf("%s\n", state);
      Newest("as of a past week        ", WeekDay(kPastWeek) - 28, past_us);
      Newest("as of a past week, any day", kMaxDay, past_us);
      Newest("as of now                ", WeekDay(kWeeks), kNow);
      const auto start = SteadyClock::now();
      Close();
      Open();
      std::printf("OPEN    %.2f s\n", Since(start));
    }
  }

 private:
  void Open() {
    database_ = Must(storage::Database::Open({.path = folder_}));
    catalog_ = Must(catalog::Catalog::Open(database_.get()));
    facts_ = Must(catalog::FactBook::Open(database_.get(), catalog_.get(), &clock_));
    book_ = Must(ReportBook::Open(database_.get(), catalog_.get(), facts_.get(), &clock_, {}));
  }
  void Close() {
    book_.reset();
    facts_.reset();
    catalog_.reset();
    database_.reset();
  }
  void Submit(std::vector<Report>* reports) {
    clock_.Set(reports->back().day);
    Submission submission{.request_id = absl::StrCat("request ", ++requests_),
                          .reports = std::move(*reports)};
    reports->clear();
    const Answer answer = Must(book_->Submit(principal_, submission));
    if (answer.flagged_count + answer.refused_count > 0) {
      DieUnless(absl::InternalError("a report was not simply taken"));
    }
    taken_ += answer.new_count;
  }

  const std::string folder_;
  const security::Principal principal_ = security::LocalPrincipal("bench");
  BenchClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::FactBook> facts_;
  std::unique_ptr<ReportBook> book_;
  long taken_ = 0;
  int requests_ = 0;
};

}  // namespace
}  // namespace glutwatch::report

int main(int argc, char** argv) {
  glutwatch::report::Bench(argc > 1 ? argv[1] : "/tmp/glutwatch-report-bench").Run();
}
