// A click on a heading sorts its table by that column; a second one turns the order round.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => heading.querySelector("button").addEventListener("click", () => {
    const falling = heading.getAttribute("aria-sort") !== "descending";
    headings.forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const numbers = "number" in heading.dataset;
    const order = (a, b) => numbers ? Number(value(a)) - Number(value(b)) : value(a).localeCompare(value(b));
    const rows = [...table.tBodies[0].rows].sort((a, b) => falling ? order(b, a) : order(a, b));
    table.tBodies[0].append(...rows);
  }));
}
