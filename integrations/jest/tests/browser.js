"use strict";

const { spawn, spawnSync } = require("node:child_process");
const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The browser that `COUNTERSIGN_BROWSER` names, or the first on the PATH. */
function find() {
  const names = process.env.COUNTERSIGN_BROWSER ? [process.env.COUNTERSIGN_BROWSER] : NAMES;
  const found = names.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (!found) {
    throw new Error(`there is no browser, looked for ${names.join(", ")}: install Chromium, or name one with COUNTERSIGN_BROWSER`);
  }
  return found;
}

/** Chromium without a window, driven by its own protocol over a pipe. */
class Browser {
  #child;
  #profile;
  #pending = new Map();
  #listeners = [];
  #number = 0;

  static start(parameters = []) {
    const browser = new Browser();
    browser.#profile = mkdtempSync(path.join(tmpdir(), "countersign-browser-"));
    // The sandbox refuses to run for root, which is who runs in many a container.
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const always = ["--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage"];
    const profile = `--user-data-dir=${browser.#profile}`;
    browser.#child = spawn(find(), [...always, ...sandbox, profile, ...parameters, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    let rest = Buffer.alloc(0);
    browser.#child.stdio[4].on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) {
        browser.#hear(JSON.parse(rest.subarray(0, end).toString()));
      }
    });
    browser.#child.stdio[3].on("error", () => {});
    browser.#child.once("exit", () => {
      browser.#pending.forEach(({ reject }) => reject(new Error("the browser is gone")));
    });
    return browser;
  }

  #hear(message) {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.id === undefined) {
      this.#listeners.forEach((listener) => listener(message));
    } else if (message.error) {
      pending.reject(new Error(message.error.message));
    } else {
      pending.resolve(message.result);
    }
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#number;
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** A new page at this URL. It remembers what it requested and what the browser complained of. */
  async open(url) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.#listeners.push((message) => message.sessionId === sessionId && page.hear(message));
    for (const domain of ["Page", "Network", "Log", "Runtime"]) {
      await page.send(`${domain}.enable`);
    }
    await page.send("Page.navigate", { url });
    await page.until("document.readyState === 'complete' && location.href !== 'about:blank'");
    return page;
  }

  async stop() {
    const exit = new Promise((resolve) => this.#child.once("exit", resolve));
    // Asked to end, it ends its helpers too, which would go on writing to the profile.
    this.send("Browser.close").catch(() => {});
    await exit;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20 });
  }
}

class Page {
  requested = [];
  complaints = [];
  #browser;
  #session;

  constructor(browser, session) {
    this.#browser = browser;
    this.#session = session;
  }

  hear({ method, params }) {
    if (method === "Network.requestWillBeSent") this.requested.push(params.request.url);
    if (method === "Log.entryAdded") this.complaints.push(params.entry.text);
    if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.text);
  }

  send(method, params) {
    return this.#browser.send(method, params, this.#session);
  }

  /** The value of an expression in the page. */
  async value(expression) {
    const parameters = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", parameters);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true; the test's own limit ends it. */
  async until(expression) {
    while (!(await this.value(expression).catch(() => false))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

module.exports = { Browser };
