#include <grpcpp/generic/generic_stub.h>

#include <fstream>

#include "base/http_client.h"
#include "gmock/gmock.h"
#include "tests/rpc/node_fixture.h"

namespace glutwatch {
namespace {

using NodeCatalogTest = testing::NodeTest;
using ::testing::HasSubstr;

v1::Region Country(const std::string& code) {
  v1::Region region;
  region.set_name("regions/" + code);
  region.set_display_name(code);
  region.set_code_system("test");
  return region;
}

TEST_F(NodeCatalogTest, PutGetAndListInPages) {
  for (const std::string code : {"AA", "AB", "AC", "AD", "AE"}) {
    grpc::ClientContext context;
    v1::PutRegionRequest request;
    *request.mutable_region() = Country(code);
    v1::PutRegionResponse response;
    const grpc::Status status = catalog_->PutRegion(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  std::vector<std::string> names;
  v1::ListRegionsRequest request;
  request.set_page_size(2);
  int pages = 0;
  do {
    grpc::ClientContext context;
    v1::ListRegionsResponse response;
    ASSERT_TRUE(catalog_->ListRegions(&context, request, &response).ok());
    for (const v1::Region& region : response.regions()) names.push_back(region.name());
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(names, ::testing::ElementsAre("regions/AA", "regions/AB", "regions/AC", "regions/AD",
                                            "regions/AE"));
}

TEST_F(NodeCatalogTest, ForeignPageTokenIsRefused) {
  grpc::ClientContext context;
  v1::ListRegionsRequest request;
  request.set_page_token("nonsense");
  v1::ListRegionsResponse response;
  const grpc::Status status = catalog_->ListRegions(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("page_token"));
}

TEST_F(NodeCatalogTest, UpdateMaskChangesOnlyItsFields) {
  v1::PutProductRequest put;
  put.mutable_product()->set_name("products/garlic");
  put.mutable_product()->set_display_name("大蒜");
  put.mutable_product()->set_category("vegetable");
  v1::PutProductResponse ignored;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(catalog_->PutProduct(&context, put, &ignored).ok());
  }
  put.mutable_product()->clear_display_name();
  put.mutable_product()->set_category("bulb");
  put.mutable_update_mask()->add_paths("category");
  {
    grpc::ClientContext context;
    ASSERT_TRUE(catalog_->PutProduct(&context, put, &ignored).ok());
  }
  grpc::ClientContext context;
  v1::GetProductRequest get;
  get.set_name("products/大蒜");  // by its display name
  v1::GetProductResponse response;
  ASSERT_TRUE(catalog_->GetProduct(&context, get, &response).ok());
  EXPECT_EQ(response.product().display_name(), "大蒜");
  EXPECT_EQ(response.product().category(), "bulb");
}

TEST_F(NodeCatalogTest, ExportImportsIntoAnEqualCatalog) {
  grpc::ClientContext c1, c2, c3;
  v1::ExportCatalogResponse first, second;
  ASSERT_TRUE(catalog_->ExportCatalog(&c1, {}, &first).ok());
  EXPECT_GT(first.catalog().units_size(), 10);
  v1::ImportCatalogRequest request;
  *request.mutable_catalog() = first.catalog();
  v1::ImportCatalogResponse response;
  const grpc::Status status = catalog_->ImportCatalog(&c2, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.changed_count(), 0);
  ASSERT_TRUE(catalog_->ExportCatalog(&c3, {}, &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
}

// Calls a method without its stub, as reflection clients do.
grpc::StatusCode CallRaw(const std::string& address, const std::string& method) {
  auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(&context, method, &queue);
  void* tag = nullptr;
  bool ok = false;
  call->StartCall(reinterpret_cast<void*>(1));
  queue.Next(&tag, &ok);
  call->WritesDone(reinterpret_cast<void*>(2));
  queue.Next(&tag, &ok);
  grpc::Status status;
  call->Finish(&status, reinterpret_cast<void*>(3));
  queue.Next(&tag, &ok);
  return status.error_code();
}

TEST_F(NodeCatalogTest, ReflectionIsOnTheAdminPortOnly) {
  const std::string method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  EXPECT_EQ(CallRaw(node_->addresses().grpc, method), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallRaw(node_->addresses().admin, method), grpc::StatusCode::OK);
}

TEST_F(NodeCatalogTest, HttpSaysAliveReadyAndMetrics) {
  HttpClient client;
  const std::string base = "http://" + node_->addresses().http;
  const auto alive = client.Send({.url = base + "/healthz"});
  const auto ready = client.Send({.url = base + "/readyz"});
  const auto metrics = client.Send({.url = base + "/metrics"});
  GLUTWATCH_ASSERT_OK(alive);
  GLUTWATCH_ASSERT_OK(ready);
  GLUTWATCH_ASSERT_OK(metrics);
  EXPECT_EQ(alive->status, 200);
  EXPECT_EQ(ready->status, 200);
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_store_writable 1"));
  EXPECT_THAT(metrics->body, HasSubstr("glutwatch_warnings{level=\"red\"} 0"));
}

}  // namespace
}  // namespace glutwatch
