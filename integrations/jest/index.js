"use strict";

const { spawn } = require("node:child_process");
const { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const REGION = "us-east-1";
const PREFIX = "export AWS_ENDPOINT_URL_STS=";

/** Accounts of their own, at a URL of their own. */
class World {
  #server;
  #logStart;

  constructor(server, name) {
    this.#server = server;
    this.#logStart = server.logSize();
    this.url = `${server.url}/w/${name}`;
  }

  /** Makes it what it was at first. */
  async reset() {
    await send("POST", `${this.url}/reset`);
  }

  /** Moves its clock on: sessions end. Clients go on signing by the clock of the machine. */
  async advance(seconds) {
    await send("POST", `${this.url}/advance`, String(seconds));
  }

  /** All of it, for `Server.world`. */
  async snapshot() {
    return (await send("GET", `${this.url}/snapshot`)).json();
  }

  /** Forgets it. */
  async remove() {
    await send("DELETE", this.url);
  }

  /**
   * What a client of the SDK is configured with. The caller is the user `admin` of `account`, a `key` (`[id, secret]`), or the
   * `credentials` that STS answered.
   */
  configuration({ account = "111111111111", key = [account, "test"], credentials, region = REGION } = {}) {
    const found = credentials
      ? {
          accessKeyId: credentials.AccessKeyId,
          secretAccessKey: credentials.SecretAccessKey,
          sessionToken: credentials.SessionToken,
        }
      : { accessKeyId: key[0], secretAccessKey: key[1] };
    return { endpoint: this.url, region, credentials: found };
  }

  /** A client, such as `world.client(STSClient, { account: "999988887777" })`. */
  client(Client, caller) {
    return new Client(this.configuration(caller));
  }

  /** The environment variables that lead any SDK and the aws CLI here. */
  variables(caller) {
    const { credentials, region } = this.configuration(caller);
    const token = credentials.sessionToken ? { AWS_SESSION_TOKEN: credentials.sessionToken } : {};
    return {
      AWS_ENDPOINT_URL_STS: this.url,
      AWS_ENDPOINT_URL_IAM: this.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      ...token,
    };
  }

  /** What was refused so far, and why: the client sees only AWS's text. */
  refusals() {
    return this.#server.logSince(this.#logStart);
  }
}

async function send(method, url, body) {
  const answer = await fetch(url, { method, body });
  if (!answer.ok) {
    throw new Error((await answer.text()).trim());
  }
  return answer;
}

/** `countersign sts`, from its start to `stop`. */
class Server {
  #child;
  #folder = mkdtempSync(join(tmpdir(), "countersign-"));
  // A file and no pipe: what is refused is in it before the client hears of it.
  #log = openSync(join(this.#folder, "log"), "w+");
  #worlds = 0;

  static async start(parameters = [], program = process.env.COUNTERSIGN ?? "countersign") {
    const server = new Server();
    const all = ["sts", "--port", "0", "--print-env", "--log", ...parameters];
    const child = spawn(program, all, { stdio: ["ignore", "pipe", server.#log] });
    server.#child = child;
    const first = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => reject(new Error(`\`${program} sts\` did not start: ${server.logSince(0)}`)));
      createInterface({ input: child.stdout }).once("line", resolve);
    }).catch((error) => {
      server.#forget();
      throw error;
    });
    server.url = first.slice(PREFIX.length);
    return server;
  }

  logSize() {
    return fstatSync(this.#log).size;
  }

  /** What was refused since the log had this size, and why. */
  logSince(size) {
    const bytes = Buffer.alloc(this.logSize() - size);
    readSync(this.#log, bytes, 0, bytes.length, size);
    return bytes.toString();
  }

  #forget() {
    closeSync(this.#log);
    rmSync(this.#folder, { recursive: true });
  }

  /** A new world: of a document as `countersign sts --world` takes it, or of a snapshot. */
  async world(document) {
    const name = `jest-${++this.#worlds}`;
    await send("PUT", `${this.url}/w/${name}`, document && JSON.stringify(document));
    return new World(this, name);
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill();
    await ended;
    this.#forget();
  }
}

/**
 * Starts a server for the file, or for the `describe` it is called in, and gives each test a world of its own. The document is
 * what `countersign sts --world` takes. Call what it returns inside a test to get the world.
 */
function useCountersign(document) {
  let server, world;
  beforeAll(async () => {
    server = await Server.start();
  });
  beforeEach(async () => {
    world = await server.world(document);
  });
  afterEach(() => world.remove());
  afterAll(() => server?.stop());
  return () => world;
}

module.exports = { Server, World, useCountersign };
