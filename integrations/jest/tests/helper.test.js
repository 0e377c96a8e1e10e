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

test("refusals are told to whoever runs the world", async () => {
  const client = world().client(STSClient, { key: ["999988887777", "guess"] });
  await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  expect(world().refusals()).toMatch(/^SignatureDoesNotMatch: /);
});

test("a program that is not there is named", async () => {
  await expect(Server.start([], "no-such-program")).rejects.toThrow("no-such-program");
  await expect(Server.start(["--world", "no-such-file"])).rejects.toThrow("`no-such-file` does not exist");
});
