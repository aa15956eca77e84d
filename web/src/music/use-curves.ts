import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { AnalysisService } from "@sound-forge-alchemy/api/alchemy/analysis/v1/analysis_service_pb.js";
import type { CurveKind, Results } from "@sound-forge-alchemy/api/alchemy/analysis/v1/results_pb.js";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";

import type { Curves } from "./curves";

/** Finer than any screen is wide, and of an hour still less than half a second a step. */
const MAX_STEPS = 8000;

/** Curves of results; they are read again when the track is measured again. Nothing while there are no results. */
export function useCurves(results: Results | undefined, kinds: readonly CurveKind[]): UseQueryResult<Curves> {
  const transport = useTransport();
  const wanted = kinds.filter((kind) => results?.curves.includes(kind));
  const name = results?.name ?? "";
  return useQuery({
    queryKey: ["curves", name, String(results?.revision ?? 0), ...wanted],
    queryFn: async ({ signal }): Promise<Curves> => {
      const { curves } = await createClient(AnalysisService, transport).getCurves({ name, kinds: wanted, maxSteps: MAX_STEPS }, { signal });
      return new Map(curves.map((curve) => [curve.kind, curve]));
    },
    enabled: results !== undefined && wanted.length > 0,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}
