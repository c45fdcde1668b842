"use strict";
// Draws every control chart of the page from the figures in its data-points; the same figures stand in a table below it.
(() => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const line = (label, data, more) => ({ label, data, borderWidth: 1, pointRadius: 0, fill: false, order: 1, ...more });

  for (const canvas of document.querySelectorAll("canvas[data-points]")) {
    const points = JSON.parse(canvas.dataset.points);
    const percent = canvas.dataset.percent === "true";
    const shown = (value) => (percent ? `${(100 * value).toFixed(1)} %` : value.toFixed(2));
    const outside = (point) => point.rate !== null && (point.rate < point.lower || point.rate > point.upper);
    new Chart(canvas, {
      type: "line",
      data: {
        labels: points.map((point) => point.day),
        datasets: [
          line("upper limit", points.map((point) => point.upper), { borderColor: colour("--line-strong"), stepped: "middle" }),
          line("lower limit", points.map((point) => point.lower), { borderColor: colour("--line-strong"), stepped: "middle", fill: 0, backgroundColor: colour("--tint") }),
          line("rate", points.map((point) => point.rate), {
            order: 0, // in front of the band between the limits
            borderColor: colour("--link"), borderWidth: 2, spanGaps: true,
            pointRadius: points.map((point) => (outside(point) ? 5 : 2)),
            pointBackgroundColor: points.map((point) => colour(outside(point) ? "--alert" : "--link")),
            pointBorderColor: points.map((point) => colour(outside(point) ? "--alert" : "--link")),
          }),
        ],
      },
      options: {
        animation: false, maintainAspectRatio: false, interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: false },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${shown(item.raw)}` } },
        },
        scales: {
          x: { grid: { display: false }, ticks: { maxTicksLimit: 6, maxRotation: 0, callback: (_, index) => points[index].day.slice(5) } },
          y: { beginAtZero: true, ticks: { maxTicksLimit: 5, callback: shown } },
        },
      },
    });
  }
})();
