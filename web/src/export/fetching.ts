import { createClient, type Transport } from "@connectrpc/connect";
import { AnalysisService, ExportFormat as AnalysisFormat } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import type { ExportMixRequest } from "@sound-forge-alchemy/api/alchemy/processing/v1/mix_pb.js";
import { ExportFormat, ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";
import type { HttpBody } from "@sound-forge-alchemy/api/google/api/httpbody_pb.js";

import type { Bundle, Form } from "./choices";
import type { Fetching, Piece } from "./exports";
import { remarkOf } from "./mix";

const BUNDLES = { zip: ExportFormat.ZIP, stemMp4: ExportFormat.STEM_MP4 } as const satisfies Record<Bundle, ExportFormat>;

const FORMS = {
  midi: AnalysisFormat.MIDI,
  beats: AnalysisFormat.BEATS_CSV,
  chords: AnalysisFormat.CHORDS_CSV,
  sections: AnalysisFormat.SECTIONS_CSV,
  labels: AnalysisFormat.AUDACITY_LABELS,
  click: AnalysisFormat.CLICK_WAV,
  plot: AnalysisFormat.PLOT_PNG,
  json: AnalysisFormat.JSON,
} as const satisfies Record<Form, AnalysisFormat>;

/** Fetches a mix. */
export function fetchMix(transport: Transport, request: ExportMixRequest): Fetching {
  return async function* (signal) {
    for await (const { data, filename, fraction, report } of createClient(ProcessingService, transport).exportMix(request, { signal })) {
      yield { ...pieceOf(data, filename, fraction), remark: remarkOf(report) };
    }
  };
}

/** Fetches all stems of a separation in one file; `bytes` = about how large that will be, 0 = unknown. */
export function fetchBundle(transport: Transport, separation: string, bundle: Bundle, bytes: number): Fetching {
  return async function* (signal) {
    const request = { name: separation, format: BUNDLES[bundle] };
    let received = 0;
    for await (const { data, filename } of createClient(ProcessingService, transport).exportSeparation(request, { signal })) {
      received += data?.data.byteLength ?? 0;
      yield pieceOf(data, filename, bytes ? Math.min(1, received / bytes) : undefined);
    }
  };
}

/** Fetches what was measured of a track, in one form. */
export function fetchAnalysis(transport: Transport, track: string, form: Form): Fetching {
  return async function* (signal) {
    const request = { name: `${track}/analyses/current`, format: FORMS[form] };
    for await (const { data, filename } of createClient(AnalysisService, transport).exportAnalysis(request, { signal })) {
      yield pieceOf(data, filename, undefined);
    }
  };
}

function pieceOf(body: HttpBody | undefined, filename: string, fraction: number | undefined): Piece {
  // What arrives from a server is in plain memory, never in memory that threads share.
  const data = (body?.data ?? new Uint8Array()) as Uint8Array<ArrayBuffer>;
  return { data, filename, mediaType: body?.contentType ?? "", fraction };
}
