// Charts of the board. Data stand in JSON elements of the page; without this script the tables beside them say the same.
(function () {
  "use strict";
  if (!window.echarts) return;
  const COLOURS = { value: "#35618e", goal: "#b42318", band: "#35618e" };
  const read = (box) => JSON.parse(document.getElementById(box.dataset.from).textContent);
  const round = (value) => (value === null || value === undefined ? "—" : Math.round(value * 100) / 100);

  /** One figure over the years, with its interval as a band and the targets as points. */
  function course(data) {
    const all = data.years.concat(data.goals.map((goal) => goal.year));
    const years = [];
    for (let year = Math.min(...all); year <= Math.max(...all); year += 1) years.push(String(year));
    const goals = data.goals.map((goal) => [String(goal.year), goal.value]);
    const at = (list) => years.map((year) => list[data.years.indexOf(Number(year))] ?? null);
    const low = at(data.low), high = at(data.high);
    const band = high.map((value, index) => (value === null || low[index] === null ? null : value - low[index]));
    return {
      grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, data: ["现值", "目标"] },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => round(value) + data.unit },
      xAxis: { type: "category", data: years },
      yAxis: { type: "value", scale: true, axisLabel: { formatter: (value) => value + data.unit } },
      series: [
        { type: "line", data: low, stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } },
        { type: "line", data: band, stack: "band", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: COLOURS.band, opacity: 0.15 }, silent: true, tooltip: { show: false } },
        { name: "现值", type: "line", data: at(data.values), itemStyle: { color: COLOURS.value }, lineStyle: { width: 2 }, symbolSize: 7 },
        { name: "目标", type: "scatter", data: goals, symbol: "diamond", symbolSize: 12, itemStyle: { color: COLOURS.goal } },
      ],
    };
  }

  /** Horizontal bars, first row at the top, with the target as a line. */
  function bars(data) {
    const most = data.unit === "%" ? 100 : Math.max(1, ...data.values);
    const values = data.values.map((value, index) => ({
      value: value === null ? 0 : value,
      name: data.labels[index],
      // Long bars carry their figure inside, clear of the target line.
      label: value > most * 0.3 ? { position: "insideLeft", color: "#fff" } : { position: "right" },
    }));
    const line = data.goal === null ? undefined : {
      symbol: "none",
      lineStyle: { color: COLOURS.goal, width: 2, type: "dashed" },
      label: { formatter: "目标 " + data.goal + data.unit, position: "start" },
      data: [{ xAxis: data.goal }],
    };
    return {
      grid: { left: 8, right: 72, top: 24, bottom: 8, containLabel: true },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => item.name + "\n" + data.shown[item.dataIndex] },
      xAxis: { type: "value", min: 0, max: data.unit === "%" ? 100 : undefined, axisLabel: { formatter: (value) => value + data.unit } },
      yAxis: { type: "category", inverse: true, data: data.labels, axisLabel: { width: 130, overflow: "truncate" } },
      series: [{
        type: "bar",
        data: values,
        barMaxWidth: 18,
        itemStyle: { color: COLOURS.value },
        label: { show: true, formatter: (item) => data.shown[item.dataIndex] },
        markLine: line,
      }],
    };
  }

  /** What a rate climbs to, one step after the other, with the target as a line. */
  function climb(data) {
    return {
      grid: { left: 8, right: 24, top: 24, bottom: 24, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => round(value) + data.unit },
      xAxis: { type: "category", data: data.labels, name: "家", nameLocation: "end" },
      yAxis: { type: "value", scale: true, axisLabel: { formatter: (value) => round(value) + data.unit } },
      series: [{
        type: "line", step: "end", symbol: "none", data: data.values, itemStyle: { color: COLOURS.value }, areaStyle: { opacity: 0.08 },
        markLine: { symbol: "none", lineStyle: { color: COLOURS.goal, width: 2, type: "dashed" }, label: { formatter: "目标 " + data.goal + data.unit, position: "insideStartTop" }, data: [{ yAxis: data.goal }] },
      }],
    };
  }

  const kinds = { course, bars, climb };
  const boxes = document.querySelectorAll("[data-chart]");
  boxes.forEach((box) => {
    const data = read(box);
    if (box.dataset.chart === "bars") box.style.height = Math.max(120, data.labels.length * 28 + 60) + "px";
    // Canvas and drawn tooltips: the content security policy refuses style attributes.
    const chart = window.echarts.init(box);
    chart.setOption(Object.assign({ animation: false, textStyle: { fontFamily: "inherit" } }, kinds[box.dataset.chart](data)));
    new ResizeObserver(() => chart.resize()).observe(box);
  });
})();
