"use strict";
// Sorts tables and draws charts that came as numbers.  Nothing here fetches, follows or stores anything.
(() => {
  const order = (a, b) => {
    if (a === b) return 0;
    if (a === "") return 1; // what is missing comes last, both ways
    if (b === "") return -1;
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  };
  const key = (row, place) => {
    const cell = row.cells[place];
    return cell.dataset.key ?? cell.textContent;
  };
  const sort = (table, place, heading) => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows];
    rows.sort((one, two) => {
      const [a, b] = [key(one, place), key(two, place)];
      return a === "" || b === "" || !descending ? order(a, b) : order(b, a);
    });
    table.tBodies[0].append(...rows);
  };
  for (const table of document.querySelectorAll(".table table")) {
    [...table.tHead.rows[0].cells].forEach((heading, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", () => sort(table, place, heading));
      heading.replaceChildren(button);
    });
  }

  const INKS = {
    light: { text: "#3e4c5a", title: "#1f2934", line: "#e4e7ec" },
    dark: { text: "#c5cdd7", title: "#e9edf2", line: "#2a323c" },
  };
  const CLEAR = "rgba(0,0,0,0)"; // the ground of daytwo's own template
  const screen = matchMedia("(prefers-color-scheme: dark)");
  const draw = (place) => {
    const figure = JSON.parse(document.getElementById(place.dataset.plot).textContent);
    const layout = figure.layout ?? {};
    const template = layout.template?.layout ?? {};
    const ground = layout.paper_bgcolor ?? template.paper_bgcolor;
    const isOurs = ground === CLEAR && template.paper_bgcolor === CLEAR;
    place.closest(".chart").classList.toggle("on-light", !isOurs);
    if (isOurs) {
      const inks = INKS[screen.matches ? "dark" : "light"];
      const axis = { gridcolor: inks.line, linecolor: inks.line, zerolinecolor: inks.line };
      layout.template.layout = {
        ...template,
        font: { ...template.font, color: inks.text },
        title: { ...template.title, font: { color: inks.title } },
        xaxis: { ...template.xaxis, ...axis },
        yaxis: { ...template.yaxis, ...axis },
      };
    }
    const settings = { displayModeBar: false, responsive: true, showLink: false, linkText: "", scrollZoom: false };
    Plotly.newPlot(place, figure.data, layout, settings).catch(() => {
      place.textContent = "This chart could not be drawn.";
    });
  };
  const plots = [...document.querySelectorAll(".plot")];
  plots.forEach(draw);
  screen.addEventListener("change", () => plots.forEach(draw));
})();
