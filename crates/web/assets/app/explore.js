// The chart of an exploration. Without this script the table says the same and the section stays hidden.
(function () {
  "use strict";
  const box = document.querySelector("[data-explore]");
  if (!window.echarts || !box) return;
  const data = JSON.parse(document.getElementById(box.dataset.explore).textContent);
  const section = box.closest("section");
  section.hidden = false;
  // Okabe and Ito's colours: told apart with every kind of colour vision.
  const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7d00", "#5b5b5b", "#6a3d9a", "#1b7f79"];
  const show = (value) => (value === null || value === undefined ? "—" : Math.round(value * 100) / 100 + data.unit);
  const base = { animation: false, color: colours, textStyle: { fontFamily: "inherit" } };
  const axis = { type: "category", data: data.labels, axisLabel: { interval: data.labels.length <= 16 ? 0 : "auto", rotate: data.labels.length > 8 ? 30 : 0, width: 110, overflow: "truncate" } };
  const grid = { left: 8, right: 24, top: 44, bottom: 8, containLabel: true };

  const plain = (type, stack) => ({
    grid,
    legend: { type: "scroll", top: 0, left: 0 },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: show },
    xAxis: axis,
    yAxis: { type: "value", axisLabel: { formatter: (value) => value + data.unit } },
    series: data.series.map((one) => ({ name: one.name, type, stack: stack ? "all" : undefined, data: one.values, barMaxWidth: 28, symbolSize: 6 })),
  });

  function heat() {
    const cells = [];
    data.series.forEach((one, y) => one.values.forEach((value, x) => { if (value !== null) cells.push([x, y, value]); }));
    const values = cells.map((cell) => cell[2]);
    return {
      grid: Object.assign({}, grid, { bottom: 56 }),
      tooltip: { renderMode: "richText", formatter: (item) => data.labels[item.value[0]] + " · " + data.series[item.value[1]].name + "\n" + show(item.value[2]) },
      xAxis: axis,
      yAxis: { type: "category", data: data.series.map((one) => one.name) },
      visualMap: { min: Math.min(0, ...values), max: Math.max(1, ...values), calculable: false, orient: "horizontal", left: 0, bottom: 0, inRange: { color: ["#f2f6fa", "#9dbbd6", "#35618e", "#16324f"] } },
      series: [{ type: "heatmap", data: cells, label: { show: cells.length <= 120, formatter: (item) => show(item.value[2]) } }],
    };
  }

  const kinds = { bar: () => plain("bar", false), stack: () => plain("bar", true), line: () => plain("line", false), heat };
  const chart = window.echarts.init(box);
  const draw = (kind) => {
    chart.setOption(Object.assign({}, base, kinds[kind]()), true);
    section.querySelectorAll("[data-kind]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.kind === kind)));
  };
  section.querySelectorAll("[data-kind]").forEach((button) => button.addEventListener("click", () => draw(button.dataset.kind)));
  section.querySelector("[data-save]").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
    link.download = data.title.replace(/[\\/:*?"<>|]/g, " ") + ".png";
    link.click();
  });
  new ResizeObserver(() => chart.resize()).observe(box);
  draw(data.first);
})();
