#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "glutwatch/v1/warn.pb.h"

namespace glutwatch::client {

// Tells new frames from those that a reconnect brought again. Not thread-safe.
//
// Memory: one entry per warning seen.
class FrameFilter {
 public:
  // Whether the frame says something that no frame before it said; remembers it if so.
  bool IsNew(const glutwatch::v1::WatchWarningsResponse& frame);

 private:
  bool IsNewEvent(const glutwatch::v1::WarningEvent& event);
  bool IsNewState(const glutwatch::v1::Warning& warning);

  std::map<std::string, int64_t> newest_event_;  // by "{log}/{epoch}"
  std::map<std::string, int64_t> generations_;   // by warning
  bool in_snapshot_ = true;
};

}  // namespace glutwatch::client
