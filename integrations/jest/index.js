"use strict";

const { spawn } = require("node:child_process");
const { mkdtemp, rm, writeFile } = require("node:fs/promises");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const REGION = "us-east-1";
const PREFIX = "export AWS_ENDPOINT_URL_STS=";

/** Accounts of their own, at a URL of their own. */
class World {
  #server;

  constructor(server) {
    this.#server = server;
    this.url = server.url;
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
    return this.#server.log;
  }
}

/** `countersign sts`, from its start to `stop`. */
class Server {
  #child;
  log = "";

  static async start(parameters = [], program = process.env.COUNTERSIGN ?? "countersign") {
    const server = new Server();
    const child = spawn(program, ["sts", "--port", "0", "--print-env", "--log", ...parameters]);
    server.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text) => (server.log += text));
    const first = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => reject(new Error(`\`${program} sts\` did not start: ${server.log}`)));
      createInterface({ input: child.stdout }).once("line", resolve);
    });
    server.url = first.slice(PREFIX.length);
    return server;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill();
    await ended;
  }
}

/**
 * Gives each test of the file, or of the `describe` it is called in, a world of its own. The document is what
 * `countersign sts --world` takes. Call what it returns inside a test to get the world.
 */
function useCountersign(document = { accounts: {} }) {
  let world, server, folder;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-"));
    const path = join(folder, "world.json");
    await writeFile(path, JSON.stringify(document));
    server = await Server.start(["--world", path]);
    world = new World(server);
  });
  afterEach(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });
  return () => world;
}

module.exports = { Server, World, useCountersign };
