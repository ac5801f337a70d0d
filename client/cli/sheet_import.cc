#include "client/cli/sheet_import.h"

#include <CLI/CLI.hpp>

namespace glutwatch::client {

CLI::Option* AddSheetFlags(CLI::App* command, Context* context, Msg mapping_help,
                           SheetFlags* flags) {
  command->add_option("FILE", flags->file, context->T(Msg::kOptSheetFile))->required();
  CLI::Option* mapping = command->add_option("--mapping", flags->mapping, context->T(mapping_help));
  command->add_flag("--dry-run", flags->dry_run, context->T(Msg::kOptDryRun));
  command->add_flag("--all-or-nothing", flags->all_or_nothing, context->T(Msg::kOptAllOrNothing));
  command->add_flag("--simulated", flags->simulated, context->T(Msg::kOptSimulated));
  return mapping;
}

}  // namespace glutwatch::client
