import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { TransportProvider } from "@connectrpc/connect-query";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { LibraryService } from "@sound-forge-alchemy/api/alchemy/library/v1/library_service_pb.js";
import { Device_State } from "@sound-forge-alchemy/api/alchemy/processing/v1/device_pb.js";
import { type ListDevicesResponse, ListDevicesResponseSchema, ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import { JobState } from "@sound-forge-alchemy/api/alchemy/type/v1/job_pb.js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";

import { Devices } from "./Devices";

type Answer = MessageInitShape<typeof ListDevicesResponseSchema>;

const MINE = "tracks/t/separations/s";
const CPU = { device: "cpu", hardware: "Abacus 9", precision: "float32", state: Device_State.IDLE };

afterEach(cleanup);

/** Shows what a server answers; what it answers can be changed meanwhile. */
function show(answer: Answer | ConnectError): (next: Answer | ConnectError) => void {
  let now = answer;
  const transport = createRouterTransport(({ service }) => {
    service(ProcessingService, {
      listDevices(): ListDevicesResponse {
        if (now instanceof ConnectError) throw now;
        return create(ListDevicesResponseSchema, now);
      },
      listSeparations: () => ({ separations: [{ name: MINE, state: JobState.RUNNING, progress: { fraction: 0.437 } }] }),
    });
    service(LibraryService, { listTracks: () => ({ tracks: [{ name: "tracks/t", title: "Slow Motion" }] }) });
  });
  render(
    <TransportProvider transport={transport}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Devices />
      </QueryClientProvider>
    </TransportProvider>,
  );
  return (next) => {
    now = next;
  };
}

const rows = () => screen.getAllByRole("listitem").map((row) => row.textContent);

test("a device says what it is, in which precision it computes, and since when", async () => {
  show({ devices: [{ ...CPU, startTime: timestampFromMs(Date.now() - 5 * 60_000) }] });
  await screen.findByText("No separation waits.");
  expect(rows()).toEqual(["Abacus 9cpu · float32 · started 5 min agoFree"]);
});

test("hardware without a name goes by its device", async () => {
  show({ devices: [{ ...CPU, hardware: "", state: Device_State.STARTING }] });
  expect(await screen.findByText("Starting")).toBeTruthy();
  expect(rows()[0]).toMatch(/^cpu/);
});

test("a busy device leads to the song that it separates, and says how far it is", async () => {
  show({ devices: [{ ...CPU, state: Device_State.BUSY, separation: MINE }], waitingCount: 1 });
  const link = await screen.findByRole("link", { name: "Slow Motion" });
  expect(link.getAttribute("href")).toBe("/tracks/t");
  await waitFor(() => expect(rows()[0]).toContain("Slow Motion · 43 %"));
  expect(screen.getByText("1 separation waits.")).toBeTruthy();
});

test("what is somebody else's has no name", async () => {
  show({ devices: [{ ...CPU, state: Device_State.BUSY }], waitingCount: 12 });
  expect(await screen.findByText("Somebody else’s song")).toBeTruthy();
  expect(screen.queryByRole("link")).toBeNull();
  expect(screen.getByText("12 separations wait.")).toBeTruthy();
});

test("a device that the machine does not have says what comes of it", async () => {
  show({ devices: [{ ...CPU, device: "cuda:1", hardware: "", state: Device_State.UNAVAILABLE }] });
  expect(await screen.findByText("The server is set up for cuda:1, which its machine does not have. Separations given to it fail.")).toBeTruthy();
});

test("without a worker it says that separations wait for one, until there is one", async () => {
  const answer = show({ devices: [], waitingCount: 3 });
  expect(await screen.findByText("No worker is running")).toBeTruthy();
  expect(rows()).toEqual(["No worker is runningSeparations wait until one starts."]);
  expect(screen.getByText("3 separations wait.")).toBeTruthy();
  answer({ devices: [CPU] });
  expect(await screen.findByText("Free", undefined, { timeout: 4_000 })).toBeTruthy();
  expect(screen.queryByText("No worker is running")).toBeNull();
});

test("a service that does not answer is not a server without workers, nor one with those of before", async () => {
  const answer = show({ devices: [CPU] });
  await screen.findByText("Free");
  answer(new ConnectError("gone", Code.Unavailable));
  expect((await screen.findByRole("alert", undefined, { timeout: 4_000 })).textContent).toBe("The processing service does not say what separates songs.");
  expect(screen.queryByRole("listitem")).toBeNull();
});
