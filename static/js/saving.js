// Keeping and sending what was tapped on a paper. Every tap stays on this device until the server has
// acknowledged it; one request is in flight at a time; own taps lie over what another device saved meanwhile.

const SEND_AFTER = 600; // ms of quiet before taps are sent; the first unsent tap never waits longer than a second
const RETRY = [1000, 2000, 4000, 8000, 15000];
const PATIENCE = 10000; // ms after which a request that hangs is given up, so that nothing waits behind it

/** What is kept on this device for one attempt: {pending: {q3: "2"} ("0" = cleared), flags: ["q3"], at: "q3"}. */
export class Store {
  constructor(attempt) {
    this.key = `bai-thi:${attempt}`;
    this.memory = { pending: {}, flags: [], at: "" };
  }

  /** A copy; changes go through `change`. */
  read() {
    try {
      const stored = localStorage.getItem(this.key);
      if (stored) return { ...this.memory, ...JSON.parse(stored) };
    } catch {
      // storage is off or full: kept for as long as the page lives
    }
    return JSON.parse(JSON.stringify(this.memory));
  }

  change(how) {
    this.memory = this.read();
    how(this.memory);
    try {
      localStorage.setItem(this.key, JSON.stringify(this.memory));
    } catch {
      // as above
    }
  }

  get pending() {
    return this.read().pending;
  }

  forget(sent) {
    this.change((stored) => {
      // What was tapped anew meanwhile is another value, and stays.
      for (const [name, value] of Object.entries(sent)) {
        if (stored.pending[name] === value) delete stored.pending[name];
      }
    });
  }

  clear() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // nothing is kept there then
    }
  }
}

/**
 * `page` is what the answers of the server change: state(text, kind, link), say(text), follow(seconds, asked),
 * adopt(data, pending), predictionError(text), hurried() → whether the time is nearly up.
 */
export class Saver {
  constructor({ form, words, store, page }) {
    Object.assign(this, { form, words, store, page, urls: form.dataset });
    this.revision = Number(form.elements.revision.value);
    this.flying = null;
    this.timer = 0;
    this.firstTap = 0;
    this.failures = 0;
    this.stopped = false; // the attempt is over, or nothing can be sent before a new login or load
  }

  get unsent() {
    return Object.keys(this.store.pending).length > 0;
  }

  /** What was just entered is not saved, whatever was told before; also while a request is in flight. */
  unsaved() {
    if (!this.stopped && !this.failures) this.page.state(this.words.saving, "plain");
  }

  schedule(delay = SEND_AFTER) {
    if (this.stopped || !(this.unsent || this.failures)) return;
    this.unsaved();
    if (this.flying) return;
    clearTimeout(this.timer);
    const now = performance.now();
    this.firstTap ||= now;
    const wait = this.failures ? delay : Math.max(0, Math.min(delay, this.firstTap + 1000 - now));
    this.timer = setTimeout(() => this.flush({ ask: this.failures > 0 }), this.page.hurried() ? 0 : wait);
  }

  /** Sends what is pending (or just asks how things stand); resolves to true when nothing is left to send. */
  flush({ ask = false } = {}) {
    clearTimeout(this.timer);
    if (this.stopped) return Promise.resolve(false);
    this.flying ??= this.#send(ask).finally(() => {
      this.flying = null;
      this.firstTap = 0;
      this.schedule(this.failures ? RETRY[Math.min(this.failures, RETRY.length) - 1] : 0);
    });
    return this.flying;
  }

  post(url, values, options = {}) {
    return this.#fetch(url, {
      ...options,
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value },
      body: new URLSearchParams(values),
      credentials: "same-origin",
      cache: "no-store",
    });
  }

  #fetch(url, options) {
    const request = new AbortController();
    if (!options.keepalive) this.request = request; // the farewell of a page is not what is waited for
    setTimeout(() => request.abort(), PATIENCE); // also while the answer's body is read
    return fetch(url, { ...options, signal: request.signal });
  }

  /** Give up the request in flight; sending it again does no harm. */
  cut() {
    this.request?.abort();
  }

  /**
   * The page goes away, perhaps to come back: what is pending is sent once more and stays on the device until an
   * answer comes. With the revision, so that a request that hangs never lies over what was saved after it.
   */
  async beacon() {
    const { pending } = this.store;
    if (!Object.keys(pending).length) return;
    // What is in flight was sent first, and counts one.
    const values = { revision: String(this.revision + (this.flying ? 1 : 0)), ...pending };
    try {
      const response = await this.post(this.urls.save, values, { keepalive: true });
      const data = await response.json();
      if (!response.ok || !data.saved) return;
      this.revision = Math.max(this.revision, data.revision);
      this.store.forget(pending);
    } catch {
      // no network, or nobody there to be answered
    }
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  leave(url) {
    this.stop();
    this.store.clear();
    location.replace(url);
  }

  isLogin(url) {
    return new URL(url).pathname.startsWith(this.urls.login);
  }

  async #send(ask, tries = 0) {
    const { pending } = this.store;
    if (!Object.keys(pending).length && !ask) return true;
    let response;
    this.asked = performance.now();
    try {
      response = await this.post(this.urls.save, { revision: String(this.revision), ...pending });
    } catch {
      return this.#waiting();
    }
    const data = await response.json().catch(() => null);
    return this.#answered(response, data, pending, { ask, tries });
  }

  async #answered(response, data, pending, { ask, tries }) {
    if (response.ok && data?.saved) return this.#acknowledged(pending, data, response);
    if (response.status === 409 && data) return this.#conflict(data, tries);
    if (response.status === 401) return this.#signedOut();
    if (response.status === 403 || response.redirected || (response.ok && !data)) {
      if (tries > 0) return this.#halt(data?.error);
      return (await this.#freshToken()) ? this.#send(ask, 1) : false;
    }
    if (response.status === 429 || response.status >= 500) return this.#waiting();
    if (data?.saved && data.field === "prediction") {
      const { prediction, ...others } = pending;
      this.#acknowledged(others, data, response);
      return this.#refusedPrediction(data.error, prediction);
    }
    if (!data?.error) return this.#waiting(); // an answer cut off, or not ours: nothing is given up for it
    // Refused for good: sending the same again would not help.
    this.store.forget(pending);
    return this.#halt(data?.error);
  }

  #acknowledged(sent, data, response) {
    this.failures = 0;
    this.revision = data.revision;
    this.store.forget(sent);
    if ("prediction" in sent) this.page.predictionError("");
    this.page.follow(data.remaining, this.asked);
    const told = new Date(response.headers.get("Date") ?? NaN); // the server's clock, not this device's
    const zone = { timeZone: "Asia/Ho_Chi_Minh", hour12: false };
    const time = Number.isNaN(told.getTime()) ? "" : told.toLocaleTimeString("vi", zone);
    if (this.unsent) return false;
    this.page.state(time ? this.words.saved.replace("{time}", time) : this.words.savedPlain);
    return true;
  }

  #conflict(data, tries) {
    if (data.finished) {
      this.leave(data.url);
      return false;
    }
    this.revision = data.revision;
    this.page.follow(data.remaining, this.asked);
    this.page.adopt(data, this.store.pending);
    this.page.say(this.words.other);
    return tries < 5 ? this.#send(true, tries + 1) : this.#waiting();
  }

  #waiting() {
    this.failures += 1;
    this.page.state(this.words.waiting, "waiting");
    return false;
  }

  /** Nothing more is sent from this page as it stands; what is pending waits on the device for the next load. */
  #halt(error, link = { href: this.urls.paper, text: this.words.reload }) {
    this.stop();
    this.page.state(error ?? this.words.refused, "problem", link);
    return false;
  }

  /** The session is over: what is pending waits on this device for the next log-in. */
  #signedOut() {
    const href = `${this.urls.login}?next=${encodeURIComponent(this.urls.paper)}`;
    return this.#halt(this.words.login, { href, text: this.words.loginLink });
  }

  #refusedPrediction(error, value) {
    this.store.forget({ prediction: value });
    this.page.predictionError(error);
    this.page.state(error, "problem");
    return false;
  }

  /** A login in another tab changes the token: fetch the page again and read the new one. */
  async #freshToken() {
    try {
      const response = await this.#fetch(this.urls.paper, { credentials: "same-origin", cache: "no-store" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const token = page.querySelector("#bai-thi [name=csrfmiddlewaretoken]");
      if (token) {
        this.form.elements.csrfmiddlewaretoken.value = token.value;
        return true;
      }
      if (this.isLogin(response.url)) return this.#signedOut();
      if (response.ok && response.redirected) this.leave(response.url);
      else if (response.status < 500) return this.#halt();
    } catch {
      // no network: as when the server is busy
    }
    return this.stopped ? false : this.#waiting();
  }
}
