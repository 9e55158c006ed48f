// The demo's sign-in page: a click on an account fills the form.

document.addEventListener("click", (event) => {
  const account = event.target.closest("[data-demo-email]");
  if (!account) return;
  const form = document.querySelector("form input[name=login]").form;
  form.elements.login.value = account.dataset.demoEmail;
  form.elements.password.value = account.dataset.demoPassword;
  form.querySelector("button").focus();
});
