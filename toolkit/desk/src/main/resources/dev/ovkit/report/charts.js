// Draws the charts of a page from the configurations in it; see Charts.
"use strict";
(() => {
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.font.family = "system-ui, sans-serif";
  Chart.defaults.color = "#445";
  const charts = Object.entries(JSON.parse(document.getElementById("charts").textContent)).map(
    ([id, config]) => new Chart(document.getElementById(id), config),
  );
  // For a check that cannot look: how many charts left something on their canvas.
  document.documentElement.dataset.drawn = charts.filter(({canvas}) =>
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0),
  ).length;
})();
