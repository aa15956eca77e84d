// Watches one separation as a browser does: connect-es over gRPC-Web, with the client generated from the contract.
//
//   node watch.mjs BASE_URL SEPARATION_NAME
//
// Prints every snapshot as one line of JSON. A failed call prints {"error": {code, reason, message}} and exits with 1.

import { toJson } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { SeparationSchema } from "@sound-forge-alchemy/api/alchemy/processing/v1/separation_pb.js";
import { ErrorInfoSchema } from "@sound-forge-alchemy/api/google/rpc/error_details_pb.js";

const [baseUrl = "", name = ""] = process.argv.slice(2);
const client = createClient(ProcessingService, createGrpcWebTransport({ baseUrl }));

try {
  for await (const { separation } of client.watchSeparation({ name })) {
    if (separation) console.log(JSON.stringify(toJson(SeparationSchema, separation)));
  }
} catch (cause) {
  const error = ConnectError.from(cause);
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason;
  console.log(JSON.stringify({ error: { code: Code[error.code], reason, message: error.rawMessage } }));
  process.exitCode = 1;
}
