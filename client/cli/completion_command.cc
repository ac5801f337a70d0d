#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"

namespace glutwatch::client {
namespace {

// What may follow a command: its subcommands and its flags.
std::vector<std::string> WordsAfter(const CLI::App& app, bool with_globals, const CLI::App& root) {
  std::vector<std::string> words;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(sub->get_name());
  }
  const auto add_flags = [&words](const CLI::App& owner) {
    for (const CLI::Option* option : owner.get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
  };
  add_flags(app);
  if (with_globals) add_flags(root);
  return words;
}

// "catalog regions" -> what may follow, for every command.
void Collect(const CLI::App& app, const std::string& path, const CLI::App& root,
             std::vector<std::pair<std::string, std::vector<std::string>>>* all) {
  all->emplace_back(path, WordsAfter(app, !path.empty(), root));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    Collect(*sub, path.empty() ? sub->get_name() : absl::StrCat(path, " ", sub->get_name()), root,
            all);
  }
}

std::string BashScript(const CLI::App& root) {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  Collect(root, "", root, &all);
  std::string cases;
  for (const auto& [path, words] : all) {
    absl::StrAppend(&cases, "    \"", path, "\") words=\"", absl::StrJoin(words, " "), "\" ;;\n");
  }
  return absl::StrCat(
      "# bash completion of glutwatch. Install: glutwatch completion bash > "
      "/etc/bash_completion.d/glutwatch\n"
      "_glutwatch() {\n"
      "  local path=\"\" words=\"\" word i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${COMP_WORDS[i]}\"\n"
      "    case \"$word\" in -*) ;; *)\n"
      "      case \" $(_glutwatch_words \"$path\") \" in *\" $word \"*) "
      "path=\"${path:+$path }$word\" ;; esac ;;\n"
      "    esac\n"
      "  done\n"
      "  words=\"$(_glutwatch_words \"$path\")\"\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
      "}\n"
      "_glutwatch_words() {\n"
      "  local words=\"\"\n"
      "  case \"$1\" in\n",
      cases,
      "  esac\n"
      "  echo \"$words\"\n"
      "}\n"
      "complete -o default -F _glutwatch glutwatch\n");
}

std::string ZshScript(const CLI::App& root) {
  return absl::StrCat("#compdef glutwatch\nautoload -U +X bashcompinit && bashcompinit\n",
                      BashScript(root));
}

std::string FishScript(const CLI::App& root) {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  Collect(root, "", root, &all);
  std::string script =
      "# fish completion of glutwatch\n"
      "function __glutwatch_at\n"
      "  set -l words (string match -v -- '-*' (commandline -opc))\n"
      "  test \"$words[2..-1]\" = \"$argv\"\n"
      "end\n";
  for (const auto& [path, words] : all) {
    absl::StrAppend(&script, "complete -c glutwatch -n '__glutwatch_at ", path, "' -a '",
                    absl::StrJoin(words, " "), "'\n");
  }
  return script;
}

}  // namespace

void AddCompletionCommand(CLI::App* app, Context* context) {
  CLI::App* completion = AddCommand(app, context, "completion", Msg::kHelpCompletion,
                                    "  source <(glutwatch completion bash)\n"
                                    "  glutwatch completion fish | source");
  const auto shell = std::make_shared<std::string>();
  completion->add_option("SHELL", *shell, context->T(Msg::kOptShell))
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([app, context, shell] {
    context->action = [app, context, shell]() -> absl::StatusOr<ExitCode> {
      context->out() << (*shell == "bash"  ? BashScript(*app)
                         : *shell == "zsh" ? ZshScript(*app)
                                           : FishScript(*app));
      return kExitOk;
    };
  });
}

}  // namespace glutwatch::client
