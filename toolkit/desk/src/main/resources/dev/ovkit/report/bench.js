// Draws the charts of a measurement from the JSON in the page; see BenchReport.
"use strict";
(() => {
  const measured = JSON.parse(document.getElementById("measured").textContent);
  const models = measured.models;
  const decisive = measured.mode === "inference-only" ? "infer_ms" : "end_to_end_ms";
  const counted = measured.mode === "load" ? "requests" : "passes";
  const stages = ["decode_ms", "preprocess_ms", "infer_ms", "postprocess_ms"];
  const colours = ["#3b6ea5", "#c8702a", "#4d8b57", "#7d5ba6", "#a8071a", "#556677"];
  const colour = (i) => colours[i % colours.length];
  const faint = (i) => colour(i) + "40";
  const words = (key) => key.replace(/_ms$/, "").replaceAll("_", " ");
  const file = (path) => path.slice(path.lastIndexOf("/") + 1);
  const digits = (value) => Number(value.toPrecision(4)).toString();

  // The file's name where it says which model is meant, else the whole path, else with a number.
  const names = models.map(({model}, i) => {
    if (measured.mode === "load") return model;
    const short = file(model).replace(/\.xml$/, "");
    if (models.every((other, j) => j === i || file(other.model) !== file(model))) return short;
    if (models.every((other, j) => j === i || other.model !== model)) return model;
    return `${short} #${i + 1}`;
  });

  // An interval on each bar or point of a data set that has one.
  const intervals = {
    id: "intervals",
    afterDatasetsDraw(chart) {
      const {ctx} = chart;
      chart.data.datasets.forEach((set, i) => {
        if (!set.intervals || !chart.isDatasetVisible(i)) return;
        const across = chart.options.indexAxis === "y";
        const scale = across ? chart.scales.x : chart.scales.y;
        ctx.save();
        ctx.strokeStyle = set.intervalColour ?? "#1c1e21";
        ctx.lineWidth = across ? 2 : 1;
        chart.getDatasetMeta(i).data.forEach((element, j) => {
          if (!set.intervals[j]) return;
          const [low, high] = set.intervals[j].map((value) => scale.getPixelForValue(value));
          const place = across ? element.y : element.x;
          const cap = across ? 7 : 2;
          const line = (a, b, c, d) => (across ? [ctx.moveTo(a, b), ctx.lineTo(c, d)] : [ctx.moveTo(b, a), ctx.lineTo(d, c)]);
          ctx.beginPath();
          line(low, place, high, place);
          line(low, place - cap, low, place + cap);
          line(high, place - cap, high, place + cap);
          ctx.stroke();
        });
        ctx.restore();
      });
    },
  };

  // Where a ratio says "equal", and how far the control may be from it.
  const equal = {
    id: "equal",
    beforeDatasetsDraw(chart, _, {shown}) {
      if (!shown) return;
      const {ctx, scales: {x}, chartArea: {top, bottom, left, right}} = chart;
      const at = (value) => Math.min(right, Math.max(left, x.getPixelForValue(value)));
      ctx.save();
      ctx.fillStyle = "#17692f18";
      ctx.fillRect(at(0.98), top, at(1.02) - at(0.98), bottom - top);
      ctx.strokeStyle = "#17692f";
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(at(1), top);
      ctx.lineTo(at(1), bottom);
      ctx.stroke();
      ctx.restore();
    },
  };

  Chart.register(intervals, equal);
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.font.family = "system-ui, sans-serif";
  Chart.defaults.color = "#445";

  const axis = (text, more = {}) => ({title: {display: true, text}, ...more});
  const charts = [];
  const draw = (id, config) => {
    const canvas = document.getElementById(id);
    if (canvas) charts.push(new Chart(canvas, config));
  };

  const spreads = models.map((model) => model.distributions[decisive]);
  // Models far apart would each be a spike on a linear axis.
  const middles = models.flatMap((model) => model[decisive]?.p50 ?? []);
  const apart = Math.max(...middles) > 8 * Math.min(...middles);
  draw("distribution", {
    type: "line",
    data: {
      datasets: spreads.flatMap((spread, i) => {
        if (!spread) return [];
        const {from, to, counts, beyond} = spread;
        const passes = counts.reduce((sum, count) => sum + count, beyond);
        const part = (to - from) / counts.length;
        const points = counts.map((count, j) => ({x: from + j * part, y: (100 * count) / passes}));
        // One part alone has no width; it gets a little, to be seen.
        const end = to > from ? to : to * 1.001;
        return {
          label: `${names[i]} (${passes} ${counted}, ${beyond} beyond)`,
          data: [{x: from, y: 0}, ...points, {x: end, y: points[points.length - 1].y}, {x: end, y: 0}],
          stepped: true,
          fill: "origin",
          pointRadius: 0,
          borderWidth: 1.5,
          borderColor: colour(i),
          backgroundColor: faint(i),
        };
      }),
    },
    options: {
      interaction: {mode: "nearest", axis: "x", intersect: false},
      scales: {
        x: axis(`${words(decisive)}, ms`, {type: apart ? "logarithmic" : "linear"}),
        y: axis(`% of ${counted}`, {beginAtZero: true}),
      },
    },
  });

  draw("stages", {
    type: "bar",
    data: {
      labels: names,
      datasets: stages
        .filter((stage) => models.some((model) => model[stage]))
        .map((stage) => ({
          label: words(stage),
          data: models.map((model) => model[stage]?.mean ?? null),
          backgroundColor: colour([1, 2, 0, 3][stages.indexOf(stage)]),
        })),
    },
    options: {
      indexAxis: "y",
      scales: {x: axis("mean, ms", {stacked: true}), y: {stacked: true}},
    },
  });

  draw("pictures", {
    type: "bar",
    data: {
      labels: models[0].per_picture.map((picture) => file(picture.file)),
      datasets: models.map((model, i) => ({
        label: names[i],
        data: model.per_picture.map((picture) => picture[decisive]?.mean ?? null),
        intervals: model.per_picture.map((picture) => {
          const times = picture[decisive];
          return times?.standard_error == null
            ? null
            : [times.mean - times.standard_error, times.mean + times.standard_error];
        }),
        backgroundColor: colour(i) + "b0",
      })),
    },
    options: {
      indexAxis: "y",
      scales: {
        y: {ticks: {autoSkip: false}},
        x: axis(`mean of ${words(decisive)}, ms`, {
          beginAtZero: true,
          suggestedMax: Math.max(
            ...models.flatMap((model) =>
              model.per_picture.map((picture) => (picture[decisive]?.mean ?? 0) + (picture[decisive]?.standard_error ?? 0)),
            ),
          ),
        }),
      },
    },
  });

  const label = (path) => names[models.findIndex((model) => model.model === path)] ?? path;
  const ratios = measured.ratios.map((ratio, i) => ({
    ...ratio,
    // In the order of the models, one or two stages each; a path alone may stand for two of them.
    of: `${names[1 + Math.floor(i / (measured.ratios.length / (models.length - 1)))] ?? label(ratio.model)}, ${measured.mode === "throughput" ? "time a picture" : words(ratio.of)}`,
  }));
  if (measured.control) ratios.push({...measured.control, of: `control: ${names[0]} again`});
  draw("ratios", {
    type: "line",
    data: {
      labels: ratios.map(({of, ratio, low, high}) => [of, `${digits(ratio)}  (${digits(low)} – ${digits(high)})`]),
      datasets: [
        {
          label: "ratio",
          data: ratios.map(({ratio}) => ratio),
          intervals: ratios.map(({low, high}) => [low, high]),
          intervalColour: colour(0),
          showLine: false,
          pointRadius: 4,
          pointBackgroundColor: ratios.map((_, i) => (measured.control && i === ratios.length - 1 ? colour(2) : colour(0))),
        },
      ],
    },
    options: {
      indexAxis: "y",
      plugins: {legend: {display: false}, equal: {shown: true}},
      scales: {
        x: axis(`time of a model over that of ${names[0]}`, {
          suggestedMin: Math.min(0.96, ...ratios.map(({low}) => low - 0.02)),
          suggestedMax: Math.max(1.04, ...ratios.map(({high}) => high + 0.02)),
        }),
        y: {offset: true},
      },
    },
  });

  // For a check that cannot look: how many charts left something on their canvas.
  document.documentElement.dataset.drawn = charts.filter(({canvas}) =>
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0),
  ).length;
})();
