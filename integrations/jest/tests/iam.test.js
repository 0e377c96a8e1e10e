"use strict";

const {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  IAMClient,
  paginateListRoles,
  PutRolePolicyCommand,
  waitUntilRoleExists,
} = require("@aws-sdk/client-iam");
const { AssumeRoleCommand, STSClient } = require("@aws-sdk/client-sts");

const { useCountersign } = require("..");

const world = useCountersign();
const iam = () => world().client(IAMClient, { account: "111122223333" });

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: "999988887777" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": "tenant-7f2" } },
    },
  ],
});

function create(RoleName) {
  return iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
}

test("a role is made and assumed", async () => {
  const { Role } = await create("Vendor");
  await waitUntilRoleExists({ client: iam(), minDelay: 1, maxWaitTime: 5 }, { RoleName: "Vendor" });
  expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toBe(TRUST);
  const sts = world().client(STSClient, { account: "999988887777" });
  const assume = (ExternalId) =>
    sts.send(new AssumeRoleCommand({ RoleArn: Role.Arn, RoleSessionName: "nightly", ExternalId }));
  await expect(assume(undefined)).rejects.toMatchObject({ name: "AccessDenied" });
  expect((await assume("tenant-7f2")).AssumedRoleUser.Arn).toMatch(/Vendor\/nightly$/);
});

test("errors have their classes", async () => {
  await create("Vendor");
  await expect(create("Vendor")).rejects.toMatchObject({ name: "EntityAlreadyExistsException" });
  await expect(iam().send(new GetRoleCommand({ RoleName: "Other" }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
  const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
  await iam().send(new PutRolePolicyCommand({ RoleName: "Vendor", PolicyName: "s3", PolicyDocument }));
  await expect(iam().send(new DeleteRoleCommand({ RoleName: "Vendor" }))).rejects.toMatchObject({
    name: "DeleteConflictException",
  });
});

test("lists come in pages", async () => {
  await Promise.all(["A", "B", "C"].map(create));
  const pages = [];
  for await (const page of paginateListRoles({ client: iam(), pageSize: 2 }, {})) {
    pages.push(page.Roles.map((role) => role.RoleName));
  }
  expect(pages).toEqual([["A", "B"], ["C"]]);
});
