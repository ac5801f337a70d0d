# Times R's forecast on the series of bench/model_bench.cc: a line "name milliseconds" for each, the
# median of several runs. Called by compare_forecast.sh.
suppressPackageStartupMessages(library(forecast))
noise <- function(t) { x <- sin(12.9898 * t) * 43758.5453; 2 * (x - floor(x)) - 1 }
t <- 1:1095
y <- exp(1 + 0.3 * sin(2 * pi * t / 365) + cumsum(0.03 * noise(t)) + 0.05 * sin(2 * pi * (t %% 7) / 7) + 0.04 * noise(10000 + t))
x <- ts(y, frequency = 7)
# `times` calls a run, so that what is short is measured too.
measure <- function(name, runs, times, code) {
  ms <- replicate(runs, system.time(for (i in 1:times) code())[["elapsed"]] * 1000 / times)
  cat(name, median(ms), "\n")
}
measure("BM_SelectEts", 3, 1, function() ets(x))
measure("BM_FitTheta", 5, 5, function() thetaf(x, h = 28))
measure("BM_Stl", 5, 200, function() stl(x, s.window = "periodic"))
measure("BM_StlRobust", 5, 50, function() stl(x, s.window = "periodic", robust = TRUE))
measure("BM_Mstl", 5, 50, function() mstl(x))
cat("log_likelihood", ets(x)$loglik, "\n")
