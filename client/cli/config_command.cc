#include <google/protobuf/struct.pb.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/commands.h"
#include "client/cli/config_check.h"

namespace glutwatch::client {
namespace {

struct CheckFlags {
  std::string file;
  std::string kind = "server";
};

absl::StatusOr<ExitCode> Check(Context* context, const CheckFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const FileKind kind, ToFileKind(flags.kind));
  std::error_code error;
  if (!std::filesystem::exists(flags.file, error)) {
    return absl::NotFoundError(absl::StrCat("there is no file ", flags.file));
  }
  const std::vector<std::string> problems = CheckFile(flags.file, kind);
  if (context->format == Format::kTable) {
    for (const std::string& problem : problems) context->err() << problem << "\n";
    if (problems.empty()) context->Say(context->T(Msg::kCheckFine, flags.file));
  } else if (context->format == Format::kCsv) {
    Table table(std::vector<Column>{{"problem", "PROBLEM"}});
    for (const std::string& problem : problems) table.AddRow({problem});
    context->out() << table.ToCsv();
  } else {
    google::protobuf::Struct answer;
    auto* list = (*answer.mutable_fields())["problems"].mutable_list_value();
    for (const std::string& problem : problems) list->add_values()->set_string_value(problem);
    context->ShowJson(answer, context->format == Format::kJson);
  }
  return problems.empty() ? kExitOk : kExitProblems;
}

}  // namespace

void AddConfigCommand(CLI::App* app, Context* context) {
  const auto flags = std::make_shared<CheckFlags>();
  CLI::App* config = AddCommand(app, context, "config", Msg::kHelpConfig,
                                "  glutwatch config check /etc/glutwatch/server.yaml");
  config->require_subcommand(1);
  CLI::App* check = AddCommand(config, context, "check", Msg::kHelpConfigCheck,
                               "  glutwatch config check server.yaml\n"
                               "  glutwatch config check rules.yaml --kind rules");
  check->add_option("FILE", flags->file, context->T(Msg::kOptFileIn))->required();
  check->add_option("--kind", flags->kind, context->T(Msg::kOptKind))->capture_default_str();
  check->callback(
      [context, flags] { context->action = [context, flags] { return Check(context, *flags); }; });
}

}  // namespace glutwatch::client
