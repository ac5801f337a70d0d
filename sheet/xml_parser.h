#pragma once
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace glutwatch::sheet {

// Receives one part of a workbook as expat parses it. Names come without a namespace prefix.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  // `attributes` is expat's: name, value, name, value, ..., nullptr.
  virtual void OnStart(absl::string_view element, const char** attributes) = 0;
  virtual void OnEnd(absl::string_view element) = 0;
  virtual void OnText(absl::string_view text) = 0;
  // A non-OK status stops the parsing.
  const absl::Status& status() const { return status_; }

 protected:
  void SetStatus(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

 private:
  absl::Status status_;
};

// Parses `xml`. A document type declaration is refused: workbooks have none, and entity bombs need
// one. INVALID_ARGUMENT "name:line: ..." for XML that is not well-formed.
absl::Status ParseXml(absl::string_view name, absl::string_view xml, XmlHandler* handler);

// The value of `name` without regard to a namespace prefix ("r:id" for "id"), or "".
absl::string_view XmlAttribute(const char** attributes, absl::string_view name);

}  // namespace glutwatch::sheet
