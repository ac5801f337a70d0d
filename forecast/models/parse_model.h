#pragma once
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forecast/models/model.h"

namespace glutwatch::forecast {

// What Serialize of any model wrote. DATA_LOSS for anything else.
absl::StatusOr<std::unique_ptr<Model>> ParseModel(absl::string_view bytes);

// Whether the bytes begin as those of a model that is made of models. An ensemble may hold adjusted
// ones and those hold plain ones: bytes from outside cannot nest without end.
bool IsComposite(absl::string_view bytes);

}  // namespace glutwatch::forecast
