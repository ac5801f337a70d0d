#include "sheet/xml_parser.h"

#include <expat.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace glutwatch::sheet {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

absl::string_view LocalName(absl::string_view name) {
  const size_t colon = name.rfind(':');
  return colon == absl::string_view::npos ? name : name.substr(colon + 1);
}

struct Session {
  XML_Parser parser;
  XmlHandler* handler;
  bool has_doctype = false;

  static Session* Of(void* data) { return static_cast<Session*>(data); }
  void StopOnError() {
    if (!handler->status().ok()) XML_StopParser(parser, XML_FALSE);
  }
  static void OnStart(void* data, const char* element, const char** attributes) {
    Of(data)->handler->OnStart(LocalName(element), attributes);
    Of(data)->StopOnError();
  }
  static void OnEnd(void* data, const char* element) {
    // Expat still delivers the end of an element whose start stopped it.
    if (!Of(data)->handler->status().ok()) return;
    Of(data)->handler->OnEnd(LocalName(element));
    Of(data)->StopOnError();
  }
  static void OnText(void* data, const char* text, int length) {
    Of(data)->handler->OnText({text, static_cast<size_t>(length)});
  }
  static void OnDoctype(void* data, const char*, const char*, const char*, int) {
    Of(data)->has_doctype = true;
    XML_StopParser(Of(data)->parser, XML_FALSE);
  }
};

}  // namespace

absl::Status ParseXml(absl::string_view name, absl::string_view xml, XmlHandler* handler) {
  const XML_Parser parser = XML_ParserCreate(nullptr);
  if (parser == nullptr) return absl::ResourceExhaustedError("out of memory for an XML parser");
  const auto free = absl::MakeCleanup([parser] { XML_ParserFree(parser); });
  Session session{.parser = parser, .handler = handler};
  XML_SetUserData(parser, &session);
  XML_SetElementHandler(parser, Session::OnStart, Session::OnEnd);
  XML_SetCharacterDataHandler(parser, Session::OnText);
  XML_SetStartDoctypeDeclHandler(parser, Session::OnDoctype);
  bool last = false;
  while (!last) {
    const size_t size = std::min(kPieceBytes, xml.size());
    last = size == xml.size();
    const XML_Status result =
        XML_Parse(parser, xml.data(), static_cast<int>(size), last ? XML_TRUE : XML_FALSE);
    if (!handler->status().ok()) return handler->status();
    if (result != XML_STATUS_OK) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ":", XML_GetCurrentLineNumber(parser), ": ",
                       session.has_doctype ? "document type declaration, expected none"
                                           : XML_ErrorString(XML_GetErrorCode(parser))));
    }
    xml.remove_prefix(size);
  }
  return absl::OkStatus();
}

absl::string_view XmlAttribute(const char** attributes, absl::string_view name) {
  for (; *attributes != nullptr; attributes += 2) {
    if (LocalName(attributes[0]) == name) return attributes[1];
  }
  return {};
}

}  // namespace glutwatch::sheet
