// Times the npm simulator on cases from stdin, one JSON object per line. See README.md.
const { runSimulation } = require("@cloud-copilot/iam-simulate");

// Cross-account calls also need the caller's own policy.
const identityPolicies = [
  {
    name: "caller",
    policy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }],
    },
  },
];

async function main() {
  const lines = require("node:fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
  for (const { policy, principal, role, context } of lines.map((line) => JSON.parse(line))) {
    const accountId = role.split(":")[4];
    const request = {
      principal,
      action: "sts:AssumeRole",
      resource: { resource: role, accountId },
      contextVariables: context,
    };
    const empty = { serviceControlPolicies: [], resourceControlPolicies: [] };
    const simulation = { request, identityPolicies, resourcePolicy: policy, ...empty };
    const run = () => runSimulation(simulation, {});
    const answer = await run();
    const start = performance.now();
    let calls = 0;
    for (; performance.now() - start < 2000; calls++) await run();
    const rate = (calls / (performance.now() - start)) * 1000;
    console.log(`${answer.overallResult ?? JSON.stringify(answer)}  ${Math.round(rate)}/s`);
  }
}

main();
