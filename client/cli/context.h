#pragma once
#include <google/protobuf/message.h>
#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/cli/interrupt.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "client/messages.h"
#include "client/status.h"

namespace glutwatch::client {

enum class Format { kTable, kJson, kJsonl, kCsv };

// The world outside, so that a test can stand in for it.
struct CliEnv {
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  const Clock* clock = nullptr;
  absl::TimeZone time_zone = absl::UTCTimeZone();
  std::function<std::string(const char*)> get_env;  // "" if not set
  bool is_terminal = false;                         // `out` shows colours
  int columns = 80;                                 // of the terminal
  Interrupt* interrupt = nullptr;
};

// One run of the program: the world, the global flags, and how to print.
class Context {
 public:
  explicit Context(const CliEnv& world) : env(world) {}

  const CliEnv env;
  Format format = Format::kTable;
  Language language = Language::kEnglish;
  std::string server;
  absl::Duration timeout = absl::Seconds(10);         // of one call
  absl::Duration stream_timeout = absl::Minutes(10);  // of a stream that comes to an end
  bool no_color = false;
  bool quiet = false;

  // What the command line asks for; set by the subcommand that was chosen.
  std::function<absl::StatusOr<ExitCode>()> action;

  template <typename... Args>
  std::string T(Msg message, const Args&... args) const {
    return Text(message, language, args...);
  }
  bool color() const { return env.is_terminal && !no_color; }
  std::ostream& out() const { return *env.out; }
  std::ostream& err() const { return *env.err; }
  // For people, on stderr, unless they want no talk.
  void Say(const std::string& text) const;
  // Says once per run that there are simulated data on the screen (tables only).
  void MarkSimulated();

  // The channel to `server`, opened at the first use.
  const std::shared_ptr<grpc::Channel>& channel();

  // Prints a list: `table` for people and as CSV, `whole` as JSON, each element of `whole`'s
  // repeated field `items` as a line of JSON.
  void ShowList(const Table& table, const google::protobuf::Message& whole,
                const std::string& items) const;
  // Prints one message as JSON: indented over several lines, or on one.
  void ShowJson(const google::protobuf::Message& message, bool indented) const;

 private:
  std::shared_ptr<grpc::Channel> channel_;
  bool marked_ = false;
};

// A message as JSON with proto field names, without a final line end.
std::string ToJson(const google::protobuf::Message& message, bool indented);

}  // namespace glutwatch::client
