#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace glutwatch::client {
class Context;
}  // namespace glutwatch::client

namespace glutwatch::offline {

// Adds every command of this room to `app`, as client::AddMore says.
void AddCommands(CLI::App* app, client::Context* context);

void AddBackupCommand(CLI::App* app, client::Context* context);
void AddEvaluateCommand(CLI::App* app, client::Context* context);

}  // namespace glutwatch::offline
