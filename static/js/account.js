// "Hiện mật khẩu" in place. Without this file the button sends the form and the page comes back with it shown.
for (const button of document.querySelectorAll("button[data-reveal]")) {
  const fields = [...button.form.querySelectorAll("input[type=password], input[autocomplete$=password]")];
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const shown = fields[0]?.type !== "text";
    for (const field of fields) field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  // What is sent goes as a password again, so that the browser offers to keep it.
  button.form.addEventListener("submit", () => {
    for (const field of fields) field.type = "password";
  });
}
