// glutwatchd: the server.
#include <malloc.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "base/clock.h"
#include "base/yaml_message.h"
#include "server/node.h"

namespace {

constexpr char kVersion[] = "glutwatchd " GLUTWATCH_VERSION;
constexpr int kExitConfig = 1;
constexpr int kExitUsage = 2;
constexpr int kExitFailed = 5;
constexpr int kExitDamaged = 7;

struct Flags {
  std::string config;
  std::string data_dir;
  std::string listen;
  std::string address_file;
  bool print_default_config = false;
  bool check_config = false;
};

spdlog::level::level_enum LevelOf(const std::string& name) {
  return name == "warning" ? spdlog::level::warn : spdlog::level::from_str(name);
}

// Blocks the signals that end the server, for every thread to come, and returns the set.
sigset_t BlockSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (void)signal(SIGPIPE, SIG_IGN);
  return set;
}

// A batch's buffers are half a megabyte, made by one thread and freed by another, hundreds of times
// a second. Left to itself malloc gives each back to the kernel and faults it in again.
void KeepFreedMemory() {
  constexpr int kKeptBytes = 64 << 20;
  (void)mallopt(M_MMAP_THRESHOLD, kKeptBytes);
  (void)mallopt(M_TRIM_THRESHOLD, kKeptBytes);
}

int Check(const std::string& file, const glutwatch::config::v1::ServerConfig& config) {
  spdlog::set_level(spdlog::level::warn);
  const absl::Status status = glutwatch::CheckFiles(config);
  if (!status.ok()) {
    std::fprintf(stderr, "glutwatchd: %s\n", std::string(status.message()).c_str());
    return kExitConfig;
  }
  std::printf("%s: ok\n", file.c_str());
  return 0;
}

int Run(const Flags& flags) {
  auto config =
      flags.config.empty() ? glutwatch::CompleteConfig({}) : glutwatch::ReadConfig(flags.config);
  if (!config.ok()) {
    std::fprintf(stderr, "glutwatchd: %s\n", std::string(config.status().message()).c_str());
    return kExitConfig;
  }
  if (flags.check_config) return Check(flags.config, *config);
  if (!flags.data_dir.empty()) config->set_data_dir(flags.data_dir);
  if (!flags.listen.empty()) config->set_listen(flags.listen);
  if (!flags.address_file.empty()) config->set_address_file(flags.address_file);
  spdlog::set_default_logger(spdlog::stderr_color_mt("glutwatchd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::set_level(LevelOf(config->log_level()));

  KeepFreedMemory();
  sigset_t set = BlockSignals();
  const glutwatch::SystemClock clock;
  auto node = glutwatch::Node::Start(*config, &clock);
  if (!node.ok()) {
    spdlog::critical("cannot start error=\"{}\"", node.status().ToString());
    return absl::IsDataLoss(node.status()) ? kExitDamaged : kExitFailed;
  }
  const auto& addresses = (*node)->addresses();
  spdlog::info("serving grpc={} admin={} http={} data_dir={}", addresses.grpc, addresses.admin,
               addresses.http, config->data_dir());
  int received = 0;
  sigwait(&set, &received);
  spdlog::info("draining signal={}", received);
  node->reset();
  spdlog::info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"glutwatchd: the Glutwatch server (知销服务端)"};
  app.footer(
      "Examples:\n"
      "  glutwatchd --config deploy/config/quickstart.yaml\n"
      "  glutwatchd --config server.yaml --check-config\n"
      "  glutwatchd --print-default-config > server.yaml");
  app.add_option("--config", flags.config, "YAML file; see docs/configuration.md");
  app.add_option("--data-dir", flags.data_dir, "folder of the store, instead of the file's");
  app.add_option("--listen", flags.listen, "host:port for clients, instead of the file's");
  app.add_option("--address-file", flags.address_file, "write the bound addresses to this file");
  app.add_flag("--print-default-config", flags.print_default_config, "print all fields and stop");
  app.add_flag("--check-config", flags.check_config,
               "check --config and the files that it names, and stop")
      ->needs("--config");
  app.set_version_flag("--version", kVersion);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  if (flags.print_default_config) {
    std::fputs(glutwatch::WriteYaml(glutwatch::DefaultConfig()).c_str(), stdout);
    return 0;
  }
  return Run(flags);
}
