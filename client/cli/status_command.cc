#include <google/protobuf/wrappers.pb.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/health.h"
#include "client/cli/words.h"
#include "glutwatch/v1/catalog.grpc.pb.h"
#include "glutwatch/v1/warn.grpc.pb.h"

namespace glutwatch::client {
namespace {

// The server's names of its health (server/node.cc).
constexpr char kLiveness[] = "glutwatch.liveness";
constexpr char kReadiness[] = "glutwatch.readiness";
constexpr char kWrite[] = "glutwatch.write";
constexpr int kSeriesPage = 10'000;
constexpr int kWarningPage = 1'000;

struct ServerStatus {
  bool alive = false;
  bool ready = false;
  bool writable = false;
  std::string rule_pack;
  int64_t series = 0;
  int64_t warnings = 0;
  bool simulated = false;  // some warnings in force rest on made-up prices
  std::string judged;      // "" if nothing was judged yet
  std::optional<int64_t> lag_ms;
};

absl::Status CountSeries(Context* context, ServerStatus* status) {
  const auto stub = v1::CatalogService::NewStub(context->channel());
  v1::ListSeriesRequest request;
  request.set_page_size(kSeriesPage);
  return ForEachPage(*stub, &v1::CatalogService::Stub::ListSeries, request, context->timeout,
                     [&](const v1::ListSeriesResponse& page) {
                       status->series += page.series_size();
                       return true;
                     });
}

absl::Status CountWarnings(Context* context, v1::WarningService::Stub* stub, ServerStatus* status) {
  v1::ListWarningsRequest request;
  request.set_page_size(kWarningPage);
  request.mutable_filter()->add_states(v1::WARNING_STATE_IN_FORCE);
  return ForEachPage(*stub, &v1::WarningService::Stub::ListWarnings, request, context->timeout,
                     [&](const v1::ListWarningsResponse& page) {
                       status->warnings += page.warnings_size();
                       for (const auto& warning : page.warnings()) {
                         status->simulated = status->simulated || warning.simulated();
                       }
                       return true;
                     });
}

// How far judging is: the first progress frame of a watch tells.
absl::Status ReadProgress(Context* context, v1::WarningService::Stub* stub, ServerStatus* status) {
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + context->timeout));
  v1::WatchWarningsRequest request;
  request.set_mode(v1::START_MODE_TAIL_ONLY);
  request.mutable_heartbeat()->set_seconds(1);
  request.set_client_id("glutwatch status");
  const auto reader = stub->WatchWarnings(&call, request);
  v1::WatchWarningsResponse frame;
  while (reader->Read(&frame)) {
    if (!frame.has_progress()) continue;
    status->judged = FormatDate(frame.progress().judged_date());
    status->lag_ms = frame.progress().lag_ms();
    call.TryCancel();
    reader->Finish();
    return absl::OkStatus();
  }
  return FromGrpc(reader->Finish());
}

absl::StatusOr<ServerStatus> Ask(Context* context) {
  ServerStatus status;
  GLUTWATCH_ASSIGN_OR_RETURN(status.alive,
                             IsServing(context->channel(), kLiveness, context->timeout));
  GLUTWATCH_ASSIGN_OR_RETURN(status.ready,
                             IsServing(context->channel(), kReadiness, context->timeout));
  GLUTWATCH_ASSIGN_OR_RETURN(status.writable,
                             IsServing(context->channel(), kWrite, context->timeout));
  const auto stub = v1::WarningService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto pack, Call(*stub, &v1::WarningService::Stub::GetRulePack,
                                                   v1::GetRulePackRequest(), context->timeout));
  status.rule_pack = absl::StrCat(pack.rule_pack().id(), " ", pack.rule_pack().version());
  GLUTWATCH_RETURN_IF_ERROR(CountSeries(context, &status));
  GLUTWATCH_RETURN_IF_ERROR(CountWarnings(context, stub.get(), &status));
  GLUTWATCH_RETURN_IF_ERROR(ReadProgress(context, stub.get(), &status));
  return status;
}

struct Line {
  std::string key;
  Msg word;
  std::string text;  // for people
  std::string json;  // for programs, as JSON
  Color color = Color::kNone;
};

std::string Quoted(const std::string& text) {
  google::protobuf::StringValue value;
  value.set_value(text);
  return ToJson(value, false);
}

std::vector<Line> LinesOf(const Context& context, const ServerStatus& status) {
  const auto health = [&](const std::string& key, Msg word, bool serving) {
    return Line{key, word, context.T(serving ? Msg::kServing : Msg::kNotServing),
                serving ? "true" : "false", serving ? Color::kGreen : Color::kRed};
  };
  const auto text = [](const std::string& key, Msg word, const std::string& value) {
    return Line{key, word, value, Quoted(value)};
  };
  const auto count = [](const std::string& key, Msg word, int64_t value) {
    return Line{key, word, absl::StrCat(value), absl::StrCat(value)};
  };
  Line warnings = count("warnings_in_force", Msg::kStatusWarnings, status.warnings);
  if (status.simulated) {
    absl::StrAppend(&warnings.text, " [", context.T(Msg::kSimulated), "]");
  }
  Line lag{"judging_lag_ms", Msg::kStatusLag, absl::StrCat(status.lag_ms.value_or(0), " ms"),
           absl::StrCat(status.lag_ms.value_or(0))};
  return {text("server", Msg::kStatusServer, context.server),
          text("client_version", Msg::kStatusClient, GLUTWATCH_VERSION),
          health("alive", Msg::kStatusLiveness, status.alive),
          health("ready", Msg::kStatusReadiness, status.ready),
          health("writable", Msg::kStatusWrites, status.writable),
          text("rule_pack", Msg::kStatusRulePack, status.rule_pack),
          count("series", Msg::kStatusSeries, status.series),
          warnings,
          text("judged_date", Msg::kStatusJudged, status.judged),
          lag,
          {"simulated", Msg::kSimulated, context.T(status.simulated ? Msg::kYes : Msg::kNo),
           status.simulated ? "true" : "false"}};
}

absl::StatusOr<ExitCode> ShowStatus(Context* context) {
  GLUTWATCH_ASSIGN_OR_RETURN(const ServerStatus status, Ask(context));
  const std::vector<Line> lines = LinesOf(*context, status);
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    std::vector<std::string> fields;
    for (const Line& line : lines) fields.push_back(absl::StrCat(Quoted(line.key), ":", line.json));
    context->out() << "{" << absl::StrJoin(fields, ",") << "}\n";
  } else {
    Table table({{"field", " "}, {"value", " "}});
    for (const Line& line : lines) {
      table.AddRow({{context->T(line.word), line.key}, {line.text, line.text, line.color}});
    }
    if (context->format == Format::kCsv) {
      context->out() << table.ToCsv();
    } else {
      if (status.simulated) context->MarkSimulated();
      const std::string text = table.ToText(context->color());
      context->out() << text.substr(text.find('\n') + 1);  // no headings
    }
  }
  return status.alive && status.ready && status.writable ? kExitOk : kExitProblems;
}

}  // namespace

void AddStatusCommand(CLI::App* app, Context* context) {
  CLI::App* command = AddCommand(app, context, "status", Msg::kHelpStatus,
                                 "  glutwatch status\n"
                                 "  glutwatch status -o json --server 10.0.0.5:7601");
  command->callback([context] { context->action = [context] { return ShowStatus(context); }; });
}

}  // namespace glutwatch::client
