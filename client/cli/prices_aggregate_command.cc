#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/cli/commands.h"
#include "client/cli/names.h"
#include "client/cli/render_aggregate.h"
#include "client/cli/selection.h"
#include "client/cli/time_flags.h"
#include "glutwatch/v1/observe.grpc.pb.h"

namespace glutwatch::client {
namespace {

struct AggregateFlags {
  SelectionFlags selection;
  std::string category, from, to, as_of, by, per, quantiles;
  std::string period = "month";
  std::string weight = "plain";
};

absl::StatusOr<v1::AggregatePeriod> ToPeriod(const std::string& word) {
  if (word == "day") return v1::AGGREGATE_PERIOD_DAY;
  if (word == "week") return v1::AGGREGATE_PERIOD_WEEK;
  if (word == "ten_days" || word == "旬") return v1::AGGREGATE_PERIOD_TEN_DAYS;
  if (word == "month") return v1::AGGREGATE_PERIOD_MONTH;
  if (word == "year") return v1::AGGREGATE_PERIOD_YEAR;
  return absl::InvalidArgumentError(
      absl::StrCat("--period is \"", word, "\", expected day, week, ten_days, month or year"));
}

v1::RegionLevel ToLevel(absl::string_view word) {
  if (word == "province") return v1::REGION_LEVEL_PROVINCE;
  if (word == "prefecture") return v1::REGION_LEVEL_PREFECTURE;
  if (word == "county") return v1::REGION_LEVEL_COUNTY;
  return v1::REGION_LEVEL_UNSPECIFIED;
}

absl::Status SetGroups(const std::string& by, v1::AggregateObservationsRequest* request) {
  for (const absl::string_view word : absl::StrSplit(by, ',', absl::SkipEmpty())) {
    const v1::RegionLevel level = ToLevel(word);
    if (level != v1::REGION_LEVEL_UNSPECIFIED) {
      if (request->region_level() != v1::REGION_LEVEL_UNSPECIFIED) {
        return absl::InvalidArgumentError(
            absl::StrCat("--by is \"", by, "\", expected one level of regions"));
      }
      request->set_region_level(level);
      request->add_group_by(v1::AGGREGATE_DIMENSION_REGION);
    } else if (word == "product") {
      request->add_group_by(v1::AGGREGATE_DIMENSION_PRODUCT);
    } else if (word == "category") {
      request->add_group_by(v1::AGGREGATE_DIMENSION_CATEGORY);
    } else if (word == "market") {
      request->add_group_by(v1::AGGREGATE_DIMENSION_MARKET);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("--by is \"", by,
                       "\", expected province, prefecture or county, product, category, market"));
    }
  }
  return absl::OkStatus();
}

absl::Status SetQuantiles(const std::string& text, v1::AggregateObservationsRequest* request) {
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    double quantile = 0;
    if (!absl::SimpleAtod(part, &quantile) || !(quantile >= 0 && quantile <= 1)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--quantiles is \"", text, "\", expected numbers from 0 to 1 such as 0.1,0.5,0.9"));
    }
    request->add_quantiles(quantile);
  }
  return absl::OkStatus();
}

absl::Status SetSelection(Context* context, const AggregateFlags& flags,
                          v1::AggregateObservationsRequest* request) {
  request->set_category(flags.category);
  const SelectionFlags& selection = flags.selection;
  const bool by_category_alone = !flags.category.empty() && selection.series.empty() &&
                                 selection.markets.empty() && selection.products.empty() &&
                                 selection.region.empty();
  if (by_category_alone) return absl::OkStatus();
  GLUTWATCH_ASSIGN_OR_RETURN(*request->mutable_selection(), ToSelection(context, selection));
  return absl::OkStatus();
}

absl::StatusOr<v1::AggregateObservationsRequest> ToRequest(Context* context,
                                                           const AggregateFlags& flags) {
  v1::AggregateObservationsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto period, ToPeriod(flags.period));
  request.set_period(period);
  GLUTWATCH_RETURN_IF_ERROR(SetGroups(flags.by, &request));
  GLUTWATCH_RETURN_IF_ERROR(SetQuantiles(flags.quantiles, &request));
  if (flags.weight != "plain" && flags.weight != "volume") {
    return absl::InvalidArgumentError(
        absl::StrCat("--weight is \"", flags.weight, "\", expected plain or volume"));
  }
  request.set_weighting(flags.weight == "volume" ? v1::AGGREGATE_WEIGHTING_VOLUME
                                                 : v1::AGGREGATE_WEIGHTING_PLAIN);
  if (flags.per == "quoted") {
    return absl::InvalidArgumentError("--per is \"quoted\", expected kg, jin or quintal");
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto view, ToUnitView(flags.per));
  request.set_unit_view(view);
  if (!flags.from.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.from, request.mutable_start_date()));
  }
  if (!flags.to.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.to, request.mutable_end_date()));
  }
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  GLUTWATCH_RETURN_IF_ERROR(SetSelection(context, flags, &request));
  return request;
}

// Prints frames as they come where programs read; one table at the end where people do.
class AggregatePrinter {
 public:
  AggregatePrinter(Context* context, const v1::AggregateObservationsRequest* request,
                   const NameBook* names)
      : context_(context),
        request_(request),
        names_(names),
        table_(request, names, context->language) {}

  void Take(const v1::AggregateObservationsResponse& frame) {
    for (const v1::AggregateBlock& block : frame.blocks()) {
      if (context_->format == Format::kJson) {
        context_->out() << (count_ == 0 ? "{\"blocks\":[\n" : ",\n") << ToJson(block, false);
      } else if (context_->format == Format::kJsonl) {
        context_->ShowJson(block, false);
      } else if (context_->format == Format::kCsv && !context_->quiet) {
        PrintCsv(block);
      } else {
        table_.AddBlock(block);
      }
      ++count_;
    }
  }

  void Finish() {
    if (context_->format == Format::kJson) {
      context_->out() << (count_ == 0 ? "{\"blocks\":[" : "\n") << "]}\n";
    } else if (context_->quiet) {
      context_->out() << table_.table().ToIds();
    } else if (context_->format == Format::kTable) {
      if (table_.simulated()) context_->MarkSimulated();
      if (table_.mixed()) context_->Say(context_->T(Msg::kAggregateMixed));
      context_->out() << (table_.table().empty() ? context_->T(Msg::kNothing) + "\n"
                                                 : table_.table().ToText(context_->color()));
    }
  }

 private:
  void PrintCsv(v1::AggregateBlock block) {
    if (block.has_group()) {
      group_ = block.group();
    } else {
      *block.mutable_group() = group_;
    }
    AggregateTable rows(request_, names_, context_->language);
    rows.AddBlock(block);
    context_->out() << rows.table().ToCsv(/*with_header=*/count_ == 0);
  }

  Context* const context_;
  const v1::AggregateObservationsRequest* const request_;
  const NameBook* const names_;
  AggregateTable table_;
  v1::AggregateGroup group_;  // of the block before, for CSV
  int64_t count_ = 0;         // blocks
};

absl::StatusOr<ExitCode> Aggregate(Context* context, const AggregateFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, ToRequest(context, flags));
  NameBook names(context->language);
  if (context->format == Format::kTable && !context->quiet) {
    GLUTWATCH_ASSIGN_OR_RETURN(names, LoadNames(context));
  }
  const auto stub = v1::ObservationService::NewStub(context->channel());
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + context->stream_timeout));
  const auto reader = stub->AggregateObservations(&call, request);
  AggregatePrinter printer(context, &request, &names);
  v1::AggregateObservationsResponse frame;
  while (reader->Read(&frame)) printer.Take(frame);
  GLUTWATCH_RETURN_IF_ERROR(FromGrpc(reader->Finish()));
  printer.Finish();
  return kExitOk;
}

}  // namespace

void AddPricesAggregateCommand(CLI::App* prices, Context* context) {
  const auto flags = std::make_shared<AggregateFlags>();
  CLI::App* aggregate = AddCommand(
      prices, context, "aggregate", Msg::kHelpPricesAggregate,
      "  glutwatch prices aggregate --product 大蒜 --region 530000 --from 1y\n"
      "  glutwatch prices aggregate --product 大蒜 --region 530000 --period month \\\n"
      "      --by prefecture --weight volume --quantiles 0.1,0.5,0.9\n"
      "  glutwatch prices aggregate --category vegetable --by province,product --period 旬 -o csv\n"
      "  glutwatch prices aggregate --product 大蒜 --period day --as-of 2026-03-01");
  AddSelectionFlags(aggregate, *context, &flags->selection);
  const auto option = [&](const char* name, std::string* value, Msg help) {
    return aggregate->add_option(name, *value, context->T(help));
  };
  option("--category", &flags->category, Msg::kOptCategory);
  option("--from", &flags->from, Msg::kOptFrom);
  option("--to", &flags->to, Msg::kOptTo);
  option("--as-of", &flags->as_of, Msg::kOptAsOf);
  option("--period", &flags->period, Msg::kOptPeriod)->capture_default_str();
  option("--by", &flags->by, Msg::kOptBy);
  option("--weight", &flags->weight, Msg::kOptWeight)->capture_default_str();
  option("--quantiles", &flags->quantiles, Msg::kOptQuantiles);
  option("--per", &flags->per, Msg::kOptAggregatePer);
  aggregate->callback([context, flags] {
    context->action = [context, flags] { return Aggregate(context, *flags); };
  });
}

}  // namespace glutwatch::client
