#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/channel.h"
#include "client/cli/commands.h"
#include "client/cli/words.h"
#include "offline/backup_flags.h"
#include "offline/backup_offline.h"
#include "offline/backup_online.h"
#include "offline/commands.h"
#include "offline/render_backup.h"

namespace glutwatch::offline {
namespace {

using client::AddCommand;
using client::Context;
using client::ExitCode;
using client::Format;
using client::Msg;
using Flags = std::shared_ptr<BackupFlags>;
using Action = absl::StatusOr<ExitCode> (*)(Context* context, const BackupFlags& flags);

constexpr int kMostCount = 100'000;

double Seconds(const v1::Job& job) {
  return absl::ToDoubleSeconds(client::TimeOf(job.end_time()) - client::TimeOf(job.create_time()));
}

// A job as the message for programs; for people its backup, what it holds, and `said`.
void ShowJob(Context* context, const v1::Job& job, const std::string& said) {
  if (context->format == Format::kJson || context->format == Format::kJsonl) {
    context->ShowJson(job, context->format == Format::kJson);
    return;
  }
  v1::ListBackupsResponse list;
  *list.add_backups() = job.backup();
  context->ShowList(BackupTable(list, context->language, context->env.time_zone), list, "backups");
  if (context->format == Format::kTable && !context->quiet && job.has_content()) {
    context->out() << "\n"
                   << ContentTable(job.content(), context->language).ToText(context->color());
  }
  context->Say(said);
}

absl::StatusOr<ExitCode> Create(Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const v1::Job job, CreateOnline(context, flags));
  if (job.state() == v1::JOB_STATE_RUNNING) {
    if (context->format == Format::kTable) {
      context->out() << (context->quiet ? job.name() : context->T(Msg::kJobBegun, job.name()))
                     << "\n";
    } else {
      context->ShowJson(job, context->format == Format::kJson);
    }
    return client::kExitOk;
  }
  ShowJob(context, job,
          context->T(Msg::kBackupMade, job.backup().name(), client::FormatNumber(Seconds(job), 1)));
  if (!job.has_prune_error()) return client::kExitOk;
  context->Say(context->T(Msg::kPruneFailed, job.prune_error().message()));
  return client::kExitPartial;
}

absl::StatusOr<ExitCode> List(Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const v1::ListBackupsResponse list,
                             flags.from.empty() ? ListOnline(context, flags) : ListOffline(flags));
  context->ShowList(BackupTable(list, context->language, context->env.time_zone), list, "backups");
  for (const v1::Backup& backup : list.backups()) {
    if (!backup.problem().empty()) return client::kExitProblems;
  }
  return client::kExitOk;
}

absl::StatusOr<ExitCode> Verify(Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const v1::Job job, flags.from.empty() ? VerifyOnline(context, flags)
                                                                   : VerifyOffline(context, flags));
  ShowJob(context, job, context->T(Msg::kBackupVerified, job.backup().name()));
  return client::kExitOk;
}

absl::StatusOr<ExitCode> Restore(Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const v1::Job job, RestoreOffline(context, flags));
  const std::string up_to =
      client::FormatInstant(job.backup().newest_record_time(), context->env.time_zone);
  ShowJob(context, job,
          context->T(Msg::kBackupRestored, job.backup().name(), job.restored_path(),
                     up_to.empty() ? "-" : up_to));
  return client::kExitOk;
}

absl::StatusOr<ExitCode> Prune(Context* context, const BackupFlags& flags) {
  if (flags.keep_count == 0 && flags.keep_days == 0) {
    return absl::InvalidArgumentError("expected --keep-count or --keep-days");
  }
  GLUTWATCH_ASSIGN_OR_RETURN(
      const v1::PruneBackupsResponse gone,
      flags.from.empty() ? PruneOnline(context, flags) : PruneOffline(context, flags));
  if (context->format != Format::kTable) {
    context->ShowJson(gone, context->format == Format::kJson);
    return client::kExitOk;
  }
  for (const std::string& name : gone.names()) context->out() << name << "\n";
  context->Say(
      context->T(flags.dry_run ? Msg::kBackupsWouldGo : Msg::kBackupsGone, gone.names_size()));
  return client::kExitOk;
}

absl::StatusOr<ExitCode> Digest(Context* context, const BackupFlags& flags) {
  GLUTWATCH_ASSIGN_OR_RETURN(const v1::StoreContent content, DigestOffline(context, flags));
  if (context->format == Format::kTable && context->quiet) {
    context->out() << content.digest() << "\n";
  } else {
    context->ShowList(ContentTable(content, context->language), content, "tables");
  }
  return client::kExitOk;
}

CLI::App* AddPart(CLI::App* backup, Context* context, const Flags& flags, const char* name,
                  Msg help, const std::string& examples, Action action) {
  CLI::App* part = AddCommand(backup, context, name, help, examples);
  part->callback([context, flags, action] {
    context->action = [context, flags, action] { return action(context, *flags); };
  });
  return part;
}

void AddFrom(CLI::App* part, Context* context, const Flags& flags) {
  part->add_option("--from", flags->from, context->T(Msg::kOptBackupFrom));
}
void AddId(CLI::App* part, Context* context, const Flags& flags) {
  part->add_option("--id", flags->id, context->T(Msg::kOptBackupId))->capture_default_str();
}

void AddOnlineParts(CLI::App* backup, Context* context, const Flags& flags) {
  CLI::App* create = AddPart(backup, context, flags, "create", Msg::kHelpBackupCreate,
                             "  glutwatch backup create\n"
                             "  glutwatch backup create --no-wait --request-id nightly-2026-11-27",
                             Create);
  create->add_flag("--no-wait", flags->no_wait, context->T(Msg::kOptNoWait));
  create->add_flag("--skip-verification", flags->skip_verification,
                   context->T(Msg::kOptSkipVerification));
  create->add_option("--request-id", flags->request_id, context->T(Msg::kOptBackupRequestId));
  CLI::App* list = AddPart(backup, context, flags, "list", Msg::kHelpBackupList,
                           "  glutwatch backup list\n"
                           "  glutwatch backup list --from /backup/glutwatch -o json",
                           List);
  AddFrom(list, context, flags);
  CLI::App* verify = AddPart(backup, context, flags, "verify", Msg::kHelpBackupVerify,
                             "  glutwatch backup verify\n"
                             "  glutwatch backup verify --from /backup/glutwatch --id 12",
                             Verify);
  AddFrom(verify, context, flags);
  AddId(verify, context, flags);
  CLI::App* prune = AddPart(backup, context, flags, "prune", Msg::kHelpBackupPrune,
                            "  glutwatch backup prune --keep-count 7 --dry-run\n"
                            "  glutwatch backup prune --keep-days 30 --from /backup/glutwatch",
                            Prune);
  AddFrom(prune, context, flags);
  prune->add_option("--keep-count", flags->keep_count, context->T(Msg::kOptKeepCount))
      ->check(CLI::Range(1, kMostCount));
  prune->add_option("--keep-days", flags->keep_days, context->T(Msg::kOptKeepDays))
      ->check(CLI::Range(1, kMostCount));
  prune->add_flag("--dry-run", flags->dry_run, context->T(Msg::kOptDryRun));
}

void AddOfflineParts(CLI::App* backup, Context* context, const Flags& flags) {
  CLI::App* restore = AddPart(backup, context, flags, "restore", Msg::kHelpBackupRestore,
                              "  glutwatch backup restore --from /backup/glutwatch --to "
                              "/var/lib/glutwatch/restored\n"
                              "  glutwatch backup restore --from /backup/glutwatch --id 12 --to "
                              "drill",
                              Restore);
  restore->add_option("--from", flags->from, context->T(Msg::kOptBackupFrom))->required();
  restore->add_option("--to", flags->to, context->T(Msg::kOptRestoreTo))->required();
  AddId(restore, context, flags);
  restore->add_option("--mib-per-second", flags->mib_per_second, context->T(Msg::kOptRestoreRate))
      ->check(CLI::Range(0, kMostCount));
  CLI::App* digest = AddPart(backup, context, flags, "digest", Msg::kHelpBackupDigest,
                             "  glutwatch backup digest --data-dir /var/lib/glutwatch/data\n"
                             "  glutwatch backup digest --data-dir restored -q",
                             Digest);
  digest->add_option("--data-dir", flags->data_dir, context->T(Msg::kOptDataDir))->required();
  digest->add_option("--as-of", flags->as_of, context->T(Msg::kOptDigestAsOf));
}

}  // namespace

void AddBackupCommand(CLI::App* app, Context* context) {
  const auto flags = std::make_shared<BackupFlags>();
  flags->admin = context->env.get_env("GLUTWATCH_ADMIN");
  if (flags->admin.empty()) flags->admin = client::kDefaultAdmin;
  CLI::App* backup = AddCommand(app, context, "backup", Msg::kHelpBackup,
                                "  glutwatch backup create\n"
                                "  glutwatch backup verify --from /backup/glutwatch\n"
                                "  glutwatch backup restore --from /backup/glutwatch --to drill");
  backup->require_subcommand(1);
  backup->add_option("--admin", flags->admin, context->T(Msg::kOptAdmin))->capture_default_str();
  AddOnlineParts(backup, context, flags);
  AddOfflineParts(backup, context, flags);
}

void AddCommands(CLI::App* app, Context* context) {
  AddBackupCommand(app, context);
  AddEvaluateCommand(app, context);
}

}  // namespace glutwatch::offline
