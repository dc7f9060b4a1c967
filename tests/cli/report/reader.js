// Reads reports as a person would: what is on the page, what a filter leaves, whether it fits a phone.

const frame = (url, width) => new Promise((loaded) => {
  const frame = document.createElement("iframe");
  frame.width = width;
  frame.height = 900;
  frame.onload = () => loaded(frame.contentDocument);
  frame.src = url;
  document.body.append(frame);
});

const text = (element) => element.textContent.replace(/\s+/g, " ").trim();

const all = (page, selector) => [...page.querySelectorAll(selector)];

const shown = (page) => all(page, "#tickets tr[data-action]").filter((row) => row.checkVisibility()).map((row) => text(row.querySelector("th b")));

// The widest that anything is, against the width of the window.
const overflow = (page) => page.documentElement.scrollWidth - page.documentElement.clientWidth;

// What would ask for something from elsewhere, or run.
const strange = (page) => all(page, "*").flatMap((element) => [...element.attributes]
  .filter(({ name, value }) => name.startsWith("on") || name === "src" || name === "style" || (name === "href" && !value.startsWith("#")))
  .map(({ name, value }) => `${element.localName} ${name}=${value}`));

const whole = (page) => ({
  title: page.title,
  headline: text(page.querySelector("h1")),
  headings: all(page, "h2").map(text),
  people: all(page, ".people .entries > li b").map(text),
  waves: all(page, ".tallies tbody tr").map(text),
  calendar: all(page, ".calendar .count").map((count) => `${count.title}: ${text(count)}`),
  shown: shown(page),
  found: text(page.getElementById("found")),
  actions: all(page, "#action option").map(text),
  scripts: all(page, "script").length,
  images: all(page, "img, iframe, object, embed, link").length,
  strange: strange(page),
  unlabelled: all(page, "input, select, button").filter((input) => !input.labels?.length && !text(input)).length,
  overflow: overflow(page),
  text: page.body.textContent,
});

const type = (page, id, value) => {
  const input = page.getElementById(id);
  input.value = value;
  input.dispatchEvent(new page.defaultView.Event("input", { bubbles: true }));
  return { shown: shown(page), found: text(page.getElementById("found")), fragment: page.defaultView.location.hash };
};
