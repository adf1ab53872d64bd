"use strict";
// Draws the plots of this page in the colours of the reader's theme; light for print.
(() => {
  const dark = JSON.parse(document.getElementById("dark").textContent);
  const wantsDark = window.matchMedia("(prefers-color-scheme: dark)");
  const settings = { displayModeBar: false, responsive: true };

  const coloured = (text, isDark) => {
    if (!isDark) return text;
    return Object.entries(dark).reduce((done, [light, partner]) => done.replaceAll(light, partner), text);
  };
  const draw = (isDark) => Promise.all(
    [...document.querySelectorAll("script[data-plot]")].map((script) => {
      const plot = JSON.parse(coloured(script.textContent, isDark));
      const { xaxis } = plot.layout;
      const room = document.getElementById(script.dataset.plot).clientWidth - 100;
      if (xaxis.ticktext && xaxis.ticktext.join("  ").length * 8 > room) {
        xaxis.tickangle = xaxis.side === "top" ? 40 : -40; // slanted towards the plot: no label leaves the page
      }
      return Plotly.react(script.dataset.plot, plot.data, plot.layout, settings);
    }),
  );

  wantsDark.addEventListener("change", (event) => draw(event.matches));
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((part) => { part.open = true; });
    draw(false);
  });
  window.addEventListener("afterprint", () => draw(wantsDark.matches));
  draw(wantsDark.matches).then(() => { document.documentElement.dataset.drawn = "yes"; });
})();
