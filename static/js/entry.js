// Search of a unit as one types: a combobox with a list, by keyboard and by touch (WAI-ARIA combobox pattern).
// Without script the button “Tìm” and the radio buttons of the page do the same.
const picker = document.getElementById("don-vi");
const words = picker?.dataset;
const input = picker?.querySelector("input[name=unit_query]");
const find = picker?.querySelector("[name=find]");
const radios = document.getElementById("don-vi-tim-thay");
const list = document.createElement("ul");
const hidden = document.createElement("input");
const chosen = document.createElement("p");
const say = document.createElement("p");
let units = [];
let active = -1;
let timer = 0;
let asked = 0;

function enhance() {
  list.id = "don-vi-danh-sach";
  list.className = "listbox";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.label);
  hidden.type = "hidden";
  hidden.name = "unit";
  chosen.className = "chosen";
  chosen.hidden = true;
  say.className = "visually-hidden";
  say.setAttribute("aria-live", "polite");
  picker.append(list, hidden, say);
  picker.before(chosen);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
    input.setAttribute(name, value);
  }
  find.hidden = find.disabled = true; // disabled too, or Enter in another field would press it
  const checked = radios?.querySelector("input:checked");
  if (checked) choose({ id: checked.value, name: checked.parentElement.textContent.trim(), parent: "" });
  else if (radios) search();
  radios?.remove();
}

function open(shown) {
  list.hidden = !shown;
  input.setAttribute("aria-expanded", String(shown));
  if (!shown) mark(-1);
}

function mark(index) {
  active = index;
  const options = [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
  if (options[index]) {
    input.setAttribute("aria-activedescendant", options[index].id);
    options[index].scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function show() {
  list.replaceChildren(
    ...units.map((unit, at) => {
      const option = document.createElement("li");
      option.id = `don-vi-${at}`;
      option.setAttribute("role", "option");
      option.append(unit.name);
      if (unit.parent) {
        const parent = document.createElement("small");
        parent.textContent = unit.parent;
        option.append(parent);
      }
      option.addEventListener("click", () => choose(unit));
      return option;
    }),
  );
  if (!units.length) {
    const none = document.createElement("li");
    none.className = "none";
    none.setAttribute("role", "option"); // a listbox holds options and nothing else
    none.setAttribute("aria-disabled", "true");
    none.setAttribute("aria-selected", "false");
    none.textContent = words.none;
    list.append(none);
  }
  say.textContent = units.length ? words.found.replace("{n}", units.length) : words.none;
  mark(-1);
  open(true);
  list.scrollIntoView({ block: "nearest" });
}

async function search() {
  const query = input.value.trim();
  if (query.length < 2) return open(false);
  asked += 1;
  const mine = asked;
  try {
    const response = await fetch(`${words.url}?${new URLSearchParams({ q: query })}`, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    const data = await response.json();
    if (mine !== asked) return undefined; // an answer to older letters
    units = data.units;
    show();
  } catch {
    // The page's own search is still there.
    find.hidden = find.disabled = false;
    say.textContent = words.failed;
  }
  return undefined;
}

function choose(unit) {
  hidden.value = unit.id;
  const name = document.createElement("b");
  name.textContent = unit.parent ? `${unit.name} (${unit.parent})` : unit.name;
  const change = document.createElement("button");
  change.type = "button";
  change.className = "button quiet";
  change.textContent = words.change;
  change.addEventListener("click", () => {
    hidden.value = "";
    chosen.hidden = true;
    picker.hidden = false;
    input.select();
    input.focus();
  });
  chosen.replaceChildren(name, change);
  chosen.hidden = false;
  picker.hidden = true;
  open(false);
  if (document.activeElement === document.body || picker.contains(document.activeElement)) change.focus();
}

function keys(event) {
  if (event.key === "Enter" && (!list.hidden || input.value)) {
    // Enter chooses; it must not send a half-filled form.
    event.preventDefault();
    if (active >= 0) choose(units[active]);
    else search();
  } else if (event.key === "Escape") {
    open(false);
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && units.length) {
    event.preventDefault();
    if (list.hidden) open(true);
    const next = event.key === "ArrowDown" ? active + 1 : Math.max(active, 0) - 1; // up from the field: the last
    mark((next + units.length) % units.length);
  }
}

if (picker && input) {
  enhance();
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 250);
  });
  input.addEventListener("keydown", keys);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // a slow press must not close the list
  input.addEventListener("blur", () => open(false));
  document.addEventListener("click", (event) => {
    if (!picker.contains(event.target)) open(false);
  });
}
