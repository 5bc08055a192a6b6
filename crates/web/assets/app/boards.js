// Charts of the panels. Data stand in JSON elements of the page; the tables below say the same without this script.
(function () {
  "use strict";
  if (!window.echarts) return;
  const dark = document.documentElement.classList.contains("screen");
  // Okabe and Ito's colours, told apart with any colour vision; the yellow is left out on white.
  const SERIES = dark ? ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#9ab4c4"] : ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#5b6770"];
  const HEAT = dark ? ["#12303f", "#1f5673", "#2f86ad", "#74bbd6", "#d5ecf5"] : ["#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"];
  const INK = dark ? "#dfe8ee" : "#1b2b34", SOFT = dark ? "#9fb3c0" : "#52646f", RULE = dark ? "#2b4150" : "#dde3e8";
  const SIZE = dark ? 15 : 12;
  // Where there are more series than colours the second round is hatched.
  const again = (at) => (at < SERIES.length ? undefined : { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4, color: dark ? "rgba(0,0,0,.45)" : "rgba(255,255,255,.55)" });
  const text = { color: INK, fontSize: SIZE };
  const axis = { axisLabel: { color: SOFT, fontSize: SIZE }, axisLine: { lineStyle: { color: RULE } }, splitLine: { lineStyle: { color: RULE } } };
  const grid = (legend) => ({ left: 8, right: 56, top: legend ? 38 : 14, bottom: 8, containLabel: true });
  const points = (series) => series.values.map((value, at) => ({ value, shown: series.shown[at], href: series.hrefs[at] }));
  const legend = (data) => ({ show: data.series.length > 1, top: 0, left: 0, type: "scroll", textStyle: text, data: data.series.map((s) => s.name) });
  const tooltip = { trigger: "item", renderMode: "richText", formatter: (item) => [item.seriesName, item.name, item.data.shown].filter(Boolean).join("\n") };
  const units = (data) => ({ formatter: (value) => value.toLocaleString("zh-CN") + (data.percent ? "%" : ""), color: SOFT, fontSize: SIZE });
  const wrapped = (width) => ({ color: INK, fontSize: SIZE, width, overflow: "truncate" });
  const goal = (data, key) => (data.goal === null ? undefined : {
    symbol: "none", lineStyle: { color: dark ? "#ff8a80" : "#b42318", width: 2, type: "dashed" },
    label: { formatter: "目标 " + data.goal + (data.percent ? "%" : ""), color: INK, fontSize: SIZE, position: key === "xAxis" ? "start" : "end" }, data: [{ [key]: data.goal }],
  });

  /** Long bars carry their figure inside, clear of the target line. */
  const placed = (list) => {
    const most = Math.max(...list.map((point) => point.value || 0));
    return list.map((point) => Object.assign(point, { label: point.value > most * 0.35 ? { position: "insideLeft", color: dark ? "#0c1820" : "#fff" } : { position: "right", color: INK } }));
  };

  function across(data, stacked, box) {
    const several = data.series.length > 1;
    return {
      grid: Object.assign(grid(several), data.goal === null || several ? {} : { top: 28 }), legend: legend(data), tooltip,
      xAxis: Object.assign({ type: "value", min: 0, minInterval: data.percent ? 0 : 1 }, axis, { axisLabel: units(data) }),
      yAxis: Object.assign({ type: "category", inverse: true, data: data.labels }, axis, { splitLine: { show: false }, axisLabel: Object.assign({ interval: 0 }, wrapped(Math.min(150, box.clientWidth * 0.3))) }),
      series: data.series.map((series, at) => ({
        name: several ? series.name : "", type: "bar", stack: stacked ? "all" : undefined, data: stacked || several ? points(series) : placed(points(series)), barMaxWidth: 20,
        itemStyle: { color: SERIES[at % SERIES.length], decal: again(at), borderColor: dark ? "#14242f" : "#fff", borderWidth: stacked ? 0.5 : 0 },
        label: { show: !stacked, position: "right", color: INK, fontSize: SIZE, formatter: (item) => item.data.shown },
        markLine: at === 0 ? goal(data, "xAxis") : undefined,
      })),
    };
  }

  /** A line of rates needs no zero below it: those that lie close together would look flat. Marks stand at whole steps, with the goal in sight. */
  const close = (data) => {
    const told = data.series.flatMap((series) => series.values).concat(data.goal).filter((value) => typeof value === "number");
    if (!data.percent || !told.length) return { min: 0 };
    const least = Math.min(...told), most = Math.max(...told), span = most - least;
    const interval = span > 40 ? 20 : span > 15 ? 10 : span > 6 ? 5 : 2;
    return { interval, min: Math.max(0, Math.floor((least - interval / 2) / interval) * interval), max: Math.max(interval, Math.min(most > 100 ? Infinity : 100, Math.ceil((most + interval / 4) / interval) * interval)) };
  };

  function upright(data, bars) {
    const several = data.series.length > 1;
    return {
      grid: Object.assign(grid(several), { right: data.goal === null ? 20 : 72, top: several ? 42 : 30 }), legend: legend(data), tooltip,
      xAxis: Object.assign({ type: "category", data: data.labels }, axis, { splitLine: { show: false } }),
      yAxis: Object.assign({ type: "value", minInterval: data.percent ? 0 : 1 }, bars ? { min: 0 } : close(data), axis, { axisLabel: units(data) }),
      series: data.series.map((series, at) => ({
        name: several ? series.name : "", type: bars ? "bar" : "line", stack: bars ? "all" : undefined, data: points(series), barMaxWidth: 34,
        symbol: ["circle", "rect", "triangle", "diamond", "roundRect", "pin"][at % 6], symbolSize: 9, lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][at % 3] },
        itemStyle: { color: SERIES[at % SERIES.length], decal: again(at), borderColor: dark ? "#14242f" : "#fff", borderWidth: bars && several ? 0.5 : 0 },
        label: { show: !several && data.labels.length <= (data.goal === null ? 12 : 6), position: "top", color: INK, fontSize: SIZE, formatter: (item) => item.data.shown },
        markLine: at === 0 ? goal(data, "yAxis") : undefined,
      })),
    };
  }

  function heat(data, box) {
    const cells = [];
    data.series.forEach((series, x) => series.values.forEach((value, y) => { if (value !== null) cells.push({ value: [x, y, value], shown: series.shown[y], href: series.hrefs[y] }); }));
    const most = Math.max(1, ...cells.map((cell) => cell.value[2]));
    return {
      grid: { left: 8, right: 8, top: 8, bottom: 44, containLabel: true },
      tooltip: Object.assign({}, tooltip, { formatter: (item) => data.labels[item.value[1]] + " · " + data.series[item.value[0]].name + "\n" + item.data.shown }),
      xAxis: Object.assign({ type: "category", data: data.series.map((s) => s.name) }, axis, { axisLabel: { color: SOFT, fontSize: SIZE - 1, interval: 0, rotate: data.series.length > 6 ? 35 : 0 } }),
      yAxis: Object.assign({ type: "category", inverse: true, data: data.labels }, axis, { axisLabel: Object.assign({ interval: 0 }, wrapped(Math.min(150, box.clientWidth * 0.3))) }),
      visualMap: { text: ["多", "少"], min: 0, max: most, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 12, calculable: false, inRange: { color: HEAT }, textStyle: text },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: dark ? "#0f1c26" : "#fff", borderWidth: 1 }, label: { show: data.series.length <= 10, fontSize: SIZE - 1, color: INK, textBorderColor: dark ? "#0c1820" : "#fff", textBorderWidth: 2, formatter: (item) => item.data.shown.replace(" ", "") } }],
    };
  }

  const share = (part) => (part * 100).toFixed(part < 0.1 ? 1 : 0) + "%";

  function funnel(data) {
    const series = data.series[0];
    const first = series.values.find((value) => value > 0) || 1;
    return {
      tooltip,
      series: [{
        type: "funnel", sort: "none", left: "4%", right: "38%", top: 10, bottom: 10, minSize: "6%", max: Math.max(...series.values.map((v) => v || 0), 1),
        data: points(series).map((point, at) => Object.assign(point, { name: data.labels[at], itemStyle: { color: SERIES[at % SERIES.length] } })),
        label: { position: "right", color: INK, fontSize: SIZE, formatter: (item) => item.name + " " + item.data.shown + "（" + share(item.value / first) + "）" },
      }],
    };
  }

  function option(data, box) {
    switch (data.chart) {
      case "line": return upright(data, false);
      case "columns": return upright(data, true);
      case "stacked": return across(data, true, box);
      case "heat": return heat(data, box);
      case "funnel": return funnel(data);
      default: return across(data, false, box);
    }
  }

  function begin() {
    document.querySelectorAll("[data-panel]:not([data-drawn])").forEach((box) => {
      const data = JSON.parse(document.getElementById(box.dataset.panel).textContent);
      // Canvas and drawn tooltips: the content security policy refuses style attributes.
      const chart = window.echarts.init(box);
      chart.setOption(Object.assign({ animation: false, backgroundColor: "transparent", textStyle: { fontFamily: "inherit", color: INK } }, option(data, box)));
      chart.on("click", (item) => { if (item.data && item.data.href) window.location.assign(item.data.href); });
      new ResizeObserver(() => chart.resize()).observe(box);
      box.dataset.drawn = "yes";
    });
  }
  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();
