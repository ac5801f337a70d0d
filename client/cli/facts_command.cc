#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/local_file.h"
#include "client/cli/render_reports.h"
#include "client/cli/time_flags.h"
#include "client/cli/words.h"
#include "glutwatch/v1/reference.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::ReferenceService::Stub;
constexpr int kPage = 1000;

struct ListFlags {
  std::string kind, region, product, date, as_of;
  bool valid_only = false;
};

struct FileFlags {
  std::string file;
  bool dry_run = false;
};

absl::StatusOr<v1::FactKind> ParseFactKind(const std::string& text) {
  v1::FactKind kind = v1::FACT_KIND_UNSPECIFIED;
  if (text.empty() ||
      v1::FactKind_Parse(absl::StrCat("FACT_KIND_", absl::AsciiStrToUpper(text)), &kind)) {
    return kind;
  }
  std::string choices;
  for (int i = 1; i <= v1::FactKind_MAX; ++i) {
    const std::string name = v1::FactKind_Name(i).substr(sizeof("FACT_KIND_") - 1);
    absl::StrAppend(&choices, choices.empty() ? "" : ", ", absl::AsciiStrToLower(name));
  }
  return absl::InvalidArgumentError(absl::StrCat("--kind is \"", text, "\", expected ", choices));
}

absl::StatusOr<v1::ListFactsRequest> ToRequest(Context* context, const ListFlags& flags) {
  v1::ListFactsRequest request;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto kind, ParseFactKind(flags.kind));
  request.set_kind(kind);
  request.set_valid_only(flags.valid_only);
  request.set_page_size(kPage);
  if (!flags.product.empty()) request.set_product(Qualified("products", flags.product));
  if (!flags.region.empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(*request.mutable_region(), ResolveRegion(context, flags.region));
  }
  if (!flags.date.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetDay(*context, flags.date, request.mutable_date()));
  }
  if (!flags.as_of.empty()) {
    GLUTWATCH_RETURN_IF_ERROR(SetInstant(*context, flags.as_of, request.mutable_as_of()));
  }
  return request;
}

template <typename Facts>
Table TableOf(const Facts& facts, Language language) {
  std::vector<const v1::Fact*> pointers;
  for (const v1::Fact& fact : facts) pointers.push_back(&fact);
  return FactTable(pointers, language);
}

absl::StatusOr<ExitCode> List(Context* context, const ListFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const auto request, ToRequest(context, flags));
  v1::ListFactsResponse all;
  const auto stub = v1::ReferenceService::NewStub(context->channel());
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Stub::ListFacts, request, context->timeout,
                                        [&](const v1::ListFactsResponse& page) {
                                          all.MergeFrom(page);
                                          return true;
                                        }));
  all.clear_next_page_token();
  context->ShowList(TableOf(all.facts(), context->language), all, "facts");
  return kExitOk;
}

absl::StatusOr<ExitCode> Show(Context* context, const std::string& name) {
  v1::GetFactRequest request;
  request.set_name(Qualified("facts", name));
  const auto stub = v1::ReferenceService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got,
                             Call(*stub, &Stub::GetFact, request, context->timeout));
  context->ShowList(TableOf(got.versions(), context->language), got, "versions");
  return kExitOk;
}

absl::StatusOr<ExitCode> Export(Context* context, const std::string& path) {
  const auto stub = v1::ReferenceService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(
      const auto got, Call(*stub, &Stub::ExportFacts, v1::ExportFactsRequest(), context->timeout));
  const std::string text = context->format == Format::kTable
                               ? WriteYaml(got.file())
                               : ToJson(got.file(), context->format == Format::kJson) + "\n";
  GLUTWATCH_RETURN_IF_ERROR(WriteTo(context, path, text));
  return kExitOk;
}

absl::StatusOr<ExitCode> Import(Context* context, const FileFlags& flags) {
  v1::ImportFactsRequest request;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(flags.file, request.mutable_file()));
  request.set_validate_only(flags.dry_run);
  const auto stub = v1::ReferenceService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto done,
                             Call(*stub, &Stub::ImportFacts, request, context->timeout));
  if (context->format != Format::kTable) {
    context->ShowJson(done, context->format == Format::kJson);
  } else if (!context->quiet) {
    for (const v1::FactChange& change : done.changes()) context->out() << change.name() << "\n";
    context->out() << context->T(flags.dry_run ? Msg::kFactsWouldChange : Msg::kFactsChanged,
                                 done.changes_size())
                   << "\n";
  }
  return kExitOk;
}

void AddListCommand(CLI::App* facts, Context* context) {
  const auto flags = std::make_shared<ListFlags>();
  CLI::App* list = AddCommand(facts, context, "list", Msg::kHelpFactsList,
                              "  glutwatch facts list --kind planting_ceiling --valid-only\n"
                              "  glutwatch facts list --region 元谋县 --date 2026-01-01");
  list->add_option("--kind", flags->kind, context->T(Msg::kOptFactKind));
  list->add_option("--region", flags->region, context->T(Msg::kOptRegion));
  list->add_option("--product", flags->product, context->T(Msg::kOptProduct));
  list->add_option("--date", flags->date, context->T(Msg::kOptReportDate));
  list->add_option("--as-of", flags->as_of, context->T(Msg::kOptAsOf));
  list->add_flag("--valid-only", flags->valid_only, context->T(Msg::kOptValidOnly));
  list->callback(
      [context, flags] { context->action = [context, flags] { return List(context, *flags); }; });
}

}  // namespace

void AddFactsCommand(CLI::App* app, Context* context) {
  CLI::App* facts = AddCommand(app, context, "facts", Msg::kHelpFacts,
                               "  glutwatch facts list --kind season_calendar\n"
                               "  glutwatch facts import ceilings.yaml --dry-run");
  facts->require_subcommand(1);
  AddListCommand(facts, context);
  const auto name = std::make_shared<std::string>();
  CLI::App* show = AddCommand(facts, context, "show", Msg::kHelpFactsShow,
                              "  glutwatch facts show onion-ceiling-530000");
  show->add_option("NAME", *name, context->T(Msg::kOptFactName))->required();
  show->callback(
      [context, name] { context->action = [context, name] { return Show(context, *name); }; });
  const auto flags = std::make_shared<FileFlags>();
  CLI::App* write = AddCommand(facts, context, "export", Msg::kHelpFactsExport,
                               "  glutwatch facts export facts.yaml");
  write->add_option("FILE", flags->file, context->T(Msg::kOptFileOut));
  write->callback([context, flags] {
    context->action = [context, flags] { return Export(context, flags->file); };
  });
  CLI::App* read = AddCommand(facts, context, "import", Msg::kHelpFactsImport,
                              "  glutwatch facts import ceilings.yaml --dry-run");
  read->add_option("FILE", flags->file, context->T(Msg::kOptFileIn))->required();
  read->add_flag("--dry-run", flags->dry_run, context->T(Msg::kOptDryRun));
  read->callback(
      [context, flags] { context->action = [context, flags] { return Import(context, *flags); }; });
}

}  // namespace glutwatch::client
