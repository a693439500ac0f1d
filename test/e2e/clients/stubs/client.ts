// Asks with the generated TypeScript stubs, as a project with ES modules does. Prints the reason of one decision.
import { credentials } from '@grpc/grpc-js';
import { reasonToJSON } from './stubs/tollgate/v1/decision.js';
import { PolicyDecisionServiceClient } from './stubs/tollgate/v1/policy_decision_service.js';

const client = new PolicyDecisionServiceClient(process.argv[2]!, credentials.createInsecure());
client.authorize({ tool: 'read_file', dryRun: false, explain: false }, (error, answer) => {
  if (error) throw error;
  console.log(reasonToJSON(answer.decision!.reason));
  client.close();
});
