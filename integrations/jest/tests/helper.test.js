"use strict";

const { Server, useCountersign } = require("..");
const { GetCallerIdentityCommand, STSClient } = require("@aws-sdk/client-sts");

const world = useCountersign();

test("out of the box every account has an admin", async () => {
  const client = world().client(STSClient, { account: "999988887777" });
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe("arn:aws:iam::999988887777:user/admin");
});

test("programs are led to the world by variables", () => {
  const variables = world().variables({ account: "999988887777" });
  expect(variables).toMatchObject({ AWS_ENDPOINT_URL_STS: world().url, AWS_ACCESS_KEY_ID: "999988887777" });
  expect(variables).not.toHaveProperty("AWS_SESSION_TOKEN");
});

test("a world is snapshotted, reset and forgotten", async () => {
  const server = await Server.start();
  const [id, secret] = ["AKIARTX3GSDS7EXAMPLE", "none"];
  const one = await server.world({ accounts: { 111122223333: { users: { ann: { keys: [{ id, secret }] } } } } });
  const copy = await server.world(await one.snapshot());
  const identity = (world) => world.client(STSClient, { key: [id, secret] }).send(new GetCallerIdentityCommand({}));
  expect((await identity(copy)).Arn).toBe("arn:aws:iam::111122223333:user/ann");
  await one.reset();
  await one.remove();
  await expect(identity(one)).rejects.toThrow("there is no world");
  await expect(server.world({ accounts: { 1: {} } })).rejects.toThrow("account `1` is not 12 digits");
  await server.stop();
});

test("refusals are told to whoever runs the world", async () => {
  const client = world().client(STSClient, { key: ["999988887777", "guess"] });
  expect(world().refusals()).toBe("");
  await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  expect(world().refusals()).toMatch(/^SignatureDoesNotMatch: /);
});

test("a program that is not there is named", async () => {
  await expect(Server.start([], "no-such-program")).rejects.toThrow("no-such-program");
  await expect(Server.start(["--world", "no-such-file"])).rejects.toThrow("`no-such-file` does not exist");
});
