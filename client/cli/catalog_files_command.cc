#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "client/call.h"
#include "client/cli/commands.h"
#include "client/cli/local_file.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Stub = v1::CatalogService::Stub;

absl::StatusOr<ExitCode> Export(Context* context, const std::string& path) {
  const auto stub = v1::CatalogService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto got, Call(*stub, &Stub::ExportCatalog,
                                                  v1::ExportCatalogRequest(), context->timeout));
  const v1::CatalogFile& catalog = got.catalog();
  if (context->format == Format::kCsv) {
    return absl::InvalidArgumentError(
        "a catalog has no CSV form, expected -o table, json or jsonl");
  }
  const std::string text = context->format == Format::kTable
                               ? WriteYaml(catalog)
                               : ToJson(catalog, context->format == Format::kJson) + "\n";
  GLUTWATCH_RETURN_IF_ERROR(WriteTo(context, path, text));
  if (IsScreen(path)) return kExitOk;
  context->Say(context->T(Msg::kExportDone, catalog.units_size(), catalog.regions_size(),
                          catalog.markets_size(), catalog.products_size(), path));
  return kExitOk;
}

absl::StatusOr<ExitCode> Import(Context* context, const std::string& path, bool dry_run) {
  v1::ImportCatalogRequest request;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(path, request.mutable_catalog()));
  request.set_validate_only(dry_run);
  const auto stub = v1::CatalogService::NewStub(context->channel());
  GLUTWATCH_ASSIGN_OR_RETURN(const auto done,
                             Call(*stub, &Stub::ImportCatalog, request, context->timeout));
  if (context->format != Format::kTable) {
    context->out() << "{\"changed_count\":" << done.changed_count() << "}\n";
  } else if (!context->quiet) {
    context->out() << context->T(dry_run ? Msg::kImportWouldChange : Msg::kImportChanged,
                                 done.changed_count())
                   << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddCatalogFileCommands(CLI::App* catalog, Context* context) {
  struct Flags {
    std::string file;
    bool dry_run = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* write = AddCommand(catalog, context, "export", Msg::kHelpCatalogExport,
                               "  glutwatch catalog export catalog.yaml");
  write->add_option("FILE", flags->file, context->T(Msg::kOptFileOut));
  write->callback([context, flags] {
    context->action = [context, flags] { return Export(context, flags->file); };
  });
  CLI::App* read = AddCommand(catalog, context, "import", Msg::kHelpCatalogImport,
                              "  glutwatch catalog import county.yaml --dry-run\n"
                              "  glutwatch catalog import county.yaml");
  read->add_option("FILE", flags->file, context->T(Msg::kOptFileIn))->required();
  read->add_flag("--dry-run", flags->dry_run, context->T(Msg::kOptDryRun));
  read->callback([context, flags] {
    context->action = [context, flags] { return Import(context, flags->file, flags->dry_run); };
  });
}

}  // namespace glutwatch::client
