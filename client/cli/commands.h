#pragma once
#include <string>
#include <vector>

#include "client/cli/context.h"

namespace CLI {
class App;
}  // namespace CLI

namespace glutwatch::client {

// Each adds one subcommand to `app`; parsing it sets `context->action`. `context` outlives `app`.
void AddStatusCommand(CLI::App* app, Context* context);
void AddCatalogCommand(CLI::App* app, Context* context);
void AddCatalogFileCommands(CLI::App* catalog, Context* context);  // export, import
void AddCatalogEditCommands(CLI::App* catalog, Context* context);  // add, change, alias
void AddCatalogRetireCommand(CLI::App* catalog, Context* context);
void AddCatalogMergeCommand(CLI::App* catalog, Context* context);
void AddCatalogHistoryCommand(CLI::App* catalog, Context* context);
void AddPricesCommand(CLI::App* app, Context* context);
void AddPricesAggregateCommand(CLI::App* prices, Context* context);
void AddPricesWatchCommand(CLI::App* prices, Context* context);
void AddPricesImportCommand(CLI::App* prices, Context* context);
void AddPricesReviewCommands(CLI::App* prices, Context* context);  // corrections, suspicious ...
void AddDataCommand(CLI::App* app, Context* context);
void AddForecastCommand(CLI::App* app, Context* context);
void AddWarningsCommand(CLI::App* app, Context* context);
void AddWarningsWatchCommand(CLI::App* warnings, Context* context);
void AddReportsCommand(CLI::App* app, Context* context);
void AddReportsImportCommand(CLI::App* reports, Context* context);
void AddReportsSumCommand(CLI::App* reports, Context* context);
void AddReportsDueCommand(CLI::App* reports, Context* context);
void AddFactsCommand(CLI::App* app, Context* context);
void AddConfigCommand(CLI::App* app, Context* context);
void AddCompletionCommand(CLI::App* app, Context* context);

// Adds a subcommand with its help text in the run's language.
CLI::App* AddCommand(CLI::App* parent, Context* context, const std::string& name, Msg help,
                     const std::string& examples);

// Adds the commands of another room in the same way.
using AddMore = void (*)(CLI::App* app, Context* context);

// Runs the program with `args` (without the program's name) and returns its exit code. `add_more`
// may be null.
int RunCli(const std::vector<std::string>& args, const CliEnv& env, AddMore add_more = nullptr);

}  // namespace glutwatch::client
