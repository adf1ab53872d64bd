"use strict";
// Draws the plots of this page in the colours of the reader's theme; light for print.
(() => {
  const { dark, paper } = JSON.parse(document.getElementById("palette").textContent);
  const wantsDark = window.matchMedia("(prefers-color-scheme: dark)");
  const settings = { displayModeBar: false, responsive: true };

  const themes = { light: {}, dark, print: { [paper]: "#ffffff" } };

  const coloured = (text, theme) => Object.entries(themes[theme]).reduce(
    (done, [light, partner]) => done.replaceAll(light, partner), text);
  const chosen = () => (wantsDark.matches ? "dark" : "light");
  // a heat map whose cells repeat a few words: rows, columns, words, heights, and the word of each cell
  const fill = (trace, { rows, columns, words, heights, cells }) => {
    trace.z = cells.map((row) => row.map((word) => heights[word]));
    trace.customdata = cells.map((row, i) => row.map(
      (word, j) => `<b>${rows[i]}</b> at ${columns[j]}<br>χ = ${words[word]}`));
  };
  const draw = (theme) => Promise.all(
    [...document.querySelectorAll("script[data-plot]")].map((script) => {
      const plot = JSON.parse(coloured(script.textContent, theme));
      if (plot.lookup) fill(plot.data[0], plot.lookup);
      const { xaxis } = plot.layout;
      const room = document.getElementById(script.dataset.plot).clientWidth - 100;
      if (xaxis.ticktext && xaxis.ticktext.reduce((sum, label) => sum + 7 * label.length + 10, 0) > room) {
        xaxis.tickangle = xaxis.side === "top" ? 40 : -40; // slanted towards the plot: no label leaves the page
      }
      return Plotly.react(script.dataset.plot, plot.data, plot.layout, settings);
    }),
  );

  wantsDark.addEventListener("change", () => draw(chosen()));
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((part) => { part.open = true; });
    draw("print");
  });
  window.addEventListener("afterprint", () => draw(chosen()));
  draw(chosen()).then(() => { document.documentElement.dataset.drawn = "yes"; });
})();
