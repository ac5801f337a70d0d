// glutwatch: the command line.
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "client/cli/commands.h"
#include "client/status.h"
#include "offline/commands.h"

namespace {

// Takes Ctrl-C on a thread of its own: a stream ends properly, anything else at once.
void HandleSignals(glutwatch::client::Interrupt* interrupt) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([interrupt, signals] {
    bool once = false;
    while (true) {
      int signal = 0;
      sigwait(&signals, &signal);
      if (once || !interrupt->Fire()) _exit(glutwatch::client::kExitInterrupted);
      once = true;
    }
  }).detach();
}

int TerminalColumns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

int main(int argc, char** argv) {
  static glutwatch::client::Interrupt interrupt;  // outlives main: the signal thread may use it
  HandleSignals(&interrupt);
  const glutwatch::SystemClock clock;
  const glutwatch::client::CliEnv env{.out = &std::cout,
                                      .err = &std::cerr,
                                      .clock = &clock,
                                      .time_zone = absl::LocalTimeZone(),
                                      .get_env =
                                          [](const char* name) {
                                            const char* value = std::getenv(name);
                                            return std::string(value == nullptr ? "" : value);
                                          },
                                      .is_terminal = isatty(STDOUT_FILENO) != 0,
                                      .columns = TerminalColumns(),
                                      .interrupt = &interrupt};
  return glutwatch::client::RunCli(std::vector<std::string>(argv + 1, argv + argc), env,
                                   glutwatch::offline::AddCommands);
}
