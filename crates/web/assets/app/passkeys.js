// Passkeys: the browser's part of the ceremonies. Buttons are hidden until this runs in a browser that knows passkeys.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;
  const say = (message) => {
    const notice = document.querySelector("#notice");
    const box = document.createElement("div");
    box.className = "notice notice-error";
    box.setAttribute("role", "alert");
    box.textContent = message;
    notice.replaceChildren(box);
  };
  const send = async (address, fields) => {
    const response = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { "HX-Request": "true" } });
    const text = await response.text();
    if (!response.ok) throw new Error(text.replace(/<[^>]*>/g, "") || "请求失败");
    return { response, text };
  };
  const options = async (address, fields) => {
    const given = JSON.parse((await send(address, fields)).text);
    return given.publicKey || given;
  };
  // What the person did not finish is no fault worth more than a sentence.
  const run = (button, work) => {
    button.disabled = true;
    work()
      .catch((error) => say(error.name === "NotAllowedError" || error.name === "AbortError" ? "操作已取消或超时，请重试" : error.name === "InvalidStateError" ? "这台设备已注册过通行密钥" : error.message))
      .finally(() => { button.disabled = false; });
  };
  const go = ({ response }) => { location.assign(response.headers.get("hx-redirect") || response.url); };

  document.querySelectorAll('[data-passkey="sign-in"]').forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => run(button, async () => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await options("/login/passkey/options", {}));
      const credential = await navigator.credentials.get({ publicKey });
      go(await send("/login/passkey", { answer: JSON.stringify(credential.toJSON()), next: button.dataset.next || "/" }));
    }));
  });

  document.querySelectorAll("form[data-passkey-form]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form));
    run(form.querySelector("button"), async () => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await options("/me/passkeys/options", given));
      const credential = await navigator.credentials.create({ publicKey });
      go(await send("/me/passkeys", { _csrf: given._csrf, name: given.name, answer: JSON.stringify(credential.toJSON()) }));
    });
  }));
})();
