// Devices on the outlines of their counties: colour and shape say the state, the table below says the same in words.
(async () => {
  const box = document.querySelector("[data-map]");
  if (!box || !window.echarts) return;
  const { points } = JSON.parse(document.getElementById(box.dataset.from).textContent);
  const LOOKS = {
    high: ["#a61c2b", "triangle", 20], alarm: ["#b45309", "triangle", 16], notice: ["#8a6d00", "emptyTriangle", 14], over_range: ["#8a1466", "pin", 18], fault: ["#6d28a8", "diamond", 15],
    offline: ["#55636d", "emptyCircle", 12], calibrating: ["#1d4f91", "rect", 11], fine: ["#1e6b45", "circle", 11], stopped: ["#8a97a0", "roundRect", 10],
  };
  const answer = await fetch(box.dataset.map);
  const inside = answer.ok ? (await answer.json()).features : [];
  const chart = window.echarts.init(box);
  new ResizeObserver(() => chart.resize()).observe(box);
  const drawn = inside.length > 0;
  if (drawn) window.echarts.registerMap("counties", { type: "FeatureCollection", features: inside });
  const series = Object.entries(LOOKS).map(([state, [color, symbol, symbolSize]]) => {
    const here = points.filter((point) => point.state === state);
    return here.length === 0 ? null : {
      type: "scatter", name: here[0].title, coordinateSystem: drawn ? "geo" : "cartesian2d", symbol, symbolSize, itemStyle: symbol.startsWith("empty") ? { color, borderColor: color, borderWidth: 2 } : { color, borderColor: "#fff", borderWidth: 1 },
      z: 10 - Object.keys(LOOKS).indexOf(state), data: here.map((point) => ({ value: point.at, point })), animation: false,
    };
  }).filter(Boolean);
  const option = {
    animation: false, aria: { enabled: false }, series,
    legend: { top: 8, left: 8, orient: "vertical", data: series.map((one) => one.name) },
    tooltip: {
      trigger: "item", renderMode: "richText",
      formatter: ({ data, name }) => (data?.point ? [`${data.point.name} ${data.point.title}`, data.point.text, `${data.point.hazard} ${data.point.value ?? "没有数据"}`].join("\n") : name),
    },
  };
  if (drawn) {
    option.geo = { map: "counties", roam: true, top: 24, bottom: 16, left: 24, right: 24, nameProperty: "name", label: { show: true, color: "#52646f", fontSize: 12 }, itemStyle: { areaColor: "#eef3f6", borderColor: "#9fb0ba" }, emphasis: { itemStyle: { areaColor: "#e1ecf2" }, label: { color: "#1b2b34" } }, select: { disabled: true } };
  } else {
    // No outline of this region is there: longitude and latitude alone.
    Object.assign(option, { grid: { left: 60, right: 24, top: 40, bottom: 40 }, xAxis: { type: "value", name: "经度", scale: true }, yAxis: { type: "value", name: "纬度", scale: true } });
  }
  chart.setOption(option);
  chart.on("click", ({ data }) => { if (data?.point) location.assign(data.point.page); });
  box.dataset.drawn = String(points.length);
})();
