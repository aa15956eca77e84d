import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";

import { pause } from "./app/pause";

// Loaded at once, but evaluated piece by piece: in one piece they would keep a slow device from answering for half a second.
const pieces = [
  () => import("react-dom/client"),
  () => import("@connectrpc/connect-web"),
  () => import("@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js"),
  () => import("./begin"),
];
for (const load of pieces) {
  await load();
  await pause();
}
