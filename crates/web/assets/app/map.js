// The map: boundaries from this server, colours by class, clusters as circles. Without this script the table beside it says the same.
(function () {
  "use strict";
  if (!window.echarts) return;
  const GREY = "#e2e6ea", WITHHELD = "#b9c0c7", INK = "#1b2b34";
  const shorter = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

  /** One region of the map: its colour, and a pattern where nothing is told. */
  function region(place, colours) {
    const told = place.state === "told";
    return {
      name: place.code,
      itemStyle: {
        areaColor: told ? colours[place.class] : place.state === "withheld" ? WITHHELD : GREY,
        borderColor: "#52646f",
        borderWidth: 1,
        borderType: told ? "solid" : "dashed",
      },
      label: { show: true, color: told && place.class > 2 ? "#fff" : INK, fontSize: 11, formatter: shorter(place.name, 8) },
    };
  }

  function circles(marks) {
    const most = Math.max(1, ...marks.map((mark) => mark.n));
    return marks.map((mark) => ({
      name: mark.name || mark.n + " 个",
      value: mark.at.concat(mark.n),
      href: mark.href,
      symbolSize: mark.n === 1 ? 9 : 13 + 15 * Math.sqrt(mark.n / most),
      label: { show: mark.n > 1, formatter: String(mark.n), color: "#fff", fontSize: 11 },
    }));
  }

  function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.map).textContent);
    const chart = window.echarts.init(box);
    fetch(data.geometry, { headers: { accept: "application/geo+json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((shapes) => {
        const name = "map:" + data.geometry;
        window.echarts.registerMap(name, shapes);
        const by = new Map(data.places.map((place) => [place.code, place]));
        const told = (code) => { const place = by.get(code); return place ? place.name + "\n" + data.title + "：" + place.shown : ""; };
        const small = box.clientWidth < 480;
        chart.setOption({
          animation: false,
          textStyle: { fontFamily: "inherit" },
          tooltip: {
            renderMode: "richText",
            formatter: (item) => (item.seriesType === "scatter" ? item.name : told(item.name)),
          },
          geo: {
            map: name,
            nameProperty: "code",
            roam: true,
            scaleLimit: { min: 0.8, max: 40 },
            aspectScale: 0.78,
            layoutCenter: ["50%", "50%"],
            layoutSize: small ? "98%" : "94%",
            itemStyle: { areaColor: GREY, borderColor: "#52646f" },
            emphasis: { itemStyle: { areaColor: null, borderColor: "#000", borderWidth: 2.5 }, label: { show: true } },
            select: { disabled: true },
            regions: data.places.map((place) => region(place, data.colours)),
            tooltip: { show: true, formatter: (item) => told(item.name) },
          },
          series: [{
            type: "scatter",
            coordinateSystem: "geo",
            data: data.marks ? circles(data.marks.marks) : [],
            itemStyle: { color: "#7a1f6b", borderColor: "#fff", borderWidth: 1.5, opacity: 0.92 },
          }],
        });
        const listed = (code) => document.querySelector('.map-table tr[data-code="' + code + '"]');
        chart.on("click", (item) => {
          const place = item.componentType === "geo" ? by.get(item.name) : null;
          const href = place ? place.href : item.data && item.data.href;
          if (href) window.location.assign(href);
        });
        chart.on("mouseover", (item) => item.componentType === "geo" && listed(item.name)?.classList.add("here"));
        chart.on("mouseout", (item) => item.componentType === "geo" && listed(item.name)?.classList.remove("here"));
        // Whoever walks the table by keyboard sees where they are on the map.
        document.querySelectorAll(".map-table tr[data-code]").forEach((row) => {
          const tell = (type) => () => chart.dispatchAction({ type, geoIndex: 0, name: row.dataset.code });
          row.addEventListener("focusin", tell("highlight"));
          row.addEventListener("focusout", tell("downplay"));
          row.addEventListener("mouseenter", tell("highlight"));
          row.addEventListener("mouseleave", tell("downplay"));
        });
        if (data.marks && data.marks.total > 0) closer(chart, data);
        new ResizeObserver(() => { if (box.clientWidth > 0 && box.clientHeight > 0) chart.resize(); }).observe(box);
        box.dataset.drawn = "yes";
      })
      .catch(() => { box.textContent = "边界图没有取到，请看列表。"; });
  }

  /** After a zoom or a shift the clusters of what is looked at are asked for. */
  function closer(chart, data) {
    let waiting = 0;
    chart.on("georoam", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => {
        const a = chart.convertFromPixel("geo", [0, 0]), b = chart.convertFromPixel("geo", [chart.getWidth(), chart.getHeight()]);
        if (!a || !b) return;
        const part = { west: Math.min(a[0], b[0]), south: Math.min(a[1], b[1]), east: Math.max(a[0], b[0]), north: Math.max(a[1], b[1]) };
        const query = Object.entries(part).map(([key, value]) => key + "=" + value.toFixed(6)).join("&");
        fetch(data.more + (data.more.includes("?") ? "&" : "?") + query)
          .then((answer) => (answer.ok ? answer.json() : null))
          .then((found) => found && chart.setOption({ series: [{ data: circles(found.marks) }] }));
      }, 250);
    });
  }

  function begin() { document.querySelectorAll("[data-map]:not([data-begun])").forEach((box) => { box.dataset.begun = "yes"; draw(box); }); }
  document.addEventListener("input", (event) => {
    const shown = event.target.matches(".map-slider input") && event.target.closest("label").querySelector("output");
    if (shown) shown.textContent = event.target.value;
  });
  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();
