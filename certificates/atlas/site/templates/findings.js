"use strict";
// A click on a point of a plot opens the page of its group.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".plot").forEach((plot) => {
    const wait = () => {
      if (typeof plot.on !== "function") { setTimeout(wait, 100); return; }
      plot.on("plotly_click", ({ points: [point] }) => {
        if (Array.isArray(point.customdata)) location.href = `groups/${point.customdata[1]}.html`;
      });
    };
    wait();
  });
});
