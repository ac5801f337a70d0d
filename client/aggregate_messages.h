#pragma once

// What the program says about aggregated prices, in the form of GLUTWATCH_MESSAGES (messages.h,
// which makes all into one list): X(id, English, Chinese).
#define GLUTWATCH_AGGREGATE_MESSAGES(X)                                                                      \
  X(ColMean, "MEAN", "平均价")                                                                               \
  X(ColMinimum, "MIN", "最低价")                                                                             \
  X(ColMaximum, "MAX", "最高价")                                                                             \
  X(ColMarketCount, "MARKETS", "市场数")                                                                     \
  X(ColObservations, "DAYS", "报价日数")                                                                     \
  X(ColLeftOut, "LEFT OUT", "未计入")                                                                        \
  X(TenDaysFirst, "days 1-10", "上旬")                                                                       \
  X(TenDaysSecond, "days 11-20", "中旬")                                                                     \
  X(TenDaysThird, "days 21-", "下旬")                                                                        \
  X(LeftOutSuspicious, "suspicious: $0", "存疑 $0 条")                                                       \
  X(LeftOutUnweighed, "days without arrivals: $0", "无上市量 $0 日")                                         \
  X(LeftOutMarkets, "markets without any arrivals: $0", "全无上市量的市场 $0 个")                            \
  X(ArrivalsOfSome, "$0 $1 (of $2 of $3 markets)", "$0 $1（$3 个市场中的 $2 个）")                           \
  X(AggregateMixed, "some means are over several products; --by product separates them",                     \
    "部分均价涵盖多个品种；可用 --by product 分开")                                                          \
  X(HelpPricesAggregate,                                                                                     \
    "Average prices by day, week, 旬, month or year, over regions, products or markets",                     \
    "按日、周、旬、月、年汇总均价：可按地区、品种、类别、市场分组")                                          \
  X(OptPeriod, "day, week, ten_days (旬), month or year",                                                    \
    "day、week、ten_days（旬）、month、year")                                                                \
  X(OptBy,                                                                                                   \
    "One group for each province, prefecture or county, product, category, market; several "                 \
    "with commas",                                                                                           \
    "分组：province（省）、prefecture（州市）、county（县）、product、category、market；" \
    "可用逗号并列")                                                                                          \
  X(OptWeight, "plain (every market once) or volume (by arrivals)",                                          \
    "plain（各市场等权）或 volume（按上市量加权）")                                                          \
  X(OptQuantiles, "Shares of markets, 0 to 1: 0.1,0.5,0.9", "分位数，0 至 1：0.1,0.5,0.9")                   \
  X(OptAggregatePer, "Price per kg, jin or quintal", "每 kg、jin（斤）或 quintal（百公斤）")
