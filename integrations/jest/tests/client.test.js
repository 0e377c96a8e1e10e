"use strict";

const {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} = require("@aws-sdk/client-sts");
const { fromTemporaryCredentials } = require("@aws-sdk/credential-providers");

const { useCountersign } = require("..");

const VENDOR = "arn:aws:iam::111122223333:role/Vendor";
const READER = "arn:aws:iam::111122223333:role/Reader";
const COLLECTOR = { key: ["AKIAU3UKDXOYQEXAMPLE", "an-example-and-no-secret"] };
const ANN = { key: ["AKIAU3UKDXOYSEXAMPLE", "another-example-and-no-secret"] };

const world = useCountersign(require("../../world.json"));

function sts(caller) {
  return world().client(STSClient, caller);
}

function assume(client, parameters) {
  const call = { RoleArn: VENDOR, RoleSessionName: "nightly", ExternalId: "tenant-7f2", ...parameters };
  return client.send(new AssumeRoleCommand(call));
}

test("the external id opens the role", async () => {
  const answer = await assume(sts(COLLECTOR));
  expect(answer.AssumedRoleUser.Arn).toBe("arn:aws:sts::111122223333:assumed-role/Vendor/nightly");
  const identity = await sts({ credentials: answer.Credentials }).send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toBe(answer.AssumedRoleUser.Arn);
});

test.each([undefined, "Tenant-7F2", "tenant-7f3"])("the external id %s does not", async (ExternalId) => {
  await expect(assume(sts(COLLECTOR), { ExternalId })).rejects.toMatchObject({
    name: "AccessDenied",
    message:
      "User: arn:aws:iam::999988887777:user/collector is not authorized to perform: sts:AssumeRole " +
      `on resource: ${VENDOR}`,
    $metadata: { httpStatusCode: 403 },
  });
});

test("a secret that is wrong does not sign", async () => {
  const call = sts({ key: [COLLECTOR.key[0], "guess"] }).send(new GetCallerIdentityCommand({}));
  await expect(call).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
});

test("a session is bound to its token", async () => {
  const first = (await assume(sts(COLLECTOR))).Credentials;
  const second = (await assume(sts(COLLECTOR))).Credentials;
  const mixed = { ...first, SessionToken: second.SessionToken };
  const call = sts({ credentials: mixed }).send(new GetCallerIdentityCommand({}));
  await expect(call).rejects.toMatchObject({ name: "InvalidClientTokenId" });
});

test("a session ends", async () => {
  const session = sts({ credentials: (await assume(sts(COLLECTOR), { DurationSeconds: 900 })).Credentials });
  await world().advance(600);
  expect((await session.send(new GetCallerIdentityCommand({}))).Account).toBe("111122223333");
  await world().advance(300);
  await expect(session.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "ExpiredToken",
    $metadata: { httpStatusCode: 403 },
  });
});

test("roles are chained", async () => {
  const vendor = sts({ credentials: (await assume(sts(COLLECTOR))).Credentials });
  const chained = { RoleArn: READER, RoleSessionName: "second" };
  expect((await vendor.send(new AssumeRoleCommand(chained))).AssumedRoleUser.Arn).toMatch(/Reader\/second$/);
  const long = new AssumeRoleCommand({ ...chained, DurationSeconds: 7200 });
  await expect(vendor.send(long)).rejects.toMatchObject({ name: "ValidationError" });
});

test("the provider of temporary credentials sends the external id", async () => {
  const provide = (params) => {
    const masterCredentials = world().configuration(COLLECTOR).credentials;
    const clientConfig = { endpoint: world().url, region: "us-east-1" };
    return fromTemporaryCredentials({ params: { RoleArn: VENDOR, ...params }, masterCredentials, clientConfig });
  };
  const found = await provide({ ExternalId: "tenant-7f2" })();
  expect(found.accessKeyId).toMatch(/^ASIA/);
  await expect(provide({})()).rejects.toMatchObject({ name: "AccessDenied" });
});

test("sessions of users, and whose a key is", async () => {
  const session = (await sts(ANN).send(new GetSessionTokenCommand({}))).Credentials;
  const identity = await sts({ credentials: session }).send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toBe("arn:aws:iam::111122223333:user/ann");
  const key = new GetAccessKeyInfoCommand({ AccessKeyId: session.AccessKeyId });
  expect((await sts(ANN).send(key)).Account).toBe("111122223333");
});

test("tags in every script are signed as they are sent", async () => {
  const Tags = [{ Key: "team", Value: "Ärzte 東京+-=._:/@" }];
  expect((await assume(sts(COLLECTOR), { Tags })).PackedPolicySize).toBeGreaterThan(0);
});
