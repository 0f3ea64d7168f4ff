// "Hiện mật khẩu" in place. Without this file the button sends the form and the page comes back with it shown.
for (const button of document.querySelectorAll("button[data-reveal]")) {
  const fields = [...button.form.querySelectorAll("input[autocomplete$=password]")];
  const labels = { password: button.textContent, text: button.dataset.reveal };
  const become = (type) => {
    for (const field of fields) field.type = type;
    button.textContent = labels[type];
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    become(fields[0].type === "text" ? "password" : "text");
  });
  // What is sent goes as a password again, so that the browser offers to keep it.
  button.form.addEventListener("submit", () => become("password"));
  become("password");
}
