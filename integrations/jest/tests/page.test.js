"use strict";

// The operator's page in a real browser.

const { createServer, request } = require("node:http");
const { AssumeRoleCommand, STSClient } = require("@aws-sdk/client-sts");

const { Server, World } = require("../index.js");
const { Browser } = require("./browser.js");
const document = require("../../world.json");

const ROLE = "arn:aws:iam::111122223333:role/Vendor";
const MARKUP = `<img src=x onerror="window.broken = 1"><script>window.broken = 2</script>`;

let server, world, browser;

beforeAll(async () => {
  server = await Server.start();
  browser = Browser.start(["--host-resolver-rules=MAP evil.example 127.0.0.1"]);
});
beforeEach(async () => {
  world = await server.world(document);
});
afterEach(() => world.remove());
afterAll(async () => {
  await browser?.stop();
  await server?.stop();
});

function assume(parameters = {}) {
  const client = world.client(STSClient, { account: "999988887777" });
  return client.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: "s1", ...parameters }));
}

/** Sends bytes that no SDK would send. */
function send(headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(`${world.url}/`, { method: "POST", headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    sent.on("error", reject).end(body);
  });
}

const shown = "[...document.querySelectorAll('#calls > li')].map((item) => item.innerText)";

test("it shows who called, what decided and why, as it happens", async () => {
  await expect(assume()).rejects.toThrow("not authorized");
  const page = await browser.open(`${world.url}/_countersign/`);
  await page.until(`${shown}.length === 1`);
  const [first] = await page.value(shown);
  expect(first).toContain("denied");
  expect(first).toContain("AssumeRole");
  expect(first).toContain("arn:aws:iam::999988887777:user/admin");
  expect(first).toContain(ROLE);
  expect(first).toContain("StringEquals of sts:ExternalId wants `tenant-7f2`, the call sends none");

  await assume({ ExternalId: "tenant-7f2" });
  await page.until(`${shown}.length === 2`);
  const [newest] = await page.value(shown);
  expect(newest).toContain("allowed");

  await page.value("document.querySelector('li.is-denied summary').click()");
  await page.until("document.querySelector('li.is-denied .inside') !== null");
  const rows = await page.value("[...document.querySelectorAll('li.is-denied tr')].map((row) => row.innerText.split('\\t'))");
  expect(rows).toContainEqual(["StringEquals", "sts:ExternalId", "`tenant-7f2`", "none", "no"]);
  expect(rows).toContainEqual(["RoleArn", ROLE]);

  await page.value("document.getElementById('denied').click()");
  expect(await page.value("[...document.querySelectorAll('#calls > li')].filter((item) => item.offsetHeight > 0).length")).toBe(1);
});

test("what a client sends is text, whatever it is", async () => {
  const bidi = "\u202egnp.exe";
  const body = new URLSearchParams({ Action: MARKUP, Version: "2011-06-15", ExternalId: `${MARKUP}${bidi}`, [MARKUP]: "x" });
  expect(await send({ "user-agent": MARKUP, "content-type": "application/x-www-form-urlencoded" }, body.toString())).toBe(400);
  await expect(assume({ RoleArn: `arn:aws:iam::111122223333:role/${MARKUP}` })).rejects.toThrow();
  await expect(assume({ RoleSessionName: `x${MARKUP}` })).rejects.toThrow();

  const page = await browser.open(`${world.url}/_countersign/`);
  await page.until(`${shown}.length === 3`);
  await page.value("document.querySelectorAll('summary').forEach((summary) => summary.click())");
  await page.until("document.querySelectorAll('.inside').length === 3");
  const text = await page.value("document.body.innerText");
  expect(text).toContain(MARKUP);
  expect(text).toContain("\\u{202e}gnp.exe");
  expect(text).not.toContain("\u202e");
  const inside = "document.querySelectorAll('#calls img, #calls script, #calls [onerror], #calls a, #calls iframe').length";
  expect(await page.value(inside)).toBe(0);
  expect(await page.value("window.broken ?? null")).toBe(null);
});

test("it loads nothing from elsewhere, and its own policy lets it do all it does", async () => {
  await expect(assume()).rejects.toThrow();
  const page = await browser.open(`${world.url}/_countersign/`);
  await page.until(`${shown}.length === 1`);
  expect(page.requested.filter((url) => !url.startsWith(`${world.url}/_countersign/`))).toEqual([]);
  // A browser asks for an icon by itself, and is told that there is none.
  expect(page.complaints).toEqual([]);
  const added = "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.broken = 3' }))";
  await page.value(`void ${added}`);
  expect(await page.value("window.broken ?? null")).toBe(null);
});

test("it can be read in the light and in the dark", async () => {
  await expect(assume()).rejects.toThrow();
  await assume({ ExternalId: "tenant-7f2" });
  const page = await browser.open(`${world.url}/_countersign/`);
  await page.until(`${shown}.length === 2`);
  const contrast = `(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    const light = (colour) => channels(colour).reduce((sum, share, at) => sum + share * [0.2126, 0.7152, 0.0722][at], 0);
    const paper = light(getComputedStyle(document.body).backgroundColor);
    const inks = [...document.querySelectorAll('main *')].map((node) => light(getComputedStyle(node).color));
    return { paper, least: Math.min(...inks.map((ink) => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05))) };
  })()`;
  const papers = [];
  for (const scheme of ["light", "dark"]) {
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    const { paper, least } = await page.value(contrast);
    expect(least).toBeGreaterThanOrEqual(4.5);
    papers.push(paper);
  }
  expect(papers[0]).toBeGreaterThan(0.9);
  expect(papers[1]).toBeLessThan(0.1);
});

test("pages of other sites get nothing, not even by a name that points here", async () => {
  await expect(assume()).rejects.toThrow();
  const elsewhere = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<title>elsewhere</title>"));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const { port } = elsewhere.address();
  try {
    const page = await browser.open(`http://127.0.0.1:${port}/`);
    const url = JSON.stringify(`${world.url}/_countersign/decisions`);
    expect(await page.value(`fetch(${url}).then(() => "got it", () => "refused")`)).toBe("refused");
    expect(await page.value(`fetch(${url}, { mode: "no-cors" }).then((answer) => answer.text(), () => "")`)).toBe("");
  } finally {
    elsewhere.close();
  }
  const rebound = await browser.open(`${world.url.replace("127.0.0.1", "evil.example")}/_countersign/decisions`);
  const text = await rebound.value("document.body.innerText");
  expect(text).toContain("this is for programs and pages of this machine");
  expect(text).not.toContain(ROLE);
});

test("worlds do not see each other's calls", async () => {
  await expect(assume()).rejects.toThrow();
  const other = await server.world(document);
  try {
    expect(other).toBeInstanceOf(World);
    const decisions = async (of) => (await (await fetch(`${of.url}/_countersign/decisions`)).json()).decisions;
    expect(await decisions(world)).toHaveLength(1);
    expect(await decisions(other)).toHaveLength(0);
    expect((await fetch(`${other.url}/_countersign/metrics`)).status).toBe(404);
  } finally {
    await other.remove();
  }
});
