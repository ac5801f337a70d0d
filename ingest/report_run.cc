#include "ingest/report_run.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/channel.h"
#include "glutwatch/v1/catalog.grpc.pb.h"
#include "glutwatch/v1/report.grpc.pb.h"
#include "ingest/simulation/report_simulator.h"
#include "ingest/worker_link.h"

namespace glutwatch::ingest {
namespace {

constexpr int kMostPerRequest = 20'000;
constexpr absl::Duration kCallTimeout = absl::Seconds(60);
constexpr int kWeekDays = 7;
constexpr int kMonday = 4;  // 1970-01-05, in days since 1970-01-01

// Counties of the region: the leaves of its tree.
absl::StatusOr<std::vector<std::string>> CountiesOf(const ReportRunOptions& options) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto regions,
                             ListServerRegions(options.server, "regions/" + options.region));
  std::vector<std::string> parents;
  for (const v1::Region& region : regions) parents.push_back(region.parent());
  std::sort(parents.begin(), parents.end());
  std::vector<std::string> counties;
  for (const v1::Region& region : regions) {
    if (options.counties > 0 && static_cast<int>(counties.size()) == options.counties) break;
    if (!std::binary_search(parents.begin(), parents.end(), region.name())) {
      counties.push_back(region.name());
    }
  }
  if (!counties.empty()) return counties;
  return absl::NotFoundError(absl::StrCat("regions/", options.region, " has no counties"));
}

absl::StatusOr<std::vector<std::string>> ProductsOf(const ReportRunOptions& options,
                                                    v1::CatalogService::Stub* stub) {
  std::vector<std::string> products;
  v1::ListProductsRequest request;
  request.set_page_size(1000);
  GLUTWATCH_RETURN_IF_ERROR(
      client::ForEachPage(*stub, &v1::CatalogService::Stub::ListProducts, request, kCallTimeout,
                          [&](const v1::ListProductsResponse& page) {
                            for (const v1::Product& product : page.products()) {
                              if (product.name() != "products/all")
                                products.push_back(product.name());
                            }
                            return true;
                          }));
  if (static_cast<int>(products.size()) > options.products) {
    products.resize(static_cast<size_t>(options.products));
  }
  if (!products.empty()) return products;
  return absl::NotFoundError("the catalog has no products");
}

// Sends reports in requests of their own, and counts.
class Submitter {
 public:
  Submitter(v1::ReportService::Stub* stub, std::string id) : stub_(stub), id_(std::move(id)) {}

  absl::Status Add(v1::Report report) {
    *request_.add_reports() = std::move(report);
    return request_.reports_size() == kMostPerRequest ? Flush() : absl::OkStatus();
  }
  absl::Status Flush() {
    if (request_.reports_size() == 0) return absl::OkStatus();
    request_.set_request_id(absl::StrCat(id_, ":", requests_++));
    GLUTWATCH_ASSIGN_OR_RETURN(
        const auto done,
        client::Call(*stub_, &v1::ReportService::Stub::SubmitReports, request_, kCallTimeout));
    sent_ += request_.reports_size();
    fresh_ += done.new_count();
    corrected_ += done.corrected_count();
    duplicate_ += done.duplicate_count();
    refused_ += done.refused_count();
    flagged_ += done.flagged_count();
    request_.clear_reports();
    return absl::OkStatus();
  }
  std::string Summary() const {
    return absl::StrCat(sent_, " reports: ", fresh_, " new, ", corrected_, " corrected, ",
                        duplicate_, " unchanged, ", refused_, " refused, ", flagged_, " doubtful");
  }
  int64_t sent() const { return sent_; }

 private:
  v1::ReportService::Stub* const stub_;
  const std::string id_;
  v1::SubmitReportsRequest request_;
  int requests_ = 0;
  int64_t sent_ = 0, fresh_ = 0, corrected_ = 0, duplicate_ = 0, refused_ = 0, flagged_ = 0;
};

// Submits what comes in week by week; what is late comes with a later week.
absl::Status SubmitAll(const simulation::ReportScenario& scenario, bool areas_only,
                       Submitter* submitter) {
  if (areas_only) {
    for (int week = 0; week < scenario.weeks; ++week) {
      for (v1::Report& report : simulation::PlantedAreasOfWeek(scenario, week)) {
        GLUTWATCH_RETURN_IF_ERROR(submitter->Add(std::move(report)));
      }
    }
    return submitter->Flush();
  }
  std::vector<std::vector<v1::Report>> arriving(static_cast<size_t>(scenario.weeks));
  for (int week = 0; week < scenario.weeks; ++week) {
    for (simulation::SimulatedReport& one : simulation::ReportsOfWeek(scenario, week)) {
      if (one.arrival_week >= scenario.weeks) continue;  // still on its way
      arriving[static_cast<size_t>(one.arrival_week)].push_back(std::move(one.report));
    }
    for (v1::Report& report : arriving[static_cast<size_t>(week)]) {
      GLUTWATCH_RETURN_IF_ERROR(submitter->Add(std::move(report)));
    }
    GLUTWATCH_RETURN_IF_ERROR(submitter->Flush());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunReportSimulation(const ReportRunOptions& options, std::ostream& out) {
  GLUTWATCH_RETURN_IF_ERROR(client::CheckServer(options.server));
  const auto channel = client::OpenChannel(options.server);
  const auto catalog = v1::CatalogService::NewStub(channel);
  const auto reports = v1::ReportService::NewStub(channel);
  simulation::ReportScenario scenario;
  scenario.seed = options.seed;
  scenario.weeks = options.weeks;
  const int since_monday =
      ((DayNumber(options.until) - kMonday) % kWeekDays + kWeekDays) % kWeekDays;
  scenario.first_monday = options.until - since_monday - options.weeks * kWeekDays;
  GLUTWATCH_ASSIGN_OR_RETURN(scenario.regions, CountiesOf(options));
  GLUTWATCH_ASSIGN_OR_RETURN(scenario.products, ProductsOf(options, catalog.get()));
  Submitter submitter(reports.get(),
                      absl::StrCat("simulate-reports:", options.region, ":", options.seed, ":",
                                   scenario.regions.size(), ":", scenario.products.size(), ":",
                                   DayNumber(scenario.first_monday), ":", options.weeks, ":",
                                   options.areas_only ? "areas" : "all"));
  const absl::Time begin = absl::Now();
  GLUTWATCH_RETURN_IF_ERROR(SubmitAll(scenario, options.areas_only, &submitter));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  out << "simulated: " << scenario.regions.size() << " counties, " << scenario.products.size()
      << " products, " << scenario.weeks << " weeks from " << FormatDay(scenario.first_monday)
      << "\n"
      << submitter.Summary()
      << absl::StrFormat("; %.2f s, %.0f a second\n", seconds,
                         static_cast<double>(submitter.sent()) / seconds);
  return absl::OkStatus();
}

}  // namespace glutwatch::ingest
