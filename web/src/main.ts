import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";

import { pause } from "./app/pause";

// Loaded at once in few files (pieces.ts), but evaluated step by step, each with what it imports and no earlier step had: in one task
// they would keep a slow device from answering for half a second.
const steps = [
  () => import("react"),
  () => import("react-dom/client"),
  () => import("@tanstack/react-query"),
  () => import("@bufbuild/protobuf/wkt/google/protobuf/any_pb.js"),
  () => import("@connectrpc/connect-web"),
  () => import("@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js"),
  () => import("@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js"),
  () => import("@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js"),
  () => import("@sound-forge-alchemy/api/alchemy/download/v1/download_service_pb.js"),
  () => import("@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js"),
  () => import("./text/en"),
  () => import("./ui/Menu"),
  () => import("./library/TrackTable"),
  () => import("./library/LibraryView"),
  () => import("./begin"),
];
for (const load of steps) {
  await load();
  await pause();
}
