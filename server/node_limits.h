#pragma once
#include <map>
#include <string>

#include "glutwatch/config/v1/server.pb.h"
#include "server/rpc/call.h"
#include "server/security/quota.h"

namespace glutwatch {

// What the configuration says of quotas, for security::Quotas.
struct NodeQuotas {
  security::QuotaLimits usual;
  std::map<std::string, security::QuotaLimits, std::less<>> by_principal;
};

// Both of a complete configuration (CompleteConfig).
NodeQuotas QuotasOf(const config::v1::Quotas& config);
rpc::CallLimits CallLimitsOf(const config::v1::CallLimits& config);

}  // namespace glutwatch
