#pragma once
#include "glutwatch/v1/admin.pb.h"
#include "server/storage/backup.h"
#include "server/storage/digest.h"

// Backups as the contract's messages. A library of its own, which the commands without a server
// use as well: knows storage and the contract, no gRPC.
namespace glutwatch::rpc {

v1::Backup ToProto(const storage::Backup& backup);
v1::StoreContent ToProto(const storage::StoreDigest& digest);
std::string BackupName(int64_t id);

}  // namespace glutwatch::rpc
