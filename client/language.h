#pragma once
#include "absl/strings/string_view.h"

namespace glutwatch::client {

enum class Language { kEnglish, kChinese };

// The language of "zh", "zh_CN.UTF-8", "en": Chinese if it begins with "zh", otherwise English.
inline Language LanguageOf(absl::string_view tag) {
  return tag.substr(0, 2) == "zh" ? Language::kChinese : Language::kEnglish;
}

}  // namespace glutwatch::client
