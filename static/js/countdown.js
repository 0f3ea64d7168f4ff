// Counts seconds that the server gave down to zero. The device's own date and time play no part.
// Markup: <b data-countdown="3600" data-units="ngày|giờ|phút|giây">1 giờ</b>, and once it is over:
// data-zero = id of an element to show, or data-zero-go = address to open.
const start = performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;
const clocks = [...document.querySelectorAll("[data-countdown]")].map((node) => ({
  node,
  ends: start + Number(node.dataset.countdown) * 1000,
  units: node.dataset.units.split("|"),
  over: false,
}));

function text(seconds, [day, hour, minute, second]) {
  const parts = [
    [Math.floor(seconds / 86400), day],
    [Math.floor(seconds / 3600) % 24, hour],
    [Math.floor(seconds / 60) % 60, minute],
    [seconds % 60, second],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return `0\u00a0${second}`;
  // Beyond a day the seconds are only noise.
  const shown = parts.slice(first, first === 0 ? 3 : 4);
  return shown.map(([value, unit]) => `${String(value).padStart(2, "0")}\u00a0${unit}`).join(" ");
}

function tick() {
  for (const clock of clocks) {
    if (clock.over) continue;
    const left = Math.max(0, Math.ceil((clock.ends - performance.now()) / 1000));
    clock.node.textContent = text(left, clock.units);
    if (left > 0) continue;
    clock.over = true;
    const { zero, zeroGo } = clock.node.dataset;
    if (zero) document.getElementById(zero).hidden = false;
    if (zeroGo) location.replace(zeroGo);
  }
}

tick();
setInterval(tick, 1000);
