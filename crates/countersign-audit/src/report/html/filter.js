for (const table of document.querySelectorAll("table")) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 6) continue;
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "filter";
  search.setAttribute("aria-label", "filter this table");
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
  table.parentElement.prepend(search);
}
addEventListener("hashchange", () => {
  const page = document.getElementById(location.hash.slice(1));
  if (page instanceof HTMLDetailsElement) page.open = true;
});
