#pragma once

// What the program says about backups, in the form of GLUTWATCH_MESSAGES (messages.h, which makes
// all lists into one): X(id, English, Chinese).
#define GLUTWATCH_BACKUP_MESSAGES(X)                                                               \
  X(ColBackup, "BACKUP", "备份")                                                                   \
  X(ColMade, "MADE", "备份时间")                                                                   \
  X(ColCommitsUpTo, "COMMITS UP TO", "数据截至")                                                   \
  X(ColSize, "SIZE", "大小")                                                                       \
  X(ColFiles, "FILES", "文件数")                                                                   \
  X(ColDigest, "DIGEST", "摘要")                                                                   \
  X(ColProblem, "PROBLEM", "问题")                                                                 \
  X(ColTable, "TABLE", "数据表")                                                                   \
  X(ColEntries, "ENTRIES", "条目数")                                                               \
  X(HelpBackup, "Makes, checks, restores and removes backups of the store",                        \
    "备份：创建、校验、恢复、清理")                                                                \
  X(HelpBackupCreate, "Makes a backup of the running server's store, and waits for it",            \
    "为运行中的服务创建备份，并等待完成")                                                          \
  X(HelpBackupList, "Lists backups: of the running server, or in a folder", "列出备份")            \
  X(HelpBackupVerify,                                                                              \
    "Reads a backup as a whole: checksums, every value, the digest of its content",                \
    "完整校验备份：校验和、全部数据、内容摘要")                                                    \
  X(HelpBackupRestore, "Makes the store of a backup anew, in a new folder, without a server",      \
    "把备份恢复到新目录（不需要服务运行）")                                                        \
  X(HelpBackupPrune, "Removes old backups; the newest good one always stays",                      \
    "清理旧备份；最新的完好备份始终保留")                                                          \
  X(HelpBackupDigest, "Digests the content of a store whose server is stopped",                    \
    "计算已停机存储的内容摘要")                                                                    \
  X(OptAdmin, "operators' address of the server; $$GLUTWATCH_ADMIN",                               \
    "服务的运维地址；也可用 $$GLUTWATCH_ADMIN")                                                    \
  X(OptBackupFrom, "folder of backups; no server is asked", "备份目录；不连接服务")                \
  X(OptBackupId, "number of the backup, or latest", "备份编号，或 latest（最新）")                 \
  X(OptRestoreTo, "folder to make; must not exist, or be empty", "恢复到的目录；须不存在或为空")   \
  X(OptKeepCount, "keep so many of the newest good ones", "保留最新的完好备份个数")                \
  X(OptKeepDays, "keep none that is older, in days", "超过此天数的备份不保留")                     \
  X(OptNoWait, "begin it and do not wait for its end", "只启动，不等待完成")                       \
  X(OptSkipVerification, "do not read it back; its digest is then unknown",                        \
    "不回读校验（因而没有内容摘要）")                                                              \
  X(OptBackupRequestId, "known ids begin nothing again, so that it can be sent again",             \
    "请求编号：重复发送不会重复备份")                                                              \
  X(OptRestoreRate, "copy no faster, in MiB a second; 0 for no limit",                             \
    "复制速度上限（MiB/秒）；0 为不限")                                                            \
  X(OptDataDir, "folder of the store (data_dir)", "存储目录（data_dir）")                          \
  X(OptDigestAsOf, "prices as they were recorded up to then", "价格数据截至该时刻")                \
  X(JobBegun, "$0 has begun", "$0 已启动")                                                         \
  X(BackupMade, "made $0 in $1 s", "已创建 $0，用时 $1 秒")                                        \
  X(BackupVerified, "$0 is whole", "$0 完好")                                                      \
  X(BackupRestored, "restored $0 to $1, with every commit up to $2",                               \
    "已将 $0 恢复到 $1，数据截至 $2")                                                              \
  X(BackupsWouldGo, "$0 backups would be removed", "将删除 $0 个备份")                             \
  X(BackupsGone, "$0 backups removed", "已删除 $0 个备份")                                         \
  X(PruneFailed, "old backups were not removed: $0", "旧备份未清理：$0")
