// Passkeys: asks the device, puts its answer into the form and sends it. Where the device or the browser cannot,
// the forms stay hidden and the page says what to do instead.
const able = window.isSecureContext && window.PublicKeyCredential && navigator.credentials
  && !/^[\d.]+$|^\[/.test(location.hostname); // a key belongs to a name, never to a bare address

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function options(form) {
  const inPage = form.querySelector("script[type='application/json']");
  if (inPage) return JSON.parse(inPage.textContent);
  const response = await fetch(form.dataset.source, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

async function answer(form) {
  const asked = await options(form);
  asked.challenge = bytes(asked.challenge);
  if (form.dataset.passkey === "create") {
    asked.user.id = bytes(asked.user.id);
    asked.excludeCredentials = listed(asked.excludeCredentials);
    return navigator.credentials.create({ publicKey: asked });
  }
  asked.allowCredentials = listed(asked.allowCredentials);
  return navigator.credentials.get({ publicKey: asked });
}

function written(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = {};
  for (const part of parts) if (credential.response[part]) response[part] = text(credential.response[part]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment || undefined,
  });
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const [button, words] = [form.querySelector("button"), form.querySelector("[role=alert]")];
  button.disabled = true;
  words.hidden = true;
  try {
    form.elements.credential.value = written(await answer(form));
    form.submit();
  } catch (error) {
    const said = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
    words.textContent = form.dataset[said[error.name] || "failed"];
    words.hidden = false;
    button.disabled = false;
  }
}

if (able) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", send);
    form.hidden = false;
  }
  for (const words of document.querySelectorAll("[data-without-passkey]")) words.hidden = true;
}
