// The button that copies the press summary. Without a script, or where the browser forbids it, people copy by hand.
const button = document.querySelector("[data-copy]");
if (button) {
  const field = document.getElementById(button.dataset.copy);
  const state = document.querySelector("[data-copied]");
  document.querySelector("[data-by-script]").hidden = false;
  document.querySelector("[data-by-hand]").hidden = true;
  button.addEventListener("click", async () => {
    field.focus();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      state.textContent = state.dataset.copied;
    } catch {
      // No permission, or no secure origin: the text is selected, one key is left to press.
      state.textContent = state.dataset.selected;
    }
  });
}
