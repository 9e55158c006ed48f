// Keys (WebAuthn): the buttons that wake the browser's own dialogue, on top of allauth's scripts.
// A button says what it does in data-passkey ("add" or "authenticate"), where the options are
// (data-options) and which field takes the answer (data-credential).

for (const button of document.querySelectorAll("[data-passkey]")) {
  const supported = window.isSecureContext && window.PublicKeyCredential;
  if (!supported) {
    button.disabled = true;
    say("Ce navigateur ne sait pas utiliser de clé d’accès à cette adresse. Prenez une application d’authentification.");
    continue;
  }
  const { passkey, options, credential } = button.dataset;
  const ids = { credential, data: options, [passkey]: button.id };
  window.allauth.webauthn.forms[`${passkey}Form`]({ ids });
  button.addEventListener("click", () => say(""));
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const name = event.detail.exception?.name;
  say(
    name === "InvalidStateError"
      ? "Cette clé est déjà enregistrée sur votre compte."
      : "La clé n’a pas répondu, ou l’opération a été annulée. Vous pouvez recommencer.",
  );
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
    button.textContent = "Copié";
  });
}

function say(text) {
  const place = document.getElementById("passkey-message");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}
