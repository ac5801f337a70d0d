# Makes model_series.csv and the expected values of the forecast core's models beside it, by R 4 with
# forecast 8.20 (Debian's r-cran-forecast). Run in this folder: Rscript make_models.R
library(forecast)
suppressWarnings(RNGversion("4.0.0"))
set.seed(20221231)

walk <- function(n, sd = 1) cumsum(rnorm(n, 0, sd))
season <- function(n, m, size) rep(size * sin(2 * pi * (1:m) / m), length.out = n)
of <- function(x, m = 1) list(y = as.numeric(x), m = m)
series <- list(
  constant = of(rep(5, 40)),
  spike = of(c(rep(10, 20), 90, rep(10, 19))),
  five = of(c(3, 5, 4, 6, 5)),
  eleven = of(20 + walk(11)),
  tiny = of((50 + walk(80)) * 1e-9),
  huge = of((50 + walk(80)) * 1e12),
  noise = of(100 + rnorm(120)),
  walk = of(200 + walk(150)),
  trend = of(10 + 0.5 * (1:90) + rnorm(90)),
  damped = of(100 - 60 * 0.93^(1:90) + rnorm(90)),
  negative = of(walk(100, 2)),
  level_shift = of(c(20 + rnorm(50), 35 + rnorm(50))),
  growth = of(50 * exp(0.01 * (1:100) + walk(100, 0.02))),
  week = of(30 + walk(140, 0.4) + season(140, 7, 3) + rnorm(140, 0, 0.5), 7),
  week_share = of((30 + walk(140, 0.3)) * (1 + season(140, 7, 0.15)) * exp(rnorm(140, 0, 0.02)), 7),
  short_season = of(40 + season(20, 12, 5) + rnorm(20), 12),
  quarter = of(60 + 0.4 * (1:64) + season(64, 4, 6) + rnorm(64), 4),
  tiny_season = of((60 + walk(96, 0.5) + season(96, 12, 6)) * 1e-9, 12),
  huge_season = of((60 + walk(96, 0.5) + season(96, 12, 6)) * 1e12, 12),
  no_season = of(80 + walk(96), 12),
  volatile = of(exp(3 + walk(150, 0.08))),
  rounded = of(round(2 + walk(120, 0.05), 1)),
  air = of(AirPassengers, 12),
  deaths = of(USAccDeaths, 12),
  nottingham = of(nottem[1:144], 12),
  carbon = of(co2[1:144], 12),
  gas = of(UKgas, 4),
  shares = of(JohnsonJohnson, 4),
  nile = of(Nile),
  lynx = of(lynx),
  huron = of(LakeHuron),
  users = of(WWWusage),
  sales = of(BJsales),
  presidents = of(presidents[!is.na(presidents)]),
  sunspots = of(sunspot.year[1:200])
)
number <- function(x) ifelse(is.na(x), "", format(x, digits = 12, trim = TRUE, scientific = NA))
lines <- unlist(lapply(names(series), function(id) {
  paste(id, series[[id]]$m, paste(format(series[[id]]$y, digits = 15, trim = TRUE), collapse = " "), sep = ",")
}))
writeLines(c("series,period,values", lines), "model_series.csv")
# What the program reads is what R is given.
series <- setNames(lapply(strsplit(lines, ","), function(f) {
  of(as.numeric(strsplit(f[3], " ")[[1]]), as.integer(f[2]))
}), names(series))

horizon <- 6
steps <- function(x) paste(number(x), collapse = " ")
row <- function(id, kind, fc, ...) {
  paste(id, kind, ..., steps(fc$mean), steps(fc$lower[, 1]), steps(fc$upper[, 2]), sep = ",")
}

ets_rows <- c()
choice_rows <- c()
for (id in names(series)) {
  x <- ts(series[[id]]$y, frequency = series[[id]]$m)
  for (spec in c("ANN", "AAN", "AAdN", "MNN", "MAN", "MAdN", "ANA", "AAA", "AAdA", "MNA", "MAdA", "MNM", "MAM", "MAdM")) {
    damped <- nchar(spec) == 4
    if (substr(spec, nchar(spec), nchar(spec)) != "N" && (frequency(x) == 1 || length(x) < 2 * frequency(x))) next
    fit <- try(ets(x, model = sub("d", "", spec), damped = damped), silent = TRUE)
    if (inherits(fit, "try-error") || !isTRUE(is.finite(fit$loglik))) next
    fc <- forecast(fit, h = horizon, level = c(80, 95))
    ets_rows <- c(ets_rows, row(id, spec, fc, number(fit$loglik), number(sqrt(fit$sigma2))))
  }
  fit <- try(ets(x), silent = TRUE)
  if (!inherits(fit, "try-error") && isTRUE(is.finite(fit$aicc))) {
    choice_rows <- c(choice_rows, paste(id, gsub(",", ";", fit$method), number(fit$aicc), sep = ","))
  }
}
writeLines(c("series,model,log_likelihood,sigma,mean,low80,high95", ets_rows), "ets.csv")
writeLines(c("series,model,aicc", choice_rows), "ets_choice.csv")

walk_rows <- c()
theta_rows <- c()
stl_rows <- c()
for (id in names(series)) {
  x <- ts(series[[id]]$y, frequency = series[[id]]$m)
  walk_rows <- c(walk_rows, row(id, "naive", naive(x, h = horizon)), row(id, "drift", rwf(x, h = horizon, drift = TRUE)))
  if (frequency(x) > 1) walk_rows <- c(walk_rows, row(id, "seasonal naive", snaive(x, h = horizon)))
  fc <- try(thetaf(x, h = horizon), silent = TRUE)
  if (!inherits(fc, "try-error")) theta_rows <- c(theta_rows, paste(row(id, "theta", fc), number(fc$model$alpha), sep = ","))
  if (frequency(x) > 1 && length(x) > 2 * frequency(x)) {
    for (window in c("periodic", "11")) for (robust in c(FALSE, TRUE)) {
      # With an even number of values R's weights rest on a number that is not always the median: its partial
      # sort is asked for descending places. So one value less.
      z <- if (robust && length(x) %% 2 == 0) ts(head(series[[id]]$y, -1), frequency = frequency(x)) else x
      parts <- stl(z, s.window = if (window == "periodic") window else 11, robust = robust)$time.series
      at <- unique(round(seq(1, length(z), length.out = 8)))
      stl_rows <- c(stl_rows, paste(id, window, robust, length(z), steps(at - 1), steps(parts[at, 1]), steps(parts[at, 2]), sep = ","))
    }
  }
}
writeLines(c("series,model,mean,low80,high95", walk_rows), "lag_walk.csv")
writeLines(c("series,model,mean,low80,high95,alpha", theta_rows), "theta.csv")
writeLines(c("series,window,robust,length,at,seasonal,trend", stl_rows), "stl.csv")
