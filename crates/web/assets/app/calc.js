// Pictures of calculators and exposure groups, copying a result, pasting a block of cells.
// Without this script the tables beside the pictures say the same.
(() => {
  "use strict";
  const INK = "#1b2b34", VALUE = "#35618e", LIMIT = "#b42318", LEFT = "#1f5fa8", RIGHT = "#b42318", SOFT = "#52646f";
  const base = { animation: false, textStyle: { fontFamily: "inherit" } };
  const grid = { left: 8, right: 28, top: 40, bottom: 28, containLabel: true };
  const three = (x) => String(Number(Number(x).toPrecision(3)));

  /** A line across the picture with its name. */
  const lineSeries = (axis, value, name, colour, dash, label) => ({
    type: "line", data: [], silent: true,
    markLine: {
      symbol: "none", silent: true,
      lineStyle: { color: colour, width: 1.5, type: dash },
      label: { formatter: name, position: "end", color: colour, fontSize: 11, ...label },
      data: [{ [axis]: value }],
    },
  });
  const inside = { position: "insideEndTop" };

  /** Lognormal probability paper: value on a log axis, quantile of the normal distribution upwards. */
  function paper(data) {
    const shares = [[-2.326, "1"], [-1.645, "5"], [-0.842, "20"], [0, "50"], [0.842, "80"], [1.645, "95"], [2.326, "99"]];
    const all = data.points.map((p) => p[0]).concat(data.marks.map((m) => m.x), data.limit ? [data.limit] : []);
    const low = Math.min(...all), high = Math.max(...all);
    const places = (measured) => data.points.filter((p) => p[2] === measured).map((p) => [p[0], p[1]]);
    const series = [
      { name: "测定值", type: "scatter", data: places(true), symbolSize: 9, itemStyle: { color: VALUE } },
      { name: "检出限等界值", type: "scatter", data: places(false), symbol: "emptyTriangle", symbolRotate: 180, symbolSize: 10, itemStyle: { color: SOFT } },
    ];
    if (data.line) series.push({ name: "拟合", type: "line", data: data.line, symbol: "none", clip: true, lineStyle: { color: VALUE, width: 1.5 } });
    // Names beside each other stand at different heights above the picture.
    const named = data.marks.map((m) => ({ ...m, colour: INK, dash: "dotted" })).concat(data.limit ? [{ name: "限值", x: data.limit, colour: LIMIT, dash: "solid" }] : []);
    named.sort((a, b) => a.x - b.x).forEach((m, index) => series.push(lineSeries("xAxis", m.x, m.name, m.colour, m.dash, { rotate: 0, offset: [0, -14 * (index % 3)] })));
    return {
      grid: { left: 56, right: 40, top: 84, bottom: 28 }, legend: { top: 0, left: 0, data: ["测定值", "检出限等界值", "拟合"] },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => (item.value ? three(item.value[0]) : "") },
      xAxis: { type: "log", min: low / 2, max: high * 2, axisLine: { onZero: false }, axisLabel: { formatter: three, hideOverlap: true }, minorSplitLine: { show: true }, splitLine: { show: true } },
      yAxis: { type: "value", min: -2.6, max: 2.6, interval: 10, axisLabel: { show: false }, splitLine: { show: false }, axisTick: { show: false }, name: "累积概率 %", nameLocation: "middle", nameGap: 34, nameTextStyle: { color: SOFT } },
      series: series.concat(shares.map(([z, name]) => lineSeries("yAxis", z, name, "#8796a1", "dotted", { position: "start", color: SOFT }))),
    };
  }

  /** Audiogram: frequency in octaves, loss downwards; left ear ×, right ear ○. */
  function audiogram(data) {
    const octave = (hz) => Math.log2(hz / 125);
    const looks = {
      left: { symbol: "path://M0 0 L10 10 M10 0 L0 10", itemStyle: { color: "transparent", borderColor: LEFT, borderWidth: 2 }, lineStyle: { color: LEFT } },
      right: { symbol: "emptyCircle", itemStyle: { color: RIGHT }, lineStyle: { color: RIGHT } },
      "left-dashed": { symbol: "none", itemStyle: { color: LEFT }, lineStyle: { color: LEFT, type: "dashed" } },
      "right-dashed": { symbol: "none", itemStyle: { color: RIGHT }, lineStyle: { color: RIGHT, type: "dashed" } },
      plain: { symbol: "emptyDiamond", itemStyle: { color: SOFT }, lineStyle: { color: SOFT, type: "dotted" } },
    };
    // Earlier tests beside the newest one are drawn fainter.
    const faint = (curve, look) => (curve.faded ? { ...look, symbolSize: 7, itemStyle: { ...look.itemStyle, opacity: .45 }, lineStyle: { ...look.lineStyle, opacity: .4, width: 1 } } : look);
    const curves = data.curves.map((curve) => ({ name: curve.name, type: "line", symbolSize: 10, ...faint(curve, looks[curve.side]), data: curve.points.map(([hz, level]) => [octave(hz), level, hz]) }));
    const levels = data.curves.flatMap((curve) => curve.points.map((p) => p[1]));
    return {
      grid: { ...grid, top: 64 }, legend: { top: 0, left: 0, type: "plain", itemGap: 8 },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => (item.value ? `${item.seriesName}\n${item.value[2]} Hz ${three(item.value[1])} dB` : "") },
      xAxis: { type: "value", min: 1, max: 6, interval: 1, axisLine: { onZero: false }, axisLabel: { formatter: (x) => String(125 * 2 ** x) }, name: "Hz", nameLocation: "middle", nameGap: 26, splitLine: { show: true } },
      yAxis: { type: "value", inverse: true, min: Math.min(-10, Math.floor(Math.min(...levels) / 10) * 10), max: Math.max(60, Math.ceil((Math.max(...levels) + 5) / 10) * 10), interval: 10, name: "dB", nameLocation: "start" },
      series: curves.concat(data.lines.map((line) => lineSeries("yAxis", line.value, line.name, INK, "dashed", inside))),
    };
  }

  /** Doses by period with the levels they are held against. */
  function dose(data) {
    const top = Math.max(...data.values, ...data.lines.map((line) => line.value));
    return {
      grid, tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => `${item.name}\n${three(item.value)} mSv` },
      xAxis: { type: "category", data: data.labels, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", max: Number((top * 1.15).toPrecision(2)), name: "mSv", nameTextStyle: { align: "left" } },
      series: [{
        type: "bar", barMaxWidth: 42, itemStyle: { color: VALUE },
        data: data.values.map((value, index) => ({ value, itemStyle: data.marked[index] ? { color: "#9fb8d0", borderColor: VALUE, borderType: "dashed" } : {} })),
      }].concat(data.lines.map((line) => lineSeries("yAxis", line.value, line.name, LIMIT, "dashed", inside))),
    };
  }

  /** Results of a group by day with the limit; non-detects hang from their limit of detection. */
  function trend(data) {
    const places = (measured) => data.points.filter((p) => p[2] === measured).map((p) => [p[0], p[1]]);
    const scale = data.log ? { type: "log" } : { type: "value", scale: true };
    const all = data.points.map((p) => p[1]).concat(data.limit ? [data.limit] : []);
    const bounds = data.log ? { min: Math.min(...all) / 2, max: Math.max(...all) * 2 } : {};
    const series = [
      { name: "测定值", type: "scatter", data: places(true), symbolSize: 9, itemStyle: { color: VALUE } },
      { name: "检出限等界值", type: "scatter", data: places(false), symbol: "emptyTriangle", symbolRotate: 180, symbolSize: 10, itemStyle: { color: SOFT } },
    ];
    if (data.limit) series.push(lineSeries("yAxis", data.limit, `限值 ${three(data.limit)}`, LIMIT, "solid", inside));
    return {
      grid: { ...grid, top: 64 }, legend: { top: 0, left: 0, data: ["测定值", "检出限等界值"] },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => (item.value ? `${item.value[0]}\n${item.seriesName} ${three(item.value[1])} ${data.unit}` : "") },
      xAxis: { type: "time", axisLabel: { hideOverlap: true, formatter: (at) => new Date(at).toISOString().slice(0, 10) } },
      yAxis: { ...scale, ...bounds, name: data.unit, nameTextStyle: { align: "left" }, axisLabel: { formatter: three } },
      series,
    };
  }

  /** Several quantities of one unit by day, each with a symbol of its own. */
  function lines(data) {
    const colours = [VALUE, "#8a5300", "#1e6b45", "#6a3d9a"], symbols = ["circle", "rect", "triangle", "diamond"];
    const all = data.series.flatMap((s) => s.points.map((p) => p[1])).concat(data.lines.map((line) => line.value));
    const low = Math.min(...all), high = Math.max(...all), room = (high - low || Math.abs(high) || 1) * .15;
    const series = data.series.map((s, index) => ({
      name: s.name, type: "line", data: s.points, symbol: symbols[index % 4], symbolSize: 9,
      itemStyle: { color: colours[index % 4] }, lineStyle: { color: colours[index % 4], width: 1.5 },
    }));
    return {
      grid: { ...grid, top: 64 }, legend: { top: 0, left: 0, data: data.series.map((s) => s.name) },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => (item.value ? `${item.value[0]}\n${item.seriesName} ${three(item.value[1])} ${data.unit}` : "") },
      xAxis: { type: "time", axisLabel: { hideOverlap: true, formatter: (at) => new Date(at).toISOString().slice(0, 10) } },
      yAxis: { type: "value", min: data.floor ?? Number((low - room).toPrecision(2)), max: Number((high + room).toPrecision(2)), name: data.unit, nameTextStyle: { align: "left" }, axisLabel: { formatter: three } },
      series: series.concat(data.lines.map((line) => lineSeries("yAxis", line.value, line.name, LIMIT, "dashed", inside))),
    };
  }

  const kinds = { paper, audiogram, dose, trend, lines };
  function draw(root) {
    if (!window.echarts) return;
    root.querySelectorAll("[data-plot]").forEach((box) => {
      if (window.echarts.getInstanceByDom(box) || box.clientWidth === 0) return;
      const data = JSON.parse(box.dataset.plot);
      // Canvas and drawn tooltips: the content security policy refuses style attributes.
      const chart = window.echarts.init(box);
      chart.setOption(Object.assign({}, base, kinds[data.kind](data)));
      box.dataset.drawn = data.kind;
      new ResizeObserver(() => chart.resize()).observe(box);
    });
  }
  draw(document);
  document.addEventListener("htmx:afterSwap", () => draw(document));
  // A picture inside folded details has no width until they open.
  document.addEventListener("toggle", (e) => { if (e.target.open) draw(e.target); }, true);

  // ---- copying ----
  document.addEventListener("click", async (e) => {
    const button = e.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy), said = button.parentElement.querySelector("[data-copied]");
    let done = true;
    try { await navigator.clipboard.writeText(source.value); } catch {
      source.closest("details").open = true;
      source.select();
      done = document.execCommand("copy");
    }
    said.textContent = done ? "已复制" : "请在下面的文本框中手工复制";
  });

  // ---- a block of cells pasted into a grid of inputs fills them from there on ----
  document.addEventListener("paste", (e) => {
    const grid = e.target.closest("[data-spread]"), text = e.clipboardData?.getData("text/plain") ?? "";
    if (!grid || !/[\t\n]/.test(text.trim())) return;
    e.preventDefault();
    const rows = [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
    const at = rows.findIndex((row) => row.includes(e.target)), from = rows[at].indexOf(e.target);
    let lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    // One column copied downwards goes along the row: frequencies stand side by side here.
    if (lines.length > 1 && lines.every((line) => line.length === 1)) lines = [lines.map((line) => line[0])];
    lines.forEach((cells, down) => cells.forEach((cell, right) => { const input = rows[at + down]?.[from + right]; if (input) input.value = cell.trim(); }));
  });
})();
