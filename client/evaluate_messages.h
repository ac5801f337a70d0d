#pragma once

// What the program says about evaluations, in the form of GLUTWATCH_MESSAGES (messages.h, which
// makes all lists into one): X(id, English, Chinese).
#define GLUTWATCH_EVALUATE_MESSAGES(X)                                                           \
  X(HelpEvaluate, "Measures how good forecasts are, on files, without a server",                 \
    "离线评估预测准确度（读文件，不需要服务）")                                                  \
  X(HelpEvaluateForecasts,                                                                       \
    "Forecasts every series of a file and scores it where the truth is known",                   \
    "对文件中的每条序列作预测；有实际值时评分")                                                  \
  X(OptTrain, "series, one a line: id,value,value... (.csv, .csv.xz; also M3's files)",          \
    "序列文件，每行一条：编号,值,值…（.csv、.csv.xz，亦可用 M3 格式）")                          \
  X(OptTruth, "the values that came, in the same form: scores are printed",                      \
    "实际值文件，格式相同；给出则打印评分")                                                      \
  X(OptHorizonSteps, "steps to forecast", "预测步数")                                            \
  X(OptSeason, "steps of a season; once for each season", "季节周期步数；多个周期可重复给出")    \
  X(OptMethod, "how to forecast: ", "预测方法：")                                                \
  X(OptForecastOutput, "file for the forecasts; - or none for the screen",                       \
    "预测结果文件；- 或不给则输出到屏幕")                                                        \
  X(OptJobs, "series at a time; 0 for all cores", "并行数；0 为全部核心")                        \
  X(OptScaleSeason, "steps of the naive forecast that MASE divides by (the first season, or 1)", \
    "MASE 所除的季节朴素预测步数（默认第一个季节，或 1）")                                       \
  X(ColMeasure, "MEASURE", "指标")                                                               \
  X(ColScore, "SCORE", "得分")                                                                   \
  X(MeasureSeries, "series", "序列数")                                                           \
  X(MeasureCoverage80, "within the 80 % interval, %", "落入 80% 区间的比例（%）")                \
  X(MeasureCoverage95, "within the 95 % interval, %", "落入 95% 区间的比例（%）")                \
  X(MeasureMilliseconds, "milliseconds of processor per series", "每条序列处理器毫秒数")         \
  X(SaidProgress, "$0 of $1 series", "已完成 $0 / $1 条")                                        \
  X(SaidForecasts, "$0 series forecast by $1", "已用 $1 预测 $0 条序列")                         \
  X(SaidSimpler, "$0 was too short for $1: forecast by the naive method",                        \
    "$0 太短，无法用 $1：改用朴素法")
