#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/push_stream.h"
#include "server/node.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace glutwatch::testing {

// A real server in this process, on a port that it keeps over restarts, with one county and garlic
// that costs 2 yuan a kilogram to grow: cheaper than that is a yellow warning.
class NodeTest : public ::testing::Test {
 protected:
  static constexpr int kFirstDay = 20454;  // 2026-01-01

  void SetUp() override {
    Write("rules.yaml", R"(id: test
version: 1
min_life_days: 1
clear_days: 1
stale_trading_days: 5
max_level_without_cost: blue
rules:
  - id: cheap
    level: yellow
    all_of:
      - {indicator: price_to_total_cost, at_most: "1"}
    clear_margin: "0.05"
)");
    Write("catalog.yaml", R"(regions:
  - {name: regions/530000, code_system: GB/T 2260, display_name: 云南省, display_name_en: Yunnan}
  - {name: regions/530403, parent: regions/530000, code_system: GB/T 2260, display_name: 江川区, display_name_en: Jiangchuan}
markets:
  - {name: markets/jc, region: regions/530403, kind: producing_area, display_name: 江川市场, time_zone: Asia/Shanghai}
products:
  - name: products/garlic
    display_name: 大蒜
    display_name_en: Garlic
    dimension: mass
    costs:
      - {region: regions/530000, cost_concept: total, currency_code: CNY, cost_e4: 2, source: test, valid_from: 2020-01-01}
)");
    config_.set_data_dir(dir_.File("data"));
    config_.set_listen("127.0.0.1:0");
    config_.set_admin_listen("127.0.0.1:0");
    config_.set_http_listen("127.0.0.1:0");
    config_.set_rule_pack_file(dir_.File("rules.yaml"));
    config_.add_catalog_files(dir_.File("catalog.yaml"));
    StartNode();
    config_.set_listen(server());  // the same port after a restart
  }

  void StartNode() {
    auto node = Node::Start(config_, &clock_);
    ASSERT_THAT(node, IsOk());
    node_ = *std::move(node);
  }
  void Restart() {
    node_.reset();
    StartNode();
  }
  std::string server() const { return node_->addresses().grpc; }

  // `days` days of one price from `first` on, in yuan/10,000 per kilogram.
  static v1::ObservationBatch Batch(const std::string& id, int series, int first, int days,
                                    int64_t price_e4) {
    v1::ObservationBatch batch;
    batch.set_batch_id(id);
    for (int i = 0; i < days; ++i) {
      batch.add_series_indexes(series);
      batch.add_market_days(kFirstDay + first + i);
      batch.add_presences(2);
      batch.add_low_prices_e4(0);
      batch.add_modal_prices_e4(price_e4);
      batch.add_high_prices_e4(0);
    }
    return batch;
  }

  static int32_t AddGarlic(client::PushStream* stream, const std::string& grade) {
    v1::MarketSpec market;
    market.mutable_market()->set_name("markets/jc");
    v1::SeriesSpec series;
    series.set_market_index(stream->AddMarket(market));
    series.set_product("大蒜");
    series.set_grade(grade);
    series.set_currency_code("CNY");
    series.set_unit("公斤");
    return stream->AddSeries(series);
  }

  struct Outcome {
    int code = -1;
    std::string out;
    std::string err;
  };
  Outcome Cli(std::vector<std::string> args, client::Interrupt* interrupt = nullptr) {
    args.insert(args.begin(), {"--server", server()});
    std::ostringstream out;
    std::ostringstream err;
    Outcome outcome;
    outcome.code = client::RunCli(args, {.out = &out,
                                         .err = &err,
                                         .clock = &clock_,
                                         .get_env = [](const char*) { return std::string(); },
                                         .interrupt = interrupt});
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.File(name)) << text;
    return dir_.File(name);
  }

  TempDir dir_;
  FakeClock clock_;
  config::v1::ServerConfig config_;
  std::unique_ptr<Node> node_;
};

}  // namespace glutwatch::testing
