// A device's chart: pieces with their lowest and highest value, set points, and what arrives while the page is open.
(() => {
  const box = document.querySelector("[data-series]");
  if (!box) return;
  // Alarms: the page's own piece again, whenever the stream says that they have changed.
  const source = new EventSource(box.dataset.live);
  window.addEventListener("pagehide", () => source.close());
  const piece = document.querySelector("[data-piece]");
  if (piece) {
    source.addEventListener("alarms", async () => {
      const answer = await fetch(piece.dataset.piece, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      // Said aloud only when it is something else.
      if (text !== piece.innerHTML) piece.innerHTML = text;
    });
  }
  const badge = document.getElementById("live-state");
  source.addEventListener("state", (event) => {
    const { title, class: look } = JSON.parse(event.data);
    badge.textContent = title;
    badge.className = `state-badge ${look}`;
  });
  if (!window.echarts) return;
  // The axis shows China time, wherever the browser stands: as the readings beside it.
  const CHINA = 8 * 3600e3;
  const unit = box.dataset.unit, lines = JSON.parse(box.dataset.lines);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const chart = window.echarts.init(box);
  new ResizeObserver(() => chart.resize()).observe(box);
  let points = [], wide = false;
  // Lowest, then highest of each piece: a line through both keeps every peak.
  const drawn = () => points.flatMap(([at, low, high]) => (low === high ? [[at + CHINA, low]] : [[at + CHINA, low], [at + CHINA, high]]));
  const three = (value) => String(Number(Number(value).toPrecision(4)));
  const option = () => ({
    animation: false, aria: { enabled: false }, useUTC: true,
    grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => `${three(value)} ${unit}` },
    xAxis: { type: "time", axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", scale: true, name: unit, nameTextStyle: { align: "left" }, axisLabel: { formatter: three } },
    series: [{
      type: "line", name: "监测值", data: drawn(), showSymbol: false, sampling: "minmax", lineStyle: { width: 1.5, color: "#1d5b94" }, itemStyle: { color: "#1d5b94" },
      markLine: { symbol: "none", silent: true, animation: false, data: lines.map((line) => ({ yAxis: line.value, name: line.name, label: { formatter: `${line.name} ${three(line.value)}`, position: "insideEndTop" }, lineStyle: { color: "#a3261a", type: "dashed" } })) },
    }].concat(wide ? [{ type: "line", name: "平均值", data: points.map(([at, , , mean]) => [at, mean]), showSymbol: false, lineStyle: { width: 2, color: "#b35c00" }, itemStyle: { color: "#b35c00" } }] : []),
    legend: wide ? { right: 8, top: 0, data: ["监测值", "平均值"] } : undefined,
  });
  let waiting = false;
  const draw = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; chart.setOption(option()); box.dataset.drawn = String(points.length); }, still ? 2000 : 250);
  };
  const load = async () => {
    const answer = await fetch(box.dataset.series, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const told = await answer.json();
    points = told.points;
    // Pieces of an hour and more: a mean says something beside the two ends.
    wide = told.width >= 3600000;
    draw();
  };
  load();
  const value = document.getElementById("live-value"), at = document.getElementById("live-at"), quality = document.getElementById("live-quality");
  source.onmessage = (event) => {
    const reading = JSON.parse(event.data);
    if (reading.q === 0) {
      const last = points[points.length - 1];
      if (!last || reading.at >= last[0]) points.push([reading.at, reading.value, reading.value, reading.value]); else load();
      if (points.length > 20000) points.splice(0, points.length - 20000);
      draw();
    }
    value.textContent = reading.text ?? three(reading.value);
    quality.textContent = reading.quality;
    at.textContent = reading.shown;
  };
  source.addEventListener("again", load);
})();
