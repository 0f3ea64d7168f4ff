// Keeps the watch page at the present: asks for its parts and puts them in, draws the charts. Without this script
// the page loads itself anew (Refresh), and has the same numbers as a table.
(() => {
  "use strict";
  const address = new URL(location.href);
  if (!address.searchParams.has("lien-tuc")) {
    // From here on nothing is loaded as a whole: a screen on a wall must not end on an error page.
    address.searchParams.set("lien-tuc", "1");
    location.replace(address);
    return;
  }
  const page = document.body;
  const every = Number(page.dataset.every) * 1000;
  const lost = document.getElementById("lost");
  const state = document.getElementById("state");
  const colours = { started: "#f0c96f", submitted: "#86cf9d", open: "#8db8f5", errors: "#ff9d94", refused: "#f0c96f", slow: "#c9a6e8" };
  const narrow = matchMedia("(max-width: 48rem)");
  const charts = [];
  let since = null;
  let tag = null;

  function axis(extra) {
    return { stroke: "#c4b9ad", grid: { stroke: "#463f38", width: 1 }, ticks: { stroke: "#463f38", width: 1 }, ...extra };
  }

  function clock(seconds) {
    return new Date(seconds * 1000).toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", hour12: false });
  }

  function chart(id, names, bars) {
    const box = document.getElementById(id);
    const whole = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("vi-VN"));
    const series = names.map((name) => ({
      label: box.dataset[name],
      stroke: colours[name],
      width: 2,
      fill: bars ? `${colours[name]}22` : undefined,
      paths: uPlot.paths.stepped({ align: 1 }),
      points: { show: false },
      spanGaps: false,
      value: (_plot, value) => whole(value),
    }));
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: 200,
        series: [{ label: box.dataset.minute, value: (_plot, value) => (value ? clock(value) : "–") }, ...series],
        axes: [
          axis({ values: (_plot, ticks) => ticks.map(clock), space: narrow.matches ? 60 : 80 }),
          axis({ values: (_plot, ticks) => ticks.map(whole), size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000] }),
        ],
        scales: { y: { range: (_plot, _low, high) => [0, Math.max(5, Math.ceil((high || 0) * 1.1))] } },
        cursor: { drag: { x: false, y: false } },
      },
      [[], ...names.map(() => [])],
      box,
    );
    charts.push({ plot, box, names });
  }

  function size({ plot, box }) {
    const legend = box.querySelector(".u-legend");
    plot.setSize({ width: box.clientWidth, height: Math.max(120, box.clientHeight - (legend ? legend.offsetHeight : 0)) });
  }

  function draw(data) {
    for (const { plot, names } of charts) plot.setData([data.minute, ...names.map((name) => data[name])]);
  }

  function put(id, markup) {
    const part = document.getElementById(id);
    // What somebody is about to use stays under the finger until the next time.
    if (part.contains(document.activeElement)) return;
    part.innerHTML = markup;
  }

  function show(found) {
    if (state.textContent !== found.summary) state.textContent = found.summary;
    state.className = `state ${found.state}`;
    for (const [id, markup] of Object.entries(found.parts)) put(id, markup);
    draw(found.chart);
  }

  function silent(text) {
    if (lost.textContent !== text) lost.textContent = text;
    lost.hidden = false;
    state.className = "state urgent";
  }

  async function ask() {
    const url = new URL(page.dataset.data, location.href);
    url.search = address.search;
    const headers = { Accept: "application/json" };
    if (tag) headers["If-None-Match"] = tag;
    const answer = await fetch(url, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(10000) });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      silent(page.dataset.signedOut);
      return;
    }
    // 304: nothing has been put together since the last time.
    if (answer.status !== 304) {
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      tag = answer.headers.get("ETag");
    }
    since = null;
    lost.hidden = true;
  }

  async function live() {
    if (!document.hidden) {
      try {
        await ask();
      } catch {
        since ??= clock(Date.now() / 1000);
        silent(`${page.dataset.lost} ${since}.`);
      }
    }
    setTimeout(live, every);
  }

  document.getElementById("charts").hidden = false;
  chart("attempts-chart", ["started", "submitted"], true);
  chart("open-chart", ["open"], true);
  chart("trouble-chart", ["errors", "refused", "slow"], false);
  draw(JSON.parse(document.getElementById("chart-data").textContent));
  charts.forEach(size);
  new ResizeObserver(() => charts.forEach(size)).observe(document.getElementById("charts"));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask().catch(() => {});
  });
  setTimeout(live, every);
})();
