"""The page for raters: one file, nothing from elsewhere. What comes from a run is put in as text, never as markup."""

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rate the clip</title>
<style nonce="{nonce}">
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --mark: #3d7ea6; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
video { width: 100%; max-height: 60vh; background: #000; border-radius: 8px; display: block; }
article { margin: 0 0 2.5rem; } fieldset { border: 0; padding: 0; margin: .8rem 0 0; display: grid;
  grid-template-columns: repeat(5, 1fr); gap: .5rem; } legend { padding: 0 0 .4rem; }
fieldset button { font: inherit; padding: .6rem .2rem; border: 1px solid var(--line); border-radius: 8px;
  background: none; color: inherit; cursor: pointer; min-height: 3.6rem; }
fieldset button b { display: block; font-size: 1.2rem; } fieldset button span { font-size: .8rem; }
button[aria-pressed=true] { background: var(--mark); color: #fff; border-color: var(--mark); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
input { font: inherit; padding: .4rem .6rem; width: min(20rem, 100%); box-sizing: border-box; }
.said { min-height: 1.5em; color: var(--good); } .wrong { color: #cf222e; } .left { font-size: .85rem; opacity: .8; }
@media (max-width: 30rem) { fieldset button span { font-size: .68rem; } fieldset { gap: .3rem; } }
</style>
<h1>How natural does it look and sound?</h1>
<p><label>Your name <input id="who" maxlength="60" autocomplete="name"></label></p>
<p class="left">Keys: 1 to 5 score, space plays. A score can be changed as long as the clip is here.</p>
<main id="clips"></main>
<p id="none" hidden>There is nothing to rate now. Thank you.</p>
<p id="said" class="said" role="status"></p>
<script nonce="{nonce}">
"use strict";
const WORDS = ["Bad", "Poor", "Fair", "Good", "Excellent"];
const at = name => document.getElementById(name), who = at("who"), clips = at("clips"), said = at("said");
const base = location.pathname.replace(/[^/]*$/, "");
who.value = localStorage.getItem("rater " + base) || "";
let current = null, silent = false;
function tell(text, wrong) { said.textContent = text; said.className = wrong ? "said wrong" : "said"; }
function element(name, text) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  return made;
}
async function rate(id, score) {
  if (!who.value.trim()) { tell("Say who you are first.", true); who.focus(); return; }
  try {
    const answer = await fetch(base + "score", {method: "POST", headers: {"Content-Type": "application/json"},
      body: JSON.stringify({id: id, rater: who.value, score: score})});
    const told = await answer.json();
    if (!answer.ok) { tell(told.error, true); return; }
    tell("Kept: " + score + ", " + WORDS[score - 1] + "."); await refresh();
  } catch (error) { tell("The score was not kept: nobody answers. Try again.", true); }
}
function card(each) {
  const made = element("article"), video = element("video"), set = element("fieldset");
  made.dataset.id = each.id; made.append(element("h2", each.title));
  video.controls = true; video.preload = "metadata"; video.src = base + "clip/" + encodeURIComponent(each.id);
  set.append(element("legend", "Your score"));
  WORDS.forEach((word, below) => {
    const button = element("button"); button.type = "button"; button.dataset.score = below + 1;
    button.append(element("b", String(below + 1)), element("span", word));
    button.addEventListener("click", () => rate(each.id, below + 1)); set.append(button);
  });
  made.append(video, set, element("p")); made.lastChild.className = "left";
  made.addEventListener("focusin", () => { current = each.id; });
  made.addEventListener("click", () => { current = each.id; });
  return made;
}
async function refresh() {
  const answer = await fetch(base + "state?rater=" + encodeURIComponent(who.value));
  if (!answer.ok) return;
  const state = await answer.json(), known = new Map([...clips.children].map(each => [each.dataset.id, each]));
  for (const each of state) {
    let made = known.get(each.id); known.delete(each.id);
    if (!made) { made = card(each); clips.append(made); }
    for (const button of made.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.score) === each.score));
    made.lastChild.textContent = each.raters + " of at least " + each.least + " have scored; " +
      Math.max(1, Math.round(each.seconds / 60)) + " min left";
  }
  for (const gone of known.values()) gone.remove();
  if (!state.some(each => each.id === current)) current = state.length ? state[0].id : null;
  at("none").hidden = state.length > 0;
}
async function again() {
  try {
    await refresh();
    if (silent) { silent = false; tell(""); }
  } catch (error) {
    silent = true;
    tell("Nobody answers here now: the rating is over, or its run was stopped. What was kept counts.", true);
  }
}
who.addEventListener("change", () => { localStorage.setItem("rater " + base, who.value); tell(""); again(); });
document.addEventListener("keydown", event => {
  if (event.target === who || event.ctrlKey || event.altKey || event.metaKey || !current) return;
  if (/^[1-5]$/.test(event.key)) { event.preventDefault(); rate(current, Number(event.key)); }
  if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.tagName !== "VIDEO") {
    event.preventDefault();
    const video = [...clips.children].find(each => each.dataset.id === current).querySelector("video");
    if (video.paused) video.play(); else video.pause();
  }
});
again(); setInterval(again, 3000);
</script></html>
"""
