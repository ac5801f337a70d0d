#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/channel.h"
#include "client/cli/commands.h"
#include "client/cli/words.h"

namespace glutwatch::client {
namespace {

constexpr char kVersion[] = "glutwatch " GLUTWATCH_VERSION;
constexpr char kExamples[] =
    "  glutwatch status\n"
    "  glutwatch prices latest --product 大蒜 --per jin\n"
    "  glutwatch forecast 12\n"
    "  glutwatch warnings watch --region 530000 --min-level yellow\n"
    "  glutwatch --lang zh warnings list -o csv > warnings.csv";

// The value of a flag, read ahead of the real parse, because help and errors depend on it; "" if it
// is absent.
std::string Peek(const std::vector<std::string>& args, const std::string& flag,
                 const std::string& other = "") {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == flag || (!other.empty() && args[i] == other)) {
      return i + 1 < args.size() ? args[i + 1] : "";
    }
    absl::string_view value = args[i];
    if (absl::ConsumePrefix(&value, flag + "=")) return std::string(value);
  }
  return "";
}

struct GlobalFlags {
  std::string output = "table";
  std::string timeout = "10s";
  std::string lang;
};

void AddGlobalFlags(CLI::App* app, Context* context, GlobalFlags* flags) {
  app->set_help_flag("-h,--help", context->T(Msg::kOptHelp));
  app->set_version_flag("--version", kVersion, context->T(Msg::kOptVersion));
  app->add_option("-o,--output", flags->output, context->T(Msg::kOptOutput))
      ->check(CLI::IsMember({"table", "json", "jsonl", "csv"}))
      ->capture_default_str();
  app->add_option("--server", context->server, context->T(Msg::kOptServer))->capture_default_str();
  app->add_option("--timeout", flags->timeout, context->T(Msg::kOptTimeout))->capture_default_str();
  app->add_flag("--no-color", context->no_color, context->T(Msg::kOptNoColor));
  app->add_option("--lang", flags->lang, context->T(Msg::kOptLang))
      ->check(CLI::IsMember({"zh", "en"}));
  app->add_flag("-q,--quiet", context->quiet, context->T(Msg::kOptQuiet));
}

absl::Status Apply(const CLI::App& app, const GlobalFlags& flags, Context* context) {
  const auto timeout = ParseSpanArgument(flags.timeout);
  if (!timeout.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--timeout: ", timeout.status().message()));
  }
  context->timeout = *timeout;
  if (app.count("--timeout") > 0) context->stream_timeout = *timeout;
  return CheckServer(context->server);
}

Format ToFormat(const std::string& text) {
  if (text == "json") return Format::kJson;
  if (text == "jsonl") return Format::kJsonl;
  if (text == "csv") return Format::kCsv;
  return Format::kTable;
}

int Fail(const Context& context, const absl::Status& status, const std::string& hint) {
  if (context.format == Format::kJson || context.format == Format::kJsonl) {
    context.err() << ErrorJson(status) << "\n";
  } else {
    context.err() << "glutwatch: " << DescribeError(status, context.language) << "\n";
    if (!hint.empty()) context.err() << context.T(Msg::kSeeHelp, hint) << "\n";
  }
  return ExitCodeOf(status);
}

// "glutwatch warnings list": the command that was being parsed.
std::string CommandPath(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app.get_name()
                        : absl::StrCat(app.get_name(), " ", CommandPath(*chosen.front()));
}

// Help and version, or what is wrong with the arguments.
int EndParse(const CLI::App& app, const CLI::ParseError& error, const Context& context) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    std::ostringstream ignored;
    return app.exit(error, context.out(), ignored);
  }
  // CLI11 misses the command first and only then sees the word that is none.
  const std::vector<std::string> strangers = app.remaining(/*recurse=*/true);
  const bool no_command = error.get_name() == "RequiredError" && !strangers.empty();
  return Fail(context,
              absl::InvalidArgumentError(
                  no_command ? absl::StrCat("there is no command \"", strangers.front(), "\"")
                             : std::string(error.what())),
              CommandPath(app));
}

int RunAction(Context* context, const std::string& command) {
  const absl::StatusOr<ExitCode> code = context->action();
  context->out().flush();
  if (code.ok()) return *code;
  const bool usage = absl::IsInvalidArgument(code.status());
  return Fail(*context, code.status(), usage ? command : "");
}

}  // namespace

CLI::App* AddCommand(CLI::App* parent, Context* context, const std::string& name, Msg help,
                     const std::string& examples) {
  CLI::App* command = parent->add_subcommand(name, context->T(help));
  command->footer(absl::StrCat(context->T(Msg::kHelpExamples), "\n", examples));
  return command;
}

int RunCli(const std::vector<std::string>& args, const CliEnv& env, AddMore add_more) {
  Context context(env);
  const std::string lang = Peek(args, "--lang");
  context.language = LanguageOf(lang.empty() ? env.get_env("LANG") : lang);
  context.format = ToFormat(Peek(args, "--output", "-o"));
  context.no_color = !env.get_env("NO_COLOR").empty();
  context.server = env.get_env("GLUTWATCH_SERVER");
  if (context.server.empty()) context.server = kDefaultServer;

  CLI::App app(context.T(Msg::kHelpApp), "glutwatch");
  app.fallthrough();
  app.require_subcommand(1);
  app.get_formatter()->label("OPTIONS", context.T(Msg::kHelpOptions));
  app.footer(absl::StrCat(context.T(Msg::kHelpExamples), "\n", kExamples, "\n\n",
                          context.T(Msg::kHelpExitCodes)));
  GlobalFlags flags;
  AddGlobalFlags(&app, &context, &flags);
  AddStatusCommand(&app, &context);
  AddCatalogCommand(&app, &context);
  AddPricesCommand(&app, &context);
  AddDataCommand(&app, &context);
  AddForecastCommand(&app, &context);
  AddWarningsCommand(&app, &context);
  AddReportsCommand(&app, &context);
  AddFactsCommand(&app, &context);
  AddConfigCommand(&app, &context);
  if (add_more != nullptr) add_more(&app, &context);
  AddCompletionCommand(&app, &context);
  try {
    // CLI11 takes the arguments in reverse order.
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::ParseError& error) {
    return EndParse(app, error, context);
  }
  context.format = ToFormat(flags.output);
  const std::string command = CommandPath(app);
  const absl::Status applied = Apply(app, flags, &context);
  if (!applied.ok()) return Fail(context, applied, command);
  return RunAction(&context, command);
}

}  // namespace glutwatch::client
